"""Alerts: what was raised, whom it reached, and how often it was right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pandas as pd
import streamlit as st

from cases import alert_outbox, alerts
from cases.alert_outbox import Delivery
from cases.alerts import Precision
from cases.roles import Person
from dashboard import alert_card, alert_rules_form, cards, casework, foot, frame, heading, signing
from dashboard.bidi import bare, escaped, foreign
from dashboard.cards import Number
from dashboard.dates import ago, exact
from dashboard.figures import NONE, percent, whole, wilson
from dashboard.frame import Desk

MEANS = ("alerts.unseen", "alerts.raised", "alerts.precision", "alerts.failed")
WEEK = timedelta(days=7)
SHOWN, LOGGED = 20, 100
STATES = {"waiting": "orange", "sent": "green", "failed": "red", "dropped": "gray"}


def show(desk: Desk) -> None:
    """The whole page: the list for everybody who may see figures, the rest for those who signed in."""
    desk = heading.head(desk, "alerts", (), "", ())
    casework.say(desk)
    with frame.part(desk):
        person = signing.who(desk)
        judged = alerts.precision(casework.opened(desk))
        _numbers(desk, judged)
        if person is None:
            _list(desk, None, judged)
            _door(desk)
        else:
            signing.mark(desk, person)
            _inside(desk, person, judged)
    with frame.part(desk):
        shown = alerts.explain(casework.opened(desk), desk.now - WEEK, SHOWN + 1, SHOWN * (desk.view.page - 1))
        foot.draw(desk, MEANS, sql=shown)


def _door(desk: Desk) -> None:
    st.divider()
    st.caption(desk.words("alerts.sign_in"))
    signing.form(desk)


def _inside(desk: Desk, person: Person, judged: Sequence[Precision]) -> None:
    parts: dict[str, Callable[[], None]] = {"alerts": lambda: _list(desk, person, judged), "deliveries": lambda: _deliveries(desk),
                                            "rules": lambda: alert_rules_form.draw(desk, person)}  # fmt: skip
    parts[heading.segments(desk, "part", tuple(parts))]()


def _numbers(desk: Desk, judged: Sequence[Precision]) -> None:
    w, store = desk.words, casework.opened(desk)
    right, of = sum(p.right for p in judged), sum(p.judged for p in judged)
    interval = wilson(right, of)
    said = w("alerts.interval", low=percent(interval[0], w), high=percent(interval[1], w), judged=whole(of, w)) if interval else None
    cards.numbers(desk, [
        Number(key="alerts.unseen", value=whole(alerts.unseen(store), w)),
        Number(key="alerts.raised", value=whole(alerts.raised(store, desk.now - WEEK), w)),
        Number(key="alerts.precision", value=percent(right / of, w) if of else NONE, delta=said),
        Number(key="alerts.failed", value=whole(alert_outbox.failed(store, desk.now - WEEK), w)),
    ])  # fmt: skip


def _list(desk: Desk, person: Person | None, judged: Sequence[Precision]) -> None:
    """The newest alerts, and beside them how often such alerts were right."""
    left, right = st.columns([2, 1], gap="medium")
    with left:
        found = alerts.newest(casework.opened(desk), desk.now, SHOWN + 1, offset=SHOWN * (desk.view.page - 1))
        if person:
            alert_card.several(desk, found[:SHOWN], person)
        for standing in found[:SHOWN]:
            alert_card.draw(desk, standing, person)
        if not found:
            frame.empty(desk, "alerts.empty")
        cards.turn(desk, desk.view.page > 1, len(found) > SHOWN)
    with right:
        _precision(desk, judged)


def _precision(desk: Desk, judged: Sequence[Precision]) -> None:
    w = desk.words
    st.subheader(w("alerts.by_kind"), anchor=False)
    for one in judged:
        low, high = wilson(one.right, one.judged) or (0.0, 1.0)
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"{alert_card.ICONS[one.when]} {w(f'alert.{one.when}')} · **{percent(one.right / one.judged, w)}**")
            st.caption(
                w("alerts.judged", right=whole(one.right, w), judged=whole(one.judged, w), low=percent(low, w), high=percent(high, w))
            )
    if not judged:
        frame.empty(desk, "alerts.not_judged")


def _deliveries(desk: Desk) -> None:
    """The last messages and how they went."""
    w, store = desk.words, casework.opened(desk)
    found = alert_outbox.log(store, LOGGED)
    if not found:
        frame.empty(desk, "alerts.log_empty")
        return
    names = {
        s.alert.id: alert_card.title(desk, s.alert) for s in alerts.newest(store, desk.now, ids={one.alert for one in found}, limit=LOGGED)
    }
    rows = [
        (
            ago(one.at or one.next_at, desk.now, w), names.get(one.alert, one.alert), w("alert.first" if one.step == "first" else "alert.step_escalated"),
            foreign(escaped(one.to)), f":{STATES[one.state]}-badge[{w(f'alert.{one.state}')}]", whole(one.attempts, w),
            _says(desk, one),
        )
        for one in found
    ]  # fmt: skip
    columns = [w(f"alerts.log_{name}") for name in ("at", "alert", "step", "to", "state", "attempts", "says")]
    st.table(pd.DataFrame(rows, columns=columns), hide_index=True, border="horizontal", alt=w("alerts.log_alt"))


def _says(desk: Desk, one: Delivery) -> str:
    """Why it went as it did, and of what waits until when."""
    w, about = desk.words, desk.about
    waits = [w("alerts.waits", at=exact(one.next_at, about.zone, about.calendar, w))] if one.state == "waiting" else []
    return " · ".join([*waits, *([foreign(escaped(bare(one.problem)))] if one.problem else [])]) or NONE


if __name__ == "__main__":
    show(frame.here())
