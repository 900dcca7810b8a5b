"""The share of negative posts as it can be trusted: from what models answered and a sample that people labelled, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import numpy as np
import pandas as pd
import streamlit as st

from cases import sampling
from cases.engine import address
from cases.sampling import FIRST, Sampled
from cases.store import CaseStore
from core import shares
from core.errors import StoreFailed
from core.shares import ANSWERS, CLASSES, Share
from dashboard import cards, casework, questions
from dashboard.cards import Number
from dashboard.dates import short_day
from dashboard.figures import NONE, percent, signed_decimal, whole
from dashboard.filters import View
from dashboard.frame import Desk
from store.query import CountPosts

NEGATIVE = CLASSES.index("negative")
FRESH = timedelta(seconds=5)  # how old the labels on a page may be
ENOUGH = 30  # labels of a language from which on they speak for it alone
SAMPLE_WORTH = 8.0  # posts: the mix of the whole sample is believed as much as so many known ones, as a part of the posts is seldom quite unlike the rest
LEAST = 20  # posts of a topic or week below which no share is shown
READ_BY = ("tongue", "topic")  # filters by which labelled posts can be told apart; with others they are not counted as known


def negative(desk: Desk, here: dict[str, int], was: dict[str, int], trend: tuple[int, ...]) -> Number:
    """The estimated share of negative posts with its interval, and by how many points it moved."""
    if desk.view.sentiment:  # what was chosen by its answer cannot be estimated from answers
        return cards.negative(desk, here, was, trend)
    w, done = desk.words, labelled(desk)
    now, before = estimated(here, done, desk.view, _known(desk, done)), estimated(was, done, desk.view)
    moved = now.share - before.share if now and before else None
    delta = w("figure.points", points=signed_decimal(moved * 100, w)) if moved is not None else None
    return Number(key="now.negative", value=said(desk, now), delta=delta, rises=cards.rises(moved), good=moved < 0 if moved else None, trend=trend,
                  opens={"sentiment": ("negative",)})  # fmt: skip


def said(desk: Desk, found: Share | None) -> str:
    """31 % (24–38 %), or a dash where nothing is counted."""
    w = desk.words
    if found is None:
        return NONE
    return w("figure.interval", share=percent(found.share, w), low=percent(found.low, w), high=percent(found.high, w))


def of_part(desk: Desk, counts: dict[str, int], tongues: tuple[str, ...] | None = None) -> str:
    """The share of a part of the posts, counted by their answers, as it is said; a dash below LEAST posts."""
    if sum(counts.get(answer, 0) for answer in ANSWERS) < LEAST:
        return NONE
    view = desk.view if tongues is None else msgspec.structs.replace(desk.view, tongue=tongues)
    return said(desk, estimated(counts, labelled(desk), view))


def estimated(counts: dict[str, int], done: Sequence[Sampled], view: View, known: Sequence[Sampled] = ()) -> Share | None:
    """The share among posts counted by their answer; None where no post has any. `known`: labelled posts among them."""
    told = np.array([counts.get(answer, 0) for answer in ANSWERS], dtype=float)
    if not told.sum():
        return None
    alike = _alike(done, view.tongue)
    mix = _classes(alike)
    before = _classes(known) + SAMPLE_WORTH * mix / max(mix.sum(), 1.0)
    return shares.share(_reading(alike), told, NEGATIVE, known=before)


def _alike(done: Sequence[Sampled], tongues: tuple[str, ...]) -> Sequence[Sampled]:
    """The labels of these languages where there are enough, else all labels."""
    alike = [line for line in done if line.language in tongues]
    return alike if len(alike) >= ENOUGH else done


def _reading(done: Sequence[Sampled]) -> shares.Array:
    """How answers are read after these labels."""
    seen = np.zeros((len(ANSWERS), len(CLASSES)))
    for line in done:
        if line.answer in ANSWERS:
            seen[ANSWERS.index(line.answer), CLASSES.index(line.label)] += 1
    return shares.answers_read(seen)


def _classes(known: Sequence[Sampled]) -> shares.Array:
    return np.array([sum(line.label == name for line in known) for name in CLASSES], dtype=float)


def _known(desk: Desk, done: Sequence[Sampled]) -> list[Sampled]:
    """The labelled posts that lie in the period and the filters; none where filters ask for what the labels do not say."""
    view, usual = desk.view, View()
    if any(
        getattr(view, name) != getattr(usual, name)
        for name in set(View.__struct_fields__) - {*READ_BY, "lang", "period", "since", "until", "order", "page"}
    ):
        return []
    asked = questions.during(view, desk.about, desk.window())
    return [line for line in done if _lies_in(line, asked.languages, asked.topics) and asked.since <= line.written_at < asked.until]  # type: ignore[operator]


def _lies_in(line: Sampled, languages: Sequence[str], topics: Sequence[str]) -> bool:
    return (not languages or line.language in languages) and (not topics or any(topic in topics for topic in line.topics))


def why(desk: Desk) -> str:
    """In one sentence how far the share can be trusted, and what would make it surer."""
    w, done = desk.words, labelled(desk)
    if not done:
        return w("trusted.none")
    key = "trusted.few" if len(done) < FIRST else "trusted.enough"
    return w(key, labels=whole(len(done), w), first=whole(FIRST, w))


def labelled(desk: Desk) -> tuple[Sampled, ...]:
    """The labels that speak for today's models; none where they cannot be read, which only widens the interval."""
    try:
        return _labelled(casework.opened(desk), address(desk.settings))
    except StoreFailed:
        return ()


