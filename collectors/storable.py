"""Half a character, as platforms send it where they cut a text inside an emoji, cannot be written down: it becomes U+FFFD."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from collectors.base import Answer

Record = TypeVar("Record", bound=msgspec.Struct)
_pack = msgspec.msgpack.Encoder().encode


def storable(record: Record) -> Record:
    """`record` with lone surrogates replaced; the record itself where there are none."""
    try:
        _pack(record)
    except UnicodeEncodeError:
        return msgspec.convert(mended(msgspec.to_builtins(record)), type(record))
    return record


def storable_answer(answer: Answer) -> Answer:
    """`answer` with every record, id and cursor in it fit to be written down."""
    return msgspec.structs.replace(
        answer, posts=tuple(map(storable, answer.posts)), accounts=tuple(map(storable, answer.accounts)),
        account_samples=tuple(map(storable, answer.account_samples)), samples=tuple(map(storable, answer.samples)),
        deleted=tuple(map(mended, answer.deleted)), replaced=tuple((mended(earlier), mended(later)) for earlier, later in answer.replaced),
        cursor=mended(answer.cursor),
    )  # fmt: skip


def mended(value: Any) -> Any:
    """JSON values with lone surrogates replaced, halves that belong together joined."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list | tuple):
        return [mended(one) for one in value]
    return {mended(k): mended(v) for k, v in value.items()} if isinstance(value, dict) else value
