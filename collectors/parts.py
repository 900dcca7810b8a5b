"""One answer from many parts: a bad part is refused and counted, the others stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

import msgspec

from collectors.base import Answer, Refusal
from core.post import EngagementSample, Kind, Moment, Post

BAD = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)
"""What reading a malformed part can raise; nothing else is caught."""


def translated(parts: Iterable[Any], one: Callable[[Any], Answer]) -> Answer:
    """The answers of all `parts` as one; `returned` counts the parts, and what was told inside of them. A bad part becomes a refusal."""
    parts = list(parts)
    answer = together([_guarded(part, one) for part in parts])
    return msgspec.structs.replace(answer, returned=max(len(parts), len(answer.posts) + len(answer.refused)))


def _guarded(part: Any, one: Callable[[Any], Answer]) -> Answer:
    try:
        return one(part)
    except UnicodeEncodeError:  # its message would quote the text
        return refused("a text that is not Unicode")
    except BAD as error:
        return refused(f"{type(error).__name__}: {error}" if isinstance(error, ValueError) else f"a part with {type(error).__name__}")


def strays(*lists: Any) -> Answer:
    """What stands in lists of objects and is none: a message that nobody can read is counted, not skipped."""
    found = [one for value in lists if isinstance(value, list) for one in value if not isinstance(one, dict)]
    return together([refused("a part that is no object") for _ in found], returned=len(found))


def with_strays(answer: Answer, *lists: Any) -> Answer:
    """`answer` with the strays of the lists it was read from."""
    lost = strays(*lists)
    return msgspec.structs.replace(answer, refused=answer.refused + lost.refused, returned=answer.returned + lost.returned)


def refused(why: str, lost: bool = True) -> Answer:
    """An answer that brought one part nobody can use; `lost` where it was a message."""
    return Answer(refused=(Refusal(why=why, lost=lost),))


def together(answers: Iterable[Answer], returned: int | None = None) -> Answer:
    """Several answers as one, each post once: of the same id the one with more to say (the longer text, then the first)."""
    answers = list(answers)
    return Answer(
        posts=once(chain.from_iterable(a.posts for a in answers)),
        accounts=tuple(dict.fromkeys(chain.from_iterable(a.accounts for a in answers))),
        account_samples=tuple(dict.fromkeys(chain.from_iterable(a.account_samples for a in answers))),
        samples=tuple(dict.fromkeys(chain.from_iterable(a.samples for a in answers))),
        deleted=tuple(dict.fromkeys(chain.from_iterable(a.deleted for a in answers))),
        missing=tuple(dict.fromkeys(chain.from_iterable(a.missing for a in answers))),
        replaced=tuple(dict.fromkeys(chain.from_iterable(a.replaced for a in answers))),
        receipts=tuple(dict.fromkeys(chain.from_iterable(a.receipts for a in answers))),
        wishes=tuple(dict.fromkeys(chain.from_iterable(a.wishes for a in answers))),
        refused=tuple(chain.from_iterable(a.refused for a in answers)),
        returned=sum(a.returned for a in answers) if returned is None else returned,
        spend=sum(a.spend for a in answers),
    )  # fmt: skip


def once(posts: Iterable[Post]) -> tuple[Post, ...]:
    """Each post once, in order of first appearance; of several with one id the longest text stands."""
    kept: dict[str, Post] = {}
    for post in posts:
        if post.id not in kept or len(post.text) > len(kept[post.id].text):
            kept[post.id] = post
    return tuple(kept.values())


def placed(answer: Answer, known: Iterable[Post]) -> Answer:
    """`answer` to a second look at `known` posts: what stands below one of them belongs to its conversation."""
    above = {post.id: post.conversation_id for post in known if post.conversation_id}
    return msgspec.structs.replace(answer, posts=tuple(_placed(post, above) for post in answer.posts))


def _placed(post: Post, above: dict[str, str]) -> Post:
    if post.conversation_id not in above:
        return post
    kind = Kind.REPLY if post.kind == Kind.COMMENT else post.kind
    return msgspec.structs.replace(post, conversation_id=above[post.conversation_id], kind=kind)


def sample(post_id: str, at: Moment, **numbers: int | None) -> tuple[EngagementSample, ...]:
    """One sample of a post's numbers, or none where no number was told."""
    if all(n is None for n in numbers.values()):
        return ()
    return (EngagementSample(post_id=post_id, at=at, **numbers),)
