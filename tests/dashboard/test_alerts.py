"""The Alerts page: what was raised is seen by everybody, worked on by those who may, and its precision stands beside it."""

from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cases import alert_outbox, alert_rules, alerts, users
from cases.alert_outbox import Delivery
from cases.alerts import Alert, Planned
from cases.roles import Role
from cases.store import CaseStore, open_cases
from core.deployment import AlertRule, Deployment
from core.deployment_file import load
from core.settings import Settings
from dashboard.words import words
from store.embedded import EmbeddedStore
from tests.cases.factory import SUPERVISOR
from tests.dashboard import factory
from tests.dashboard.test_pages import APP

EN, NOW = words("en"), factory.NOW
RULES = """
[[alerts]]
id = "rising"
when = "theme"
probability = 0.7
to = ["$ALERTS_TO", "json://user:secret@host.example/x"]
"""
PASSWORD = "a very long password"


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    st.cache_data.clear()
    (tmp_path / "city.toml").write_text(factory.DEPLOYMENT + RULES, encoding="utf-8")
    for key, value in {"SADA_DATA": tmp_path, "SADA_DEPLOYMENT": tmp_path / "city.toml", "SADA_NOW": NOW.isoformat()}.items():
        monkeypatch.setenv(key, str(value))
    about = load(tmp_path / "city.toml")
    EmbeddedStore(tmp_path / "posts.db", about.timezone).close()
    return about


def alert(number: int, **told: object) -> Alert:
    usual = {"id": f"a-{number}", "rule": "rising", "when": "theme", "matter": f"t{number}", "raised_at": NOW - timedelta(hours=number),
             "name": f"no water {number} **x**", "count": 40, "authors": 31, "now": 6.8, "usual": 0.4, "probability": 0.86, "topic": "water",
             "since": NOW - timedelta(hours=6)}  # fmt: skip
    return Alert(**(usual | told))  # type: ignore[arg-type]


def delivery(of: str, at: datetime = NOW) -> Delivery:
    return Delivery(id=f"d-{of}", alert=of, step="first", address="abc", to="$ALERTS_TO (json://…)", language="en", next_at=at)


@pytest.fixture
def cases(city: Deployment, tmp_path: Path) -> CaseStore:
    store = open_cases(Settings(data=tmp_path))
    found = [alert(1), alert(2), alert(3, when="sentiment_fall", rule="mood", matter="*/*", now=0.61, usual=0.4, probability=None)]
    alerts.keep(store, [Planned(alert=a, tell_at=NOW, deliveries=(delivery(a.id),)) for a in found], NOW - timedelta(hours=1))
    for role in (Role.OFFICER, Role.SUPERVISOR, Role.ANALYST):
        users.add(store, role.value, role, (), PASSWORD, NOW, "test")
    return store


