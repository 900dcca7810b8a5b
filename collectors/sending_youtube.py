"""Answers on YouTube: a reply below the comment, in the name of the channel that let us."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import urlencode

from collectors import fetching, table, told, youtube
from collectors.outgoing import Clock, Find, Ids, Outgoing, Sent, answered, no_address, posted, receipt
from collectors.translating import decoded
from core.errors import PlatformProblem
from core.post import Post
from core.settings import Settings

LOGIN = "https://oauth2.googleapis.com"
INSERT, TOKEN = "/youtube/v3/comments?part=snippet", "/token"
EARLY = timedelta(minutes=1)  # a token that ends while it travels is of no use
COMMENT = re.compile(r"youtube:([\w-]+)(\.[\w-]+)?")
LINKED = re.compile(r"[?&]lc=([\w-]+)(\.[\w-]+)?")


class Login:
    """The channel's lasting permission, exchanged for a token of an hour when one is needed."""

    def __init__(self, fetcher: fetching.Fetcher, id: str, secret: str, lasting: str) -> None:
        self._fetcher, self._asked = (
            fetcher,
            {"client_id": id, "client_secret": secret, "refresh_token": lasting, "grant_type": "refresh_token"},
        )
        self._token = ""
        self._until: datetime | None = None

    def __repr__(self) -> str:
        return "Login(…)"

    def token(self, now: datetime) -> str:
        """A token that holds now. Raises PlatformProblem; nothing has gone out then."""
        if self._until is None or now >= self._until:
            given = _asked(self._fetcher, self._asked, now)
            self._token = str(given.get("access_token") or "")
            self._until = now + timedelta(seconds=told.number(given.get("expires_in")) or 0) - EARLY
        return self._token


def _asked(fetcher: fetching.Fetcher, form: dict[str, str], now: datetime) -> dict[str, object]:
    try:
        fetched = fetcher.send(
            youtube.PLATFORM, TOKEN, now, urlencode(form).encode(), {"content-type": "application/x-www-form-urlencoded"}
        )
    except PlatformProblem:  # no message was in it, so nothing can have arrived
        raise table.problem(youtube.PLATFORM, now, code="SERVICE_UNAVAILABLE") from None
    if fetched.status >= 300:
        raise youtube.problem(fetched.status, fetched.headers, decoded(fetched.body), now)
    return told.table(fetching.as_json(fetched, youtube.PLATFORM, now))


class YoutubeSender:
    """Replies below the comment's thread: YouTube keeps one level of replies."""

    platform = youtube.PLATFORM

    def __init__(self, fetcher: fetching.Fetcher, login: Login, find: Find, clock: Clock) -> None:
        self._fetcher, self._login, self._find, self._clock = fetcher, login, find, clock

    def send(self, answer: Outgoing) -> Sent:
        """Reply to the comment the answer names. Raises PlatformProblem."""
        now = self._clock()
        post = answered(self.platform, self._find, answer, now)
        thread = _thread(post)
        if thread is None or answer.privately:
            raise no_address(self.platform, "only a comment can be answered, and in public", now)
        body = {"snippet": {"parentId": thread, "textOriginal": answer.text}}
        taken = posted(self._fetcher, youtube, INSERT, body, {"authorization": f"Bearer {self._login.token(now)}"}, now)
        return receipt(self.platform, taken.get("id"), _link(post, told.native(taken.get("id"))), now)


def _thread(post: Post) -> str | None:
    """The comment that began the thread; None for a video, a live chat or what has no id."""
    named = COMMENT.fullmatch(post.id)
    return named[1] if named and LINKED.search(post.url or "") else None


def _link(post: Post, id: str | None) -> str | None:
    return LINKED.sub(lambda found: f"{found[0][:4]}{id}", post.url) if post.url and id else None


def sender(settings: Settings, find: Find, clock: Clock, ids: Ids) -> YoutubeSender | None:
    """The sender, where the channel's three keys are there."""
    id, secret, lasting = (settings.credential(f"YOUTUBE_{key}") for key in ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN"))
    if not (id and secret and lasting):
        return None
    base = settings.base_urls.get(youtube.PLATFORM)
    return YoutubeSender(fetching.Fetcher(base or youtube.API), Login(fetching.Fetcher(base or LOGIN), id, secret, lasting), find, clock)
