"""Which of two observations of a post stands: a pure rule that every engine follows."""

import msgspec

from core.post import METRICS, Post, Version, correction, encode, tombstone

CORRECTED = ("language", "sentiment", "intent", "topics", "places")  # what people may correct


def merged(old: Post | None, new: Post) -> Post:
    """The post to keep after `new` came to `old`: the later observation, with what it does not tell taken from the earlier.

    What a person corrected stands over what a model claims, and of two corrections the later one. A deletion is final.
    Of two different observations of the same time the greater in bytes stands, so that order does not matter.
    """
    if old is None:
        return new
    if old.deleted_at:
        return old
    if new.deleted_at:
        return tombstone(old, new.deleted_at)
    later, earlier = (new, old) if _is_later(new, old) else (old, new)
    untold = {name: getattr(earlier, name) for name in METRICS if getattr(later, name) is None}
    untold |= {
        name: getattr(earlier, name)
        for name in ("author", "url", "account", "parent_id", "conversation_id")
        if getattr(later, name) is None
    }
    untold |= {name: getattr(earlier, name) for name in CORRECTED if correction(getattr(earlier, name)) > correction(getattr(later, name))}
    return msgspec.structs.replace(later, versions=_versions(earlier, later), **untold)


def _is_later(new: Post, old: Post) -> bool:
    if new.observed_at != old.observed_at:
        return new.observed_at > old.observed_at
    return not is_same(old, new) and _bytes(new) > _bytes(old)


def _bytes(post: Post) -> bytes:
    return encode(msgspec.structs.replace(post, normal=None))


def _versions(earlier: Post, later: Post) -> tuple[Version, ...]:
    kept = {v.text: v for v in sorted((*earlier.versions, *later.versions), key=lambda v: v.observed_at, reverse=True)}
    if earlier.text != later.text:
        kept.setdefault(earlier.text, Version(text=earlier.text, observed_at=earlier.observed_at))
    kept.pop(later.text, None)
    return tuple(sorted(kept.values(), key=lambda v: v.observed_at))


def is_same(old: Post, new: Post) -> bool:
    """Whether `new` says nothing that `old` did not, apart from when it was seen, by which source, and its words made ready for search."""
    return old is new or msgspec.structs.replace(new, observed_at=old.observed_at, source=old.source, normal=old.normal) == old
