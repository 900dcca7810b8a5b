from datetime import timedelta

import pytest

from collectors import table
from collectors.base import Answer, Refusal, Source
from core.account import Account, AccountSample
from core.post import Author, EngagementSample, Kind, Media
from store.base import Batch, Gap, Pass
from store.embedded import EmbeddedStore
from store.memory import MemoryStore
from store.query import Filter
from stream.collecting import begin, left_of_budget, run_pass
from tests.make import NOON, claim, post

MENTIONS = Source(id="x.mentions.city", platform="x", what="mentions", account="x:city")


class Clock:
    """Moves on by a second whenever it is read."""

    def __init__(self):
        self.at = NOON

    def __call__(self):
        self.at += timedelta(seconds=1)
        return self.at


def asked(store, answers, clock=None, source=MENTIONS):
    return run_pass(store, source, answers, lambda posts: posts, clock or Clock())


def page(*numbers, **told):
    return Answer(posts=tuple(post(n) for n in numbers), returned=len(numbers), **told)


def refused_after(answers, **told):
    yield from answers
    raise table.problem("x", NOON, **told)


def texts(store):
    return {p.id: p.text for p in store.posts(Filter())}


def test_the_cursor_moves_to_what_the_first_page_told_once_all_pages_are_durable():
    store = MemoryStore()
    line = asked(store, [page(3, 2, cursor="3", next="more"), page(1)])
    assert (line.state, line.pages, line.returned, line.stored, line.cursor_before, line.cursor_after) == ("ok", 2, 3, 3, None, "3")
    assert store.cursor(MENTIONS.id) == "3"


def test_a_pass_cut_short_keeps_its_posts_and_leaves_the_cursor_where_it_was():
    store = MemoryStore()
    asked(store, [page(1, cursor="1")])
    line = asked(store, refused_after([page(9, 8, cursor="9", next="more")], code="cut"))
    assert (line.state, line.stored, line.cursor_before, line.cursor_after, store.cursor(MENTIONS.id)) == ("failed", 2, "1", "1", "1")
    assert len(texts(store)) == 3


def test_what_came_twice_is_stored_once_and_counted_as_known():
    store = MemoryStore()
    asked(store, [page(1, 2)])
    line = asked(store, [page(1, 2, 3)])
    assert (line.returned, line.stored, line.duplicates) == (3, 1, 2)


def test_the_ledger_names_source_and_account_and_what_happens_next():
    store = MemoryStore()
    source = Source(id="x.accounts", platform="x", what="accounts", account="x:city")
    line = asked(store, refused_after([], status=429, until=NOON + timedelta(minutes=7)), source=source)
    assert line.state == "waiting" and line.next_at == NOON + timedelta(minutes=7, seconds=1)
    assert line.error == "x.accounts (x:city): x: asks us to wait (rate limit) (HTTP 429); asked again at 2026-03-01 12:07 UTC"
    assert 400 < line.waited_s < 425


@pytest.mark.parametrize(("told", "state"), [
    ({"status": 500}, "failed"), ({"status": 429}, "waiting"), ({"status": 401}, "credential"), ({"status": 402}, "stopped"),
    ({"status": 404}, "partial"),
])  # fmt: skip
def test_every_kind_of_problem_has_its_state(told, state):
    assert asked(MemoryStore(), refused_after([], **told)).state == state


def test_a_gap_is_written_down_and_the_pass_is_partial():
    gap = Gap(since=NOON - timedelta(hours=2), until=NOON, cause="X hands out the last 800 posts only")
    line = asked(MemoryStore(), [page(1, cursor="1"), Answer(gap=gap)])
    assert (line.state, line.gaps, line.pages, line.cursor_after) == ("partial", (gap,), 1, "1")


def test_a_repeated_page_is_a_gap_and_an_alarm_and_the_cursor_stays():
    def for_ever():
        yield page(9, 8, cursor="9", next="a")
        while True:
            yield page(7, 6, next="b")

    store = MemoryStore()
    line = asked(store, for_ever())
    assert line.state == "failed" and "the same page came again" in line.error and store.cursor(MENTIONS.id) is None
    assert [g.cause for g in line.gaps] == ["the platform repeated a page"] and line.gaps[0].until == post(6).created_at
    assert len(texts(store)) == 4


