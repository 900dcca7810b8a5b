"""The demo played on: the same hours bring the same posts, however often and in whatever steps they are asked for."""

from datetime import timedelta

import pytest

from collectors.demo.history import history
from collectors.demo.live import Live, Place
from tests.demos import NOW, deployment, small

CALLS, MENTIONS, OWN, COMMENTS = range(4)


def asked(live: Live, index: int, *hours: float) -> list:
    """Posts and samples of one channel, asked so many hours after the history's end, one after another."""
    source, cursor, answers = live.sources()[index], None, []
    for hour in hours:
        for answer in live.ask(None, source, cursor, NOW + timedelta(hours=hour)):
            answers.append(answer)
            cursor = answer.cursor or cursor
    return answers


def posts(answers) -> list:
    return [p for a in answers for p in a.posts]


def test_in_steps_or_at_once_the_same_posts_come():
    often = [n / 12 for n in range(1, 12 * 48)]
    in_steps, at_once = posts(asked(Live(small(), NOW, 7), MENTIONS, *often)), posts(asked(Live(small(), NOW, 7), MENTIONS, often[-1]))
    assert [(p.id, p.text, p.created_at) for p in in_steps] == [(p.id, p.text, p.created_at) for p in at_once]
    assert in_steps


def test_what_is_said_is_new_and_after_the_history():
    known = {p.id for p in history(small(), NOW, 7).posts}
    later = posts(asked(Live(small(), NOW, 7), CALLS, 200))
    assert len(later) > 10
    assert not known & {p.id for p in later}
    assert all(NOW < p.created_at <= NOW + timedelta(hours=200) for p in later)
    assert len({p.id for p in later}) == len(later)


def test_it_comes_about_as_often_as_before():
    days = 60
    later = posts(asked(Live(small(), NOW, 7), CALLS, 24 * days))
    a_day = 100 / 40  # calls of the history
    assert 0.8 < len(later) / days / a_day < 1.8  # themes come on top, and the stream had been rising


def test_at_speed_an_hour_of_the_stream_passes_in_a_minute_and_is_stamped_with_ours():
    minutes = [n / 60 for n in range(1, 61)]
    fast = posts(asked(Live(small(), NOW, 7, speed=60), CALLS, *minutes))
    slow = posts(asked(Live(small(), NOW, 7), CALLS, *[60 * m for m in minutes]))
    assert len(fast) == pytest.approx(len(slow), abs=2)
    assert all(NOW < p.created_at <= NOW + timedelta(hours=1) for p in fast)


def test_after_a_stop_the_time_missed_is_played_at_its_own_speed():
    before = Place(NOW, NOW)
    assert before.at(NOW + timedelta(minutes=1), 60).played == NOW + timedelta(hours=1)
    assert before.at(NOW + timedelta(days=2), 60).played == NOW + timedelta(days=2)


def test_a_place_is_what_it_was_written_as():
    place = Place(NOW, NOW + timedelta(hours=3))
    assert Place.read(str(place)) == place


def test_the_cursor_moves_with_the_last_answer_only():
    answers = asked(Live(deployment("eastern-province"), NOW, 7), 0, 24 * 30)
    assert len(answers) > 1
    assert [a.cursor is not None for a in answers] == [False] * (len(answers) - 1) + [True]


def test_followers_grow_on():
    samples = [s for a in asked(Live(small(), NOW, 7), OWN, *[24 * n for n in range(1, 41)]) for s in a.account_samples]
    assert len(samples) == 40
    assert [s.followers for s in samples] == sorted(s.followers for s in samples)
    assert samples[-1].followers == pytest.approx(3000, rel=0.02)  # doubled in 40 days, and as much again in the next


def test_comments_stand_under_own_posts_that_were_played():
    live = Live(small(), NOW, 7)
    own = {p.id for p in posts(asked(live, OWN, 24 * 40))}
    comments = posts(asked(live, COMMENTS, 24 * 40))
    under = [c for c in comments if c.parent_id]
    assert len(under) > len(comments) / 4
    assert {c.parent_id for c in under} <= own


def test_now_and_then_many_speak_of_one_matter():
    live = Live(deployment("gaza"), NOW, 7)
    told = [s for n in live.channels.values() for h in range(72) for s in live.hour(n, int(NOW.timestamp()) // 3600 + h) if s.matter]
    assert len(told) > 12
    assert {s.topic for s in told} <= {t.id for t in deployment("gaza").topics}


def test_what_a_desk_writes_down_says_what_about_and_where():
    calls = posts(asked(Live(small(), NOW, 7), CALLS, 24 * 20))
    assert all(p.topic_told in ("roads", "waste") for p in calls if "l7" in p.id and p.topic_told)
    assert sum(p.topic_told is not None for p in calls) > len(calls) / 2
    assert all(p.place_told for p in calls)


def test_a_broadcast_is_history_only():
    assert [s for s in Live(deployment("saryarka"), NOW, 7).sources() if "live" in s.id] == []
