"""What is asked of Elasticsearch, request by request, by a client whose engine answers as told: no server is needed."""

import json
from datetime import timedelta

import msgspec
import pytest
from elasticsearch import Elasticsearch

from core.errors import StoreFailed
from store import elastic, elastic_bodies, elastic_counting
from store.elastic import ElasticStore
from store.query import COUNT_LIMIT, AccountHistory, Count, CountPosts, Filter, FindPosts, FindThemes, WeekHours
from tests.make import NOON, post, sample
from tests.store.engine import Engine

NONE = {"buckets": []}
NOBODY = {
    "hits": {"hits": [], "total": {"value": 0}},
    "aggregations": {"lines": NONE, "interactions": {"value": 0}, "start": NONE, "sentiment": NONE},
}


@pytest.fixture
def engine():
    """What the engine was asked and what it will answer; `store` asks it."""

    class Own(Engine):
        asked, answers = [], [(200, NOBODY)]

    Own.store = ElasticStore(Elasticsearch("http://engine:9200", node_class=Own, max_retries=0), "town")
    return Own


def several(*answers):
    return (200, {"responses": list(answers)})


def lines_of(body):
    return [json.loads(line) for line in body.decode().splitlines() if line]


SPAN = Filter(since=NOON, until=NOON + timedelta(days=1), platforms=("x",), search='"dark lane" lamp*')
QUESTIONS = [
    CountPosts(), CountPosts(filter=SPAN, by=("topic", "place"), bucket="day", timezone="Asia/Riyadh"), CountPosts(by=("sentiment",)),
    WeekHours(filter=SPAN, timezone="Asia/Tehran"), AccountHistory(accounts=("x:city",), since=NOON, daily=True), AccountHistory(),
    FindPosts(), FindPosts(filter=SPAN, order="least", limit=3, offset=40), FindPosts(filter=Filter(since=NOON)),
]  # fmt: skip


def ask(store, question):
    kinds = {CountPosts: store.count, FindPosts: store.find, WeekHours: store.week_hours, AccountHistory: store.account_history}
    return kinds[type(question)](question)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: type(q).__name__)
def test_the_query_shown_behind_a_chart_is_the_one_that_ran(engine, question):
    engine.answers = [several(NOBODY, NOBODY)] if isinstance(question, FindPosts) else [(200, NOBODY)]
    ask(engine.store, question)
    ((target, body),) = engine.asked
    shown, _, rest = engine.store.explain(question).partition("\n")
    assert shown == f"GET {target}"
    assert (lines_of(rest.encode()) if isinstance(question, FindPosts) else [json.loads(rest)]) == lines_of(body)


@pytest.mark.parametrize(
    ("since", "meant"), [(None, {"match_all": {}}), (NOON, {"range": {"raised_at": {"gte": "2026-03-01T12:00:00+00:00"}}})]
)
def test_the_query_behind_the_list_of_themes_asks_for_those_of_the_time(engine, since, meant):
    shown, _, rest = engine.store.explain(FindThemes(since=since)).partition("\n")
    assert "-themes/_search" in shown
    assert json.loads(rest) == {"query": meant, "sort": [{"raised_at": "desc"}]}


def line(topic, posts):
    return {"key": {"topic": topic}, "doc_count": posts, "interactions": {"value": 2.0}}


LISTED = [Count(posts=n, interactions=2, keys=(topic,)) for topic, n in (("a", 1), ("b", 2), ("c", 3))]
PAGES = [[line("a", 1), line("b", 2)], [line("c", 3)]]
TOO_MANY = {"error": {"type": "search_phase_execution_exception", "caused_by": {"type": "too_many_buckets_exception"}}, "status": 400}
LEFT_OUT = {
    "aggregations": {"topic": {"sum_other_doc_count": 1, "buckets": [{"key": "a", "doc_count": 1, "interactions": {"value": 2.0}}]}}
}


def listed():
    return [(200, {"aggregations": {"lines": {"buckets": page, "after_key": page[-1]["key"]}}}) for page in PAGES]