@st.cache_resource(ttl=FRESH, max_entries=4, show_spinner=False)
def _labelled(_store: CaseStore, address: str) -> tuple[Sampled, ...]:
    return tuple(sampling.trusted(sampling.labels(_store)))


def forget() -> None:
    """The labels have changed: ask for them again."""
    _labelled.clear()


def table(desk: Desk) -> None:
    """Shares of negatives by language, topic and week, each with its interval and the posts it stands on."""
    w, rows = desk.words, [row for row in _rows(desk) if row[1] >= LEAST]
    if not rows:
        st.caption(w("trusted.too_few", least=whole(LEAST, w)))
        return
    shown = [(name, said(desk, found), whole(posts, w)) for name, posts, found in rows]
    columns = [w("trusted.of"), w("now.negative"), w("now.posts")]
    st.table(pd.DataFrame(shown, columns=columns), hide_index=True, border="horizontal", alt=w("trusted.title"))


def _rows(desk: Desk) -> list[tuple[str, int, Share | None]]:
    """Each language, topic and week with its posts and share."""
    here, done = questions.during(desk.view, desk.about, desk.window()), labelled(desk)
    zone = desk.about.timezone
    found = []
    for dimension in ("language", "topic"):
        counted: dict[str, dict[str, int]] = {}
        for line in desk.ask.count(CountPosts(filter=here, by=(dimension, "sentiment"), timezone=zone)):  # type: ignore[arg-type]
            counted.setdefault(line.keys[0], {})[line.keys[1]] = line.posts
        found += [_row(desk, _named(desk, dimension, key), counts, done, (key,) if dimension == "language" else desk.view.tongue)
                  for key, counts in sorted(counted.items(), key=lambda item: -sum(item[1].values())) if key]  # fmt: skip
    weeks: dict[str, dict[str, int]] = {}
    for line in desk.ask.count(CountPosts(filter=here, by=("sentiment",), bucket="week", timezone=zone)):
        if line.start:
            week = desk.words("trusted.week", day=short_day(line.start.astimezone(desk.about.zone).date(), desk.about.calendar, desk.words))
            weeks.setdefault(week, {})[line.keys[0]] = line.posts
    return found + [_row(desk, week, counts, done, desk.view.tongue) for week, counts in weeks.items()]


def _row(desk: Desk, name: str, counts: dict[str, int], done: Sequence[Sampled], tongues: tuple[str, ...]) -> tuple[str, int, Share | None]:
    posts = sum(counts.get(answer, 0) for answer in ANSWERS)
    return name, posts, estimated(counts, done, msgspec.structs.replace(desk.view, tongue=tongues))


def _named(desk: Desk, dimension: str, key: str) -> str:
    if dimension == "topic":
        return desk.topic(key)
    return desk.words(f"tongue.{key}") if desk.words.has(f"tongue.{key}") else key
