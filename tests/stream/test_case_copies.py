"""The copies of the cases, analysts' index and the topic, are as the database says: the newest last, and nothing of what a citizen deleted."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
import sqlalchemy
from confluent_kafka.admin import AdminClient
from elasticsearch import Elasticsearch

from cases import copying, desk, holding, work
from cases.identity import case_id
from cases.store import CaseStore, open_cases
from core.case import Case, Status, Step
from core.errors import StoreFailed
from core.post import Author
from core.settings import Settings
from store.elastic import ElasticStore
from store.elastic_cases import copy_cases
from stream import case_copies, kafka
from stream.kafka import Publisher
from stream.topics import CASES, TOPICS, decode_case, prefixed
from tests.cases.factory import CITY, OFFICER, SUNDAY_NOON, complaint
from tests.conftest import address

pytestmark = pytest.mark.services
NOW = SUNDAY_NOON + timedelta(hours=1)
ID = case_id("x:1")


@pytest.fixture
def cases(postgres: str, tmp_path):
    admin = sqlalchemy.create_engine(postgres.replace("postgresql://", "postgresql+psycopg://"))
    with admin.begin() as db:
        db.exec_driver_sql("DROP SCHEMA public CASCADE")
        db.exec_driver_sql("CREATE SCHEMA public")
    admin.dispose()
    store = open_cases(Settings(data=tmp_path, postgres=postgres))
    desk.receive([complaint(1), complaint(2, author=Author(id="x:u2"))], CITY, store, NOW, 1)
    yield store
    store.close()


class Topic:
    """The topic `cases` under a prefix of the test's own, or in its place a list."""

    def __init__(self) -> None:
        self.sent: list[Case] = []

    def publish_keyed(self, topic: str, messages) -> int:
        told = [(key, decode_case(message)) for key, message in messages]
        assert topic == CASES and all(key == case.id.encode() for key, case in told)
        self.sent += [case for _, case in told]
        return len(told)


class Away:
    """A broker that confirms nothing."""

    def publish_keyed(self, topic: str, messages) -> int:
        raise StoreFailed("Kafka did not confirm")


def copy(elastic, cases: CaseStore, publisher=None) -> int:
    return case_copies.copy(elastic, elastic._prefix, publisher or Topic(), cases)


def copied(elastic, cases: CaseStore) -> dict[str, dict]:
    copy(elastic, cases)
    elastic._client.indices.refresh(index=f"{elastic._prefix}-cases")
    hits = elastic._client.search(index=f"{elastic._prefix}-cases", size=50)["hits"]["hits"]
    return {hit["_id"]: hit["_source"] for hit in hits}


def test_the_copy_is_what_the_database_says(elastic, cases):
    work.move(cases, OFFICER, ID, None, Status.REFERRED, "as the map shows", NOW, CITY, "cleaning")
    there = copied(elastic, cases)
    assert there.keys() == {ID, case_id("x:2")}
    told = msgspec.convert(msgspec.json.decode(msgspec.json.encode(there[ID])), type(cases.get(ID)))
    assert told == cases.get(ID)


def test_a_change_is_copied_once_and_holding_a_case_is_none(elastic, cases):
    assert copy(elastic, cases) == 2
    holding.take(cases, OFFICER, NOW)
    assert copy(elastic, cases) == 0
    work.annotate(cases, OFFICER, ID, "rang them", NOW, CITY)
    assert copy(elastic, cases) == 1


def test_what_its_author_deleted_is_gone_from_the_copy(elastic, cases):
    assert copied(elastic, cases)[ID]["summary"]
    desk.receive([complaint(1, text="", author=None, deleted_at=NOW)], CITY, cases, NOW, 2)
    told = copied(elastic, cases)[ID]
    assert (told.get("summary", ""), told.get("citizen")) == ("", None)
    assert "lane 1 " not in str(told)


def test_an_older_copy_never_replaces_a_newer_one(elastic, cases):
    numbers, old = copying.waiting(cases)
    work.annotate(cases, OFFICER, ID, "rang them", NOW, CITY)
    newest = copied(elastic, cases)[ID]["version"]
    copy_cases(elastic, elastic._prefix, old)  # a slower worker comes late
    assert copied(elastic, cases)[ID]["version"] == newest == cases.get(ID).version
    copying.copied(cases, numbers)


def test_where_the_engine_cannot_be_had_the_changes_wait(cases):
    nowhere = ElasticStore(Elasticsearch("http://127.0.0.1:9", request_timeout=1, max_retries=0), "nowhere")
    with pytest.raises(StoreFailed):
        copy(nowhere, cases)
    assert len(copying.waiting(cases)[0]) == 2


def test_every_change_is_told_to_other_systems_as_the_whole_case(elastic, cases):
    topic = Topic()
    copy(elastic, cases, topic)
    assert {case.id for case in topic.sent} == {ID, case_id("x:2")}
    work.annotate(cases, OFFICER, ID, "rang them", NOW, CITY)
    copy(elastic, cases, topic)
    assert topic.sent[-1] == cases.get(ID) and len(topic.sent) == 3


def test_what_the_broker_did_not_confirm_is_told_again(elastic, cases):
    with pytest.raises(StoreFailed):
        copy(elastic, cases, Away())
    topic = Topic()
    assert copy(elastic, cases, topic) == 2
    assert {case.id for case in topic.sent} == {ID, case_id("x:2")}


def test_a_case_too_large_for_a_message_does_not_hold_up_the_others(caplog):
    small = Case(id="c-2", status=Status.RECEIVED, intent="complaint", opened_at=NOW)
    step = Step(who="desk", at=NOW, was=None, now=Status.RECEIVED, why="told again by another citizen of the same street", what="joined")
    large = msgspec.structs.replace(small, id="c-1", steps=(step,) * 15_000)
    assert [key for key, _ in case_copies.messages([large, small])] == [b"c-2"]
    assert "c-1" in caplog.text and "15000 steps" in caplog.text


def test_on_the_broker_the_changes_of_a_case_lie_behind_one_another(elastic, cases):
    broker, prefix = address("SADA_KAFKA"), elastic._prefix
    kafka.create_topics(broker, 4, 1, prefix)
    publisher = Publisher(broker, prefix)
    try:
        for _ in range(3):
            copy(elastic, cases, publisher)
            work.annotate(cases, OFFICER, ID, "rang them", NOW, CITY)
        told = [(partition, decode_case(message)) for partition, _, message in kafka.read_all(broker, prefixed(CASES, prefix))]
    finally:
        AdminClient({"bootstrap.servers": broker}).delete_topics([prefixed(name, prefix) for name in TOPICS])
    mine = [(partition, case.version) for partition, case in told if case.id == ID]
    first = mine[0][1]
    assert mine == [(mine[0][0], first), (mine[0][0], first + 1), (mine[0][0], first + 2)]
