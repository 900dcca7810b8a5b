"""What waits goes out by the rule as it stands now, in no quiet hour, and no more to one reader than can be read."""

# ruff: noqa: F811  (fixtures of a neighbour are asked for under their names)
from __future__ import annotations

import json
from datetime import time, timedelta
from itertools import pairwise

import pytest

from cases import alert_outbox, alerts
from core.deployment import AlertRule, reader_of
from core.errors import StoreFailed
from stream import alert_sending
from stream.alert_delivering import AT_ONCE, PACE
from stream.alert_facts import World
from stream.alert_message import Message, words
from stream.alert_running import Alerting
from stream.alert_sending import Address
from tests.collectors.replay import Reply, replay
from tests.stream.test_alert_running import (  # noqa: F401  # their fixtures
    MINUTE,
    NOW,
    OFFICER,
    cases,
    city,
    clock,
    process,
    rule,
    states,
    store,
    theme,
    titles,
    to,
)

AFTERNOON = {"quiet_from": time(15, 30), "quiet_until": time(18)}  # NOW is 15:00


def paths(server) -> list[str]:
    return [asked.path for asked in server.asked]


def test_a_message_that_was_refused_is_not_tried_again_in_quiet_hours(store, cases, clock):
    """Refused at 15:00, 15:02, 15:08 and 15:24; an hour later quiet hours hold, and they end at 18:00."""
    with replay({"/in": [Reply(status=503)] * 4 + [Reply()]}) as server:
        for minutes in range(0, 200, 2):
            clock.at = NOW + minutes * MINUTE
            process(store, cases, clock, city(rule(**AFTERNOON)), to(server)).once()
            assert len(server.asked) <= 4 + (minutes >= 180), f"{minutes} minutes after three o'clock"
    assert states(cases) == [("sent", 5)]


def test_a_rule_switched_off_while_its_alerts_wait_tells_nobody(store, cases, clock):
    quiet = {"quiet_from": time(14), "quiet_until": time(16)}
    with replay({"/in": Reply()}) as server:
        process(store, cases, clock, city(rule(**quiet)), to(server)).once()
        clock.at += timedelta(hours=2)
        process(store, cases, clock, city(rule(is_on=False, **quiet)), to(server)).once()
        process(store, cases, clock, city(rule(**quiet)), to(server)).once()
    assert (server.asked, states(cases)) == ([], [("dropped", 0)])


def test_a_rule_that_is_gone_tells_nobody(store, cases, clock):
    process(store, cases, clock, city(rule(digest_at=time(16))), {"ALERTS_TO": "json://127.0.0.1:1/x"}).once()
    clock.at += timedelta(hours=2)
    process(store, cases, clock, city(), {}).once()
    assert states(cases) == [("dropped", 0)]


def test_who_took_over_the_rule_while_alerts_wait_hears_of_them_and_who_left_does_not(store, cases, clock):
    quiet = {"quiet_from": time(14), "quiet_until": time(16)}
    with replay({"/old": Reply(), "/new": Reply()}) as server:
        old, new = to(server, "old")["ALERTS_TO"], to(server, "new")["ALERTS_TO"]
        process(store, cases, clock, city(rule(to=(old,), **quiet)), {}).once()
        clock.at += timedelta(hours=1)
        for _ in range(3):
            process(store, cases, clock, city(rule(to=(new,), **quiet)), {}).once()
            clock.at += MINUTE
    assert paths(server) == ["/new"]
    assert states(cases) == [("dropped", 0), ("sent", 1)]


def test_a_key_with_a_new_address_after_a_restart_brings_what_waited_there(store, cases, clock):
    with replay({"/old": Reply(status=500), "/new": Reply()}) as server:
        for path in ("old", "new", "new", "new"):
            process(store, cases, clock, city(rule()), to(server, path)).once()
            clock.at += 2 * MINUTE
    assert paths(server) == ["/old", "/new"]


@pytest.mark.parametrize(
    ("before", "after", "told_after"),
    [
        ({"quiet_from": time(14), "quiet_until": time(18)}, {}, 0),  # quiet hours taken away: now
        ({"quiet_from": time(14), "quiet_until": time(16)}, {"quiet_from": time(14), "quiet_until": time(17)}, 120),  # made longer
        ({"digest_at": time(20)}, {"digest_at": time(16)}, 60),
        ({"digest_at": time(20)}, {}, 0),
    ],
)
def test_a_rule_edited_while_its_alerts_wait_tells_them_by_its_new_hours(store, cases, clock, before, after, told_after):
    with replay({"/in": Reply()}) as server:
        process(store, cases, clock, city(rule(**before)), to(server)).once()
        for minutes in range(0, 140, 10):
            clock.at = NOW + minutes * MINUTE
            process(store, cases, clock, city(rule(**after)), to(server)).once()
            assert len(server.asked) == (minutes >= told_after), minutes
        (shown,) = alerts.newest(cases, clock.at)
    assert shown.tell_at == NOW + told_after * MINUTE  # the page says so, and escalation counts from there


