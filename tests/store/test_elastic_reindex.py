"""Months written anew while people read and workers write, and months dropped: on the real engine, counted by ids."""

import json
import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from elasticsearch import Elasticsearch

from core.errors import StoreFailed
from store import elastic_reindex
from store.base import Batch
from store.elastic import ElasticStore
from store.elastic_reindex import month_of, next_name, reindex
from store.elastic_set_up import drop_months, index_template, set_up
from store.query import Filter, FindPosts
from tests.conftest import address
from tests.make import NOON, post

pytestmark = pytest.mark.services


def engine(store):
    return store._client, store._prefix


def months(store):
    client, prefix = engine(store)
    return sorted(client.indices.get(index=f"{prefix}-posts-*"))


def kept(store):
    store.refresh()
    return {p.id: p for p in store.posts(Filter(deleted=True))}


class Writer(threading.Thread):
    """Saves new posts and new observations of old ones until it is told to end."""

    def __init__(self, prefix):
        super().__init__()
        self.store = ElasticStore(Elasticsearch(address("SADA_ELASTICSEARCH"), request_timeout=30), prefix)
        self.ended, self.written, self.failure = threading.Event(), 0, None

    def run(self):
        try:
            while not self.ended.is_set():
                number = self.written
                again = post(number % 50, likes=number, observed_at=NOON + timedelta(hours=1, seconds=number))
                self.store.save(Batch(posts=(post(10_000 + number), again)))
                self.written = number + 1
        except Exception as error:
            self.failure = error
        finally:
            self.store.close()


def test_what_is_written_meanwhile_is_not_lost(elastic, monkeypatch):
    monkeypatch.setattr(elastic_reindex, "LITTLE", 3)  # so that several rounds are needed
    client, prefix = engine(elastic)
    elastic.save(Batch(posts=tuple(post(n) for n in range(2500))))
    elastic.refresh()
    writer, seen = Writer(prefix), []
    writer.start()
    for _ in range(2):
        reindex(client, prefix)
        seen.append(elastic.find(FindPosts(filter=Filter(until=NOON + timedelta(minutes=2500)))).total)
    writer.ended.set()
    writer.join(60)
    assert writer.failure is None
    assert writer.written > 0
    assert seen == [2500, 2500]
    found = kept(elastic)
    assert set(found) == {f"x:{n}" for n in range(2500)} | {f"x:{10_000 + n}" for n in range(writer.written)}
    last = {number % 50: number for number in range(writer.written)}
    assert {n: found[f"x:{n}"].likes for n in last} == last
    assert [m for m in months(elastic) if not m.endswith("-r2")] == []


def test_readers_see_every_post_once_at_every_moment(elastic):
    client, prefix = engine(elastic)
    elastic.save(Batch(posts=tuple(post(n) for n in range(1500))))
    elastic.refresh()
    ended, counts = threading.Event(), set()

    def read():
        reader = Elasticsearch(address("SADA_ELASTICSEARCH"), request_timeout=30)
        while not ended.is_set():
            counts.add(reader.count(index=f"{prefix}-posts")["count"])
        reader.close()

    reading = threading.Thread(target=read)
    reading.start()
    for _ in range(3):
        reindex(client, prefix)
    ended.set()
    reading.join(60)
    assert counts == {1500}


def test_documents_take_the_form_that_the_present_version_makes(elastic):
    client, prefix = engine(elastic)
    elastic.save(Batch(posts=(post(1, text="the lamp is dark"),)))
    client.index(
        index=f"{prefix}-posts-2026.03", id="x:1", document=json.loads('{"words": "an older spelling"}') | source_of(client, prefix)
    )
    reindex(client, prefix)
    elastic.refresh()
    assert elastic.find(FindPosts(filter=Filter(search="lamp"))).total == 1
    assert elastic.find(FindPosts(filter=Filter(search="spelling"))).total == 0


def source_of(client, prefix):
    told = client.get(index=f"{prefix}-posts-2026.03", id="x:1")["_source"]
    return {key: value for key, value in told.items() if key != "words"}


