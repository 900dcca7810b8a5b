"""What lies behind a page: each query as the engine is asked it, and the numbers it answers with, to take along as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

import msgspec
import streamlit as st

from core.spreadsheet import safe
from dashboard import exports
from dashboard.bidi import escaped
from dashboard.data import Asker
from dashboard.frame import Desk
from store.query import AccountHistory, CountPosts, FindThemes, Question, WeekHours

COUNTED = (CountPosts, WeekHours, AccountHistory)  # answered with numbers; posts are taken along from their own page


def draw(desk: Desk, asked: Sequence[tuple[str, Question]], sql: Mapping[str, str]) -> None:
    """Every query of a page under its name: `asked` of the posts' store, `sql` already as text."""
    for name, question in asked:
        _query(name, desk.ask.explain(question))
        if isinstance(question, COUNTED):
            st.download_button(
                desk.words("foot.numbers"), partial(as_csv, desk.ask, question), f"{name}.csv", "text/csv", icon=":material/download:",
                type="tertiary", on_click="ignore", key=f"numbers_{name}",
            )  # fmt: skip
    for name, text in sql.items():
        _query(name, text)


def themes(desk: Desk, since: datetime) -> dict[str, str]:
    """The query behind a list of theme cards."""
    return {"theme_cards": desk.ask.explain(FindThemes(since=since))}


def _query(name: str, text: str) -> None:
    st.caption(escaped(name))
    st.code(text, language="sql", wrap_lines=True)


def as_csv(ask: Asker, question: CountPosts | WeekHours | AccountHistory) -> bytes:
    """The whole answer to a question, a line for each number, under the names of the record; times in UTC, ids instead of labels."""
    written = io.StringIO()
    csv.writer(written).writerows([_names(question), *(map(_cell, row) for row in _rows(ask, question))])
    return (exports.BOM + written.getvalue()).encode()


def _names(question: CountPosts | WeekHours | AccountHistory) -> tuple[str, ...]:
    if isinstance(question, CountPosts):
        return (*(("start",) if question.bucket else ()), *question.by, "posts", "interactions")
    if isinstance(question, WeekHours):
        return ("weekday", "hour", "posts", "interactions", "views", "seen")
    return ("account", "at", "followers", "following", "posts", "views")


def _rows(ask: Asker, question: CountPosts | WeekHours | AccountHistory) -> Iterable[tuple[object, ...]]:
    if isinstance(question, CountPosts):
        found = ask.count(question)
        return [(*((c.start,) if question.bucket else ()), *c.keys, c.posts, c.interactions) for c in found]
    told: Sequence[msgspec.Struct] = ask.week_hours(question) if isinstance(question, WeekHours) else ask.history(question)
    return [tuple(getattr(line, name) for name in _names(question)) for line in told]


def _cell(value: object) -> object:
    """Nothing for what nobody told; what a stranger named cannot become a formula."""
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else safe(value) if isinstance(value, str) else value
