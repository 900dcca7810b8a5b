"""What analysts rely on: templates that hold every field, a dictionary that is true, queries that run."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.account import Account, AccountSample
from core.case import Case
from core.post import EngagementSample, Post
from core.theme import Theme
from store import dictionary
from store.base import Batch, Pass
from store.elastic_set_up import mapped_fields, record_fields
from tests.make import NOON, claim, post, sample

ROOT = Path(__file__).parents[2]
# template → the records it must hold
HELD = {
    "posts": [Post],
    "accounts": [Account],
    "samples": [AccountSample, EngagementSample],
    "themes": [Theme],
    "cases": [Case],
    "ledger": [Pass],
}


@pytest.mark.parametrize("name", HELD)
def test_a_template_has_exactly_the_records_fields(name):
    recorded = set().union(*(record_fields(kind) for kind in HELD[name])) - {"normal"}
    assert mapped_fields(name) - set(dictionary.ONLY_INDEXED) == recorded


def test_the_dictionary_is_true():
    assert (ROOT / "docs" / "for-analysts.md").read_text(encoding="utf-8") == dictionary.document()


@pytest.mark.services
def test_every_ready_query_runs_and_answers(elastic):
    elastic.save(Batch(
        posts=(post(1, intent=claim("complaint"), text="no water #clean_city", topics=(claim("water"),), sentiment=claim("negative", 0.4), likes=2),
               post(2, kind="own", likes=9, views=20)),
        account_samples=(sample(0, 10),), samples=(EngagementSample(post_id="x:1", at=NOON, likes=2),),
    ))  # fmt: skip
    elastic.save_themes([Theme(id="t", name="n", first_seen=NOON, raised_at=NOON, updated_at=NOON + timedelta(hours=1))])
    elastic.refresh()
    paths = dictionary.queries()
    for path in paths:
        asked = dictionary.read_query(path)
        answer = elastic._client.search(
            index=f"{elastic._prefix}-{asked['index']}*", ignore_unavailable=True, allow_no_indices=True, **asked["body"]
        )
        assert answer["_shards"]["failed"] == 0, path.stem
    assert len(paths) == 20


@pytest.mark.services
def test_a_ready_query_finds_what_it_says(elastic):
    elastic.save(Batch(posts=(post(1, text="no water #clean_city"), post(2, text="no light"))))
    elastic.refresh()
    asked = dictionary.read_query(ROOT / "index_templates" / "queries" / "find-hashtag.json")
    hits = elastic._client.search(index=f"{elastic._prefix}-posts", **asked["body"])["hits"]["hits"]
    assert [hit["_id"] for hit in hits] == ["x:1"]
