"""Events beside the curves: what staff noted of a day, and where campaigns began."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

import msgspec
import plotly.graph_objects as go
import streamlit as st

from cases import events
from cases.events import LONGEST, Event
from cases.roles import Person, Right, may
from core.deployment import label
from core.errors import StoreFailed
from dashboard import casework, charts, signing
from dashboard.bidi import bare, escaped, foreign, plotted
from dashboard.dates import short_day
from dashboard.figures import whole
from dashboard.frame import Desk

MOST = 20  # marks on one chart; the latest


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened on a day; `event` where staff noted it."""

    day: date
    text: str
    event: Event | None = None


def marks(desk: Desk, over: Sequence[date]) -> list[Mark]:
    """What happened on these days, in their order; without the noted events where they cannot be read."""
    begun = [Mark(day=c.starts, text=label(c.name, desk.words.language)) for c in desk.about.campaigns if c.starts in over and c.starts]
    noted = [Mark(day=event.day, text=event.text, event=event) for event in _noted(desk, over)]
    return sorted([*begun, *noted], key=lambda mark: mark.day)[-MOST:]


def _noted(desk: Desk, over: Sequence[date]) -> Sequence[Event]:
    try:
        return events.between(casework.opened(desk), over[0], over[-1])
    except StoreFailed:
        return ()


def drawn(desk: Desk, figure: go.Figure, shown: Sequence[Mark], over: Sequence[date]) -> go.Figure:
    """The figure with a numbered line at each mark; marks of the same day share one."""
    for day in dict.fromkeys(mark.day for mark in shown):
        numbers = [whole(i, desk.words) for i, mark in enumerate(shown, 1) if mark.day == day]
        figure.add_vline(x=over.index(day), line={"color": charts.HATCH, "width": 1.4, "dash": "dot"}, annotation_text=plotted(" ".join(numbers)),
                         annotation_position="top", annotation_font_size=12)  # fmt: skip
    return figure


def listed(desk: Desk, shown: Sequence[Mark]) -> None:
    """What the numbers on the chart mean; for those who may, a way to take an event away and to note one."""
    person = signing.who(desk)
    able = person if person and may(person, Right.TRIAGE) else None
    for i, mark in enumerate(shown, 1):
        _line(desk, i, mark, able)
    if able:
        casework.say(desk)
        _form(desk, able)


def _line(desk: Desk, number: int, mark: Mark, able: Person | None) -> None:
    w = desk.words
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        day = short_day(mark.day, desk.about.calendar, w)
        icon = ":material/flag:" if mark.event else ":material/campaign:"
        st.caption(f"**{whole(number, w)}** {icon} {day} · {foreign(escaped(bare(mark.text)))}", width="content")
        if able and mark.event:
            remove = partial(events.remove, casework.opened(desk), able, mark.event.number, casework.at(desk))
            st.button(w("events.remove"), key=f"remove_event_{mark.event.number}", icon=":material/close:", type="tertiary", on_click=casework.do,
                      args=(desk, remove, "events.removed"))  # fmt: skip


def _form(desk: Desk, person: Person) -> None:
    w, today = desk.words, desk.now.astimezone(desk.about.zone).date()
    with st.popover(w("events.note"), icon=":material/flag:"), st.form("note_event", border=False):
        st.date_input(w("events.day"), value=today, key="event_day", format="YYYY-MM-DD")
        st.text_input(w("events.text"), key="event_text", max_chars=LONGEST, placeholder=w("events.hint"))
        st.form_submit_button(w("events.keep"), type="primary", on_click=_keep, args=(desk, person))


def _keep(desk: Desk, person: Person) -> None:
    """Runs before the page is drawn, so that the chart shows it."""
    said = st.session_state
    casework.do(
        desk, lambda: events.put(casework.opened(desk), person, said["event_day"], said["event_text"], casework.at(desk)), "events.kept"
    )
    if casework.went_well():
        said["event_text"] = ""


def asked(desk: Desk, over: Sequence[date]) -> dict[str, str]:
    """The SQL behind the noted events."""
    return {"events": events.explain(casework.opened(desk), over[0], over[-1])}
