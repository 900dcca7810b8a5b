"""Alerts at rest, the same in both engines: raised once, sent at least once and never after success, judged, muted."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from cases import alert_outbox, alert_rules, alert_waiting, alerts
from cases.alert_outbox import MOST, UNKNOWN, WAITS, Delivery
from cases.alerts import Alert, Planned
from cases.roles import Role
from core.deployment import AlertRule, Deployment
from core.errors import AskedWrongly, NotAllowed
from tests.cases.factory import CITY, OFFICER, SUNDAY_NOON, SUPERVISOR, VERIFIER, WORKER

NOW = SUNDAY_NOON
HOUR = timedelta(hours=1)
SECRET = "json://user:hunter2@host.example/x"
RULED = Deployment(**{f: getattr(CITY, f) for f in CITY.__struct_fields__} | {"alerts": (AlertRule(id="rising", when="theme", to=("$ALERTS_TO", SECRET)),)})  # fmt: skip


def planned(number: int = 1, at=NOW, **told: object) -> Planned:
    alert = Alert(
        **({"id": f"a-{number}", "rule": "rising", "when": "theme", "matter": f"t{number}", "raised_at": at, "name": "no water"} | told)
    )  # type: ignore[arg-type]
    one = Delivery(id=f"d-{number}", alert=alert.id, step="first", address="abc", to="$ALERTS_TO", language="en", next_at=at)
    return Planned(alert=alert, tell_at=at, deliveries=(one,))


def test_an_alert_is_raised_once_with_its_messages(store):
    assert [a.id for a in alerts.keep(store, [planned(1), planned(2)], NOW)] == ["a-1", "a-2"]
    assert alerts.keep(store, [planned(1), planned(2)], NOW + HOUR) == []
    assert len(alert_outbox.log(store)) == 2
    assert [s.alert for s in alerts.newest(store, NOW)] == [planned(1).alert, planned(2).alert]
    assert (alerts.unseen(store), alerts.raised(store, NOW), alerts.raised(store, NOW + HOUR)) == (2, 2, 0)


def test_two_processes_never_make_the_same_attempt(store):
    alerts.keep(store, [planned()], NOW)
    ((one, _),) = alert_outbox.ready(store, NOW)
    assert alert_outbox.claim(store, one, NOW).attempts == 1
    assert alert_outbox.claim(store, one, NOW) is None
    assert alert_outbox.ready(store, NOW) == []


def test_after_success_there_is_no_further_attempt(store):
    alerts.keep(store, [planned()], NOW)
    ((one, _),) = alert_outbox.ready(store, NOW)
    alert_outbox.settle(store, [alert_outbox.claim(store, one, NOW)], NOW, None)
    assert alert_outbox.ready(store, NOW + 30 * HOUR) == []
    assert [(d.state, d.problem) for d in alert_outbox.log(store)] == [("sent", None)]


def test_attempts_follow_each_other_ever_later_and_end(store):
    alerts.keep(store, [planned()], NOW)
    at = NOW
    for wait in WAITS:
        ((one, _),) = alert_outbox.ready(store, at)
        alert_outbox.settle(store, [alert_outbox.claim(store, one, at)], at, "refused")
        assert alert_outbox.ready(store, at + wait - timedelta(seconds=1)) == []
        at += wait
    ((one, _),) = alert_outbox.ready(store, at)
    alert_outbox.settle(store, [alert_outbox.claim(store, one, at)], at, "refused")
    assert [(d.state, d.attempts) for d in alert_outbox.log(store)] == [("failed", MOST)]
    assert (alert_outbox.failed(store, NOW), alert_outbox.failed(store, at + HOUR)) == (1, 0)


def test_a_process_that_died_in_its_last_attempt_leaves_a_word(store):
    alerts.keep(store, [planned()], NOW)
    at = NOW
    for _ in range(MOST):
        ((one, _),) = alert_outbox.ready(store, at)
        assert alert_outbox.claim(store, one, at)
        at += max(WAITS)
    ((one, _),) = alert_outbox.ready(store, at)
    assert alert_outbox.claim(store, one, at) is None
    assert [(d.state, d.problem) for d in alert_outbox.log(store)] == [("failed", UNKNOWN)]


def test_an_alert_is_escalated_once_and_not_after_somebody_saw_it(store):
    alerts.keep(store, [planned(1), planned(2)], NOW)
    alerts.acknowledge(store, OFFICER, "a-2", NOW)
    assert [a.id for a in alert_waiting.to_escalate(store, "rising", NOW - HOUR, NOW)] == ["a-1"]
    assert alert_waiting.escalate(store, planned(1).alert, (), NOW) and not alert_waiting.escalate(store, planned(1).alert, (), NOW)
    assert not alert_waiting.escalate(store, planned(2).alert, (), NOW)
    assert alert_waiting.to_escalate(store, "rising", NOW - HOUR, NOW) == []


def test_who_saw_it_first_is_kept(store):
    alerts.keep(store, [planned()], NOW)
    alerts.acknowledge(store, OFFICER, "a-1", NOW + HOUR)
    alerts.acknowledge(store, VERIFIER, "a-1", NOW + 2 * HOUR)
    (standing,) = alerts.newest(store, NOW + 3 * HOUR)
    assert (standing.acknowledged_by, standing.acknowledged_at) == (OFFICER.name, NOW + HOUR)


def test_a_mute_holds_for_its_matter_and_its_time_only(store):
    alerts.keep(store, [planned()], NOW)
    alerts.mute(store, OFFICER, "a-1", NOW + 5 * HOUR, NOW)
    other, same = planned(3), planned(2, matter="t1")
    assert [a.id for a in alerts.keep(store, [same, other], NOW + HOUR)] == ["a-3"]
    assert [s.muted_until for s in alerts.newest(store, NOW + HOUR, ids=["a-1"])] == [NOW + 5 * HOUR]
    assert [a.id for a in alerts.keep(store, [same], NOW + 5 * HOUR)] == ["a-2"]
    assert [s.muted_until for s in alerts.newest(store, NOW + 5 * HOUR, ids=["a-1"])] == [None]


@pytest.mark.parametrize(("later", "matter", "is_kept"), [(1, "t1", False), (23, "t1", False), (24, "t1", True), (1, "t2", True)])
def test_a_matter_that_must_be_new_is_passed_over_while_it_was_raised_of_late(store, later, matter, is_kept):
    alerts.keep(store, [planned(1)], NOW)
    at = NOW + later * HOUR
    again = msgspec.structs.replace(planned(2, at=at, matter=matter), new_since=at - 24 * HOUR)
    assert [a.id for a in alerts.keep(store, [again], at)] == (["a-2"] if is_kept else [])


def test_a_mute_can_be_lifted_before_its_time_and_the_audit_says_who_did(store):
    alerts.keep(store, [planned()], NOW)
    alerts.mute(store, OFFICER, "a-1", NOW + 500 * HOUR, NOW)
    alerts.unmute(store, VERIFIER, "a-1", NOW + HOUR)
    assert [s.muted_until for s in alerts.newest(store, NOW + HOUR)] == [None]
    assert [a.id for a in alerts.keep(store, [planned(2, matter="t1")], NOW + HOUR)] == ["a-2"]
    assert {(line.who, line.detail) for line in store.audit("a-1")} >= {(VERIFIER.name, "no longer")}


def test_several_alerts_are_acknowledged_at_once_or_none_where_one_is_not_there(store):
    alerts.keep(store, [planned(n) for n in range(1, 5)], NOW)
    with pytest.raises(AskedWrongly, match="a-9"):
        alerts.acknowledge_all(store, OFFICER, ["a-1", "a-9"], NOW)
    assert alerts.unseen(store) == 4
    alerts.acknowledge_all(store, OFFICER, ["a-1", "a-2", "a-3"], NOW)
    assert alerts.unseen(store) == 1
    assert sorted(d.state for d in alert_outbox.log(store)) == ["dropped"] * 3 + ["waiting"]


def test_what_went_to_a_reader_as_one_message_counts_as_one(store):
    alerts.keep(store, [planned(n) for n in range(1, 4)], NOW)
    both, third = [d for d, _ in alert_outbox.ready(store, NOW)][:2], [d for d, _ in alert_outbox.ready(store, NOW)][2:]
    alert_outbox.settle(store, [alert_outbox.claim(store, one, NOW) for one in both], NOW, None)
    later = NOW + HOUR / 2
    alert_outbox.settle(store, [alert_outbox.claim(store, one, later) for one in third], later, None)
    assert alert_outbox.taken(store, "abc", NOW - HOUR) == [NOW, later]
    assert alert_outbox.taken(store, "abc", NOW) == [later]
    assert alert_outbox.taken(store, "another", NOW - HOUR) == []


def test_what_was_seen_or_muted_during_an_attempt_that_fails_stays_dropped_and_one_that_arrived_is_delivered(store):
    alerts.keep(store, [planned(1), planned(2)], NOW)
    for (one, _), problem in zip(alert_outbox.ready(store, NOW), ("refused", None), strict=True):
        claimed = alert_outbox.claim(store, one, NOW)
        alerts.acknowledge(store, OFFICER, one.alert, NOW)
        alert_outbox.settle(store, [claimed], NOW, problem)
    assert {d.id: d.state for d in alert_outbox.log(store)} == {"d-1": "dropped", "d-2": "sent"}


def test_a_new_hour_moves_the_alert_and_its_untried_messages_and_not_what_was_tried(store):
    late = NOW + 6 * HOUR
    for number in (1, 2):
        one = planned(number, at=late)
        alerts.keep(store, [Planned(alert=one.alert, tell_at=late, deliveries=one.deliveries)], NOW)
    assert [w.alert.id for w in alert_waiting.yet_to_tell(store, "rising", NOW)] == ["a-1", "a-2"]
    alert_waiting.retime(store, "a-1", NOW + HOUR)
    assert [d.id for d, _ in alert_outbox.ready(store, NOW + HOUR)] == ["d-1"]
    alerts.acknowledge(store, OFFICER, "a-2", NOW)
    assert [(w.alert.id, w.tell_at) for w in alert_waiting.yet_to_tell(store, "rising", NOW)] == [("a-1", NOW + HOUR)]
    alert_outbox.claim(store, alert_outbox.ready(store, NOW + HOUR)[0][0], NOW + HOUR)
    alert_waiting.retime(store, "a-1", NOW)
    assert alert_outbox.ready(store, NOW + HOUR) == []  # its second attempt keeps its wait
    assert alert_waiting.yet_to_tell(store, "another", NOW) == []


@pytest.mark.parametrize(
    ("to", "seen"),
    [
        ("$ALERTS_TO", "$ALERTS_TO"),
        ("tgram://123:secret/4", "tgram://…"),
        ("123:secret", "…"),
        ("mailto:secret@example.org", "…"),
        ("kk:$ALERTS_TO", "kk:$ALERTS_TO"),
        ("kk:tgram://123:secret/4", "kk:tgram://…"),
        ("kk:secret", "…"),
        ("secret:$x", "…"),
    ],  # fmt: skip
)
def test_of_an_address_only_its_kind_is_seen_and_nothing_of_what_has_none(to, seen):
    assert alert_rules.shown(to) == seen


def test_precision_counts_the_last_word_on_each_alert(store):
    alerts.keep(store, [planned(n, when="theme" if n < 4 else "source_silent") for n in range(1, 6)], NOW)
    for id, is_right in (("a-1", False), ("a-1", True), ("a-2", True), ("a-3", False), ("a-5", True)):
        alerts.judge(store, OFFICER, id, is_right, NOW)
    assert [(p.when, p.right, p.judged) for p in alerts.precision(store)] == [("source_silent", 1, 1), ("theme", 2, 3)]
    assert alerts.precision(store, NOW + HOUR) == []


@pytest.mark.parametrize("act", [
    lambda store, who: alerts.acknowledge(store, who, "a-1", NOW), lambda store, who: alerts.judge(store, who, "a-1", True, NOW),
    lambda store, who: alerts.mute(store, who, "a-1", NOW, NOW), lambda store, who: alerts.unmute(store, who, "a-1", NOW),
    lambda store, who: alerts.acknowledge_all(store, who, ["a-1"], NOW),
])  # fmt: skip
def test_a_department_may_not_and_an_officer_leaves_a_line_in_the_audit(sqlite_store, act):
    alerts.keep(sqlite_store, [planned()], NOW)
    with pytest.raises(NotAllowed):
        act(sqlite_store, WORKER)
    act(sqlite_store, OFFICER)
    assert [line.who for line in sqlite_store.audit("a-1")] == [OFFICER.name]


def test_an_alert_that_is_not_there_is_named(sqlite_store):
    with pytest.raises(AskedWrongly, match="a-9"):
        alerts.judge(sqlite_store, OFFICER, "a-9", True, NOW)


def test_an_edited_rule_stands_over_the_deployments_and_keeps_addresses_out_of_the_database(store):
    edited = AlertRule(id="rising", when="theme", to=("$ALERTS_NIGHT", "kk:$ALERTS_DAY", SECRET), probability=0.9)
    alert_rules.keep(store, SUPERVISOR, edited, NOW, RULED)
    assert alert_rules.every(store, RULED) == (edited,)
    with store.reading() as db:
        assert b"hunter2" not in b"".join(db.exec_driver_sql("SELECT record FROM alert_rules").scalars())
    assert alert_rules.every(store, CITY)[0].to == ("$ALERTS_NIGHT", "kk:$ALERTS_DAY")  # the file no longer has the other
    alert_rules.restore(store, SUPERVISOR, "rising", NOW)
    assert alert_rules.every(store, RULED) == RULED.alerts


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"id": "No such name"}, "small letters"),
        ({"to": ("json://elsewhere.example",)}, r"\$ALERTS_TO"),  # nobody makes the server call an address through the page
        ({"to": ("$SADA_SECRET_KEY",)}, r"\$ALERTS_TO"),  # nor send another secret anywhere
        ({"escalate_to": ("$PATH",)}, r"\$ALERTS_TO"),
        ({"to": ("kk:$PATH",)}, r"\$ALERTS_TO"),
        ({"to": ("kk:json://elsewhere.example",)}, r"\$ALERTS_TO"),
        ({"to": ("xx:$ALERTS_TO",)}, r"\$ALERTS_TO"),  # no language that messages are written in
        ({"quiet_from": NOW.time()}, "beginning and an end"),
        ({"language": "xx"}, "language"),
        ({"topic": "nothing"}, "topic"),
        ({"place": "nowhere"}, "place"),
        ({"probability": 1.5}, "between 0 and 1"),
        ({"at_least": -1.0}, "negative"),
        ({"hours": 1e9}, "within a year"),  # else it would break on the calendar's end, and with it every round
        ({"escalate_minutes": 10**12}, "within a year"),
    ],
)
def test_a_rule_that_cannot_hold_is_refused_with_its_reason(sqlite_store, told, says):
    with pytest.raises(AskedWrongly, match=says):
        alert_rules.keep(sqlite_store, SUPERVISOR, AlertRule(**({"id": "r", "when": "theme"} | told)), NOW, RULED)


def test_rules_are_changed_by_supervisors_not_by_officers(sqlite_store):
    assert OFFICER.role == Role.OFFICER
    with pytest.raises(NotAllowed):
        alert_rules.keep(sqlite_store, OFFICER, AlertRule(id="r", when="theme"), NOW, RULED)