def page(store: CaseStore | None = None, role: str = "", **address: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params.update({"lang": "en"})
    if role and store:
        at.session_state["token"] = users.trust(store, role, NOW)
    at.run()
    at.switch_page("pages/alerts.py")
    at.query_params.update({"lang": "en"} | address)
    at.run()
    assert not at.exception, at.exception[0].value
    assert not at.error, at.error[0].value
    return at


def press(at: AppTest, key: str) -> AppTest:
    next(b for b in at.button if b.key == key).click().run()
    assert not at.exception, at.exception[0].value
    return at


def shown(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def test_everybody_sees_what_was_raised_and_only_signed_in_people_may_act(cases: CaseStore) -> None:
    at = page()
    assert shown(at) == {"Not acknowledged": "3", "Raised in 7 days": "3", "Right so far": "–", "Not delivered": "0"}
    assert [m for m in at.markdown if "no water 1 \\*\\*x\\*\\*" in m.value]
    assert not [b for b in at.button if b.key and "a-1" in b.key]


def test_who_acknowledged_is_for_those_who_signed_in(cases: CaseStore) -> None:
    press(page(cases, "officer"), "acknowledge_a-1")
    assert not [m for m in page().markdown if "officer" in m.value]
    assert [m for m in page(cases, "supervisor").markdown if "acknowledged by \u2068officer" in m.value]


def test_an_analyst_reads_and_does_not_act(cases: CaseStore) -> None:
    assert not [b for b in page(cases, "analyst").button if b.key and b.key.endswith("a-1")]


def test_evidence_is_a_link_to_the_posts_of_the_theme(cases: CaseStore) -> None:
    links = [link.proto for link in page().get("page_link")]
    assert any("theme=t1" in link.query_string and link.page.endswith("posts") for link in links)


def test_what_somebody_acknowledged_is_told_to_nobody_any_more(cases: CaseStore) -> None:
    at = press(page(cases, "officer"), "acknowledge_a-1")
    assert shown(at)["Not acknowledged"] == "2"
    assert {d.alert: d.state for d in alert_outbox.log(cases)} == {"a-1": "dropped", "a-2": "waiting", "a-3": "waiting"}
    assert not [b for b in at.button if b.key == "acknowledge_a-1"]


def test_a_muted_matter_is_not_raised_again_until_its_time(cases: CaseStore) -> None:
    press(page(cases, "officer"), "mute_day_a-1")
    again = Planned(alert=alert(9, matter="t1"), tell_at=NOW)
    assert alerts.keep(cases, [again], NOW + timedelta(hours=23)) == []
    assert [a.id for a in alerts.keep(cases, [again], NOW + timedelta(hours=25))] == ["a-9"]


def test_a_mute_pressed_by_mistake_can_be_lifted(cases: CaseStore) -> None:
    at = press(page(cases, "officer"), "mute_month_a-1")
    assert not [b for b in at.button if b.key == "mute_day_a-1"]
    at = press(at, "unmute_a-1")
    assert [s.muted_until for s in alerts.newest(cases, NOW, ids=["a-1"])] == [None]
    assert [b for b in at.button if b.key == "mute_day_a-1"] and not [b for b in at.button if b.key == "unmute_a-1"]


def test_after_a_storm_all_that_is_shown_is_acknowledged_at_once_and_nothing_that_is_not(cases: CaseStore) -> None:
    alerts.keep(cases, [Planned(alert=alert(n), tell_at=NOW) for n in range(10, 40)], NOW)  # 33 in all, 20 on a page
    at = page(cases, "officer")
    assert [b.label for b in at.button if b.key == "acknowledge_all"] == ["Acknowledge all 20 shown"]
    assert shown(press(at, "acknowledge_all"))["Not acknowledged"] == "13"
    at = press(page(cases, "officer", page="2"), "acknowledge_all")
    assert shown(at)["Not acknowledged"] == "0"
    assert not [b for b in at.button if b.key == "acknowledge_all"]


def test_who_may_not_act_cannot_acknowledge_all_either(cases: CaseStore) -> None:
    assert not [b for at in (page(), page(cases, "analyst")) for b in at.button if b.key == "acknowledge_all"]


def test_the_delivery_log_says_until_when_a_message_waits_and_why(cases: CaseStore) -> None:
    (one, *_) = [d for d, _ in alert_outbox.ready(cases, NOW)]
    claimed = alert_outbox.claim(cases, one, NOW)
    assert claimed
    alert_outbox.settle(cases, [claimed], NOW, "$ALERTS_TO (json://…): refused with status 503")
    table = page(cases, "officer", part="deliveries").table[0].value
    assert all("told from" in row for row in table["Says"])
    assert sum("status 503" in row for row in table["Says"]) == 1


@pytest.mark.parametrize(
    ("when", "asked"),
    [
        ("theme", {"at_least", "topic", "place", "probability", "complaints_only"}),
        ("sentiment_fall", {"at_least", "hours", "topic", "place"}),
        ("follower_drop", {"at_least", "hours"}),
        ("source_silent", {"hours"}),
        ("target_near", {"at_least", "hours", "topic", "place"}),
    ],
)
def test_a_rule_asks_only_for_what_its_kind_goes_by(cases: CaseStore, city: Deployment, when: str, asked: set[str]) -> None:
    alert_rules.keep(cases, SUPERVISOR, AlertRule(id="one", when=when), NOW, city)  # type: ignore[arg-type]
    at = page(cases, "supervisor", part="rules")
    found = {str(box.key).removeprefix("rule_").removesuffix("_one") for box in (*at.number_input, *at.selectbox, *at.toggle)}
    assert found & {"at_least", "hours", "topic", "place", "probability", "complaints_only"} == asked
    at.number_input(key="rule_escalate_minutes_one").set_value(30)
    press(at, "rule_keep_one")
    assert alert_rules.every(cases, city)[-1].escalate_minutes == 30


def test_a_rule_that_cannot_hold_is_refused_on_the_page_with_its_reason(cases: CaseStore, city: Deployment) -> None:
    alert_rules.keep(cases, SUPERVISOR, AlertRule(id="one", when="follower_drop"), NOW, city)
    at = page(cases, "supervisor", part="rules")
    at.number_input(key="rule_hours_one").set_value(1e9)
    at = press(at, "rule_keep_one")
    assert [e for e in at.error if "within a year" in e.value]
    assert alert_rules.every(cases, city)[-1].hours is None


def test_judgements_give_the_running_precision_with_its_interval(cases: CaseStore) -> None:
    at = press(press(page(cases, "officer"), "right_a-1"), "wrong_a-3")
    assert shown(at)["Right so far"] == "50%"
    assert at.metric[2].delta == "9% to 91%, 2 judged"
    assert [c.value for c in at.caption if c.value.startswith("1 of 1 right")] == ["1 of 1 right, between 21% and 100%"]
    changed = press(at, "right_a-3")
    assert shown(changed)["Right so far"] == "100%"


def test_the_delivery_log_says_what_became_of_each_message(cases: CaseStore) -> None:
    (one, *_) = [d for d, _ in alert_outbox.ready(cases, NOW)]
    alert_outbox.settle(cases, [one], NOW, "$ALERTS_TO (json://…): refused with status 500", is_final=True)
    table = page(cases, "officer", part="deliveries").table[0].value
    assert [row for row in table["Says"] if "status 500" in row]
    assert sorted(EN("alert.failed") in row for row in table["Outcome"]) == [False, False, True]


def test_a_rule_is_edited_on_the_page_and_given_back(cases: CaseStore, city: Deployment) -> None:
    at = page(cases, "supervisor", part="rules")
    at.number_input(key="rule_probability_rising").set_value(0.9)
    at.time_input(key="rule_quiet_from_rising").set_value(time(22))
    at.time_input(key="rule_quiet_until_rising").set_value(time(6))
    press(at, "rule_keep_rising")
    (rule,) = alert_rules.every(cases, city)
    assert (rule.probability, rule.quiet_from, rule.quiet_until, rule.to) == (0.9, time(22), time(6), city.alerts[0].to)
    press(at, "rule_restore_rising")
    assert alert_rules.every(cases, city) == city.alerts


def test_no_page_shows_and_no_table_keeps_an_address(cases: CaseStore, tmp_path: Path) -> None:
    at = page(cases, "supervisor", part="rules")
    press(at, "rule_keep_rising")
    assert at.multiselect(key="rule_to_rising").options == ["\u2066$ALERTS_TO\u2069", "\u2066json://…\u2069"]
    cases.close()
    assert b"secret" not in b"".join(file.read_bytes() for file in tmp_path.glob("cases.db*"))


def test_a_rule_made_on_the_page_is_off_until_it_is_filled_in(cases: CaseStore, city: Deployment) -> None:
    at = page(cases, "supervisor", part="rules")
    at.text_input(key="rule_new_id").set_value("followers")
    at.selectbox(key="rule_new_when").set_value("follower_drop")
    at = press(at, "rule_new_keep")
    made = alert_rules.every(cases, city)[1]
    assert (made.id, made.when, made.is_on) == ("followers", "follower_drop", False)
    at.toggle(key="rule_is_on_followers").set_value(True)
    at.multiselect(key="rule_to_followers").set_value(["$ALERTS_TO"])
    press(at, "rule_keep_followers")
    assert alert_rules.every(cases, city)[1].to == ("$ALERTS_TO",)


def test_an_officer_reads_the_rules_and_cannot_change_them(cases: CaseStore) -> None:
    at = page(cases, "officer", part="rules")
    assert at.number_input(key="rule_probability_rising").disabled
    assert not [b for b in at.button if b.key in ("rule_new_keep", "rule_restore_rising")]
