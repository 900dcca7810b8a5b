"""Alerts on their way, to a real HTTP address on this machine: once each, in time, over restarts, and given up at last."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta

import pytest

from cases import alert_outbox, alerts
from cases.roles import Person, Role
from cases.store import open_cases
from core.deployment import AlertRule, Deployment, Place, Topic
from core.settings import Settings
from core.theme import State, Theme
from store.base import Batch
from store.memory import MemoryStore
from stream.alert_facts import World
from stream.alert_running import Alerting
from tests.collectors.replay import Reply, replay
from tests.make import claim, post

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)  # 15:00 in Riyadh
MINUTE = timedelta(minutes=1)
OFFICER = Person(name="olya", role=Role.OFFICER)


class Clock:
    """A time that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


def city(*rules: AlertRule) -> Deployment:
    return Deployment(id="city", name={"en": "City"}, timezone="Asia/Riyadh", languages=("en",), alerts=rules,
                      topics=(Topic(id="water", name={"en": "Water"}),), places=(Place(id="hill", name={"en": "The Hill"}),))  # fmt: skip


def rule(id: str = "rising", **told: object) -> AlertRule:
    return AlertRule(**({"id": id, "when": "theme", "to": ("$ALERTS_TO",)} | told))  # type: ignore[arg-type]


def theme(number: int = 1, **told: object) -> Theme:
    usual = {"id": f"t{number}", "name": f"no water {number}", "first_seen": NOW - timedelta(hours=2), "raised_at": NOW, "updated_at": NOW,
             "is_complaint": True, "posts": 20, "authors": 15, "probability": 0.8, "topic": "water", "place": "hill"}  # fmt: skip
    return Theme(**(usual | told))  # type: ignore[arg-type]


@pytest.fixture
def cases(tmp_path):
    store = open_cases(Settings(data=tmp_path))
    yield store
    store.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store():
    made = MemoryStore()
    made.save_themes([theme()])
    return made


def process(store, cases, clock, deployment, told) -> Alerting:
    """A process that has just begun and remembers nothing."""
    world = World(store=store, cases=cases, deployment=deployment, started=clock())
    return Alerting(world, "https://sada.example", clock, lambda: told)


def to(server, path: str = "in", **more: str) -> dict[str, str]:
    return {"ALERTS_TO": f"json://{server.url.removeprefix('http://')}/{path}", **more}


def titles(server) -> list[str]:
    return [json.loads(asked.body)["title"] for asked in server.asked]


def states(cases) -> list[tuple[str, int]]:
    return sorted((d.state, d.attempts) for d in alert_outbox.log(cases))


def test_a_theme_is_told_once_however_often_the_process_begins_anew(store, cases, clock):
    with replay({"/in": Reply()}) as server:
        for _ in range(3):
            process(store, cases, clock, city(rule()), to(server)).once()
            clock.at += timedelta(hours=3)
    assert titles(server) == ["Rising: \u2068no water 1\u2069"]
    assert states(cases) == [("sent", 1)]


def test_the_message_holds_numbers_and_links_and_no_citizens_words(store, cases, clock):
    with replay({"/in": Reply()}) as server:
        process(store, cases, clock, city(rule()), to(server)).once()
    said = json.loads(server.asked[0].body)["message"]
    assert "20 posts by 15 people" in said and "Water · The Hill" in said and "80%" in said
    assert "https://sada.example/posts?lang=en&theme=t1" in said and "https://sada.example/alerts?lang=en" in said


def test_what_was_stored_before_a_process_died_is_sent_by_the_next_though_the_theme_has_passed(store, cases, clock):
    with replay({"/in": [Reply(status=503), Reply()]}) as server:
        process(store, cases, clock, city(rule()), to(server)).once()
        assert states(cases) == [("waiting", 1)]
        store.save_themes([theme(state=State.OVER)])
        clock.at += 2 * MINUTE
        process(store, cases, clock, city(rule()), to(server)).once()
    assert states(cases) == [("sent", 2)]


