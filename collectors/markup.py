"""XML from outside: decoded as it says it is written, refused where it declares entities, which could swell the memory. Pure."""

from __future__ import annotations

import re
from xml.etree import ElementTree

DECLARED = re.compile(r"""^(<\?xml[^>]*?)\s+encoding\s*=\s*["']([^"']*)["']""")
DECLARES = re.compile(
    r"(?:\s+|<\?.*?\?>|<!--.*?-->)*<!DOCTYPE", re.DOTALL
)  # only there, before the first element, can entities be declared
MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"), (b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))


def as_text(body: str | bytes) -> str:
    """The words of a document in the encoding it declares (UTF-8 where it declares none or one that nobody knows), without a byte order mark."""
    if isinstance(body, str):
        return body.lstrip("\ufeff \t\r\n")
    return _decoded(body).lstrip("\ufeff \t\r\n")


def _decoded(body: bytes) -> str:
    marked = next((name for mark, name in MARKS if body.startswith(mark)), None)
    declared = DECLARED.match(body[:200].decode("ascii", "replace").lstrip("\ufffd \t\r\n"))
    try:
        return body.decode(marked or (declared[2] if declared else "utf-8"), "replace")
    except (LookupError, ValueError):  # no such encoding, or one that is not of texts
        return body.decode("utf-8", "replace")


def undeclared(text: str) -> str:
    """`text` without the encoding it was once written in: it is decoded already."""
    return DECLARED.sub(r"\1", text, count=1)


def root(text: str) -> ElementTree.Element:
    """The tree of a decoded document. Raises ValueError (a ParseError is none) for one that declares entities, ParseError for no XML."""
    if DECLARES.match(text):
        raise ValueError("a document with declarations")
    return ElementTree.fromstring(undeclared(text).encode("utf-8", "replace"))  # noqa: S314 a document that declares entities was refused