@pytest.mark.parametrize(
    "first", [(200, LEFT_OUT), (400, TOO_MANY)], ids=["more values than asked for", "more lines than the engine gives"]
)
def test_what_is_too_much_for_one_answer_comes_in_pages_a_part_being_the_last(engine, monkeypatch, first):
    monkeypatch.setattr(elastic_counting, "ONCE", 2)
    engine.answers = [first, *listed()]
    assert engine.store.count(CountPosts(by=("topic",))) == LISTED
    after = [lines_of(body)[0]["aggs"].get("lines", {}).get("composite", {}).get("after") for _, body in engine.asked]
    assert after == [None, None, {"topic": "b"}]


def test_an_answer_of_all_months_or_a_refusal_is_asked_for(engine):
    for question in QUESTIONS:
        engine.asked.clear()
        engine.answers = [several(NOBODY, NOBODY)] if isinstance(question, FindPosts) else [(200, NOBODY)]
        ask(engine.store, question)
        for target, body in engine.asked:
            heads = lines_of(body)[::2] if "_msearch" in target else []
            assert "allow_partial_search_results=false" in target or all(head["allow_partial_search_results"] is False for head in heads)


def hit(record, *sort):
    return {"_source": msgspec.to_builtins(record), "sort": list(sort)}


def test_samples_are_read_page_by_page(engine, monkeypatch):
    monkeypatch.setattr(elastic_bodies, "SAMPLES", 2)
    pages = [[hit(sample(0, 10), 1, "x:city"), hit(sample(1, 11), 2, "x:city")], [hit(sample(2, 12), 3, "x:city")]]
    engine.answers = [(200, {"hits": {"hits": page}}) for page in pages]
    assert [s.followers for s in engine.store.account_history(AccountHistory())] == [10, 11, 12]
    assert [lines_of(body)[0].get("search_after") for _, body in engine.asked] == [None, [2, "x:city"]]


def test_of_many_samples_a_day_the_engine_looks_for_the_last(engine, monkeypatch):
    monkeypatch.setattr(elastic_bodies, "SAMPLES", 2)
    many = {"hits": {"hits": [hit(sample(0, 10), 1, "x:city"), hit(sample(0, 11), 2, "x:city")]}}
    last = [{"key": {"day": n}, "last": {"hits": {"hits": [hit(sample(n, 20 + n))]}}} for n in range(3)]
    engine.answers = [
        (200, many),
        *((200, {"aggregations": {"lines": {"buckets": some, "after_key": some[-1]["key"]}}}) for some in (last[:2], last[2:])),
    ]
    assert [s.followers for s in engine.store.account_history(AccountHistory(daily=True))] == [20, 21, 22]
    assert len(engine.asked) == 3


def test_a_few_samples_are_read_as_they_are_and_the_last_of_a_day_kept(engine):
    later = msgspec.structs.replace(sample(0, 11), at=NOON + timedelta(hours=1))
    engine.answers = [(200, {"hits": {"hits": [hit(sample(0, 10), 1, "x:city"), hit(later, 2, "x:city")]}})]
    assert [s.followers for s in engine.store.account_history(AccountHistory(daily=True))] == [11]
    assert len(engine.asked) == 1


def test_the_total_is_told_up_to_a_limit_and_that_there_are_more(engine):
    page = {"hits": {"hits": [hit(post(1))]}}
    for many, exact in ((7, True), (COUNT_LIMIT, True), (COUNT_LIMIT + 1, False)):
        engine.answers = [several(page, {"hits": {"total": {"value": many}}})]
        found = engine.store.find(FindPosts())
        assert (found.total, found.total_is_exact, [p.id for p in found.posts]) == (min(many, COUNT_LIMIT), exact, ["x:1"])


def periods(engine):
    """Of each page that was looked for: from when until when."""
    found = [lines_of(body)[1]["query"]["bool"]["filter"][0]["range"]["created_at"] for _, body in engine.asked]
    return [(told["gte"], told["lt"]) for told in found]


def test_the_newest_are_looked_for_in_the_end_of_the_period_first(engine):
    day = Filter(since=NOON, until=NOON + timedelta(hours=64))
    engine.answers = [several({"hits": {"hits": [hit(post(1))]}}, NOBODY)]
    assert [p.id for p in engine.store.find(FindPosts(filter=day, limit=1)).posts] == ["x:1"]
    assert periods(engine) == [((NOON + timedelta(hours=63)).isoformat(), day.until.isoformat())]


