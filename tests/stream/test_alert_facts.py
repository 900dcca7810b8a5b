"""What rules look at, asked of a real store and real cases."""

from datetime import UTC, datetime, timedelta

import pytest

from cases.store import open_cases
from collectors.base import Source
from core.case import Status
from core.deployment import AlertRule
from core.post import Kind
from core.settings import Settings
from store.base import Batch, Pass
from store.embedded import EmbeddedStore
from stream.alert_facts import World, gather
from stream.alerting import Near, due
from tests.cases.factory import CITY, case
from tests.make import claim, post, sample

NOW = datetime(2026, 4, 10, 12, 30, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SOURCE = Source(id="x.mentions.city", platform="x", account="x:city", what="mentions", every_minutes=10)


@pytest.fixture
def world(tmp_path):
    store, cases = EmbeddedStore(tmp_path / "posts.db", "Asia/Riyadh"), open_cases(Settings(data=tmp_path))
    yield World(store=store, cases=cases, deployment=CITY, sources=(SOURCE,), started=NOW - DAY)
    store.close()
    cases.close()


def rule(when, **told):
    return AlertRule(id="r", when=when, **told)


def felt(number, at, label, **told):
    return post(number, created_at=at, observed_at=at, sentiment=claim(label), **told)


def test_the_share_of_negatives_is_that_of_citizens_in_the_last_whole_hours_and_in_the_four_weeks_before(world):
    usual = [felt(n, NOW - 10 * DAY + n * MINUTE, "negative" if n % 4 == 0 else "neutral") for n in range(200)]
    today = [felt(1000 + n, NOW - 2 * HOUR - n * MINUTE, "negative" if n % 2 else "positive") for n in range(60)]
    others = [felt(2000, NOW - 2 * HOUR, "unsure"), felt(2001, NOW - 2 * HOUR, "negative", kind=Kind.OWN), felt(2002, NOW - MINUTE, "negative"),
              felt(2003, NOW - 60 * DAY, "negative")]  # fmt: skip
    world.store.save(Batch(posts=tuple(usual + today + others)))
    mood = gather(rule("sentiment_fall"), world, NOW).mood
    assert (mood.negative, mood.known, mood.usual_negative, mood.usual_known) == (30, 60, 50, 200)
    assert (mood.since, mood.until) == (NOW.replace(minute=0) - DAY, NOW.replace(minute=0))
    (alert,) = due(rule("sentiment_fall"), gather(rule("sentiment_fall"), world, NOW), NOW)
    assert (alert.now, alert.usual) == (0.5, 0.25)


def test_a_rule_for_a_topic_looks_at_that_topic(world):
    world.store.save(Batch(posts=(felt(1, NOW - 2 * HOUR, "negative", topics=(claim("waste"),)), felt(2, NOW - 2 * HOUR, "negative"))))
    assert gather(rule("sentiment_fall", topic="waste"), world, NOW).mood.known == 1


def test_followers_are_compared_with_the_most_of_the_week(world):
    today = (NOW - sample(0, None).at).days
    told = {9: 5000, 5: 900, 4: 1000, 2: None, 1: 980}  # days ago → followers
    world.store.save(Batch(account_samples=tuple(sample(today - days, followers) for days, followers in told.items())))
    (one,) = gather(rule("follower_drop"), world, NOW).audiences
    assert (one.account, one.most, one.followers) == ("x:city", 1000, 980)


def passed(number, at, state="ok"):
    return Pass(id=f"p{number}", source=SOURCE.id, platform="x", started=at, finished=at, state=state)


@pytest.mark.parametrize(
    ("last", "started", "is_told"),
    [
        (NOW - 5 * MINUTE, NOW - DAY, False),
        (NOW - 2 * HOUR, NOW - DAY, True),
        (NOW - 2 * HOUR, NOW - 20 * MINUTE, False),  # we were away ourselves: it gets its time first
    ],
)
def test_a_source_is_silent_when_its_ledger_says_so_and_we_have_listened_long_enough(world, last, started, is_told):
    world.store.save(Batch(passes=(passed(1, last), passed(2, NOW - MINUTE, "failed"))))
    here = World(store=world.store, cases=world.cases, deployment=CITY, sources=world.sources, started=started)
    found = due(rule("source_silent"), gather(rule("source_silent"), here, NOW), NOW)
    assert [a.since for a in found] == ([last] if is_told else [])


@pytest.mark.parametrize("failed", [5, 19, 20, 21, 300])
def test_a_source_that_fails_again_and_again_is_silent_since_it_was_last_read_however_often_it_was_asked(world, failed):
    heard = NOW - 30 * HOUR
    passes = [passed(n, NOW - n * 5 * MINUTE, "failed") for n in range(failed)]
    world.store.save(Batch(passes=(*passes, passed(1000, heard))))
    for asked in (rule("source_silent"), rule("source_silent", hours=24)):
        assert [a.since for a in due(asked, gather(asked, world, NOW), NOW)] == [heard]


def test_a_source_that_was_never_read_to_its_end_is_silent_from_its_first_pass_on(world):
    world.store.save(Batch(passes=tuple(passed(n, NOW - n * HOUR, "failed") for n in range(30))))
    assert [len(due(r, gather(r, world, NOW), NOW)) for r in (rule("source_silent", hours=h) for h in (29, 30))] == [1, 0]


def test_of_days_with_equally_many_followers_the_last_one_is_the_one_before_the_fall(world):
    today = (NOW - sample(0, None).at).days
    world.store.save(
        Batch(account_samples=tuple(sample(today - days, followers) for days, followers in {6: 1000, 3: 1000, 1: 900}.items()))
    )
    (one,) = gather(rule("follower_drop"), world, NOW).audiences
    assert (NOW - one.most_at).days == 3


def test_a_source_that_was_never_asked_is_not_silent(world):
    assert gather(rule("source_silent"), world, NOW).silences == ()


def test_cases_are_counted_by_department_and_by_the_hour_in_which_their_clock_runs_out(world):
    def referred(number, department, due_at, **told):
        return case(number, status=Status.REFERRED, department=department, closing_due=due_at, first_answer_at=NOW - DAY, **told)

    world.cases.put_many([
        referred(1, "roads", NOW + 10 * MINUTE), referred(2, "roads", NOW + 20 * MINUTE), referred(3, "cleaning", NOW + 20 * MINUTE),
        referred(4, "roads", NOW + 2 * HOUR), referred(5, "roads", NOW + 3 * HOUR),  # too far ahead
        referred(6, "roads", NOW - MINUTE),  # run out already
        case(7, status=Status.CLOSED, closing_due=NOW + 10 * MINUTE, closed_at=NOW - DAY),
    ])  # fmt: skip
    hour = NOW.replace(minute=0)
    assert set(gather(rule("target_near"), world, NOW).near) == {
        Near(department="roads", hour=hour, cases=2), Near(department="cleaning", hour=hour, cases=1),
        Near(department="roads", hour=hour + 2 * HOUR, cases=1),
    }  # fmt: skip
    assert gather(rule("target_near", topic="roads"), world, NOW).near == ()