def test_what_an_edited_rule_lets_out_is_escalated_after_its_minutes_and_not_at_once(store, cases, clock):
    quiet = rule(quiet_from=time(14), quiet_until=time(20), escalate_minutes=60)
    with replay({"/in": Reply()}) as server:
        for minutes, now in ((0, quiet), (119, quiet), (120, rule(escalate_minutes=60)), (121, rule(escalate_minutes=60))):
            clock.at = NOW + minutes * MINUTE
            process(store, cases, clock, city(now), to(server)).once()
        assert len(server.asked) == 1
        clock.at = NOW + 180 * MINUTE
        process(store, cases, clock, city(rule(escalate_minutes=60)), to(server)).once()
    assert len(server.asked) == 2


def test_a_storm_of_themes_reaches_a_reader_as_few_messages_and_loses_none(store, cases, clock):
    with replay({"/in": Reply()}) as server:
        for number in range(60):  # a new theme every half minute
            store.save_themes([theme(number, name=f"theme no {number}.")])
            process(store, cases, clock, city(rule()), to(server)).once()
            clock.at += MINUTE / 2
        clock.at += PACE
        process(store, cases, clock, city(rule()), to(server)).once()
    assert len(server.asked) <= 3 * AT_ONCE
    assert set(states(cases)) == {("sent", 1)} and len(states(cases)) == 60


def test_the_first_messages_of_a_storm_come_at_once_and_none_is_held_longer_than_the_pace(store, cases, clock):
    arrived = []
    with replay({"/in": Reply()}) as server:
        for number in range(120):
            store.save_themes([theme(number + 1)])
            process(store, cases, clock, city(rule()), to(server)).once()
            arrived += [clock.at] * (len(server.asked) - len(arrived))
            clock.at += MINUTE / 2
    assert arrived[:AT_ONCE] == [NOW + n * MINUTE / 2 for n in range(AT_ONCE)]
    assert all(later - at <= PACE for at, later in pairwise(arrived))
    assert all(sum(at <= one < at + PACE for one in arrived) <= AT_ONCE for at in arrived)


def test_one_reader_who_had_enough_holds_nothing_up_for_another(store, cases, clock):
    with replay({"/in": Reply(), "/calm": Reply()}) as server:
        told = to(server, ALERTS_CALM=to(server, "calm")["ALERTS_TO"])
        rules = (rule(), rule("large", at_least=100, to=("$ALERTS_CALM",)))
        for number in range(10):
            store.save_themes([theme(number, posts=100 if number == 9 else 20)])
            process(store, cases, clock, city(*rules), told).once()
            clock.at += MINUTE
    assert paths(server).count("/calm") == 1


def test_an_alert_seen_during_a_failing_attempt_is_not_tried_again(store, cases, clock):
    """The officer acknowledges while the address still takes its time to refuse."""
    tried = []

    def slow(address, message):
        tried.append(address)
        alerts.acknowledge(cases, OFFICER, alerts.newest(cases, clock.at)[0].alert.id, clock.at)
        return "refused"

    for _ in range(5):
        running = process(store, cases, clock, city(rule()), {"ALERTS_TO": "json://127.0.0.1:1/x"})
        running._send = slow
        running.once()
        clock.at += timedelta(hours=1)
    assert len(tried) == 1 and states(cases) == [("dropped", 1)]


def test_a_slow_address_does_not_let_a_second_process_send_what_the_first_is_about_to(store, cases, clock):
    """Two readers; the first takes ten minutes to answer. While the second's message is on its way, another process makes its round."""
    sent: list[str] = []
    both = {"ALERTS_TO": "json://127.0.0.1:1/a json://127.0.0.1:1/b"}
    second = process(store, cases, clock, city(rule()), both)
    second._send = lambda address, message: sent.append(address.digest)

    def slow(address, message):
        sent.append(address.digest)
        if len(sent) == 1:
            clock.at += 10 * MINUTE
        else:
            second.once()

    first = process(store, cases, clock, city(rule()), both)
    first._send = slow
    first.once()
    assert len(sent) == len(set(sent)) == 2