def test_a_page_that_is_not_full_is_looked_for_in_more_until_in_all_of_it(engine):
    day = Filter(since=NOON, until=NOON + timedelta(hours=64))
    engine.answers = [several(NOBODY, {"hits": {"total": {"value": 1}}}), several(NOBODY), several({"hits": {"hits": [hit(post(1))]}})]
    found = engine.store.find(FindPosts(filter=day, order="oldest", limit=2))
    assert ([p.id for p in found.posts], found.total) == (["x:1"], 1)
    assert periods(engine) == [(NOON.isoformat(), (NOON + timedelta(hours=hours)).isoformat()) for hours in (1, 8, 64)]


REFUSED = {"error": {"type": "search_phase_execution_exception"}, "status": 400}


@pytest.mark.parametrize("answer", [(400, REFUSED), (503, REFUSED), (403, REFUSED)])
@pytest.mark.parametrize("question", [CountPosts(), FindPosts(), AccountHistory()], ids=lambda q: type(q).__name__)
def test_a_question_that_is_refused_is_said_so(engine, question, answer):
    engine.answers = [answer]
    with pytest.raises(StoreFailed, match=f"answered {answer[0]}"):
        ask(engine.store, question)


def test_a_refusal_of_one_of_two_searches_is_a_refusal(engine):
    engine.answers = [several(NOBODY, REFUSED)]
    with pytest.raises(StoreFailed, match="answered 400"):
        engine.store.find(FindPosts())


READINGS = {
    "count": lambda store: store.count(CountPosts()), "find": lambda store: store.find(FindPosts()), "get": lambda store: store.get(["x:1"]),
    "hours": lambda store: store.week_hours(WeekHours()), "history": lambda store: store.account_history(AccountHistory()),
    "samples": lambda store: store.samples(["x:1"]), "newest": lambda store: store.newest(), "themes": lambda store: store.themes(),
    "accounts": lambda store: store.accounts(), "posts": lambda store: list(store.posts(Filter())), "refresh": lambda store: store.refresh(),
}  # fmt: skip


@pytest.mark.parametrize("name", READINGS)
def test_an_engine_that_is_not_there_is_said_so_without_waiting(name):
    store = ElasticStore(Elasticsearch("http://127.0.0.1:1", max_retries=0, request_timeout=2))
    with pytest.raises(StoreFailed, match="cannot be reached"):
        READINGS[name](store)


@pytest.mark.parametrize("name", READINGS)
def test_whoever_reads_a_busy_engine_is_told_so_and_not_kept_waiting(engine, name):
    engine.answers = [(429, {"error": {"type": "circuit_breaking_exception"}})]
    with pytest.raises(StoreFailed, match="answered 429"):
        READINGS[name](engine.store)
    assert len(engine.asked) == 1


def test_an_export_that_breaks_off_is_a_failure_and_lets_go_of_its_point_in_time(engine):
    page = {"hits": {"hits": [hit(post(1), 1, "x:1")]}}
    engine.answers = [(200, {"id": "pit"}), (200, page), (503, REFUSED), (200, {})]
    found = engine.store.posts(Filter())
    assert next(found).id == "x:1"
    with pytest.raises(StoreFailed, match="answered 503"):
        next(found)
    assert [target.partition("?")[0] for target, _ in engine.asked] == ["/town-posts/_pit", "/_search", "/_search", "/_pit"]
    assert all("allow_partial_search_results=false" in target for target, _ in engine.asked[1:3])


def test_many_posts_asked_for_by_id_come_in_several_requests(engine, monkeypatch):
    monkeypatch.setattr(elastic, "SOUGHT", 2)
    engine.answers = [(200, {"hits": {"hits": [{"_id": f"x:{n}", **hit(post(n))} for n in some]}}) for some in ((1, 2), (3,))]
    assert [p.id for p in engine.store.get(["x:3", "x:1", "x:2"])] == ["x:3", "x:1", "x:2"]
    assert len(engine.asked) == 2


def test_posts_asked_for_by_id_come_in_the_order_asked_and_none_for_no_ids(engine):
    engine.answers = [(200, {"hits": {"hits": [{"_id": f"x:{n}", **hit(post(n))} for n in (2, 1)]}})]
    assert [p.id for p in engine.store.get(["x:1", "x:9", "x:2"])] == ["x:1", "x:2"]
    assert engine.store.get([]) == [] and len(engine.asked) == 1