def test_each_months_names_go_on_being_its_names(elastic):
    client, prefix = engine(elastic)
    elastic.save(Batch(posts=(post(1), post(2, created_at=NOON + timedelta(days=40)))))
    reindex(client, prefix)
    assert reindex(client, prefix) == [f"{prefix}-posts-2026.03-r2", f"{prefix}-posts-2026.04-r2"]
    for name in ("2026.03", "2026.03-r1", "2026.03-r2"):
        client.index(index=f"{prefix}-posts-{name}", id=name, document={"id": name, "created_at": NOON.isoformat()})
    assert months(elastic) == [f"{prefix}-posts-2026.03-r2", f"{prefix}-posts-2026.04-r2"]


def test_changes_are_carried_over_from_each_of_several_shards():
    client = Elasticsearch(address("SADA_ELASTICSEARCH"), request_timeout=30)
    prefix = f"test{uuid.uuid4().hex[:10]}"
    set_up(client, prefix, shards=3)
    store = ElasticStore(client, prefix)
    try:
        store.save(Batch(posts=tuple(post(n) for n in range(300))))
        client.indices.create(index=f"{prefix}-copy", mappings={"dynamic": False})
        copied, marks = elastic_reindex._copied(client, f"{prefix}-posts-2026.03", f"{prefix}-copy", {})
        assert (copied, set(marks)) == (300, {0, 1, 2})
        store.save(Batch(posts=tuple(post(n) for n in range(290, 320))))
        copied, marks = elastic_reindex._copied(client, f"{prefix}-posts-2026.03", f"{prefix}-copy", marks)
        assert copied == 20  # ten were there and said nothing new
        assert elastic_reindex._copied(client, f"{prefix}-posts-2026.03", f"{prefix}-copy", marks)[0] == 0
    finally:
        client.indices.delete(index=[f"{prefix}-posts-2026.03", f"{prefix}-copy"], ignore_unavailable=True)
        client.indices.delete_index_template(name=f"{prefix}-*")
        client.cluster.delete_component_template(name=f"{prefix}-settings")
        client.close()


def test_a_document_that_does_not_fit_leaves_its_month_as_it_was(elastic):
    client, prefix = engine(elastic)
    elastic.save(Batch(posts=(post(1, likes=4), post(2))))
    narrow = index_template("posts", prefix)
    del narrow["template"]["mappings"]["properties"]["likes"]
    client.indices.put_index_template(name=f"{prefix}-posts", **narrow)
    with pytest.raises(StoreFailed, match="1 documents do not fit the new template"):
        reindex(client, prefix)
    assert months(elastic) == [f"{prefix}-posts-2026.03"]
    elastic.save(Batch(posts=(post(3),)))  # and it takes writes again
    assert set(kept(elastic)) == {"x:1", "x:2", "x:3"}


def test_what_a_broken_off_run_left_is_taken_away(elastic):
    client, prefix = engine(elastic)
    elastic.save(Batch(posts=(post(1),)))
    left = f"{prefix}-posts-2026.03-r1"
    client.indices.create(index=left)
    client.indices.update_aliases(actions=[{"remove": {"index": left, "alias": f"{prefix}-posts"}}])
    client.indices.add_block(index=f"{prefix}-posts-2026.03", block="write")
    assert reindex(client, prefix) == [left]
    elastic.save(Batch(posts=(post(2),)))
    assert set(kept(elastic)) == {"x:1", "x:2"}


def test_nothing_yet_is_nothing_to_write(elastic):
    assert reindex(*engine(elastic)) == []


def test_old_months_go_whole_whatever_they_are_called_now(elastic):
    client, prefix = engine(elastic)
    elastic.save(Batch(posts=tuple(post(n, created_at=NOON + timedelta(days=31 * n)) for n in range(3))))
    reindex(client, prefix)
    assert drop_months(client, datetime(2026, 3, 31, tzinfo=UTC), prefix) == []
    assert drop_months(client, datetime(2026, 5, 1, tzinfo=UTC), prefix) == [f"{prefix}-posts-2026.03-r1", f"{prefix}-posts-2026.04-r1"]
    assert set(kept(elastic)) == {"x:2"}


# an index → the next one's name, and its month
NAMES = [("sada-posts-2026.03", "sada-posts-2026.03-r1", "2026.03"), ("sada-posts-2026.03-r1", "sada-posts-2026.03-r2", "2026.03"),
         ("sada-posts-2026.12-r9", "sada-posts-2026.12-r10", "2026.12")]  # fmt: skip


@pytest.mark.parametrize(("name", "following", "month"), NAMES)
def test_names_count_on(name, following, month):
    assert (next_name(name), month_of(name, "sada")) == (following, month)
