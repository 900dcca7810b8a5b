"""What an agent takes is acknowledged in order, after it was handled, and never otherwise. Without Kafka."""

import asyncio
from collections import defaultdict
from functools import partial

import pytest

from core.errors import SadaError, StoreFailed
from core.page import Page
from enrich.themes import WindowCounts
from store.base import Saved
from store.elastic_saving import Outcome, Refused
from stream import handling
from stream.agents import Parts, add_agents
from stream.agents_hand import MOST_BYTES, Hand, together
from stream.dead_letters import Limit, TooManyDeadLetters
from stream.deletions import Deletions, delete
from stream.following import decode_counts
from stream.topics import COUNTS, DEAD, POSTS, RAW, SAMPLES, TOPICS, DeadLetter, Samples, decode_dead_letter, decode_page, encode
from tests.make import NOON, post


class Event:
    def __init__(self, value, acknowledged):
        self.value, self._acknowledged = value, acknowledged

    def ack(self):
        self._acknowledged.append(self.value)


class Stream:
    """Messages that lie there at once; where None stands among them, nothing lies there for the moment."""

    def __init__(self, messages):
        self._messages, self.acknowledged = list(messages), []
        self.channel = self

    def noack(self):
        return self

    def empty(self):
        if self._messages[:1] == [None]:
            self._messages.pop(0)
            return True
        return not self._messages

    async def events(self):
        while self._messages:
            yield Event(self._messages.pop(0), self.acknowledged)


def taken(stream, most=8):
    async def run():
        return [[event.value for event in events] async for events in together(stream, most, 0)]

    return asyncio.run(run())


def test_what_lies_there_is_taken_together_up_to_the_most():
    assert taken(Stream([b"1", b"2", b"3", b"4", b"5"]), most=2) == [[b"1", b"2"], [b"3", b"4"], [b"5"]]


def test_a_lonely_message_waits_once_for_more_and_then_goes():
    assert taken(Stream([b"1", None, b"2", None, b"3"])) == [[b"1", b"2"], [b"3"]]
    assert taken(Stream([b"1", None, None, b"2"])) == [[b"1"], [b"2"]]


