"""Themes judged and muted where they are seen, with the alerts about them."""

from datetime import timedelta

import msgspec
import pytest

from cases import alerts, theme_judgements
from cases.alerts import Alert, Planned
from cases.roles import Person, Role
from core.deployment import AlertRule
from core.errors import NotAllowed
from tests.cases.factory import CITY, OFFICER, SUNDAY_NOON, SUPERVISOR

NOW = SUNDAY_NOON
WITH_RULES = msgspec.structs.replace(CITY, alerts=(AlertRule(id="rising", when="theme"), AlertRule(id="silent", when="source_silent")))


def raised(store, number, theme, kind="theme", hours=0):
    told = Alert(id=f"a-{number}", rule="rising", when=kind, matter=theme, raised_at=NOW + timedelta(hours=hours))
    alerts.keep(store, [Planned(alert=told, tell_at=NOW)], NOW + timedelta(hours=hours))


def test_a_theme_of_which_no_alert_was_raised_can_be_judged(store):
    theme_judgements.judge(store, OFFICER, "t1", True, NOW)
    assert theme_judgements.said(store, ["t1", "t2"], NOW) == {"t1": theme_judgements.Judged(is_right=True, by="olya")}
    assert theme_judgements.so_far(store) == (1, 1)
    assert alerts.precision(store) == []  # of alerts nothing was said


def test_a_judgement_counts_for_the_newest_alert_about_the_theme(store):
    raised(store, 1, "t1")
    raised(store, 2, "t1", hours=30)
    theme_judgements.judge(store, OFFICER, "t1", False, NOW)
    assert {s.alert.id: s.is_right for s in alerts.newest(store, NOW)} == {"a-1": None, "a-2": False}


def test_an_alert_judged_on_its_own_page_judges_its_theme_and_the_last_word_holds(store):
    raised(store, 1, "t1")
    alerts.judge(store, OFFICER, "a-1", True, NOW)
    assert theme_judgements.said(store, ["t1"], NOW)["t1"].is_right is True
    theme_judgements.judge(store, SUPERVISOR, "t1", False, NOW)
    assert theme_judgements.said(store, ["t1"], NOW)["t1"] == theme_judgements.Judged(is_right=False, by="sami")
    assert theme_judgements.so_far(store) == (0, 1)


def test_what_was_judged_before_its_alert_came_is_one_theme(store):
    theme_judgements.judge(store, OFFICER, "t1", False, NOW)
    raised(store, 1, "t1")
    theme_judgements.judge(store, OFFICER, "t1", True, NOW)
    assert theme_judgements.so_far(store) == (1, 1)


def test_judgements_of_other_kinds_of_alerts_do_not_count_as_themes(store):
    raised(store, 1, "x:city", kind="follower_drop")
    alerts.judge(store, OFFICER, "a-1", False, NOW)
    assert theme_judgements.so_far(store) == (0, 0)


def test_a_muted_theme_raises_nothing_until_then_by_any_rule_for_themes(store):
    until = NOW + timedelta(days=1)
    theme_judgements.mute(store, OFFICER, "t1", until, NOW, WITH_RULES)
    raised(store, 1, "t1", hours=2)
    assert alerts.newest(store, NOW) == []
    assert theme_judgements.said(store, ["t1"], NOW)["t1"].muted_until == until
    assert theme_judgements.said(store, ["t1"], until) == {}
    raised(store, 1, "t1", hours=25)
    assert [s.alert.id for s in alerts.newest(store, NOW)] == ["a-1"]


def test_a_rule_made_after_a_theme_was_muted_is_silent_about_it_too(store):
    theme_judgements.mute(store, OFFICER, "t1", NOW + timedelta(days=1), NOW, CITY)
    alert = Alert(id="a-1", rule="made-later", when="theme", matter="t1", raised_at=NOW)
    plan = [Planned(alert=alert, tell_at=NOW)]
    assert [alerts.keep(store, plan, NOW + timedelta(hours=hours)) for hours in (1, 25)] == [[], [alert]]


def test_a_rule_whose_alert_was_let_speak_again_speaks_though_the_theme_was_muted(store):
    """What is lifted on the page Alerts must not be held back unseen by what was said on the page Themes."""
    raised(store, 1, "t1")
    theme_judgements.mute(store, OFFICER, "t1", NOW + timedelta(days=1), NOW, WITH_RULES)
    alerts.unmute(store, OFFICER, "a-1", NOW)
    raised(store, 2, "t1")
    assert {s.alert.id for s in alerts.newest(store, NOW)} == {"a-1", "a-2"}
    assert theme_judgements.said(store, ["t1"], NOW) == {}


def test_muting_again_holds_the_later_word(store):
    for days in (7, 1):
        theme_judgements.mute(store, OFFICER, "t1", NOW + timedelta(days=days), NOW, WITH_RULES)
    assert theme_judgements.said(store, ["t1"], NOW)["t1"].muted_until == NOW + timedelta(days=1)


def test_a_theme_whose_mute_is_lifted_is_raised_again_by_every_rule(store):
    theme_judgements.mute(store, OFFICER, "t1", NOW + timedelta(days=30), NOW, WITH_RULES)
    theme_judgements.mute(store, OFFICER, "t2", NOW + timedelta(days=30), NOW, WITH_RULES)
    theme_judgements.unmute(store, SUPERVISOR, "t1", NOW)
    assert set(theme_judgements.said(store, ["t1", "t2"], NOW)) == {"t2"}
    raised(store, 1, "t1")
    raised(store, 2, "t2")
    assert [s.alert.id for s in alerts.newest(store, NOW)] == ["a-1"]
    with pytest.raises(NotAllowed):
        theme_judgements.unmute(store, Person(name="vera", role=Role.VIEWER), "t2", NOW)


def test_who_may_not_triage_may_neither_judge_nor_mute(store):
    viewer = Person(name="v", role=Role.VIEWER)
    with pytest.raises(NotAllowed):
        theme_judgements.judge(store, viewer, "t1", True, NOW)
    with pytest.raises(NotAllowed):
        theme_judgements.mute(store, viewer, "t1", NOW, NOW, CITY)
    assert store.audit() == []


def test_the_audit_says_who_judged_and_muted(store):
    theme_judgements.judge(store, OFFICER, "t1", True, NOW)
    theme_judgements.mute(store, SUPERVISOR, "t1", NOW + timedelta(days=1), NOW, CITY)
    assert [(line.who, line.what, line.about) for line in store.audit()] == [("sami", "theme_muted", "t1"), ("olya", "theme_judged", "t1")]
