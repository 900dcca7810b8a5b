"""Answers on X: a reply to the citizen's post, in the name of the account whose access token there is."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from oauthlib.oauth1 import Client as Signer

from collectors import fetching, told, x
from collectors.outgoing import Clock, Find, Outgoing, Sent, answered, no_address, posted, receipt
from collectors.x_client import THERE
from core.post import Kind
from core.settings import Settings

KEYS = ("X_API_KEY", "X_API_SECRET", "X_ACCESS_TOKEN", "X_ACCESS_SECRET")
CREATE = "/2/tweets"


class Pen(msgspec.Struct, frozen=True):
    """Where X is asked, and what signs for the account (OAuth 1.0a: such a token does not run out)."""

    fetcher: fetching.Fetcher
    base_url: str
    signer: Any

    def __repr__(self) -> str:
        return "Pen(…)"

    def signed(self) -> dict[str, str]:
        """The header that proves who writes; the body is not part of the signature."""
        return dict(self.signer.sign(self.base_url + CREATE, "POST")[1])


class XSender:
    """Replies in public; what was said in a private conversation is not answered from here."""

    platform = x.PLATFORM

    def __init__(self, pen: Pen, find: Find, clock: Clock) -> None:
        self._pen, self._find, self._clock = pen, find, clock

    def send(self, answer: Outgoing) -> Sent:
        """Reply to the post the answer names. Raises PlatformProblem."""
        now = self._clock()
        post = answered(self.platform, self._find, answer, now)
        id = post.id.removeprefix("x:")
        if post.kind == Kind.DIRECT or answer.privately:
            raise no_address(self.platform, "a private message is answered on X itself, never in public", now)
        if not re.fullmatch(r"\d+", id):
            raise no_address(self.platform, "the platform told no id of it", now)
        body = {"text": answer.text, "reply": {"in_reply_to_tweet_id": id}}
        taken = told.table(posted(self._pen.fetcher, x, CREATE, body, self._pen.signed(), now).get("data"))
        made = told.native(taken.get("id"))
        return receipt(self.platform, made, f"https://x.com/i/web/status/{made}", now)


def pen(settings: Settings) -> Pen | None:
    """What to write with, where all four keys of the account are there."""
    keys = [settings.credential(key) for key in KEYS]
    if not all(keys):
        return None
    base_url = settings.base_urls.get(x.PLATFORM, THERE)
    return Pen(fetching.Fetcher(base_url), base_url, Signer(*keys))
