"""Analysts' copy of the cases, by a client whose engine answers as told: no server is needed."""

import json

import pytest
from elasticsearch import Elasticsearch

from core.case import Case, Status
from core.errors import StoreFailed
from store import elastic_saving
from store.elastic import ElasticStore
from store.elastic_cases import copy_cases
from tests.make import NOON
from tests.store.engine import Engine


def case(number, version=1):
    return Case(id=f"c-{number}", status=Status.RECEIVED, intent="complaint", opened_at=NOON, version=version, summary="the lamp is dark")


@pytest.fixture
def engine():
    class Own(Engine):
        asked, answers = [], []

    Own.store = ElasticStore(Elasticsearch("http://engine:9200", node_class=Own, max_retries=0), "town")
    return Own


def items(*told):
    """What _bulk answers: of each document its status, or status and error."""
    said = [(one, None) if isinstance(one, int) else one for one in told]
    return 200, {
        "items": [
            {"index": {"_id": f"c-{n}", "status": status} | ({"error": {"type": why}} if why else {})}
            for n, (status, why) in enumerate(said, 1)
        ]
    }


def test_a_case_is_put_under_its_id_by_its_version_so_that_an_older_copy_replaces_nothing(engine):
    engine.answers = [items(201, 200)]
    assert copy_cases(engine.store, "town", [case(1), case(2, version=7)]) == 2
    ((target, body),) = engine.asked
    actions = [json.loads(line) for line in body.splitlines()[::2]]
    assert target.startswith("/_bulk")
    assert actions[1] == {"index": {"_index": "town-cases", "_id": "c-2", "version": 7, "version_type": "external_gte"}}


def test_a_copy_that_is_newer_already_is_no_fault(engine, caplog):
    engine.answers = [items(409, 201)]
    assert copy_cases(engine.store, "town", [case(1), case(2)]) == 1
    assert caplog.text == ""


@pytest.mark.parametrize("busy", [429, 503, (403, "cluster_block_exception"), (429, "cluster_block_exception")])
def test_an_engine_that_takes_no_writes_now_is_asked_again_later_with_everything(engine, busy):
    engine.answers = [items(201, busy)]
    with pytest.raises(StoreFailed, match="tried again"):
        copy_cases(engine.store, "town", [case(1), case(2)])


@pytest.mark.parametrize("answer", [(503, {"error": {"type": "unavailable"}}), (413, {"error": {"type": "too_long"}})])
def test_a_request_refused_as_a_whole_copies_nothing(engine, answer):
    engine.answers = [answer]
    with pytest.raises(StoreFailed, match="2 cases"):
        copy_cases(engine.store, "town", [case(1), case(2)])


def test_a_case_refused_for_ever_is_named_without_its_words_and_holds_nothing_up(engine, caplog):
    engine.answers = [items((400, "strict_dynamic_mapping_exception"), 201)]
    assert copy_cases(engine.store, "town", [case(1), case(2)]) == 1
    assert "case c-1" in caplog.text and "lamp" not in caplog.text


def test_many_cases_go_in_several_requests(engine, monkeypatch):
    monkeypatch.setattr(elastic_saving, "LARGEST_BULK", 500)
    engine.answers = [items(201)]
    assert copy_cases(engine.store, "town", [case(n) for n in range(5)]) == len(engine.asked) > 1


def test_no_cases_ask_nothing(engine):
    assert copy_cases(engine.store, "town", []) == 0
    assert engine.asked == []
