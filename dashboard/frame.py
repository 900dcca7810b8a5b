"""What every page stands in: its desk, the other pages, live parts, charts, and what is said when something fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import plotly.graph_objects as go
import streamlit as st

from cases import clocks
from core.deployment import Deployment, label
from core.errors import SadaError
from core.settings import Settings
from dashboard import charts, data, failures, filters, going
from dashboard.filters import View
from dashboard.periods import NIGHT, Window, since_closing, window
from dashboard.words import LANGUAGES, Words, words

LIVE = "10s"  # how often a live part asks again
PAGES = {  # file in pages/ → its icon, in the order of the navigation
    "now": "pulse_alert", "brief": "news", "growth": "trending_up", "engagement": "favorite", "themes": "bubble_chart", "posts": "forum", "complaints": "support_agent", "plans": "signpost",
    "alerts": "notifications",
    "ledger": "checklist",
}  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """What a page is given: whose deployment, in which language, which view, when, and whom to ask."""

    settings: Settings
    about: Deployment
    words: Words
    view: View
    now: datetime
    ask: data.Asker

    def window(self) -> Window:
        """The period that is shown, as moments."""
        zone = self.about.timezone
        if self.view.period == NIGHT:
            return since_closing(clocks.closed_since(clocks.office(self.about), self.now), self.now, zone)
        return window(self.view.period, self.now, zone)

    def later(self) -> Desk:
        """The same desk at the present time and with the address as it is now, for a live part."""
        view = filters.read(going.params(), self.about)
        return replace(self, now=data.now(self.settings), view=msgspec.structs.replace(view, period=view.period or self.view.period))

    def topic(self, id: str) -> str:
        """A topic's label in the page's language."""
        found = next((t.name for t in self.about.topics if t.id == id), None)
        return label(found, self.words.language) if found else self._base(id)

    def place(self, id: str) -> str:
        """A place's name."""
        return self._named(self.about.places, id)

    def branch(self, id: str | None) -> str:
        """A branch's name."""
        return self._named(self.about.branches, id or "")

    def account(self, key: str) -> str:
        """An official account's name, else its handle."""
        found = next((a for a in self.about.accounts if a.key == key), None)
        return (label(found.name, self.words.language) or found.handle) if found else key

    def platform(self, id: str) -> str:
        """A platform's name."""
        return self.words(f"platform.{id}") if self.words.has(f"platform.{id}") else id

    def organisation(self) -> str:
        """The organisation's name."""
        return label(self.about.name, self.words.language)

    def _named(self, rows: Sequence[msgspec.Struct], id: str) -> str:
        found = next((row for row in rows if row.id == id), None)  # type: ignore[attr-defined]
        return (label(found.name, self.words.language) or id) if found else id or self.words("filter.without")  # type: ignore[attr-defined]

    def _base(self, id: str) -> str:
        if not id:
            return self.words("filter.without")
        return self.words(f"topic.{id}") if self.words.has(f"topic.{id}") else id


def begin() -> Desk:
    """The desk of this run; the address bar says what it shows. Raises SadaError."""
    said = data.settings()
    about = data.deployment(said)
    view = going.here(about)
    return Desk(said, about, words(view.lang), view, data.now(said), data.Asker(data.open_store(said, about), str(said.data.resolve())))


def language_of_failure() -> Words:
    """The words to say a failure in, when even the deployment cannot be read."""
    asked = st.query_params.get("lang", "en")
    return words(asked if asked in LANGUAGES else "en")


def pages(said: Words, icons: bool = True) -> list[st.Page]:
    """Every page with its title and address; the first is the one that opens."""
    return [
        st.Page(
            f"pages/{name}.py",
            title=said(f"{name}.title"),
            icon=f":material/{icon}:" if icons else None,
            url_path=name,
            default=name == next(iter(PAGES)),
        )
        for name, icon in PAGES.items()
    ]


def here() -> Desk:
    """The desk that dashboard/app.py laid out for this run.

    The very first visit of a process runs a file in pages/ by itself (Streamlit's older way of pages) if it opens there; naming the
    pages ends that, and the run begins again in dashboard/app.py.
    """
    if "desk" not in st.session_state:  # taken away below, so that it is always this run's
        st.navigation(pages(language_of_failure(), icons=False), position="hidden")
        st.rerun()
    desk: Desk = st.session_state.pop("desk")
    return desk


def live(desk: Desk, draw: Callable[[Desk], None], every: str = LIVE) -> None:
    """Draw a part of a page now and again `every` so often, without the rest of the page."""

    @st.fragment(run_every=every)
    def again() -> None:
        draw(desk.later())

    again()


def chart(desk: Desk, figure: go.Figure, alt: str, key: str) -> None:
    """Draw a figure; `alt` is a key of the translations."""
    st.plotly_chart(charts.inked(figure, st.context.theme.type or "light"), theme=None, config=charts.CONFIG, alt=desk.words(alt), key=key)


def clickable(desk: Desk, figure: go.Figure, alt: str, key: str) -> list[dict[str, Any]]:
    """Draw a figure whose points can be clicked; returns those that are."""
    inked = charts.inked(figure, st.context.theme.type or "light")
    picked = st.plotly_chart(
        inked, theme=None, config=charts.CONFIG, alt=desk.words(alt), key=key, on_select="rerun", selection_mode="points"
    )
    return list(picked.selection.points) if picked else []


@contextmanager
def part(desk: Desk) -> Iterator[None]:
    """A part of a page that may fail alone: it says so, and the rest still works."""
    try:
        with st.spinner(desk.words("state.asking")):  # seen only where an answer takes half a second
            yield
    except SadaError as error:
        failures.part(error, desk.words)


def empty(desk: Desk, key: str) -> None:
    """Nothing to show yet: what will appear here, and when."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(f":gray[:material/hourglass_empty:] {desk.words(key)}", text_alignment="center")