def test_a_process_that_dies_between_attempt_and_outcome_tries_again_and_never_after_success(store, cases, clock):
    with replay({"/in": Reply()}) as server:
        dying = process(store, cases, clock, city(rule()), to(server))
        dying._send = _dies
        with pytest.raises(KeyboardInterrupt):
            dying.once()
        assert states(cases) == [("waiting", 1)]  # the attempt stands written
        process(store, cases, clock, city(rule()), to(server)).once()
        assert titles(server) == []  # not at once: it may still be on its way
        clock.at += MINUTE
        process(store, cases, clock, city(rule()), to(server)).once()
        process(store, cases, clock, city(rule()), to(server)).once()
    assert (len(titles(server)), states(cases)) == (1, [("sent", 2)])


def _dies(*_: object) -> str | None:
    raise KeyboardInterrupt


def test_a_refusal_is_tried_again_ever_later_and_then_given_up_with_its_reason(store, cases, clock):
    with replay({"/in": Reply(status=503)}) as server:
        for _ in range(60):
            process(store, cases, clock, city(rule()), to(server)).once()
            clock.at += 10 * MINUTE
    (one,) = alert_outbox.log(cases)
    assert (one.state, one.attempts, len(server.asked)) == ("failed", alert_outbox.MOST, alert_outbox.MOST)
    assert one.problem == "$ALERTS_TO (json://…): refused with status 503"


def test_a_refusal_and_then_success_is_told_once(store, cases, clock):
    with replay({"/in": [Reply(status=500), Reply()]}) as server:
        for _ in range(5):
            process(store, cases, clock, city(rule()), to(server)).once()
            clock.at += 10 * MINUTE
    assert (len(server.asked), states(cases)) == (2, [("sent", 2)])


def test_a_key_that_is_not_set_is_said_in_the_log_and_not_retried(store, cases, clock):
    process(store, cases, clock, city(rule()), {}).once()
    (one,) = alert_outbox.log(cases)
    assert (one.state, one.problem) == (
        "failed",
        "$ALERTS_TO is not set; put an Apprise address into the environment or .env under that name",
    )


def test_an_address_that_apprise_does_not_know_is_given_up_without_being_shown(store, cases, clock):
    process(store, cases, clock, city(rule(to=("nonsense://secret",))), {}).once()
    (one,) = alert_outbox.log(cases)
    assert "secret" not in f"{one.to}{one.problem}"


def test_several_addresses_are_told_apart_so_that_one_failure_repeats_nothing_to_the_others(store, cases, clock):
    with replay({"/good": Reply(), "/bad": [Reply(status=500), Reply()]}) as server:
        both = {"ALERTS_TO": " ".join(to(server, path)["ALERTS_TO"] for path in ("good", "bad"))}
        for _ in range(4):
            process(store, cases, clock, city(rule()), both).once()
            clock.at += 5 * MINUTE
    assert sorted(asked.path for asked in server.asked) == ["/bad", "/bad", "/good"]
    assert sorted(one.to for one in alert_outbox.log(cases)) == ["$ALERTS_TO 1 (json://…)", "$ALERTS_TO 2 (json://…)"]  # which is which


def test_in_quiet_hours_nothing_goes_out_and_afterwards_all_of_it_as_one_digest(store, cases, clock):
    quiet = rule(quiet_from=time(14), quiet_until=time(16))
    with replay({"/in": Reply()}) as server:
        process(store, cases, clock, city(quiet), to(server)).once()
        store.save_themes([theme(2)])
        clock.at += 30 * MINUTE
        process(store, cases, clock, city(quiet), to(server)).once()
        assert titles(server) == []
        clock.at = NOW + timedelta(hours=1)
        process(store, cases, clock, city(quiet), to(server)).once()
    assert titles(server) == ["2 alerts from City"]
    said = json.loads(server.asked[0].body)["message"]
    assert "no water 1" in said and "no water 2" in said
    assert states(cases) == [("sent", 1), ("sent", 1)]


def test_what_nobody_acknowledges_is_escalated_once_to_those_named(store, cases, clock):
    asked = rule(escalate_minutes=60, escalate_to=("$ALERTS_BOSS",))
    with replay({"/in": Reply(), "/boss": Reply()}) as server:
        told = to(server, ALERTS_BOSS=to(server, "boss")["ALERTS_TO"])
        for minutes in (0, 59, 60, 61, 200):
            clock.at = NOW + minutes * MINUTE
            process(store, cases, clock, city(asked), told).once()
            assert [a.path for a in server.asked].count("/boss") == (minutes >= 60)
    assert titles(server) == ["Rising: \u2068no water 1\u2069", "Not yet acknowledged: Rising: \u2068no water 1\u2069"]


