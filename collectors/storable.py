"""Half a character, as platforms send it where they cut a text inside an emoji, cannot be written down: it becomes U+FFFD."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

Record = TypeVar("Record", bound=msgspec.Struct)
_pack = msgspec.msgpack.Encoder().encode


def storable(record: Record) -> Record:
    """`record` with lone surrogates replaced; the record itself where there are none."""
    try:
        _pack(record)
    except UnicodeEncodeError:
        return msgspec.convert(mended(msgspec.to_builtins(record)), type(record))
    return record


def mended(value: Any) -> Any:
    """JSON values with lone surrogates replaced, halves that belong together joined."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list | tuple):
        return [mended(one) for one in value]
    return {mended(k): mended(v) for k, v in value.items()} if isinstance(value, dict) else value