class Broken:
    """A store in which one kind of question breaks on a mistake of ours."""

    def __init__(self, store, error) -> None:
        self._store, self._error = store, error

    def account_history(self, question):
        raise self._error

    def __getattr__(self, name):
        return getattr(self._store, name)


@pytest.mark.parametrize("error", [StoreFailed("the disk is gone"), OverflowError("date value out of range")])
def test_a_rule_that_breaks_keeps_no_other_silent(store, cases, clock, error, caplog):
    rules = (AlertRule(id="loss", when="follower_drop", to=("$ALERTS_TO",)), rule())
    with replay({"/in": Reply()}) as server:
        Alerting(
            World(store=Broken(store, error), cases=cases, deployment=city(*rules), started=NOW), None, clock, lambda: to(server)
        ).once()
    assert len(titles(server)) == 1
    assert "rule loss" in caplog.text


def test_a_message_that_is_longer_than_a_service_takes_goes_in_parts_and_is_not_refused():
    """Apprise's own default hands it over whole, and a service that takes less refuses it."""
    import apprise

    kept, made = [], []

    class Small(apprise.NotifyBase):
        body_maxlen = 100
        title_maxlen = 0
        service_name, protocol = "Small", "smallbox"

        def __init__(self, **told):
            made.append(self)
            super().__init__(**told)

        def send(self, body, **_):
            kept.append(body)
            return True

        @staticmethod
        def parse_url(url, *args, **kwargs):
            return apprise.NotifyBase.parse_url(url, verify_host=False)

    apprise.plugins.N_MGR.add(Small, schemas="smallbox", force=True)
    try:
        said = alert_sending.send(Address(to="$ALERTS_TO", digest="d", url="smallbox://here"), Message(title="Rising", body="word " * 100))
    finally:
        apprise.plugins.N_MGR.remove("smallbox")
    assert said is None
    assert len(kept) > 4 and all(len(part) <= 100 for part in kept)
    assert len(made) == 1, "what sends is what was checked: an address is looked up once"


def test_each_reader_of_one_alert_is_told_in_his_own_language(store, cases, clock):
    """One alert on the page, to judge once: not a rule for each language."""
    with replay({"/ru": Reply(), "/kk": Reply(), "/ar": Reply(), "/en": Reply()}) as server:
        here = server.url.removeprefix("http://")
        told = {"ALERTS_TO": f"json://{here}/en ar:json://{here}/ar", "ALERTS_KK": f"json://{here}/kk"}
        rules = city(rule(to=("$ALERTS_TO", "kk:$ALERTS_KK", f"ru:json://{here}/ru")))
        process(store, cases, clock, rules, told).once()
    said = {asked.path: json.loads(asked.body) for asked in server.asked}
    assert {path: one["title"].split(":")[0] for path, one in said.items()} == {
        f"/{code}": words()[code]["theme_title"].split(":")[0] for code in ("en", "ar", "kk", "ru")
    }
    assert all(f"lang={path[1:]}" in one["message"] for path, one in said.items())
    assert len(alerts.newest(cases, clock())) == 1
    assert sorted(one.to for one in alert_outbox.log(cases)) == [
        "$ALERTS_KK (json://…)",
        "$ALERTS_TO 1 (json://…)",
        "$ALERTS_TO 2 (json://…)",
        "json://…",
    ]


def test_a_reader_who_is_given_another_language_is_not_told_a_second_time(store, cases, clock):
    with replay({"/in": Reply()}) as server:
        for to_whom in ("$ALERTS_TO", "kk:$ALERTS_TO"):
            process(store, cases, clock, city(rule(to=(to_whom,))), to(server)).once()
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("told", "language", "address"),
    [
        ("kk:$ALERTS_TO", "kk", "$ALERTS_TO"),
        ("ar:tgram://token/chat", "ar", "tgram://token/chat"),
        ("$ALERTS_TO", None, "$ALERTS_TO"),
        ("tgram://token/chat", None, "tgram://token/chat"),
        ("de:$ALERTS_TO", None, "de:$ALERTS_TO"),  # a language that messages are not written in is no language here
        ("en:hunter2", None, "en:hunter2"),  # and what is no address stays what it is, to be refused whole
        ("kk:", None, "kk:"),
    ],
)
def test_the_language_before_an_address_is_told_apart_from_it(told, language, address):
    assert reader_of(told) == (language, address)