def test_pages_that_go_round_in_a_circle_end_too():
    def circle():
        while True:
            for numbers in ((9, 8), (7, 6), (5, 4)):
                yield page(*numbers, next="on")

    assert asked(MemoryStore(), circle()).pages == 4


def test_empty_pages_that_promise_more_for_ever_end_too():
    def empty():
        while True:
            yield Answer(next="on")

    assert asked(MemoryStore(), empty()).state == "failed"


def test_an_empty_page_in_the_middle_is_no_end():
    assert asked(MemoryStore(), [page(3, next="a"), Answer(next="b"), page(1)]).stored == 2


def test_refused_messages_are_counted_but_not_what_only_came_beside_them():
    line = asked(MemoryStore(), [page(1, refused=(Refusal(why="a post without an id"), Refusal(why="a user we may not see", lost=False)))])
    assert line.refused == 1


def test_an_edit_under_a_new_id_replaces_the_earlier_post_and_keeps_its_text():
    store = MemoryStore()
    asked(store, [page(1)])
    later = post(2, text="the lamp in lane four is dark")
    asked(store, [Answer(posts=(later,), replaced=(("x:1", "x:2"),), returned=1)])
    assert texts(store) == {"x:2": "the lamp in lane four is dark"}
    assert [v.text for v in store.get(["x:2"])[0].versions] == ["the lamp in lane 1 is dark"]


def test_both_versions_in_one_answer_are_one_post():
    store = MemoryStore()
    asked(store, [Answer(posts=(post(2, text="now"), post(1, text="before")), replaced=(("x:1", "x:2"),))])
    assert texts(store) == {"x:2": "now"} and [v.text for v in store.get(["x:2"])[0].versions] == ["before"]


def test_numbers_are_sampled_only_where_they_changed():
    store = MemoryStore()
    seen = post(1, likes=4)
    sample = EngagementSample(post_id="x:1", at=NOON, likes=4)
    asked(store, [Answer(posts=(seen,), samples=(sample,))])
    asked(store, [Answer(posts=(seen,), samples=(EngagementSample(post_id="x:1", at=NOON + timedelta(hours=1), likes=4),))])
    asked(store, [Answer(posts=(seen,), samples=(EngagementSample(post_id="x:1", at=NOON + timedelta(hours=2), likes=5),))])
    assert [s.likes for s in store.samples(["x:1"])] == [4, 5]


def test_a_deletion_that_is_told_leaves_a_tombstone():
    store = MemoryStore()
    asked(store, [page(1)])
    asked(store, [Answer(deleted=("x:1",))])
    (gone,) = store.posts(Filter(deleted=True))
    assert gone.text == "" and gone.author is None and gone.deleted_at is not None


def test_a_pass_left_open_by_a_killed_process_is_closed_by_the_next():
    store, clock = MemoryStore(), Clock()
    begin(store, MENTIONS, clock())
    assert store.passes(MENTIONS.id)[0].state == "running"
    asked(store, [page(2)], clock)
    after, before = store.passes(MENTIONS.id)
    assert after.state == "ok" and before.state == "failed" and "ended in the middle" in before.error


def test_a_mistake_of_ours_is_written_down_and_raised():
    def broken():
        yield page(1, cursor="1")
        raise KeyError("text of a citizen")

    store = MemoryStore()
    with pytest.raises(KeyError):
        asked(store, broken())
    line = store.passes(MENTIONS.id)[0]
    assert line.state == "failed" and "KeyError" in line.error and "citizen" not in line.error and store.cursor(MENTIONS.id) is None