def test_what_was_acknowledged_is_not_escalated(store, cases, clock):
    with replay({"/in": Reply()}) as server:
        for minutes in (0, 70):
            clock.at = NOW + minutes * MINUTE
            process(store, cases, clock, city(rule(escalate_minutes=60)), to(server)).once()
            alerts.acknowledge(cases, OFFICER, alerts.newest(cases, clock.at)[0].alert.id, clock.at)
    assert len(server.asked) == 1


def test_the_minutes_until_escalation_begin_when_it_could_be_told(store, cases, clock):
    asked = rule(escalate_minutes=60, quiet_from=time(14), quiet_until=time(16))  # told at 16:00, that is NOW + 60 minutes
    with replay({"/in": Reply()}) as server:
        for minutes, count in ((0, 0), (60, 1), (119, 1), (120, 2), (300, 2)):
            clock.at = NOW + minutes * MINUTE
            process(store, cases, clock, city(asked), to(server)).once()
            assert len(server.asked) == count, minutes


def test_a_muted_matter_is_told_and_escalated_to_nobody(store, cases, clock):
    asked = rule(escalate_minutes=10, quiet_from=time(14), quiet_until=time(16))
    with replay({"/in": Reply()}) as server:
        process(store, cases, clock, city(asked), to(server)).once()
        alerts.mute(cases, OFFICER, alerts.newest(cases, NOW)[0].alert.id, NOW + timedelta(days=1), NOW)
        for minutes in (60, 90, 200):
            clock.at = NOW + minutes * MINUTE
            process(store, cases, clock, city(asked), to(server)).once()
    assert server.asked == []


def test_a_rule_that_lost_its_address_drops_what_waits_for_it_with_a_word(store, cases, clock):
    quiet = rule(quiet_from=time(14), quiet_until=time(16))
    process(store, cases, clock, city(quiet), {"ALERTS_TO": "json://127.0.0.1:1/x"}).once()
    clock.at += timedelta(hours=2)
    process(store, cases, clock, city(rule(to=())), {}).once()
    (one,) = alert_outbox.log(cases)
    assert (one.state, one.problem) == ("failed", "$ALERTS_TO (json://…): its rule names this address no longer")


def test_a_fall_of_sentiment_that_holds_over_midnight_is_told_once_in_the_time_it_looks_back_on(cases, clock):
    """From 15:00 in Riyadh on, forty hours long: what falls is told at once, and again a day later."""
    asked = city(rule("mood", when="sentiment_fall"))
    with replay({"/in": Reply()}) as server:
        arrived = []
        for hours in range(40):
            clock.at = NOW + timedelta(hours=hours)
            store = MemoryStore()
            at = clock.at.replace(minute=0) - MINUTE
            usual = [post(n, created_at=at - timedelta(days=9), observed_at=at, sentiment=claim("neutral")) for n in range(40)]
            now = [post(100 + n, created_at=at, observed_at=at, sentiment=claim("negative")) for n in range(40)]
            store.save(Batch(posts=(*usual, *now)))
            process(store, cases, clock, asked, to(server)).once()
            arrived += [hours] * (len(server.asked) - len(arrived))
    assert arrived == [0, 24]


def test_what_changes_slowly_is_not_asked_for_every_time(cases, clock):
    asked = []

    class Watched(MemoryStore):
        def account_history(self, question):
            asked.append(question)
            return super().account_history(question)

    running = process(Watched(), cases, clock, city(rule("loss", when="follower_drop")), {})
    for _ in range(41):  # ten minutes
        running.once()
        clock.at += timedelta(seconds=15)
    assert len(asked) == 3


def test_a_thread_that_runs_can_be_stopped(store, cases, clock):
    running = process(store, cases, clock, city(), {})
    running.start()
    running.stop()
    assert not running._repeating._thread.is_alive()
