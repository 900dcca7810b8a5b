"""What every page stands in: the address bar, the head with its controls, live parts, and what is said when something fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import plotly.graph_objects as go
import streamlit as st

from core.deployment import Deployment, label
from core.errors import SadaError
from core.settings import Settings
from dashboard import charts, data, filters
from dashboard.filters import View
from dashboard.periods import Window, window
from dashboard.words import LANGUAGES, Words, words

LIVE = "10s"  # how often a live part asks again
PAGES = {  # file in pages/ → its icon, in the order of the navigation
    "now": "pulse_alert", "growth": "trending_up", "engagement": "favorite", "themes": "bubble_chart", "posts": "forum", "complaints": "support_agent", "plans": "signpost",
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
        return window(self.view.period, self.now, self.about.timezone)

    def later(self) -> Desk:
        """The same desk at the present time and with the address as it is now, for a live part."""
        view = filters.read(_params(), self.about)
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
    view = _view(about)
    return Desk(said, about, words(view.lang), view, data.now(said), data.Asker(data.open_store(said, about), str(said.data.resolve())))


def _view(about: Deployment) -> View:
    """The address as a view. Streamlit's navigation clears the address; what is common to all pages is put back."""
    params = _params()
    if "lang" not in params and "kept" in st.session_state:
        params = {**filters.write(filters.carried(st.session_state["kept"])), **params}
    view = filters.read(params, about)
    st.session_state["kept"] = view
    if filters.write(view) != _params():
        st.query_params.from_dict(filters.write(view))
    return view


def _params() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def language_of_failure() -> Words:
    """The words to say a failure in, when even the deployment cannot be read."""
    asked = st.query_params.get("lang", "en")
    return words(asked if asked in LANGUAGES else "en")


def change(**changes: object) -> None:
    """Go to another view of the same page: the present one with these changes, on its first screen of posts."""
    view = msgspec.structs.replace(st.session_state["kept"], **{"page": 1, **changes})
    st.session_state["kept"] = view
    st.query_params.from_dict(filters.write(view))


def turn(step: int) -> None:
    """Go so many screens of posts on, or back."""
    change(page=max(1, st.session_state["kept"].page + step))


def clear() -> None:
    """Take every filter away; language and period stay."""
    kept = st.session_state["kept"]
    change(**msgspec.structs.asdict(View(lang=kept.lang, period=kept.period)))


# What a widget calls reads the present view from the session: Streamlit may call it with the arguments of an earlier run.


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


FILTERS = ("platform", "account", "tongue", "topic", "place")


def head(desk: Desk, page: str, periods: Sequence[str], usual: str, filtered: Sequence[str] = FILTERS) -> Desk:
    """Title, period and filters: the same on every page. Returns the desk with the period that is shown, `usual` if none was asked for."""
    desk = replace(desk, view=msgspec.structs.replace(desk.view, period=desk.view.period if desk.view.period in periods else usual))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="head"):
        st.title(desk.words(f"{page}.title"), anchor=False, width="stretch")
        if periods:
            _segments(desk, "period", periods, desk.view.period, "period")
    _filters(desk, filtered)
    return desk


def _segments(desk: Desk, name: str, options: Sequence[str], chosen: str, says: str) -> None:
    key = f"choose_{name}"
    st.session_state[key] = chosen if chosen in options else options[0]
    st.segmented_control(
        desk.words(f"filter.{name}"), options, key=key, required=True, label_visibility="collapsed",
        format_func=lambda option: desk.words(f"{says}.{option}"), on_change=take, args=(name, key),
    )  # fmt: skip


def segments(desk: Desk, name: str, options: Sequence[str], usual: str = "") -> str:
    """A choice of one that stands in the address under `name`, else `usual`, else the first; returns it."""
    chosen = getattr(desk.view, name)
    chosen = chosen if chosen in options else usual or options[0]
    _segments(desk, name, options, chosen, name)
    return chosen


def take(name: str, key: str) -> None:
    """Put what a widget says into the address."""
    change(**{name: st.session_state[key]})


def _filters(desk: Desk, names: Sequence[str]) -> None:
    """One line of filters; each opens its choices. A filter with a single choice is not shown."""
    options = filters.choices(desk.about)
    shown = [name for name in names if name in options and len([o for o in options[name] if o]) > 1]
    with st.container(horizontal=True, gap="small", key="filters"):
        for name in _with_branch(shown, options):
            _filter(desk, name, options[name])
        _cleared(desk, shown)


def _with_branch(shown: Sequence[str], options: dict[str, tuple[str, ...]]) -> list[str]:
    """Branches stand beside the accounts where there are any."""
    return [n for name in shown for n in (["branch", "account"] if name == "account" and len(options["branch"]) > 1 else [name])]


def _filter(desk: Desk, name: str, options: tuple[str, ...]) -> None:
    chosen = list(getattr(desk.view, name))
    said = desk.words(f"filter.{name}")
    if chosen:
        said += f": {named(desk, name, chosen[0])}" + (f" +{len(chosen) - 1}" if len(chosen) > 1 else "")
    key = f"filter_{name}"
    st.session_state[key] = chosen
    with st.popover(said, type="primary" if chosen else "secondary"):
        st.multiselect(
            desk.words(f"filter.{name}"), options, key=key, placeholder=desk.words("filter.all"), format_func=lambda o: named(desk, name, o),
            on_change=_listed, args=(name, key),
        )  # fmt: skip


def _listed(name: str, key: str) -> None:
    change(**{name: tuple(st.session_state[key])})


def _cleared(desk: Desk, names: Sequence[str]) -> None:
    used = [name for name in {*names, *filters.LISTS} if getattr(desk.view, name)]
    if used or desk.view.since or desk.view.q or desk.view.theme:
        st.button(desk.words("filter.clear"), type="tertiary", icon=":material/close:", on_click=clear, key="clear")


def named(desk: Desk, name: str, value: str) -> str:
    """What a filter's value is called."""
    if not value:
        return desk.words("filter.without")
    given = {"topic": desk.topic, "place": desk.place, "branch": desk.branch, "account": desk.account, "platform": desk.platform}
    if name in given:
        return given[name](value)
    if name == "tongue":
        return desk.words(f"tongue.{value}")
    return desk.words(f"{name}.{value}")


def language_choice(desk: Desk) -> None:
    """Which language the pages speak, each named in itself."""
    st.session_state["choose_lang"] = desk.view.lang
    st.selectbox(
        desk.words("filter.lang"), LANGUAGES, key="choose_lang", label_visibility="collapsed", width=130,
        format_func=lambda code: words(code)("language"), on_change=take, args=("lang", "choose_lang"),
    )  # fmt: skip


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
        yield
    except SadaError as error:
        st.error(desk.words("state.failed", why=str(error)), icon=":material/error:")


def empty(desk: Desk, key: str) -> None:
    """Nothing to show yet: what will appear here, and when."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(f":gray[:material/hourglass_empty:] {desk.words(key)}", text_alignment="center")