def test_large_pages_are_not_piled_up():
    page = bytes(MOST_BYTES // 2)
    assert [len(batch) for batch in taken(Stream([page] * 5))] == [2, 2, 1]


def test_taking_acknowledges_nothing():
    stream = Stream([b"1", b"2"])
    taken(stream)
    assert stream.acknowledged == []


def test_a_hand_is_empty_when_nobody_holds_anything():
    async def run():
        hand = Hand()
        assert await hand.emptied(0.01)
        with hand.holding():
            with hand.holding():
                pass
            assert not await hand.emptied(0.01)
        return await hand.emptied(0.01)

    assert asyncio.run(run())


def test_who_waits_for_an_empty_hand_is_woken():
    async def run():
        hand = Hand()

        async def work():
            with hand.holding():
                await asyncio.sleep(0.01)

        working = asyncio.create_task(work())
        await asyncio.sleep(0)
        emptied = await hand.emptied(30)
        await working
        return emptied

    assert asyncio.run(run())


class Topic:
    def __init__(self):
        self.sent = []

    async def send(self, value, key=None):
        self.sent.append(value)
        confirmed = asyncio.get_running_loop().create_future()
        confirmed.set_result(None)
        return confirmed


class App:
    """Takes agents like Faust's, to be run on a Stream by their name."""

    def __init__(self):
        self.agents = {}

    def agent(self, topic, concurrency, name):
        assert concurrency == 1  # more would acknowledge out of order
        return lambda body: self.agents.setdefault(name, body)


class Indexer:
    """Keeps posts, refuses those named."""

    def __init__(self, refuses=(), breaks=None):
        self.kept, self._refuses, self._breaks = {}, set(refuses), breaks

    async def save(self, posts):
        if self._breaks:
            raise self._breaks
        became = {p.id: "duplicates" if p.id in self.kept else "stored" for p in posts if p.id not in self._refuses}
        self.kept |= {p.id: p for p in posts if p.id in became}
        return Outcome(saved=Saved(), refused=tuple(Refused(p, "bad") for p in posts if p.id in self._refuses), became=became)


class Store:
    def __init__(self):
        self.batches = []

    def save_posts(self, batch):
        self.batches.append(batch)

    def get(self, ids):
        return [post(1, id=id, deleted_at=NOON) for id in ids]


class Ledger:
    def __init__(self):
        self.counts = defaultdict(list)

    def count(self, pass_id, stored, duplicates):
        self.counts[pass_id].append((stored, duplicates))


class Bench:
    """One worker's agents over fakes."""

    def __init__(self, **told):
        self.halted, self.followed = [], []
        usual = {
            "understand": list, "indexer": Indexer(), "store": Store(), "ledger": Ledger(), "clock": lambda: NOON, "limits": defaultdict(Limit),
            "halt": self.halted.append, "after": self.followed.append, "counts": lambda posts: b"%d" % len(posts),
        }  # fmt: skip
        whole = usual | told
        self.parts = Parts(**whole, deletions=Deletions(partial(delete, whole["store"], whole["after"]), whole["clock"], lambda since: ()))
        self.topics, self.app, self.hand = {name: Topic() for name in TOPICS}, App(), Hand()
        add_agents(self.app, self.topics, self.parts, ("understand", "index", "samples", "follow"), self.hand)

    def run(self, stage, messages):
        """What was acknowledged when the agent had seen all, or had stopped taking."""
        stream = Stream(messages)

        async def until_done():
            task = asyncio.create_task(self.app.agents[stage](stream))
            while not task.done() and not self.halted:
                await asyncio.sleep(0)
            await self.hand.emptied(5)
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            else:
                task.result()

        asyncio.run(until_done())
        return stream.acknowledged


def page(*posts, pass_id="p1", source="s1"):
    return encode(Page(source=source, pass_id=pass_id, number=1, fetched_at=NOON, posts=posts))


def test_pages_are_understood_sent_on_and_acknowledged_in_order():
    bench = Bench(understand=lambda posts: [post(1, id=p.id, text="understood") for p in posts])
    pages = [page(post(n)) for n in range(20)]
    assert bench.run("understand", pages) == pages
    assert [decode_page(m).posts[0].id for m in bench.topics[POSTS].sent] == [f"x:{n}" for n in range(20)]
    assert decode_page(bench.topics[POSTS].sent[0]).posts[0].text == "understood"
    assert bench.topics[DEAD].sent == []


def test_a_post_that_cannot_be_understood_is_buried_and_its_neighbours_go_on():
    def picky(posts):
        if any(p.id == "x:2" for p in posts):
            raise ValueError("of no interest to anybody")
        return posts

    bench = Bench(understand=picky)
    message = page(post(1), post(2), post(3))
    assert bench.run("understand", [message]) == [message]
    (letter,) = map(decode_dead_letter, bench.topics[DEAD].sent)
    assert (letter.stage, letter.why, letter.post.id) == ("understand", "could not be understood: ValueError", "x:2")
    assert [p.id for p in decode_page(bench.topics[POSTS].sent[0]).posts] == ["x:1", "x:3"]


@pytest.mark.parametrize("stage", ["understand", "index", "samples"])
def test_a_poison_message_is_buried_whole_and_acknowledged(stage):
    bench = Bench()
    assert bench.run(stage, [b"\xc1 no page"]) == [b"\xc1 no page"]
    (letter,) = map(decode_dead_letter, bench.topics[DEAD].sent)
    assert letter.message == b"\xc1 no page" and letter.why.startswith("not ")


def test_what_follows_passes_over_a_poison_message_that_the_index_buries():
    bench = Bench()
    assert bench.run("follow", [b"\xc1 no page", page(post(1))]) == [b"\xc1 no page", page(post(1))]
    assert [[p.id for p in posts] for posts in bench.followed] == [["x:1"]]
    assert bench.topics[DEAD].sent == [] and bench.topics[COUNTS].sent == [b"1"]


def test_pages_are_indexed_and_each_pass_is_told_what_became_of_its_posts():
    ledger = Ledger()
    bench = Bench(ledger=ledger, indexer=Indexer(refuses=["x:9"]))
    messages = [page(post(1), post(2), pass_id="a"), page(post(2), post(3), post(9), pass_id="b", source="s2"), page(post(4), pass_id="")]
    assert bench.run("index", messages) == messages
    assert ledger.counts == {"a": [(2, 0)], "b": [(1, 1)]}
    (letter,) = map(decode_dead_letter, bench.topics[DEAD].sent)
    assert (letter.stage, letter.source, letter.post.id, letter.why) == ("index", "s2", "x:9", "bad")


def test_what_the_store_did_not_take_is_not_acknowledged_and_the_worker_stops():
    bench = Bench(indexer=Indexer(breaks=StoreFailed("the engine has been away for minutes")))
    assert bench.run("index", [page(post(n)) for n in range(50)]) == []
    assert [str(error) for error in bench.halted] == ["the engine has been away for minutes"]


def test_an_unknown_failure_is_not_acknowledged_away():
    bench = Bench(indexer=Indexer(breaks=KeyError("text of a citizen")))
    assert bench.run("index", [page(post(1))]) == []
    (error,) = bench.halted
    assert isinstance(error, SadaError) and "KeyError" in str(error) and "citizen" not in str(error)


def test_too_many_dead_letters_stop_the_worker_with_what_to_do():
    bench = Bench(indexer=Indexer(refuses=[f"x:{n}" for n in range(100)]))
    assert bench.run("index", [page(*(post(n) for n in range(100)))]) == []
    assert len(bench.topics[DEAD].sent) == 100
    (error,) = bench.halted
    assert isinstance(error, TooManyDeadLetters) and "sada dead-letters list" in str(error)


def test_a_share_of_one_never_stops_the_worker():
    bench = Bench(indexer=Indexer(refuses=[f"x:{n}" for n in range(100)]), limits=defaultdict(lambda: Limit(1)))
    assert len(bench.run("index", [page(*(post(n) for n in range(100)))])) == 1
    assert bench.halted == []


def test_samples_are_kept_and_what_is_gone_reaches_the_cases():
    bench = Bench()
    message = encode(Samples(source="s1", deleted=(("x:7", NOON),)))
    assert bench.run("samples", [message]) == [message]
    assert [batch.deleted for batch in bench.parts.store.batches] == [(), (("x:7", NOON),)]
    assert [[p.id for p in posts] for posts in bench.followed] == [["x:7"]]


def test_what_is_gone_is_told_to_the_join_of_themes_after_the_store_knows():
    bench = Bench()
    bench.run("samples", [encode(Samples(source="s1", deleted=(("x:7", NOON), ("x:8", NOON)))), encode(Samples(source="s1"))])
    assert [decode_counts(message) for message in bench.topics[COUNTS].sent] == [WindowCounts(gone=("x:7", "x:8"))]


@pytest.mark.parametrize(
    ("sizes", "together_"), [([100] * 12, [500, 500, 200]), ([500, 500], [500, 500]), ([1], [1]), ([], []), ([499, 2], [501])]
)
def test_pages_go_to_the_engine_in_requests_of_some_hundred_posts(sizes, together_):
    pages = [Page(source="s", pass_id="", number=n, fetched_at=NOON, posts=(post(1),) * size) for n, size in enumerate(sizes)]
    assert [len(posts) for posts in handling.requests(pages)] == together_


def test_raw_and_other_topics_are_read_by_the_stage_that_says_so():
    read = {}

    class Names(App):
        def agent(self, topic, concurrency, name):
            read[name] = topic
            return super().agent(topic, concurrency, name)

    bench = Bench()
    add_agents(Names(), {name: name for name in TOPICS}, bench.parts, ("understand", "index", "samples", "follow", "themes"), Hand())
    assert read == {"understand": RAW, "index": POSTS, "samples": SAMPLES, "follow": POSTS, "themes": COUNTS}
    assert DeadLetter(stage="index", why="bad", at=NOON) == decode_dead_letter(encode(DeadLetter(stage="index", why="bad", at=NOON)))


def test_cases_wait_for_a_database_that_is_away_for_a_moment():
    seen, away = [], [StoreFailed("the server closed the connection")]

    def after(posts):
        if away:
            raise away.pop()
        seen.append([p.id for p in posts])

    bench = Bench(after=after)
    message = page(post(1), post(2))
    assert bench.run("follow", [message]) == [message]
    assert seen == [["x:1", "x:2"]]
    assert bench.halted == []


def test_a_post_at_which_the_desk_breaks_is_buried_and_its_neighbours_are_followed():
    seen = []

    def after(posts):
        if any(p.id == "x:2" for p in posts):
            raise ZeroDivisionError("a citizen's words")
        seen.extend(p.id for p in posts)

    bench = Bench(after=after)
    message = page(post(1), post(2), post(3))
    assert bench.run("follow", [message]) == [message]
    assert seen == ["x:1", "x:3"]
    (letter,) = map(decode_dead_letter, bench.topics[DEAD].sent)
    assert (letter.stage, letter.why, letter.post.id) == ("follow", "could not be followed: ZeroDivisionError", "x:2")
    assert bench.topics[COUNTS].sent == [b"3"]


def test_a_failure_in_counting_themes_stops_the_worker_unacknowledged():
    def counts(posts):
        raise ZeroDivisionError

    bench = Bench(counts=counts)
    assert bench.run("follow", [page(post(1))]) == []
    assert "ZeroDivisionError" in str(bench.halted[0])


@pytest.mark.parametrize("stage", ["understand", "index", "follow"])
def test_a_page_without_posts_stops_nobody(stage):
    bench = Bench()
    messages = [page(), page(post(1)), page()]
    assert bench.run(stage, messages) == messages
    assert bench.halted == [] and bench.topics[DEAD].sent == []
    assert len(bench.topics[POSTS].sent) == (1 if stage == "understand" else 0)  # what holds nothing is not sent on


def test_small_pages_are_understood_together_and_stay_the_pages_of_their_passes():
    asked = []

    def understand(posts):
        asked.append(len(posts))
        return posts

    bench = Bench(understand=understand)
    pages = [page(post(2 * n), post(2 * n + 1), pass_id=f"p{n}") for n in range(20)]
    assert bench.run("understand", pages) == pages
    assert asked == [40]
    sent = [decode_page(message) for message in bench.topics[POSTS].sent]
    assert [(one.pass_id, [p.id for p in one.posts]) for one in sent] == [(f"p{n}", [f"x:{2 * n}", f"x:{2 * n + 1}"]) for n in range(20)]


def test_what_the_broker_does_not_confirm_is_not_acknowledged():
    class Deaf(Topic):
        async def send(self, value, key=None):
            confirmed = await super().send(value, key)
            confirmed = asyncio.get_running_loop().create_future()
            confirmed.set_exception(StoreFailed("Kafka is away"))
            return confirmed

    bench = Bench()
    bench.topics[POSTS] = Deaf()
    assert bench.run("understand", [page(post(1)), page(post(2))]) == []
    assert [str(error) for error in bench.halted] == ["Kafka is away"]
