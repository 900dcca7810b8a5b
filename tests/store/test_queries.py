"""The twenty ready queries on known records: each answers what it says, and counts nothing that was deleted."""

import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from elasticsearch import Elasticsearch

from core.account import AccountSample
from core.case import Case, Status
from core.post import Author, EngagementSample, Kind
from core.theme import State, Theme
from store import dictionary, ledger
from store.base import Batch, Gap, Pass
from store.distributed import DistributedStore
from store.elastic_bodies import template
from store.elastic_set_up import set_up
from store.ledger import SqlLedger
from tests.conftest import address
from tests.make import NOON, claim, post

NOW = datetime.now(UTC)  # the engine's own clock decides what "now-7d" is
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def complaint(number, topic, place, at, author, **told):
    told = {"text": f"no water in lane {number} #clean_city", "sentiment": claim("negative", 0.4 + number / 100)} | told
    return post(number, created_at=at, observed_at=at, intent=claim("complaint"), topics=(claim(topic),), places=(claim(place),),
                author=Author(id=author), language=claim("en"), **told)  # fmt: skip


def own(number, at, **told):
    return post(number, kind=Kind.OWN, text="the park is open", created_at=at, observed_at=at, language=claim("ar"), author=None, **told)


POSTS = (
    complaint(1, "water", "north", NOW - HOUR, "x:a", copy_of="g1"),
    complaint(2, "water", "north", NOW - 2 * DAY, "x:a", copy_of="g1"),
    complaint(3, "roads", "south", NOW - 3 * DAY, "x:b", copy_of="g1"),
    complaint(4, "water", "south", NOW - 60 * DAY, "x:c", copy_of="g2"),
    own(5, NOON, likes=9, views=20),
    own(6, NOON + DAY, likes=2, replies=1, views=5),
    own(7, NOON + 31 * DAY),
    complaint(8, "water", "north", NOW - HOUR, "x:a", likes=100),  # will be deleted
)
GONE = "x:8"
THEMES = tuple(
    Theme(id=id, name=id, first_seen=NOON, raised_at=NOON, updated_at=NOON, state=state, probability=sure)
    for id, state, sure in (("low", State.RISING, 0.5), ("high", State.RISING, 0.9), ("past", State.OVER, 0.99))
)
CASES = (("c1", Status.RECEIVED, "water"), ("c2", Status.CLOSED, "water"), ("c3", Status.RECEIVED, None))
PASSES = tuple(
    Pass(id=f"s@{n}", source="s", platform="x", started=NOON + n * HOUR, finished=NOON + n * HOUR, gaps=gaps)
    for n, gaps in enumerate(((), (Gap(since=NOON, until=NOON, cause="limit"),), (), (Gap(since=NOON, until=NOON, cause="silence"),)))
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """A store that holds what is known here."""
    client, prefix = Elasticsearch(address("SADA_ELASTICSEARCH"), request_timeout=60), f"test{NOW:%H%M%S%f}"
    set_up(client, prefix)
    rows = SqlLedger(ledger.connect(f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'ledger.db'}"))
    store = DistributedStore(client, rows, prefix)
    followers = [AccountSample(account="x:city", at=NOON + n * HOUR, followers=count) for n, count in ((0, 10), (1, 12), (24, 11))]
    store.save(Batch(posts=POSTS, account_samples=tuple(followers), passes=PASSES,
                     samples=tuple(EngagementSample(post_id="x:1", at=NOON + n * HOUR, likes=n) for n in (2, 1, 3))))  # fmt: skip
    store.refresh()
    store.save(Batch(deleted=((GONE, NOW),)))
    store.ledger.save([], PASSES)
    store.copy_ledger()
    store.save_themes(THEMES)
    for id, status, category in CASES:
        case = Case(id=id, status=status, intent="complaint", opened_at=NOON, category=category)
        client.index(index=f"{prefix}-cases", id=id, document=msgspec.to_builtins(case))
    store.refresh()
    yield client, prefix
    client.indices.delete(index=sorted(client.indices.get(index=f"{prefix}-*")))
    client.indices.delete_index_template(name=f"{prefix}-*")
    client.cluster.delete_component_template(name=f"{prefix}-settings")
    store.close()


def ids(answer):
    return [hit["_id"] for hit in answer["hits"]["hits"]]


def counts(answer, name):
    """{key: documents} of an aggregation, empty buckets of time left out."""
    return {b.get("key_as_string", b["key"]): b["doc_count"] for b in answer["aggregations"][name]["buckets"] if b["doc_count"]}


def within(answer, outer, inner):
    """{(outer key, inner key): bucket} of an aggregation in an aggregation."""
    found = answer["aggregations"][outer]["buckets"]
    return {
        (o.get("key_as_string", o["key"]), i.get("key_as_string", i["key"])): i
        for o in found
        for i in o[inner]["buckets"]
        if i["doc_count"]
    }


def numbers(answer, outer, inner):
    return {keys: b["doc_count"] for keys, b in within(answer, outer, inner).items()}


MARCH, APRIL = "2026-03-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z"


def day_of(at):
    return f"{at + 3 * HOUR:%Y-%m-%d}T00:00:00.000+03:00"  # a day of Riyadh


def per_day():
    found = {}
    for one in POSTS:
        if one.id != GONE:
            key = (day_of(one.created_at), one.sentiment.label if one.sentiment else "not read")
            found[key] = found.get(key, 0) + 1
    return found


# query → what of its answer is looked at, and what it must be
ANSWERS = {
    "blind-hours": (ids, ["s@3", "s@1"]),
    "busiest-hours": (lambda a: sum(counts(a, "hour").values()), 3),
    "cases-by-category": (lambda a: numbers(a, "category", "status"), {("water", "received"): 1, ("water", "closed"): 1, ("none", "received"): 1}),
    "complaints-by-topic": (lambda a: counts(a, "topic"), {"water": 2, "roads": 1}),
    "copies": (lambda a: [(b["key"], b["doc_count"], b["authors"]["value"]) for b in a["aggregations"]["group"]["buckets"]], [("g1", 3, 2)]),
    "deleted": (lambda a: sum(counts(a, "month").values()), 1),
    "doubtful": (ids, ["x:1", "x:2", "x:3", "x:4"]),
    "engagement-per-account": (
        lambda a: {keys: (b["interactions"]["value"], b["views"]["value"]) for keys, b in within(a, "account", "month").items()},
        {("x:city", MARCH): (12, 25), ("x:city", APRIL): (0, 0)},
    ),
    "find-hashtag": (lambda a: sorted(ids(a)), ["x:1", "x:2", "x:3", "x:4"]),
    "find-words": (ids, ["x:1", "x:2", "x:3", "x:4"]),
    "followers": (
        lambda a: {keys: b["followers"]["value"] for keys, b in within(a, "account", "day").items()},
        {("x:city", MARCH): 12, ("x:city", "2026-03-02T00:00:00.000Z"): 11},
    ),
    "frequent-phrases": (lambda a: {b["key"] for b in a["aggregations"]["phrases"]["buckets"]}, {"no water", "water in", "in lane", "__clean_city clean", "clean city"}),
    "languages": (lambda a: numbers(a, "platform", "language"), {("x", "en"): 4, ("x", "ar"): 3}),
    "loudest-authors": (lambda a: list(counts(a, "author").items()), [("x:a", 2), ("x:b", 1)]),
    "most-answered-own": (ids, ["x:5", "x:6", "x:7"]),
    "post-growth": (lambda a: [hit["_source"]["likes"] for hit in a["hits"]["hits"]], [1, 2, 3]),
    "posts-per-day": (lambda a: numbers(a, "day", "sentiment"), per_day()),
    "rising-themes": (ids, ["high", "low"]),
    "topic-by-place": (lambda a: numbers(a, "place", "topic"), {("north", "water"): 2, ("south", "roads"): 1, ("south", "water"): 1}),
    "who-claims": (lambda a: {name: counts(a, name) for name in ("sentiment", "topics", "language")}, {"sentiment": {"test@1": 5}, "topics": {"test@1": 5}, "language": {"test@1": 8}}),
}  # fmt: skip
READY = {path.stem: dictionary.read_query(path) for path in dictionary.queries()}


def test_there_are_twenty_and_each_has_its_answer_here():
    assert len(READY) == 20
    assert READY.keys() == ANSWERS.keys()


@pytest.mark.services
@pytest.mark.parametrize("name", ANSWERS)
def test_a_query_answers_what_it_says(engine, name):
    client, prefix = engine
    look, expected = ANSWERS[name]
    alias = f"{prefix}-{READY[name]['index']}"
    answer = client.search(index=alias, **READY[name]["body"])
    assert look(answer) == expected


ESQL_WORDS = {
    "FROM",
    "WHERE",
    "STATS",
    "BY",
    "SORT",
    "LIMIT",
    "AND",
    "OR",
    "NOT",
    "IS",
    "NULL",
    "NULLS",
    "LAST",
    "ASC",
    "DESC",
    "COUNT",
    "SUM",
    "MAX",
    "COUNT_DISTINCT",
    "BUCKET",
    "NOW",
    "MATCH",
    "EVAL",
    "SPLIT",
    "MV_EXPAND",
    "days",
    "day",
    "hour",
    "month",
}


def fields(mapping, before=""):
    """Every field of a mapping by its whole name."""
    for name, told in mapping["properties"].items():
        yield before + name
        yield from fields(told, f"{before}{name}.") if "properties" in told else ()


@pytest.mark.parametrize("name", READY)
def test_an_esql_form_asks_the_same_index_for_fields_that_it_has(name):
    ready = READY[name]
    bare = re.sub(r'"[^"]*"', '""', ready["esql"])
    assert bare.startswith(f"FROM {ready['index']} |")
    made = set(re.findall(r"(\w+) = ", bare))
    known = set(fields(template(ready["index"])["template"]["mappings"])) | made | ESQL_WORDS | {ready["index"]}
    assert [word for word in re.findall(r"[A-Za-z_][\w.]*", bare) if word not in known] == []


@pytest.mark.parametrize("name", [name for name in READY if READY[name]["index"] == "posts"])
def test_both_forms_leave_out_deleted_posts_or_neither(name):
    left_out = READY[name]["body"].get("query", {}).get("bool", {}).get("must_not") == {"exists": {"field": "deleted_at"}}
    assert ("deleted_at IS NULL" in READY[name]["esql"]) == left_out
