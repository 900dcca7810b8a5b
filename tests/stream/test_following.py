"""What follows durable posts keeps its place and does each thing once."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from cases import campaigns, entering
from cases.entering import Entry
from cases.roles import Person, Role
from cases.store import open_cases
from core.deployment import Campaign, OfficialAccount
from core.deployment_file import load
from core.post import Author
from core.settings import Settings
from enrich.themes import Detector, ThemeSettings, from_post
from store.base import Batch, Follower
from store.embedded import EmbeddedStore
from store.memory import MemoryStore
from store.query import Filter
from stream.following import (
    Remembered,
    ThemeFollower,
    ThemeJoin,
    beside_workers,
    count_themes,
    decode_counts,
    forget_posts,
    hear_campaigns,
    receive_cases,
    take_in_entries,
)
from tests.make import NOON, claim, post

NEUTRAL = load(Path(__file__).parents[2] / "deployments" / "default.toml")


@pytest.fixture
def store(tmp_path):
    opened = EmbeddedStore(tmp_path / "posts.db")
    yield opened
    opened.close()


def complaint(n, **told):
    return post(n, intent=claim("complaint", 0.99), sentiment=claim("negative"), topics=(claim("lighting"),), **told)


def test_a_complaint_opens_one_case_however_often_it_is_looked_at(store, tmp_path):
    cases = open_cases(Settings(data=tmp_path))
    store.save(Batch(posts=(complaint(1), post(2, intent=claim("other", 0.99)))))
    first = receive_cases(store, cases, NEUTRAL, NOON + timedelta(hours=1))
    again = receive_cases(store, cases, NEUTRAL, NOON + timedelta(hours=2))
    assert first == again == 2
    assert [c.posts for c in cases.all()] == [("x:1",)]


def usual_weeks():
    """Four weeks of small talk, three posts a day by many people."""
    matters = (
        "the bus was late on line",
        "where do I pay the fee for stall",
        "thanks for the new benches near",
        "the game last night at ground",
        "a cat was lost in lane",
    )
    return [
        post(
            n,
            text=f"{matters[n % 5]} {n % 37} {'abcdefgh'[n % 8] * 3}",
            author=Author(id=f"x:u{n % 400}"),
            created_at=NOON + timedelta(hours=n * 2),
            source="s",
        )
        for n in range(28 * 12)
    ]


WAYS = (
    "no water since morning in Alder, the children go to school unwashed", "taps dry again at our place in Alder", "Alder: who cut the water and for how long?",
    "third hour without a drop of water here in Alder", "my grandmother in Alder carries water from the mosque", "Alder pump stands still, water is gone on every floor",
    "is anybody else in Alder without water", "we pay each month and have no water, Alder district", "the water went off while I was cooking, Alder",
    "Alder bakery is shut because there is no water", "water truck promised for Alder has not come", "hotline says wait, Alder has had no water all day",
    "neighbours in Alder share one tank of water between twelve flats", "somebody please tell Alder when water comes back", "brown water for a minute in Alder, then nothing",
)  # fmt: skip


def burst(count=30):
    """Thirty people, each in words of their own, within five hours."""
    at = NOON + timedelta(days=28)
    return [
        post(9000 + n, text=f"{WAYS[n % 15]}{'' if n < 15 else ', still so at number ' + str(n * 7)}", author=Author(id=f"x:w{n}"), created_at=at + timedelta(minutes=9 * n),
             topics=(claim("water"),), places=(claim("alder"),), sentiment=claim("negative"))
        for n in range(count)
    ]  # fmt: skip


def test_a_theme_is_found_once_and_kept_over_a_restart(store):
    end = NOON + timedelta(days=30)
    store.save(Batch(posts=tuple(usual_weeks())))
    ThemeFollower(store, NEUTRAL, lambda: end).run()
    for one in burst():
        store.save(Batch(posts=(one,)))
        ThemeFollower(store, NEUTRAL, lambda: end).run()  # a new process every time
    (theme,) = store.themes()
    assert theme.authors >= 3
    assert set(theme.evidence) <= {p.id for p in burst()}


def test_a_changed_number_is_not_a_second_voice(store):
    store.save(Batch(posts=(post(1),)))
    follower = ThemeFollower(store, NEUTRAL, lambda: NOON + timedelta(days=1))
    follower.run()
    store.save(Batch(posts=(post(1, likes=9, observed_at=NOON + timedelta(hours=5)),)))
    seen = len(follower._seen)
    follower.run()
    assert (len(follower._seen), follower.place) == (seen, 2)


def test_many_workers_and_one_join_find_what_one_process_finds(store):
    """Pages counted apart, joined in windows, once with the joining worker replaced in between."""
    told, end = [*usual_weeks(), *burst()], NOON + timedelta(days=30)
    store.save(Batch(posts=tuple(told)))
    ThemeFollower(store, NEUTRAL, lambda: end).run()
    elsewhere = MemoryStore()
    join = ThemeJoin(elsewhere, NEUTRAL, lambda: end)
    messages = list(enumerate(count_themes(told[i : i + 7], NEUTRAL) for i in range(0, len(told), 7)))
    for start in range(0, len(messages), 5):
        if start == 30:
            join = ThemeJoin(elsewhere, NEUTRAL, lambda: end)
        join.step(messages[max(0, start - 2) : start + 5])  # two messages come again
    here, there = store.themes(), elsewhere.themes()
    assert [(t.id, t.posts, t.authors, set(t.evidence)) for t in here] == [(t.id, t.posts, t.authors, set(t.evidence)) for t in there]
    assert len(here) == 1


def test_a_deletion_reaches_the_join_and_what_comes_after_it_is_not_taken_in():
    """The words and the author leave the kept memory at once; a post that its deletion overtook leaves no trace."""
    store, at = MemoryStore(), NOON + timedelta(days=1)
    told = [post(n, text=f"Zerquibolt lamp {n} is dark", author=Author(id=f"x:marvolina{n}")) for n in range(3)]
    join = ThemeJoin(store, NEUTRAL, lambda: at)
    join.step([(0, count_themes(told[:2], NEUTRAL))])
    assert kept(store).count(b"Zerquibolt") == 2
    join.step([(1, forget_posts(["x:0", "x:2"]))])
    join.step([(2, count_themes(told[2:], NEUTRAL))])
    assert kept(store).count(b"Zerquibolt") == 1
    assert b"marvolina0" not in kept(store) and b"marvolina2" not in kept(store)
    again = ThemeJoin(store, NEUTRAL, lambda: at)
    again.step([(3, count_themes(told, NEUTRAL))])
    assert kept(store).count(b"Zerquibolt") == 1, "another worker that takes over knows it too"


def test_a_post_and_its_deletion_in_one_window_leave_nothing_whichever_lies_first():
    for order in (1, -1):
        store = MemoryStore()
        messages = [count_themes([post(1, text="Zerquibolt lamp")], NEUTRAL), forget_posts(["x:1"])][::order]
        ThemeJoin(store, NEUTRAL, lambda: NOON).step(list(enumerate(messages)))
        assert b"Zerquibolt" not in kept(store)


def test_a_deleted_post_on_a_page_is_counted_as_gone():
    window = decode_counts(count_themes([post(1), post(2, deleted_at=NOON)], NEUTRAL))
    assert ([d.post.id for d in window.digests], window.gone) == (["x:1"], ("x:2",))


def kept(store):
    """The memory of themes as it would be read after a restart."""
    return store.follower("themes").state


def test_what_was_said_at_the_telephone_becomes_a_post_once_and_no_second_case(store, tmp_path):
    cases = open_cases(Settings(data=tmp_path))
    made = entering.enter(
        cases, Person(name="olya", role=Role.OFFICER), Entry(channel="phone", text="the lamp in lane 9 is dark"), NOON, NEUTRAL
    )
    assert (take_in_entries(store, cases, list), take_in_entries(store, cases, list)) == (1, 0)
    receive_cases(store, cases, NEUTRAL, NOON)
    assert [p.text for p in store.get(made.posts)] == ["the lamp in lane 9 is dark"]
    assert [c.id for c in cases.all()] == [made.id]


def test_campaigns_hear_the_posts_and_keep_their_place(store, tmp_path):
    cases = open_cases(Settings(data=tmp_path))
    with_campaign = msgspec.structs.replace(NEUTRAL, campaigns=(Campaign(id="mayor", name={"en": "I am mayor"}, hashtags=("iammayor",)),))
    store.save(Batch(posts=(post(1, text="#IAmMayor plant trees in lane 4", intent=claim("suggestion")), post(2))))
    assert [hear_campaigns(store, cases, with_campaign, NOON) for _ in range(2)] == [2, 2]
    assert [n.first[0].text for n in campaigns.standing(cases, "mayor")] == ["plant trees in lane 4"]
    assert hear_campaigns(store, cases, NEUTRAL, NOON) == 0


def test_a_memory_of_another_version_is_learnt_anew_at_its_place(store):
    store.save_themes([], Follower(name="themes", place=7, state=b"\x81 another form"))
    follower = ThemeFollower(store, NEUTRAL, lambda: NOON)
    assert (follower.place, follower._seen) == (7, {})


def test_a_memory_with_a_column_missing_or_with_words_of_a_larger_table_is_learnt_anew(store, caplog):
    """What an earlier version kept may decode and still not be what this one keeps."""
    ThemeFollower(store, NEUTRAL, lambda: NOON).step((post(1),), 1)
    remembered = msgspec.msgpack.decode(kept(store), type=Remembered)
    whole = msgspec.msgpack.decode(remembered.detector)
    without = whole | {"memory": whole["memory"] | {"numbers": {k: v for k, v in whole["memory"]["numbers"].items() if k != "fresh"}}}
    larger = whole | {"memory": whole["memory"] | {"ids": b"\xff" * (len(whole["memory"]["ids"]) - 1) + b"\x00"}}
    cut = whole | {"memory": whole["memory"] | {"ids": whole["memory"]["ids"][:-8]}}
    for other in (without, larger, cut):
        state = msgspec.msgpack.encode(Remembered(msgspec.msgpack.encode(other), remembered.seen))
        store.save_themes([], Follower(name="themes", place=1, state=state))
        follower = ThemeFollower(store, NEUTRAL, lambda: NOON)
        assert (follower.place, follower._seen) == (1, {})
    assert caplog.text.count("learnt anew") == 3


def test_an_account_that_became_the_organisations_own_is_its_own_after_the_restart(store):
    """What is kept is what was heard, not who speaks for the organisation."""
    ThemeFollower(store, NEUTRAL, lambda: NOON).step((post(1),), 1)
    official = msgspec.structs.replace(NEUTRAL, accounts=(OfficialAccount(platform="x", handle="CityLamps"),))
    again = ThemeFollower(store, official, lambda: NOON)
    assert (again._detector.own, again._detector.memory.seen) == (frozenset({"citylamps", "x:citylamps"}), 1)


def test_a_kept_memory_goes_by_the_thresholds_of_now_and_holds_as_much_as_it_did():
    """A version that decides otherwise must not judge by the old threshold for ever; nor can columns of one size take in those of another."""
    kept_then = Detector(ThemeSettings(posts=50, false_share=0.3))
    kept_then.observe([from_post(post(n)) for n in range(20)], NOON)
    now = Detector.decode(kept_then.encode(), ThemeSettings(posts=10, false_share=0.1))
    assert now.settings == ThemeSettings(posts=50, false_share=0.1)
    assert (now.memory.stop, now.memory.most) == (20, 50)


def odd_date():
    """A post whose author's clock, or whose file's column, is years ahead."""
    return post(8888, text="a lamp of another year", created_at=NOON + timedelta(days=400))


def test_one_date_far_ahead_does_not_make_all_that_follows_late(store):
    end = NOON + timedelta(days=30)
    follower = ThemeFollower(store, NEUTRAL, lambda: end)
    store.save(Batch(posts=(*usual_weeks(), odd_date())))
    follower.run()
    store.save(Batch(posts=tuple(burst())))
    follower.run()
    assert len(store.themes()) == 1


def test_the_join_passes_over_a_date_far_ahead_too():
    join = ThemeJoin(MemoryStore(), NEUTRAL, lambda: NOON + timedelta(days=1))
    join.step([(0, count_themes([post(1), odd_date()], NEUTRAL))])
    join.step([(1, count_themes([post(2)], NEUTRAL))])
    assert join._detector.memory.seen == 2


def test_a_memory_of_a_clock_that_was_wrong_is_learnt_anew(store, caplog):
    ThemeFollower(store, NEUTRAL, lambda: NOON + timedelta(days=500)).step((odd_date(),), 1)
    assert ThemeFollower(store, NEUTRAL, lambda: NOON)._detector.newest is None
    assert "lies in the future" in caplog.text


def test_a_topic_that_was_made_anew_is_heard_from_its_first_message(caplog):
    """Its numbers begin at 0 again; waiting until they pass the old place would be silence for weeks."""
    store = MemoryStore()
    store.save_themes([], Follower(name="themes", place=70_000, state=b""))
    join = ThemeJoin(store, NEUTRAL, lambda: NOON)
    join.step([(0, count_themes([post(1)], NEUTRAL))])
    join.step([(1, count_themes([post(2)], NEUTRAL))])
    assert (join.place, join._detector.memory.seen) == (2, 2)
    assert caplog.text.count("began anew") == 1


@pytest.mark.parametrize(
    "odd", [b"", b"\xc1", b"no counts", msgspec.msgpack.encode([["of another form"], []])], ids=["empty", "broken", "text", "other"]
)
def test_a_message_that_cannot_be_read_is_passed_over_and_does_not_stop_the_join(odd, caplog):
    """Otherwise the worker would end at it, and again at each start: workers of two versions meet while they are replaced."""
    join = ThemeJoin(MemoryStore(), NEUTRAL, lambda: NOON)
    join.step([(0, count_themes([post(1)], NEUTRAL)), (1, odd), (2, count_themes([post(2)], NEUTRAL))])
    assert (join.place, join._detector.memory.seen) == (3, 2)
    assert "message 1 holds no counts" in caplog.text


def test_messages_that_come_again_after_a_kill_are_not_taken_for_a_new_topic():
    store = MemoryStore()
    store.save_themes([], Follower(name="themes", place=900, state=b""))
    join = ThemeJoin(store, NEUTRAL, lambda: NOON)
    join.step([(0, count_themes([post(1)], NEUTRAL))])
    assert (join.place, join._detector.memory.seen) == (900, 0)


def test_beside_workers_what_people_wrote_by_hand_is_still_taken_in(tmp_path):
    store, cases = MemoryStore(), open_cases(Settings(data=tmp_path))
    entering.enter(cases, Person(name="olya", role=Role.OFFICER), Entry(channel="phone", text="the lamp in lane 9 is dark"), NOON, NEUTRAL)
    for step in beside_workers(store, cases, list).values():
        step()
    assert [found.kind for found in store.posts(Filter())] == ["call"]
    cases.close()
