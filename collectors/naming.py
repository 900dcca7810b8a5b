"""Which of the deployment's accounts a message concerns, where one source brings the messages of several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from collectors.base import Answer, Source
from core.deployment import OfficialAccount

BETWEEN, IS = "\n", "="


def written(accounts: Iterable[OfficialAccount]) -> str:
    """The accounts as a source's query: each name a platform may call it by, and its key."""
    return BETWEEN.join(
        f"{name.lower()}{IS}{account.key}" for account in accounts for name in dict.fromkeys((account.id, account.handle)) if name
    )


def known(source: Source) -> dict[str, str]:
    """Name → key of a source, as `written` wrote it."""
    return read(source.query or "")


def read(told: str) -> dict[str, str]:
    """Name → key, as `written` wrote it."""
    return dict(line.split(IS, 1) for line in told.split(BETWEEN) if IS in line)


def named(answer: Answer, platform: str, keys: Mapping[str, str], otherwise: str | None) -> Answer:
    """`answer` with accounts under the keys the deployment gave them, whatever the platform calls them."""

    def key(told: str | None) -> str | None:
        return keys.get((told or "").removeprefix(f"{platform}:").lower()) or otherwise or told

    return msgspec.structs.replace(
        answer,
        posts=tuple(msgspec.structs.replace(post, account=key(post.account)) for post in answer.posts),
        accounts=tuple(msgspec.structs.replace(a, id=key(a.id) or a.id) for a in answer.accounts),
        account_samples=tuple(msgspec.structs.replace(s, account=key(s.account) or s.account) for s in answer.account_samples),
    )  # fmt: skip
