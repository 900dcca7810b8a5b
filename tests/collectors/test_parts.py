"""Many parts as one answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from collectors.base import Answer
from collectors.parts import once, refused, sample, together, translated, with_strays
from core.post import Kind, Post

NOON = datetime(2026, 4, 6, 12, tzinfo=UTC)


def post(id: str, text: str = "words") -> Post:
    return Post(id=id, platform="x", kind=Kind.MENTION, text=text, created_at=NOON, observed_at=NOON)


def test_a_bad_part_is_refused_and_the_others_stand() -> None:
    def one(part: Any) -> Answer:
        return Answer(posts=(post(part["id"]),))

    answer = translated([{"id": "x:1"}, {"text": "a secret"}, None, {"id": "x:2"}], one)
    assert [p.id for p in answer.posts] == ["x:1", "x:2"] and answer.returned == 4
    assert [r.lost for r in answer.refused] == [True, True] and "secret" not in str(answer.refused)


def test_a_text_that_is_not_unicode_is_refused_without_being_quoted() -> None:
    def one(part: Any) -> Answer:
        part.encode()
        return Answer()

    assert [r.why for r in translated(["secret \ud800"], one).refused] == ["a text that is not Unicode"]


def test_what_stands_in_a_list_of_objects_and_is_none_is_counted() -> None:
    found = with_strays(Answer(returned=2), [{"id": 1}, None, "a secret", [{}]], None, {"data": 5}, "text")
    assert [r.lost for r in found.refused] == [True] * 3 and found.returned == 5 and "secret" not in str(found)


def test_a_mistake_of_ours_is_no_bad_part() -> None:
    def one(part: Any) -> Answer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        translated([1], one)


def test_the_same_post_told_twice_stands_once_with_its_longest_text() -> None:
    assert [(p.id, p.text) for p in once([post("x:1", "sho"), post("x:2"), post("x:1", "short no more"), post("x:1", "short")])] == [
        ("x:1", "short no more"), ("x:2", "words"),
    ]  # fmt: skip


def test_several_answers_add_up_and_nothing_of_them_is_lost() -> None:
    one = Answer(
        posts=(post("x:1"),),
        deleted=("x:8",),
        missing=("x:9",),
        replaced=(("x:6", "x:7"),),
        returned=2,
        spend=1,
        refused=refused("a").refused,
    )
    two = Answer(posts=(post("x:2"),), deleted=("x:8",), returned=3, spend=2, refused=refused("b", lost=False).refused)
    answer = together([one, two])
    assert ([p.id for p in answer.posts], answer.deleted, answer.missing, answer.replaced) == (
        ["x:1", "x:2"],
        ("x:8",),
        ("x:9",),
        (("x:6", "x:7"),),
    )
    assert (answer.returned, answer.spend, [r.why for r in answer.refused]) == (5, 3, ["a", "b"])


def test_no_number_told_is_no_sample() -> None:
    assert sample("x:1", NOON, likes=None, views=None) == ()
    assert [(s.likes, s.views) for s in sample("x:1", NOON, likes=0, views=None)] == [(0, None)]
