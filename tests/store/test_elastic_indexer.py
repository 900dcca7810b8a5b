"""The worker's way of saving, by a client whose engine answers as told: no server is needed."""

import asyncio
import json

import pytest
from elastic_transport import ApiResponseMeta, BaseAsyncNode, ConnectionError, HttpHeaders
from elasticsearch import AsyncElasticsearch

from core.errors import StoreFailed
from store import elastic_patience, elastic_saving
from store.elastic_bodies import document
from store.elastic_indexer import Indexer
from tests.make import NOON, post
from tests.store.engine import HEADERS, Reply

BUSY = (429, {"error": {"type": "es_rejected_execution_exception"}})


class Engine(BaseAsyncNode):
    """Answers with the next of `answers`; an exception among them is raised."""

    asked, answers = [], []

    async def perform_request(self, method, target, body=None, headers=None, request_timeout=None):
        self.asked.append((target, body or b""))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        meta = ApiResponseMeta(node=self.config, duration=0.0, http_version="1.1", status=answer[0], headers=HttpHeaders(HEADERS))
        return Reply(meta, json.dumps(answer[1]).encode())

    async def close(self):
        pass


@pytest.fixture
def engine(monkeypatch):
    monkeypatch.setattr(elastic_patience, "LONGEST_WAIT", 0.0)

    class Own(Engine):
        asked, answers = [], []

    return Own


def save(engine, posts, deleted=()):
    """Outcome of one saving, and how often it was tried again."""
    again = []

    async def one():
        indexer = Indexer(AsyncElasticsearch("http://engine:9200", node_class=engine, max_retries=0), "town", lambda: again.append(1))
        try:
            return await indexer.save(posts, deleted)
        finally:
            await indexer.close()

    return asyncio.run(one()), len(again)


def items(*statuses):
    return 200, {"items": [{"create": {"status": status}} for status in statuses]}


def test_posts_are_durable_when_it_returns(engine):
    engine.answers = [items(201, 201)]
    outcome, again = save(engine, [post(1), post(2)])
    assert (outcome.saved.stored, outcome.refused, again) == (2, (), 0)


@pytest.mark.parametrize(
    "failure", [BUSY, (503, {"error": {"type": "unavailable"}}), ConnectionError("away")], ids=["full", "starting", "away"]
)
def test_an_engine_that_cannot_take_it_now_is_asked_again_and_each_time_is_counted(engine, failure):
    engine.answers = [failure, failure, items(201)]
    outcome, again = save(engine, [post(1)])
    assert (outcome.saved.stored, again) == (1, 2)


def test_of_a_batch_only_what_was_too_much_is_sent_again(engine):
    engine.answers = [items(201, 429), items(201)]
    outcome, again = save(engine, [post(1), post(2)])
    assert (outcome.saved.stored, again) == (2, 1)
    assert [body.count(b"\n") for _, body in engine.asked] == [4, 2]


def test_a_post_that_is_there_already_and_says_nothing_new_is_a_duplicate(engine):
    there = {"_id": "x:1", "_index": "town-posts-2026.03", "found": True, "_seq_no": 4, "_primary_term": 1, "_source": document(post(1))}
    engine.answers = [items(409), (200, {"docs": [there]})]
    outcome, _ = save(engine, [post(1)])
    assert (outcome.saved.stored, outcome.saved.duplicates) == (0, 1)


def test_what_was_deleted_is_looked_for_where_it_can_be_seen(engine):
    engine.answers = [(200, {}), (200, {"hits": {"hits": []}})]
    outcome, _ = save(engine, [], [("x:9", NOON)])
    assert outcome.saved.updated == 0
    assert [target.partition("?")[0] for target, _ in engine.asked] == ["/town-posts/_refresh", "/town-posts/_search"]
    assert "allow_partial_search_results=false" in engine.asked[1][0]  # else a month that cannot be read would keep what is deleted


def test_more_deletions_than_the_engine_finds_at_once_are_looked_for_in_several_requests(engine, monkeypatch):
    monkeypatch.setattr(elastic_saving, "SOUGHT", 2)
    found = {"_index": "town-posts-2026.03", "_seq_no": 4, "_primary_term": 1}
    told = [{"hits": {"hits": [{"_id": f"x:{n}", **found, "_source": document(post(n))} for n in some]}} for some in ((1, 2), (3,))]
    engine.answers = [(200, {}), *((200, one) for one in told), (200, {"items": [{"index": {"status": 200}}] * 3})]
    outcome, _ = save(engine, [], [(f"x:{n}", NOON) for n in (1, 2, 3)])
    assert outcome.saved.updated == 3
    assert [json.loads(body)["query"]["ids"]["values"] for target, body in engine.asked if "_search" in target] == [["x:1", "x:2"], ["x:3"]]
    assert sum("_refresh" in target for target, _ in engine.asked) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_where_asking_again_would_not_help_it_is_said_so(engine, status):
    engine.answers = [(status, {"error": {"type": "security_exception"}})]
    with pytest.raises(StoreFailed, match=f"{status} .*nothing of this batch is lost"):
        save(engine, [post(1)])


def test_patience_ends_and_says_what_to_do(engine):
    engine.answers = [BUSY] * (elastic_patience.PATIENCE + 1)
    with pytest.raises(StoreFailed, match="Free disk or start it"):
        save(engine, [post(1)])
