"""What each kind of rule finds, and what it leaves alone."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.deployment import AlertRule
from core.theme import State, Theme
from stream.alerting import Audience, Facts, Mood, Near, Silence, due

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def rule(when: str = "theme", **told: object) -> AlertRule:
    return AlertRule(id="r", when=when, **told)  # type: ignore[arg-type]


def theme(**told: object) -> Theme:
    usual = {"id": "t1", "name": "no water", "first_seen": NOW - 3 * HOUR, "raised_at": NOW - HOUR, "updated_at": NOW, "is_complaint": True,
             "posts": 20, "authors": 15, "probability": 0.8, "topic": "water", "place": "hill", "rate_now": 6.0, "rate_usual": 0.5}  # fmt: skip
    return Theme(**(usual | told))  # type: ignore[arg-type]


THEMES = [  # rule, theme, is it told?
    ({}, {}, True),
    ({"probability": 0.8}, {}, True),
    ({"probability": 0.81}, {}, False),
    ({"probability": 0.1}, {"probability": None}, False),  # nobody knows how sure it is
    ({"at_least": 20}, {}, True),
    ({"at_least": 21}, {}, False),
    ({}, {"is_complaint": False}, False),
    ({"complaints_only": False}, {"is_complaint": False}, True),
    ({"topic": "water", "place": "hill"}, {}, True),
    ({"topic": "roads"}, {}, False),
    ({"place": "port"}, {}, False),
    ({}, {"state": State.HEIGHT}, True),
    ({}, {"state": State.FADING}, False),
    ({}, {"state": State.OVER}, False),
    ({}, {"merged_into": "t0"}, False),
    ({}, {"updated_at": NOW - 25 * HOUR}, False),  # history that was read in
    ({"is_on": False}, {}, False),
]


@pytest.mark.parametrize(("asked", "found", "is_told"), THEMES)
def test_a_theme_is_told_where_the_rule_asks_for_it(asked, found, is_told):
    assert bool(due(rule(**asked), Facts(themes=(theme(**found),)), NOW)) is is_told


def test_an_alert_carries_the_numbers_of_its_theme_and_no_text():
    (alert,) = due(rule(), Facts(themes=(theme(evidence=("x:1", "x:2"), terms=("a citizen's words",)),)), NOW)
    assert (alert.matter, alert.count, alert.authors, alert.now, alert.usual, alert.probability) == ("t1", 20, 15, 6.0, 0.5, 0.8)
    assert b"citizen" not in msgspec.json.encode(alert)


def mood(negative: int, known: int = 200, usual_negative: int = 400, usual_known: int = 1000) -> Mood:
    return Mood(negative=negative, known=known, usual_negative=usual_negative, usual_known=usual_known, since=NOW - 24 * HOUR, until=NOW)


MOODS = [  # rule, facts, is it told? Usually 40 % are negative
    ({}, mood(110), True),  # 55 %: 15 points more
    ({}, mood(99), False),  # 49.5 %: less than the usual 10 points
    ({"at_least": 5}, mood(99), True),
    ({"at_least": 15}, mood(110), True),
    ({"at_least": 15}, mood(109), False),
    ({}, mood(15, known=29), False),  # too few to say
    ({}, mood(16, known=30), False),  # 53 % of thirty may be chance
    ({}, mood(22, known=30), True),  # 73 % is not
    ({}, mood(110, usual_negative=1, usual_known=5), False),  # nothing to compare with
    ({}, None, False),
]


@pytest.mark.parametrize(("asked", "facts", "is_told"), MOODS)
def test_sentiment_falls_where_it_falls_enough_and_not_by_chance(asked, facts, is_told):
    assert bool(due(rule("sentiment_fall", **asked), Facts(mood=facts), NOW)) is is_told


def audience(most: int, followers: int) -> Audience:
    return Audience(account="x:city", most=most, most_at=NOW - 48 * HOUR, followers=followers, at=NOW - HOUR)


@pytest.mark.parametrize(
    ("at_least", "facts", "is_told"),
    [
        (None, audience(1000, 990), True),  # 1 %
        (None, audience(1000, 991), False),
        (5, audience(1000, 960), False),
        (5, audience(1000, 950), True),
        (None, audience(1000, 1000), False),
        (None, audience(0, 0), False),
    ],
)
def test_followers_leave_where_enough_of_them_do(at_least, facts, is_told):
    assert bool(due(rule("follower_drop", at_least=at_least), Facts(audiences=(facts,)), NOW)) is is_told


@pytest.mark.parametrize(
    ("hours", "heard", "is_red", "is_told"),
    [
        (None, NOW - HOUR, False, False),
        (None, NOW - HOUR, True, True),  # the ledger shows a red light
        (None, None, True, True),
        (2, NOW - HOUR, True, False),  # the rule says for itself how long is too long
        (2, NOW - 2 * HOUR, False, True),
        (2, None, True, False),  # asked for an hour and a half so far, and never read to the end
        (1.5, None, True, True),
    ],
)
def test_a_source_is_silent_by_its_own_rhythm_or_by_the_rules_hours(hours, heard, is_red, is_told):
    facts = Facts(silences=(Silence(source="x.mentions.city", heard=heard, asked=NOW - 1.5 * HOUR, is_red=is_red),))
    assert bool(due(rule("source_silent", hours=hours), facts, NOW)) is is_told


@pytest.mark.parametrize(("at_least", "cases", "is_told"), [(None, 1, True), (5, 4, False), (5, 5, True)])
def test_a_target_is_near_where_enough_cases_run_out(at_least, cases, is_told):
    facts = Facts(near=(Near(department="roads", hour=NOW + HOUR, cases=cases),))
    assert bool(due(rule("target_near", at_least=at_least), facts, NOW)) is is_told


def id_of(facts: Facts, at: datetime, when: str = "theme", **told: object) -> str:
    (alert,) = due(rule(when, **told), facts, at)
    return alert.id


def test_a_theme_is_the_same_alert_however_long_it_rises_and_another_when_it_is_raised_again():
    first = id_of(Facts(themes=(theme(),)), NOW)
    assert id_of(Facts(themes=(theme(posts=90, updated_at=NOW + 30 * HOUR),)), NOW + 30 * HOUR) == first
    assert id_of(Facts(themes=(theme(raised_at=NOW + 24 * HOUR, updated_at=NOW + 24 * HOUR),)), NOW + 25 * HOUR) != first


def test_one_silence_is_one_alert():
    facts = Facts(silences=(Silence(source="s", heard=NOW, is_red=True),))
    assert id_of(facts, NOW + 5 * HOUR, "source_silent") == id_of(facts, NOW + 70 * HOUR, "source_silent")


def test_a_source_that_was_never_read_to_its_end_is_told_once_and_not_every_day():
    facts = Facts(silences=(Silence(source="s", heard=None, asked=NOW, is_red=True),))
    ids = {id_of(facts, NOW + days * 24 * HOUR, "source_silent") for days in range(5)}
    assert len(ids) == 1
    assert ids != {id_of(Facts(silences=(Silence(source="s", heard=NOW, is_red=True),)), NOW, "source_silent")}


def test_one_fall_of_followers_is_told_once_and_again_when_it_is_twice_as_deep():
    """1 % is the usual least; the count that was highest stays where it was."""

    def told(followers: int, days: int = 0) -> str:
        fallen = Audience(account="x:city", most=1000, most_at=NOW, followers=followers, at=NOW + (1 + days) * 24 * HOUR)
        return id_of(Facts(audiences=(fallen,)), NOW + (1 + days) * 24 * HOUR, "follower_drop")

    assert len({told(985, days) for days in range(6)}) == 1  # the same fall, looked at for a week
    assert told(985) == told(981)
    assert len({told(985), told(980), told(970), told(960), told(920)}) == 4  # 1, 2, 3, 4 and 8 %


def test_a_rule_that_asks_for_no_least_fall_still_asks_for_one():
    assert not due(rule("follower_drop", at_least=0), Facts(audiences=(audience(1000, 1000),)), NOW)
    assert due(rule("follower_drop", at_least=0), Facts(audiences=(audience(1000, 999),)), NOW)


def test_the_day_is_the_organisations():
    """21:30 UTC is already tomorrow in Riyadh: a mood that falls before and after local midnight is told on both days."""
    facts = Facts(mood=mood(180), timezone="Asia/Riyadh")
    before, after = datetime(2026, 3, 1, 20, 30, tzinfo=UTC), datetime(2026, 3, 1, 21, 30, tzinfo=UTC)
    assert id_of(facts, before, "sentiment_fall") != id_of(facts, after, "sentiment_fall")
    assert id_of(facts, after, "sentiment_fall") == id_of(facts, after + 20 * HOUR, "sentiment_fall")


@given(st.lists(st.integers(0, 5), max_size=12), st.floats(0, 1), st.integers(0, 60))
def test_the_same_facts_raise_the_same_alerts_and_no_id_stands_twice(numbers, probability, at_least):
    themes = tuple(theme(id=f"t{n}", posts=10 * n) for n in dict.fromkeys(numbers))
    told = rule(probability=probability, at_least=at_least)
    found = due(told, Facts(themes=themes), NOW)
    assert found == due(told, Facts(themes=themes), NOW)
    assert len({a.id for a in found}) == len(found) == sum(t.posts >= at_least for t in themes) * (probability <= 0.8)
