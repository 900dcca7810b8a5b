"""A post as its index keeps it, encoded once."""

import json
from datetime import UTC, datetime

import msgspec
import pytest

from core.post import Author, Media, Span, Version
from core.spelling import normal, search_text, words_of
from store.elastic_bodies import document, index_of, post_of, source
from store.elastic_saving import LARGEST_BULK, bulks, created, halves, indexed, saving
from tests.make import NOON, claim, post

HOSTILE = 'a "quoted" \\ back\nslash </script> \u2028 \x00 أضاءة #شارع_النور @городъ 🚰'
FULL = post(1, text=HOSTILE, author=Author(id="x:u1", handle="r", name='"'), media=(Media(kind="photo", text="\n"),), likes=0, reposts=3, sentiment=claim("negative"),
            topics=(claim("water"), claim("roads")), private=(Span(0, 1, "phone"),), versions=(Version(text="before\n", observed_at=NOON),))  # fmt: skip


@pytest.mark.parametrize("one", [post(1), FULL, post(2, text=""), post(3, deleted_at=NOON), post(4, likes=2)])
def test_the_encoded_document_is_the_record_with_its_words_and_interactions(one):
    built = json.loads(msgspec.json.encode(one))
    built |= {"words": search_text(one.text)} | ({"interactions": (one.likes or 0) + (one.reposts or 0)} if one.likes is not None else {})
    assert json.loads(source(one)) == document(one) == built
    assert post_of(document(one)) == one


def test_words_made_in_the_understanding_stage_are_not_made_again():
    assert document(post(1, normal="ready words"))["words"] == "ready words"
    assert document(post(1, text="", normal=""))["words"] == ""
    assert "normal" not in document(post(1, normal="ready words"))


@pytest.mark.parametrize("text", ["", HOSTILE, "الإنارة والمياه", "Ёлка у дома", "#a_b @c"])
def test_words_of_what_is_spelt_already_are_those_of_the_text(text):
    assert words_of(normal(text)) == search_text(text)


def test_a_line_is_an_action_and_a_document_each_on_one_line():
    hostile = msgspec.structs.replace(FULL, id='x:"1\n')
    action, document_line, end = created(hostile, "sada-posts-2026.03").split(b"\n")
    assert json.loads(action) == {"create": {"_index": "sada-posts-2026.03", "_id": 'x:"1\n'}}
    assert json.loads(document_line)["id"] == 'x:"1\n'
    assert end == b""
    where = {"_index": "a", "_id": 'x:"1\n', "if_seq_no": 4, "if_primary_term": 1}
    assert json.loads(indexed(where, b"{}").split(b"\n")[0]) == {"index": where}


def test_a_month_index_is_named_by_year_and_two_digits():
    assert index_of(post(1, created_at=datetime(2026, 3, 31, 23, 59, tzinfo=UTC)), "gaza") == "gaza-posts-2026.03"


def test_requests_keep_under_the_largest_and_lose_no_line():
    lines = [b"x" * 1_999_999 + b"%d" % n for n in range(6)]
    requests = list(bulks(iter(lines)))
    assert [len(request.lines) for request in requests] == [2, 2, 2]
    assert [line for request in requests for line in request.lines] == lines
    assert list(bulks([])) == []


def test_a_line_larger_than_the_largest_request_goes_alone():
    assert [len(request.lines) for request in bulks([b"a", b"b" * (LARGEST_BULK + 1), b"c"])] == [1, 1, 1]


def test_halves_part_every_line_and_one_line_has_none():
    (request,) = bulks([b"1", b"2", b"3"])
    assert [half.lines for half in halves(request)] == [(b"1",), (b"2", b"3")]
    (single,) = bulks([b"1"])
    assert halves(single) is None


def test_what_became_of_each_post_is_told_by_id():
    steps = saving([post(1), post(2), post(1), post(3)])
    request = next(steps)
    assert len(request.lines) == 3
    with pytest.raises(StopIteration) as done:
        steps.send([{"create": {"status": 201}}, {"create": {"status": 201}}, {"create": {"status": 400, "error": {"type": "bad"}}}])
    outcome = done.value.value
    assert outcome.became == {"x:1": "stored", "x:2": "stored"}
    assert (outcome.saved.stored, outcome.saved.duplicates) == (2, 1)
    assert [(refused.post.id, refused.why) for refused in outcome.refused] == [("x:3", "bad")]
