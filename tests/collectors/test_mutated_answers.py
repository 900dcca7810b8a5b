"""Our own answers with a value dropped, emptied, of a wrong type, cut or scribbled over: no crash, and no neighbour lost."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from collectors import translating
from collectors.base import Collector, Context
from collectors.commands import known
from tests.collectors.scenarios import ANSWERS, NOON

TOLD = Context(now=NOON, source="a.source")
BAD = (
    None,
    5,
    -1,
    1.5,
    10**30,
    True,
    "x",
    "\ud800",
    "",
    [],
    [[1, [2]]],
    {},
    {"a": {"b": None}},
    ["x", None, {"id": 5}],
    "9" * 400,
    float("nan"),
    "٢٠٢٦",
)
EACH = 25
SEED = 20260406
Place = tuple[str | int, ...]

JSON = [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in sorted(ANSWERS.glob("*/*.json"))]
EVERY = [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in sorted(ANSWERS.glob("*/*.*"))]


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Every place in a body where a value stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*at, name)
        yield from places(one, (*at, name))


def mutated(body: Any, at: Place, chance: random.Random) -> Any:
    """`body` with what stands at a place gone, or something else."""
    changed = copy.deepcopy(body)
    inside = changed
    for name in at[:-1]:
        inside = inside[name]
    if chance.random() < 0.2:
        del inside[at[-1]]
    else:
        inside[at[-1]] = chance.choice(BAD)
    return changed


def without_item(body: Any, at: Place) -> Any:
    """`body` without the item of the first list that the place lies in."""
    end = next(n for n, name in enumerate(at) if isinstance(name, int)) + 1
    changed = copy.deepcopy(body)
    inside = changed
    for name in at[: end - 1]:
        inside = inside[name]
    del inside[at[end - 1]]
    return changed


def translated(collector: Collector, body: Any) -> translating.Translated:
    """What a body becomes; it can be written down, and its shape is one we know."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode("utf-8", "surrogatepass")
    found = translating.translated(collector, raw, TOLD)
    assert msgspec.json.encode(found)
    assert [part.why for part in found.refused if "shape we do not know" in part.why] == []
    assert all(post.id.startswith(f"{collector.PLATFORM}:") or collector.PLATFORM == "meta" for post in found.posts)
    return found


@pytest.mark.parametrize("path", JSON)
def test_one_value_gone_or_wrong_crashes_nothing_and_costs_no_other_item_its_place(path: Path) -> None:
    collector, chance, body = known(path.parent.name), random.Random(SEED), json.loads(path.read_bytes())
    every = list(places(body))
    for at in chance.sample(every, min(EACH, len(every))):
        found = translated(collector, mutated(body, at, chance))
        if any(isinstance(name, int) for name in at):
            others = {post.id: post.text for post in translated(collector, without_item(body, at)).posts}
            assert others.keys() <= {post.id for post in found.posts}, at


@pytest.mark.parametrize("path", JSON)
def test_json_cut_anywhere_brings_nothing_and_says_so(path: Path) -> None:
    collector, chance, raw = known(path.parent.name), random.Random(SEED), path.read_bytes().rstrip()
    for _ in range(EACH):
        found = translated(collector, raw[: chance.randrange(len(raw))])
        assert found.posts == () and (found.problem or found.refused)


@pytest.mark.parametrize("path", EVERY)
def test_a_body_scribbled_over_anywhere_crashes_nothing_and_makes_no_two_posts_of_one_id(path: Path) -> None:
    collector, chance, raw = known(path.parent.name), random.Random(SEED), path.read_bytes()
    for _ in range(EACH):
        scribbled = bytearray(raw)
        for _ in range(20):
            scribbled[chance.randrange(len(scribbled))] = chance.randrange(256)
        ids = [post.id for post in translated(collector, bytes(scribbled)).posts]
        assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("path", JSON)
def test_a_byte_order_mark_a_number_that_is_none_and_a_key_told_twice_change_nothing(path: Path) -> None:
    collector, raw = known(path.parent.name), path.read_bytes().strip()
    usual = translated(collector, raw)
    assert translated(collector, b"\xef\xbb\xbf" + raw) == usual
    if raw.startswith(b"{"):
        assert translated(collector, b'{"zz_unknown": NaN,' + raw[1:]).posts == usual.posts
        assert translated(collector, b'{"zz_unknown": 1, "zz_unknown": [{}],' + raw[1:]).posts == usual.posts
