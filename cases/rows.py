"""A case as a row and back; and what of it stands in columns for asking."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cases.history import NOT_YET_REFERRED, is_open, runs_out
from core.case import Case

Row = dict[str, object]

_pack = msgspec.msgpack.Encoder().encode
_case = msgspec.msgpack.Decoder(Case).decode
SAME = ("id", "version", "intent", "opened_at", "category", "place", "department", "platform", "branch", "citizen", "assignee")


def to_row(case: Case) -> Row:
    """What the table keeps of a case."""
    told: Row = {name: getattr(case, name) for name in SAME}
    if case.status in NOT_YET_REFERRED:
        told["department"] = None  # so far it is only proposed
    return told | {"status": case.status.value, "is_open": is_open(case), "due": runs_out(case), "record": _pack(case)}


def to_case(record: bytes) -> Case:
    """The case that a row holds."""
    return _case(record)


def post_rows(case: Case) -> list[Mapping[str, object]]:
    """A line for each post of a case that is put whole, with what is known of the posts."""
    return [{"post": id, "case_id": case.id, "author": case.citizen if n == 0 else None, "conversation": None, "copy_of": None,
             "topic": case.category, "at": case.opened_at, "account": case.account if n == 0 else None, "private": None} for n, id in enumerate(case.posts)]  # fmt: skip
