"""Which of several observations of a post stands: a pure rule that every engine follows.

The rule is commutative and associative, so a post is the same in whatever order its observations come and however they are grouped. What a
later observation left untold keeps the time at which it was told (`told_earlier`), or a third one could not be compared with it.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from core.post import METRICS, Claim, Post, Told, Version, correction, encode, tombstone

CORRECTED = ("language", "sentiment", "intent", "topics", "places")  # what people may correct
SEVERALLY = (*METRICS, "author", "url", "account", "parent_id", "conversation_id")  # each stands as it was told last
REST = "rest"  # everything else, told as one: a tombstone's own time is that of its deletion
Times = Mapping[str, datetime]


def merged(old: Post | None, new: Post) -> Post:
    """The post to keep after `new` came to `old`: the later observation, with what it does not tell as it was told last before.

    What a person corrected stands over what a model claims, and of two corrections the later one. A deletion is final; of two the
    first counts. Of two different observations of the same time the greater in bytes stands.
    """
    if old is None or old == new:
        return new
    later, earlier = (new, old) if _is_later(new, old) else (old, new)
    since, before = _times(later), _times(earlier)
    taken = [name for name in SEVERALLY if _stands(name, earlier, before, later, since)]
    times = {name: _at(earlier if name in taken else later, before if name in taken else since, name) for name in SEVERALLY}
    one = msgspec.structs.replace(
        later, observed_at=_at(later, since, REST), versions=_versions(earlier, later), normal=_normal(earlier, later), deleted_at=None,
        **{name: getattr(earlier, name) for name in taken}, **{name: _claimed(name, earlier, later) for name in CORRECTED},
    )  # fmt: skip
    gone = [post.deleted_at for post in (old, new) if post.deleted_at]
    return _dated(tombstone(one, min(gone)) if gone else one, times | {REST: one.observed_at})


def emptied(post: Post, at: datetime) -> Post:
    """What is left of a post of which its platform says that it was deleted at `at`."""
    return merged(post, msgspec.structs.replace(post, deleted_at=at))


def _times(post: Post) -> Times:
    return {told.what: told.at for told in post.told_earlier}


def _at(post: Post, times: Times, name: str) -> datetime:
    return times.get(name, post.observed_at)


def _is_later(new: Post, old: Post) -> bool:
    one, other = _at(new, _times(new), REST), _at(old, _times(old), REST)
    return one > other if one != other else _weight(new) > _weight(old)


def _weight(post: Post) -> tuple[bytes, bytes]:
    """What decides between two observations of one time: first what a deletion leaves, then what it takes. Nothing that merging changes."""
    untold = dict.fromkeys(("normal", *SEVERALLY, "language", "sentiment", "intent"))
    bare = msgspec.structs.replace(
        post, topics=(), places=(), versions=(), told_earlier=(), deleted_at=None, observed_at=post.created_at, **untold
    )
    left = msgspec.structs.replace(tombstone(bare, bare.created_at), deleted_at=None)
    return encode(left), encode(bare)


def _stands(name: str, earlier: Post, before: Times, later: Post, since: Times) -> bool:
    """Whether the earlier observation's word on this field stands: told last, or the greater of two told at once."""
    mine, other = getattr(earlier, name), getattr(later, name)
    if mine is None or other is None:
        return mine is not None
    told, told_since = _at(earlier, before, name), _at(later, since, name)
    return told > told_since if told != told_since else msgspec.json.encode(mine) > msgspec.json.encode(other)


def _claimed(name: str, earlier: Post, later: Post) -> Claim | tuple[Claim, ...] | None:
    """The later of two corrections, a correction before what a model claims, else what the later observation claims."""
    mine, other = getattr(earlier, name), getattr(later, name)
    corrected, corrected_since = correction(mine), correction(other)
    if mine == other or corrected < corrected_since:
        return other  # type: ignore[no-any-return]
    if corrected > corrected_since:
        return mine  # type: ignore[no-any-return]
    if not corrected and _is_later(later, earlier):
        return other  # type: ignore[no-any-return]
    return max(mine, other, key=msgspec.json.encode)  # type: ignore[no-any-return]  # two of one time, or of one correction


def _normal(earlier: Post, later: Post) -> str | None:
    return earlier.normal if later.normal is None and earlier.text == later.text else later.normal


def _dated(post: Post, times: Times) -> Post:
    """The post with the times of what it holds from before its `observed_at`."""
    told = (Told(name, at) for name, at in times.items() if at < post.observed_at and (name == REST or getattr(post, name) is not None))
    return msgspec.structs.replace(post, told_earlier=tuple(told))


def _versions(earlier: Post, later: Post) -> tuple[Version, ...]:
    """The texts of both that do not stand any more, each with when it was last seen."""
    seen = [*earlier.versions, *later.versions, Version(text=earlier.text, observed_at=earlier.observed_at)]
    kept = {v.text: v for v in sorted(seen, key=lambda v: v.observed_at)}
    kept.pop(later.text, None)
    return tuple(sorted(kept.values(), key=lambda v: (v.observed_at, v.text)))


def is_same(old: Post, new: Post) -> bool:
    """Whether `new` says nothing that `old` did not, apart from when and by which source it was seen, and its words made ready for search."""
    return old is new or old == msgspec.structs.replace(
        new, observed_at=old.observed_at, source=old.source, normal=old.normal, told_earlier=old.told_earlier
    )
