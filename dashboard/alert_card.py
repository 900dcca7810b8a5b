"""One alert on a page: what was found, what became of it, and what may be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import streamlit as st

from cases import alerts
from cases.alerts import Alert, Standing
from cases.roles import Person, Right, may
from core.deployment import label
from dashboard import casework
from dashboard.bidi import bare, escaped, foreign
from dashboard.dates import ago, clock, exact
from dashboard.figures import NONE, decimal, percent, whole
from dashboard.frame import Desk

ICONS = {
    "theme": ":orange[:material/trending_up:]",
    "sentiment_fall": ":red[:material/sentiment_dissatisfied:]",
    "follower_drop": ":red[:material/group_remove:]",
    "source_silent": ":gray[:material/volume_off:]",
    "target_near": ":orange[:material/timer:]",
}
MUTES = {"mute_day": timedelta(days=1), "mute_week": timedelta(days=7), "mute_month": timedelta(days=30)}


def draw(desk: Desk, standing: Standing, person: Person | None) -> None:
    """The card, with its buttons for those who may press them."""
    alert, w = standing.alert, desk.words
    said = title(desk, alert)
    with st.container(border=True, gap="xsmall", key=f"alert_{alert.id}"):
        st.markdown(f"{ICONS[alert.when]} **{said}** {_badges(desk, standing, person)}")
        kind = [] if said == w(f"alert.{alert.when}") else [w(f"alert.{alert.when}")]
        at = exact(alert.raised_at, desk.about.zone, desk.about.calendar, w)
        st.caption(" · ".join([*kind, *_where(desk, alert), ago(alert.raised_at, desk.now, w)]), help=at)
        st.markdown(sentence(desk, alert))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _evidence(desk, alert)
            if person and may(person, Right.TRIAGE):
                _buttons(desk, standing, person)


def title(desk: Desk, alert: Alert) -> str:
    """What it is about, as Markdown."""
    if alert.when == "theme":
        return foreign(escaped(bare(alert.name)))
    if alert.when == "follower_drop":
        return foreign(escaped(desk.account(alert.matter)))
    if alert.when == "target_near" and alert.department:
        found = next((d.name for d in desk.about.departments if d.id == alert.department), {})
        return foreign(escaped(label(found, desk.words.language) or alert.department))
    return foreign(escaped(alert.matter)) if alert.when == "source_silent" else desk.words(f"alert.{alert.when}")


def sentence(desk: Desk, alert: Alert) -> str:
    """Its numbers in words."""
    w = desk.words
    number = percent if alert.when == "sentiment_fall" else whole if alert.when == "follower_drop" else decimal
    said = w(
        f"alert.says_{alert.when}", count=whole(alert.count, w), authors=whole(alert.authors, w), now=number(alert.now, w),
        usual=number(alert.usual, w), since=_clock(desk, alert, "since"), until=_clock(desk, alert, "until"),
    )  # fmt: skip
    return f"{said} · {w('theme.probability', share=percent(alert.probability, w))}" if alert.probability is not None else said


def _clock(desk: Desk, alert: Alert, name: str) -> str:
    at = getattr(alert, name)
    if at is None:
        return NONE
    if alert.when == "target_near":
        return clock(at.astimezone(desk.about.zone), desk.words)
    return exact(at, desk.about.zone, desk.about.calendar, desk.words)


def _where(desk: Desk, alert: Alert) -> list[str]:
    return [escaped(name(id)) for name, id in ((desk.topic, alert.topic), (desk.place, alert.place)) if id]


def _badges(desk: Desk, standing: Standing, person: Person | None) -> str:
    """What became of it; who did it is for those who signed in."""
    w, zone, calendar = desk.words, desk.about.zone, desk.about.calendar
    found = []
    if standing.acknowledged_by:
        found.append(f":gray-badge[{w('alerts.seen_by', name=_who(desk, standing.acknowledged_by, person))}]")
    elif standing.tell_at > desk.now:
        found.append(f":gray-badge[{w('alerts.waits', at=exact(standing.tell_at, zone, calendar, w))}]")
    if standing.escalated_at:
        found.append(f":red-badge[{w('alerts.escalated', ago=ago(standing.escalated_at, desk.now, w))}]")
    if standing.muted_until:
        found.append(f":gray-badge[{w('alerts.muted_until', at=exact(standing.muted_until, zone, calendar, w))}]")
    if standing.is_right is not None:
        colour, key = ("green", "alerts.judged_right") if standing.is_right else ("red", "alerts.judged_wrong")
        found.append(f":{colour}-badge[{w(key, name=_who(desk, standing.judged_by, person))}]")
    return " ".join(found)


def _who(desk: Desk, name: str | None, person: Person | None) -> str:
    return foreign(escaped(name)) if name and person else desk.words("post.somebody")


def _evidence(desk: Desk, alert: Alert) -> None:
    page, params = alerts.evidence(alert)
    address = {"lang": [desk.words.language]} | params
    st.page_link(f"pages/{page}.py", label=desk.words("alerts.look"), icon=":material/arrow_outward:", query_params=address)


def _buttons(desk: Desk, standing: Standing, person: Person) -> None:
    w, id, store = desk.words, standing.alert.id, casework.opened(desk)
    if standing.acknowledged_at is None:
        _button(desk, "acknowledge", id, "done", lambda: alerts.acknowledge(store, person, id, casework.at(desk)))
    if standing.muted_until is None:
        with st.popover(w("alerts.mute"), icon=":material/notifications_off:"):
            for name, span in MUTES.items():
                _button(desk, name, id, "notifications_paused", _mute(desk, person, id, span))
    else:
        _button(desk, "unmute", id, "notifications_active", lambda: alerts.unmute(store, person, id, casework.at(desk)))
    for name, is_right in (("right", True), ("wrong", False)):
        if standing.is_right is not is_right:
            _button(desk, name, id, "thumb_up" if is_right else "thumb_down", _judge(desk, person, id, is_right))


def several(desk: Desk, shown: Sequence[Standing], person: Person) -> None:
    """A button for all that nobody has seen of those on the page, where there are at least two and it may be pressed."""
    ids = [one.alert.id for one in shown if one.acknowledged_at is None]
    if len(ids) > 1 and may(person, Right.TRIAGE):
        said = desk.words("alerts.acknowledge_all", count=whole(len(ids), desk.words))
        st.button(said, key="acknowledge_all", icon=":material/done_all:", type="tertiary", on_click=casework.do,
                  args=(desk, lambda: alerts.acknowledge_all(casework.opened(desk), person, ids, casework.at(desk)), "alerts.done"))  # fmt: skip


def _mute(desk: Desk, person: Person, id: str, span: timedelta) -> Callable[[], None]:
    return lambda: alerts.mute(casework.opened(desk), person, id, casework.at(desk) + span, casework.at(desk))


def _judge(desk: Desk, person: Person, id: str, is_right: bool) -> Callable[[], None]:
    return lambda: alerts.judge(casework.opened(desk), person, id, is_right, casework.at(desk))


def _button(desk: Desk, name: str, id: str, icon: str, act: Callable[[], None]) -> None:
    st.button(desk.words(f"alerts.{name}"), key=f"{name}_{id}", icon=f":material/{icon}:", type="tertiary", on_click=casework.do,
              args=(desk, act, "alerts.done"))  # fmt: skip
