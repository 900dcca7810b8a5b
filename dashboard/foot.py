"""The foot of a page: how old the data of each source are, what every number means, and the query behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

import msgspec
import streamlit as st

from core.deployment import Deployment
from dashboard import behind, questions
from dashboard.bidi import escaped
from dashboard.dates import ago
from dashboard.figures import whole
from dashboard.filters import accounts_of
from dashboard.frame import Desk
from store.base import Pass

CADENCE = timedelta(minutes=15)  # of a source for which neither the deployment nor its passes say one
SHORTEST = timedelta(minutes=5)  # a rhythm learnt from passes is never called shorter
FEWEST_PASSES = 3  # below which they show no rhythm
FEW_SOURCES = 6
LATE, SILENT = 2, 6  # cadences without a complete pass


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How a source is: `state` is good, late, silent or imported (it is not asked regularly)."""

    source: str
    state: str
    heard: datetime | None  # end of its last complete pass
    newest: datetime | None  # of its posts
    last: Pass | None
    cadence: timedelta


def health(source: str, newest: datetime | None, passes: Sequence[Pass], now: datetime, cadence: timedelta) -> Health:
    """Judge a source by the age of what is completely known of it; a pass that failed or left a gap counts for nothing."""
    mine = [p for p in passes if p.source == source]
    heard = max((p.finished for p in mine if p.finished and p.state == "ok" and not p.gaps), default=None)
    if not mine:
        state = "imported"
    elif heard is None or now - heard > SILENT * cadence:
        state = "silent"
    else:
        state = "late" if now - heard > LATE * cadence else "good"
    return Health(source=source, state=state, heard=heard, newest=newest, last=mine[0] if mine else None, cadence=cadence)


def passes_seen(desk: Desk) -> list[Pass]:
    """The passes of those sources that bring what the reader filters for: of the platforms and accounts chosen."""
    handles = tuple(key.partition(":")[2] for key in accounts_of(desk.view, desk.about))
    return [
        p for p in desk.ask.passes(limit=questions.MOST_PASSES)
        if (not desk.view.platform or p.platform in desk.view.platform) and (not handles or p.source.endswith(handles))
    ]  # fmt: skip


def all_health(desk: Desk) -> list[Health]:
    """Every source there is, the worst first."""
    passes, newest = desk.ask.passes(limit=questions.MOST_PASSES), desk.ask.newest()
    by_source: dict[str, list[Pass]] = {source: [] for source in newest}
    for one in passes:
        by_source.setdefault(one.source, []).append(one)
    every = [health(s, newest.get(s), mine, desk.now, cadence(desk.about, s, mine)) for s, mine in by_source.items()]
    return sorted(every, key=lambda h: (["silent", "late", "good", "imported"].index(h.state), h.source))


def cadence(about: Deployment, source: str, passes: Sequence[Pass]) -> timedelta:
    """How often a source is to be asked: as the deployment says of its account, else as it usually was, else CADENCE."""
    platform, _, handle = source.partition(".")
    told = [a.every_minutes for a in about.accounts if a.every_minutes and a.platform == platform and handle.endswith(a.handle)]
    if told:
        return timedelta(minutes=told[0])
    spaces = [later.started - earlier.started for later, earlier in pairwise(passes)]
    return max(median(spaces), SHORTEST) if len(spaces) >= FEWEST_PASSES else CADENCE


COLOURS = {"good": "green", "late": "orange", "silent": "red", "imported": "gray"}


def draw(desk: Desk, means: Sequence[str], asked: msgspec.Struct | None = None, sql: Mapping[str, str] = {}) -> None:
    """The foot. `means`: the keys of the page's numbers; `asked`: what the page asks of the posts; `sql`: what else, already as text, by name."""
    st.divider()
    with st.container(key="foot", gap="small"):
        st.markdown("  ".join(_ages(desk, all_health(desk))) or desk.words("foot.no_sources"))
        with st.expander(desk.words("foot.definitions")):
            st.markdown("\n".join(f"- **{desk.words(key)}** — {desk.words(f'{key}_means')}" for key in means))
        if asked is not None or sql:
            with st.expander(desk.words("foot.query")):
                behind.draw(desk, questions.every(asked) if asked is not None else (), sql)


def _ages(desk: Desk, every: Sequence[Health]) -> list[str]:
    """Each source, if they are few; else those that a person must look at, and how many others are well."""
    named = list(every) if len(every) <= FEW_SOURCES else [h for h in every if h.state in ("late", "silent")][:FEW_SOURCES]
    said = [_age(desk, h) for h in named]
    for state in ("late", "silent", "good", "imported"):
        others = [h for h in every if h.state == state and h not in named]
        if others:
            said.append(f":{COLOURS[state]}-badge[{whole(len(others), desk.words)} · {desk.words(f'health.{state}')}]")
    return said


def _age(desk: Desk, health: Health) -> str:
    at = health.heard or health.newest
    age = ago(at, desk.now, desk.words) if at else desk.words("foot.never")
    return f":{COLOURS[health.state]}-badge[{escaped(health.source)} · {desk.words(f'health.{health.state}')} · {age}]"