def test_the_budget_counts_this_months_reads_of_this_source_only():
    store = MemoryStore()
    source = Source(id="x.own.city", platform="x", what="own", budget=100)
    for number, (at, spend, id) in enumerate([(NOON, 30, source.id), (NOON - timedelta(days=2), 50, source.id), (NOON, 40, "x.other")]):
        store.save(Batch(passes=(Pass(id=str(number), source=id, platform="x", started=at, spend=spend),)))
    assert left_of_budget(store, source, NOON + timedelta(days=1)) == 70
    assert left_of_budget(store, MENTIONS, NOON) is None


def test_the_window_asked_begins_with_the_last_whole_pass():
    store, clock = MemoryStore(), Clock()
    whole = asked(store, [page(1)], clock)
    asked(store, refused_after([], code="cut"), clock)
    assert asked(store, [page(2)], clock).window[0] == whole.started


def test_half_an_emoji_does_not_stop_a_page():
    store = MemoryStore()
    asked(store, [Answer(posts=(post(1, text="cut \ud83d"), post(2, author=Author(name="\udc00")), post(3)))])
    first, second, _ = store.get(["x:1", "x:2", "x:3"])
    assert (first.text, second.author.name) == ("cut \ufffd", "\ufffd") and first.created_at == post(1).created_at


def test_half_a_character_anywhere_in_an_answer_breaks_no_pass(tmp_path):
    """In ids, cursors, media and samples: a real store must be able to write them down."""
    broken = post(1, id="x:\ud83d", media=(Media(kind="photo", text="\ude0a"),), parent_id="x:\ud83d")
    answer = Answer(
        posts=(broken, post(2)), samples=(EngagementSample(post_id="x:\ud83d", at=NOON, likes=1),), cursor="7\ud83d", deleted=("x:9\udc00",),
        accounts=(Account(id="x:\ud83d", platform="x", name="\ude0a"),), account_samples=(AccountSample(account="x:\ud83d", at=NOON, followers=1),),
        replaced=(("x:8\ud83d", "x:7\ude0a"),), returned=2,
    )  # fmt: skip
    store = EmbeddedStore(tmp_path / "posts.db", "UTC")
    line = asked(store, [answer])
    kept = {p.id: p for p in store.posts(Filter())}
    assert (line.state, line.stored, line.cursor_after) == ("ok", 2, "7\ufffd") and kept["x:\ufffd"].media[0].text == "\ufffd"
    store.close()


def test_a_text_on_which_understanding_breaks_does_not_hold_its_source_up(caplog):
    def understand(posts):
        if any(p.id == "x:2" for p in posts):
            raise ZeroDivisionError("the words of a citizen")
        return [post(int(p.id[2:]), sentiment=claim("negative")) for p in posts]

    store = MemoryStore()
    line = run_pass(store, MENTIONS, [page(3, 2, 1, cursor="3")], understand, Clock())
    assert line.state == "ok" and store.cursor(MENTIONS.id) == "3"
    assert [p.sentiment and p.sentiment.label for p in store.get(["x:1", "x:2", "x:3"])] == ["negative", None, "negative"]
    assert "x:2" in caplog.text and "ZeroDivisionError" in caplog.text and "citizen" not in caplog.text


@pytest.mark.parametrize(("first", "then", "stays"), [
    (Kind.OWN, Kind.MENTION, Kind.OWN), (Kind.MENTION, Kind.OWN, Kind.OWN), (Kind.COMMENT, Kind.REPLY, Kind.COMMENT), (Kind.REPLY, Kind.MENTION, Kind.REPLY),
])  # fmt: skip
def test_a_search_that_finds_what_a_timeline_brought_takes_nothing_from_it(first, then, stays):
    store = MemoryStore()
    asked(store, [Answer(posts=(post(1, kind=first),))])
    found = post(1, kind=then, source="x.search.1", account=None, likes=3, observed_at=NOON + timedelta(hours=1))
    asked(store, [Answer(posts=(found,))], source=Source(id="x.search.1", platform="x", what="search"))
    (now,) = store.get(["x:1"])
    assert (now.kind, now.source, now.account, now.likes) == (stays, "x.mentions.city", "x:city", 3)
