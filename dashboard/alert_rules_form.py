"""The rules of alerts on a page: read by those who signed in, changed by those who may."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args, get_type_hints

import msgspec
import streamlit as st

from cases import alert_rules
from cases.roles import Person, Right, may
from core.deployment import LANGUAGES, AlertRule
from dashboard import casework
from dashboard.bidi import LRI, PDI, bare, escaped
from dashboard.frame import Desk
from dashboard.words import words

KINDS: tuple[str, ...] = get_args(get_type_hints(AlertRule)["when"])
PLACED = ("theme", "sentiment_fall", "target_near")  # kinds that a topic or a place can narrow


def draw(desk: Desk, person: Person) -> None:
    """Every rule as it holds now; and the form for a new one."""
    w, store = desk.words, casework.opened(desk)
    st.caption(w("rule.means"))
    edited, is_hand = alert_rules.edited_ids(store), may(person, Right.TEACH)
    for rule in alert_rules.every(store, desk.about):
        marks = [w("rule.edited")] * (rule.id in edited) + [w("rule.off")] * (not rule.is_on)
        with st.expander(
            " · ".join([w(f"alert.{rule.when}"), escaped(rule.id), *marks]), icon=None if rule.is_on else ":material/notifications_off:"
        ):
            _form(desk, person, rule, is_hand)
            if is_hand and rule.id in edited:
                st.button(
                    w("rule.restore"), key=f"rule_restore_{rule.id}", type="tertiary", on_click=_restore, args=(desk, person, rule.id)
                )
    if is_hand:
        with st.expander(w("rule.add"), icon=":material/add:"):
            _new(desk, person)


def _form(desk: Desk, person: Person, rule: AlertRule, is_hand: bool) -> None:
    w, off = desk.words, not is_hand
    with st.form(f"rule_{rule.id}", border=False):
        st.toggle(w("rule.is_on"), rule.is_on, key=_key(rule, "is_on"), disabled=off)
        left, right = st.columns(2, gap="medium")
        with left:
            if rule.when != "source_silent":
                _number(desk, rule, "at_least", f"rule.at_least_{rule.when}", off)
            if rule.when != "theme":
                _number(desk, rule, "hours", f"rule.hours_{rule.when}", off)
            if rule.when == "theme":
                _number(desk, rule, "probability", "rule.probability", off)
                st.toggle(w("rule.complaints_only"), rule.complaints_only, key=_key(rule, "complaints_only"), disabled=off)
            if rule.when in PLACED:
                _one(desk, rule, "topic", [t.id for t in desk.about.topics], off)
                _one(desk, rule, "place", [p.id for p in desk.about.places], off)
        with right:
            _one(desk, rule, "language", LANGUAGES, off)
            _addresses(desk, rule, "to", off)
            for name in ("quiet_from", "quiet_until", "digest_at"):
                st.time_input(w(f"rule.{name}"), getattr(rule, name), key=_key(rule, name), disabled=off)
            _number(desk, rule, "escalate_minutes", "rule.escalate_minutes", off)
            _addresses(desk, rule, "escalate_to", off)
        st.form_submit_button(w("rule.keep"), key=f"rule_keep_{rule.id}", disabled=off, on_click=_keep, args=(desk, person, rule))


def _number(desk: Desk, rule: AlertRule, name: str, says: str, off: bool) -> None:
    told = getattr(rule, name)
    st.number_input(
        desk.words(says), min_value=0.0, value=None if told is None else float(told), format="%g", key=_key(rule, name), disabled=off
    )


def _one(desk: Desk, rule: AlertRule, name: str, options: Sequence[str], off: bool) -> None:
    told, said = getattr(rule, name), {"topic": desk.topic, "place": desk.place, "language": lambda code: words(code)("language")}[name]
    at = list(options).index(told) if told in options else None
    st.selectbox(desk.words(f"rule.{name}"), options, index=at, key=_key(rule, name), format_func=said, placeholder=desk.words("filter.all"),
                 disabled=off)  # fmt: skip


def _addresses(desk: Desk, rule: AlertRule, name: str, off: bool) -> None:
    """Keys of the environment; of whole addresses only the kind is shown."""
    told = list(getattr(rule, name))
    known = dict.fromkeys([*told, *(to for r in desk.about.alerts for to in (*r.to, *r.escalate_to) if alert_rules.is_key(to))])
    st.multiselect(desk.words(f"rule.{name}"), list(known), told, key=_key(rule, name), format_func=_shown, accept_new_options=True,
                   placeholder=_shown("$ALERTS_TO"), disabled=off)  # fmt: skip


def _shown(to: str) -> str:
    """What may be seen of an address, in its own left-to-right order."""
    return f"{LRI}{alert_rules.shown(to)}{PDI}"


def _key(rule: AlertRule, name: str) -> str:
    return f"rule_{name}_{rule.id}"


def _keep(desk: Desk, person: Person, rule: AlertRule) -> None:
    casework.do(desk, lambda: alert_rules.keep(casework.opened(desk), person, _read(rule), casework.at(desk), desk.about), "alerts.kept")


def _read(rule: AlertRule) -> AlertRule:
    """The rule as the form says it; what the form does not show stays."""
    said = {name: st.session_state[_key(rule, name)] for name in AlertRule.__struct_fields__ if _key(rule, name) in st.session_state}
    for name in ("to", "escalate_to"):
        said[name] = tuple(bare(to).strip() for to in said[name])
    minutes = said["escalate_minutes"]
    said["escalate_minutes"] = None if minutes is None else int(minutes)
    return msgspec.structs.replace(rule, **said)


def _restore(desk: Desk, person: Person, id: str) -> None:
    casework.do(desk, lambda: alert_rules.restore(casework.opened(desk), person, id, casework.at(desk)), "alerts.restored")


def _new(desk: Desk, person: Person) -> None:
    w = desk.words
    with st.form("rule_new", width=420):
        st.text_input(w("rule.name"), key="rule_new_id")
        st.selectbox(w("rule.kind"), KINDS, key="rule_new_when", format_func=lambda kind: w(f"alert.{kind}"))
        st.form_submit_button(w("rule.add"), key="rule_new_keep", on_click=_made, args=(desk, person))


def _made(desk: Desk, person: Person) -> None:
    said = st.session_state
    rule = AlertRule(id=said["rule_new_id"].strip(), when=said["rule_new_when"], is_on=False)  # until somebody says how much and to whom
    casework.do(desk, lambda: alert_rules.keep(casework.opened(desk), person, rule, casework.at(desk), desk.about), "alerts.kept")
