"""Analysts' copy of the cases is as the database says: every change once, the newest last, and nothing of what a citizen deleted."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
import sqlalchemy
from elasticsearch import Elasticsearch

from cases import copying, desk, holding, work
from cases.identity import case_id
from cases.store import CaseStore, open_cases
from core.case import Status
from core.errors import StoreFailed
from core.post import Author
from core.settings import Settings
from store.elastic import ElasticStore
from store.elastic_cases import copy_cases
from stream import case_copies
from tests.cases.factory import CITY, OFFICER, SUNDAY_NOON, complaint

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


def copied(elastic, cases: CaseStore) -> dict[str, dict]:
    case_copies.copy(elastic, elastic._prefix, cases)
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
    assert case_copies.copy(elastic, elastic._prefix, cases) == 2
    holding.take(cases, OFFICER, NOW)
    assert case_copies.copy(elastic, elastic._prefix, cases) == 0
    work.annotate(cases, OFFICER, ID, "rang them", NOW, CITY)
    assert case_copies.copy(elastic, elastic._prefix, cases) == 1


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
        case_copies.copy(nowhere, "nowhere", cases)
    assert len(copying.waiting(cases)[0]) == 2
