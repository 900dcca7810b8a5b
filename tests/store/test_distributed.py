"""Posts in Elasticsearch and the ledger in a database, as one store; and the ledger's copy that analysts read."""

import logging
from datetime import timedelta

import msgspec
import pytest
from elasticsearch import Elasticsearch

from core.errors import BadSettings
from core.settings import Secret, Settings
from core.theme import Theme
from store import ledger
from store.base import Batch, Follower, Gap, Pass
from store.distributed import DistributedStore, credentials, open_distributed
from store.ledger import SqlLedger
from store.query import CountPosts, FindPasses
from tests.make import NOON, post


@pytest.fixture
def rows(tmp_path):
    opened = SqlLedger(ledger.connect(f"sqlite:///{tmp_path / 'ledger.db'}"))
    yield opened
    opened.close()


@pytest.fixture
def deaf(rows):
    """A store whose Elasticsearch is not there."""
    return DistributedStore(Elasticsearch("http://127.0.0.1:1", max_retries=0, request_timeout=2), rows)


@pytest.fixture
def whole(elastic, rows):
    return DistributedStore(elastic._client, rows, elastic._prefix)


def line(number=1, source="x.mentions.city", ended=True, **told):
    began = NOON + timedelta(minutes=number)
    return Pass(id=f"{source}@{number}", source=source, platform="x", started=began, finished=began if ended else None, **told)


def copies(store):
    """What analysts see of the ledger, by id."""
    store.refresh()
    hits = store._client.search(index=f"{store._prefix}-ledger", ignore_unavailable=True, size=100)["hits"]["hits"]
    return {hit["_id"]: msgspec.convert(hit["_source"], Pass) for hit in hits}


def test_cursors_and_passes_need_the_database_only(deaf):
    deaf.save(Batch(cursors=(("s", "1"),), passes=(line(1),)))
    assert (deaf.cursor("s"), [p.id for p in deaf.passes()]) == ("1", ["x.mentions.city@1"])


def test_a_copy_that_cannot_be_written_is_logged_without_what_was_collected(deaf, caplog):
    with caplog.at_level(logging.WARNING, "sada.store"):
        deaf.save(Batch(passes=(line(1, error="a citizen's words"),)))
    (told,) = [record.getMessage() for record in caplog.records if record.name == "sada.store"]
    assert "copy for analysts waits" in told
    assert "citizen" not in caplog.text


def test_a_pass_that_goes_on_is_not_copied_yet(deaf, caplog):
    with caplog.at_level(logging.WARNING, "sada.store"):
        deaf.save(Batch(passes=(line(1, ended=False),)))
    assert [record for record in caplog.records if record.name == "sada.store"] == []


@pytest.mark.services
def test_analysts_see_a_pass_once_it_has_ended(whole):
    ended = line(
        1,
        gaps=(Gap(since=NOON, until=NOON, cause="limit"),),
        window=(None, NOON),
        pages=3,
        cursor_after="17",
        state="partial",
        waited_s=1.5,
    )
    whole.save(Batch(passes=(line(2, ended=False),)))
    assert copies(whole) == {}
    whole.save(Batch(passes=(ended,)))
    assert copies(whole)["x.mentions.city@1"] == ended


@pytest.mark.services
def test_what_workers_counted_since_then_is_copied_with_the_next_pass(whole):
    whole.save(Batch(passes=(line(1),)))
    whole.ledger.count("x.mentions.city@1", 40, 2)
    whole.save(Batch(passes=(line(2),)))
    assert {id: (p.stored, p.duplicates) for id, p in copies(whole).items()} == {"x.mentions.city@1": (40, 2), "x.mentions.city@2": (0, 0)}


@pytest.mark.services
def test_a_copy_that_lacks_passes_is_made_whole_once(whole):
    whole.ledger.save([], [line(n) for n in range(1, 8)])
    whole.ledger.count("x.mentions.city@3", 5, 0)
    assert whole.copy_ledger() == 7
    assert copies(whole)["x.mentions.city@3"].stored == 5
    assert whole.copy_ledger() == 0


@pytest.mark.services
def test_posts_are_durable_before_the_cursor_moves(whole):
    saved = whole.save(Batch(posts=(post(1), post(2)), cursors=(("s", "2"),), passes=(line(1),)))
    whole.refresh()
    assert (saved.stored, whole.cursor("s"), [p.id for p in whole.get(["x:1", "x:2"])]) == (2, "2", ["x:1", "x:2"])


@pytest.mark.services
def test_themes_are_kept_and_with_them_who_found_them(whole):
    theme = Theme(id="t1", name="dark lanes", first_seen=NOON, raised_at=NOON, updated_at=NOON)
    whole.save_themes([theme], Follower(name="themes", place=7, state=b"\x00memory"))
    whole.refresh()
    assert whole.themes() == [theme]
    assert (whole.follower("themes"), whole.follower("another")) == (Follower(name="themes", place=7, state=b"\x00memory"), None)


# what is set → what is missing
MISSING = [
    ({"elasticsearch": "http://h"}, "SADA_POSTGRES"),
    ({"postgres": "postgresql://h/d"}, "SADA_ELASTICSEARCH"),
    ({}, "SADA_ELASTICSEARCH"),
]


@pytest.mark.parametrize(("told", "missing"), MISSING)
def test_both_engines_are_needed(told, missing):
    with pytest.raises(BadSettings, match=f"^{missing}: is not set"):
        open_distributed(Settings(**told))


def test_a_user_without_password_does_not_sign_in():
    user = {"others": {"ELASTICSEARCH_USER": "analyst"}}
    assert credentials(Settings(**user)) == {}
    assert credentials(Settings(**user, credentials={"ELASTICSEARCH_PASSWORD": Secret("word")})) == {"basic_auth": ("analyst", "word")}


def test_the_ledgers_question_is_explained_by_the_database_and_the_others_by_the_engine(deaf):
    assert deaf.explain(FindPasses(source="x.city")).startswith("SELECT")
    assert deaf.explain(CountPosts()).lstrip().startswith(("{", "POST", "GET"))
