"""A second, opt-in way to public accounts that we are not connected to: instaloader, signed in as a person. Off by default.

It breaks often and may cost that person the account: docs/decisions/0652-instaloader-only-where-asked-for.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import msgspec

from collectors import instagram_web, table
from collectors.base import Answer, Context, Source
from collectors.parts import together
from core.account import AccountSample
from core.errors import PlatformProblem

MOST_POSTS = 48  # of one account in one pass
PINNED = 3  # so many old posts may stand above the newest
AT_ONCE = 12
TIMEOUT_S = 30


class Waiting(Exception):
    """instaloader wanted to sleep so many seconds; we write that down and ask again later."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


def ask(session: str | None, source: Source, since: datetime | None, told: Context) -> Iterator[Answer]:
    """Size and newest media of a public account. Raises PlatformProblem: without opt-in or library, what is waited for."""
    if not session:
        says = (f"{source.id}: is not connected to us: write its number as id in the deployment file, or opt in to reading it as a"
                " person with SADA_INSTALOADER_SESSION (docs/credentials.md#instagram)")  # fmt: skip
        raise PlatformProblem("no credential", says, "credential")
    try:
        import instaloader
    except ImportError:
        says = (
            f"{source.id}: instaloader is not installed; .venv/bin/pip install -e '.[instaloader]', or take SADA_INSTALOADER_SESSION away"
        )
        raise PlatformProblem("not installed", says, "stop") from None
    try:
        profile = instaloader.Profile.from_username(signed_in(session, instaloader).context, f"{source.handle}")
        yield Answer(account_samples=(size(profile, told),), returned=1)
        yield from walk(profile.get_posts(), since, told, instaloader)
    except (instaloader.InstaloaderException, instaloader.AbortDownloadException, Waiting) as error:
        raise problem(error, told.now, instaloader) from None


def signed_in(session: str, instaloader: Any) -> Any:
    """A loader that makes one attempt and never sleeps. `session` is USER:SESSIONID:CSRFTOKEN of a browser that is signed in."""
    user, _, cookies = session.partition(":")
    id, _, token = cookies.partition(":")
    loader = instaloader.Instaloader(
        sleep=False, quiet=True, max_connection_attempts=1, request_timeout=TIMEOUT_S, iphone_support=False,
        rate_controller=lambda context: _restless(instaloader)(context),
    )  # fmt: skip
    loader.load_session(user, {"sessionid": id, "csrftoken": token})
    return loader


def _restless(instaloader: Any) -> Any:
    class Restless(instaloader.RateController):  # type: ignore[misc]
        def sleep(self, secs: float) -> None:
            raise Waiting(secs)

    return Restless


def size(profile: Any, told: Context) -> AccountSample:
    """The account's size as its profile tells it."""
    key = told.account or f"instagram:{profile.username}"
    return AccountSample(account=key, at=told.now, followers=profile.followers, following=profile.followees, posts=profile.mediacount)


def walk(posts: Iterator[Any], since: datetime | None, told: Context, instaloader: Any) -> Iterator[Answer]:
    """Media as answers of twelve, newest first, until more than the pinned ones are older than `since`."""
    old, nodes = 0, []
    for post in islice(posts, MOST_POSTS):
        old += since is not None and post.date_utc.replace(tzinfo=UTC) < since
        nodes.append(instaloader.structures.get_json_structure(post)["node"])
        if len(nodes) == AT_ONCE:
            yield _answer(nodes, told)
            nodes = []
        if old > PINNED:
            break
    if nodes:
        yield _answer(nodes, told)


def _answer(nodes: list[dict[str, Any]], told: Context) -> Answer:
    return msgspec.structs.replace(together([instagram_web.translate({"items": nodes}, told)]), returned=len(nodes))


def problem(error: Exception, now: datetime, instaloader: Any) -> PlatformProblem:
    """What went wrong inside instaloader. That a page came without data is no deletion: the account may be hidden from us only."""
    if isinstance(error, Waiting):
        return table.problem("instagram", now, message="wait a few minutes", until=now + timedelta(seconds=error.seconds))
    if isinstance(error, instaloader.AbortDownloadException):
        return table.problem("instagram", now, message="checkpoint_required")
    if isinstance(error, instaloader.LoginException | instaloader.LoginRequiredException):
        return table.problem("instagram", now, message="login_required")
    if isinstance(error, instaloader.TooManyRequestsException):
        return table.problem("instagram", now, message="wait a few minutes")
    if isinstance(error, instaloader.PrivateProfileNotFollowedException):
        return table.problem("instagram", now, status=451, detail="a private account")
    if isinstance(error, instaloader.ProfileNotExistsException | instaloader.QueryReturnedNotFoundException):
        return table.problem("instagram", now, code="unreadable", detail="the account's page came without data")
    return table.problem("instagram", now, code="unreadable", detail=type(error).__name__)
