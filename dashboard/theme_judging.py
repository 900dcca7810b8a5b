"""What people said of themes, and the buttons to say it with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
import streamlit as st

from cases import theme_judgements
from cases.roles import Person, Right, may
from cases.theme_judgements import Judged
from core.theme import Theme
from dashboard import casework, signing
from dashboard.alert_card import MUTES
from dashboard.bidi import escaped, foreign
from dashboard.cards import Number
from dashboard.dates import exact
from dashboard.figures import NONE, percent, whole, wilson
from dashboard.frame import Desk


class Judgements(msgspec.Struct, frozen=True, kw_only=True):
    """Who looks at some themes, what was said of each, and of how many themes ever that they were right."""

    person: Person | None
    of: Mapping[str, Judged]
    right: int
    judged: int

    def is_muted(self, theme: str) -> bool:
        """Whether somebody wants to hear no more of it now."""
        return theme in self.of and self.of[theme].muted_until is not None


def read(desk: Desk, themes: Sequence[Theme]) -> Judgements:
    """What was said of these themes and of all there were. Raises StoreFailed."""
    store = casework.opened(desk)
    right, judged = theme_judgements.so_far(store)
    of = theme_judgements.said(store, [theme.id for theme in themes], desk.now)
    return Judgements(person=signing.who(desk), of=of, right=right, judged=judged)


def number(desk: Desk, found: Judgements) -> Number:
    """Right so far, with its interval."""
    w, interval = desk.words, wilson(found.right, found.judged)
    said = (
        w("alerts.interval", low=percent(interval[0], w), high=percent(interval[1], w), judged=whole(found.judged, w)) if interval else None
    )
    return Number(key="themes.right", value=percent(found.right / found.judged, w) if found.judged else NONE, delta=said)


def draw(desk: Desk, found: Judgements, theme: Theme) -> None:
    """What was said of one theme; for those who may, the buttons to say otherwise."""
    said = found.of.get(theme.id, Judged())
    if badges := _badges(desk, said, found.person):
        st.markdown(badges)
    if found.person and may(found.person, Right.TRIAGE):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"judge_{theme.id}"):
            _buttons(desk, found.person, theme, said)


def _badges(desk: Desk, said: Judged, person: Person | None) -> str:
    """Who said it is for those who signed in."""
    w, found = desk.words, []
    if said.is_right is not None:
        colour, key = ("green", "alerts.judged_right") if said.is_right else ("red", "alerts.judged_wrong")
        found.append(f":{colour}-badge[{w(key, name=foreign(escaped(said.by or '')) if person else w('post.somebody'))}]")
    if said.muted_until:
        at = exact(said.muted_until, desk.about.zone, desk.about.calendar, w)
        found.append(f":gray-badge[:material/notifications_off: {w('alerts.muted_until', at=at)}]")
    return " ".join(found)


def _buttons(desk: Desk, person: Person, theme: Theme, said: Judged) -> None:
    store, at, id = casework.opened(desk), casework.at(desk), theme.id
    for name, is_right in (("right", True), ("wrong", False)):
        if said.is_right is not is_right:
            icon = "thumb_up" if is_right else "thumb_down"
            _button(desk, name, id, icon, lambda is_right=is_right: theme_judgements.judge(store, person, id, is_right, at))  # type: ignore[misc]
    if said.muted_until is None:
        with st.popover(desk.words("alerts.mute"), icon=":material/notifications_off:"):
            for name, span in MUTES.items():
                until = at + span
                _button(desk, name, id, "notifications_paused",
                        lambda until=until: theme_judgements.mute(store, person, id, until, at, desk.about))  # type: ignore[misc]  # fmt: skip
    else:
        _button(desk, "unmute", id, "notifications_active", lambda: theme_judgements.unmute(store, person, id, at))


def _button(desk: Desk, name: str, id: str, icon: str, act: Callable[[], None]) -> None:
    st.button(desk.words(f"alerts.{name}"), key=f"theme_{name}_{id}", icon=f":material/{icon}:", type="tertiary", on_click=casework.do,
              args=(desk, act, "alerts.done"))  # fmt: skip
