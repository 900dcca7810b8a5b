"""docs/add-a-platform.md: its module is run as it stands there, against the contract of every collector."""

from __future__ import annotations

import re
import types

import pytest

from core.deployment import Deployment, OfficialAccount
from core.settings import Settings
from store.memory import MemoryStore
from store.query import Filter
from stream import collecting
from tests.collectors.replay import Reply, replay
from tests.conftest import ROOT
from tests.make import NOON

GUIDE = (ROOT / "docs" / "add-a-platform.md").read_text(encoding="utf-8")
TOWN = Deployment(id="t", name={}, timezone="UTC", languages=("en",), accounts=(OfficialAccount(platform="plaza", handle="city"),))


def said(id, **told):
    return {"id": id, "body": f"the lamp in lane {id} is dark", "by": "sam", "at": 1775467200 + id, **told}


@pytest.fixture(scope="module")
def plaza():
    module = types.ModuleType("plaza")
    (source,) = re.findall(r'```python\n("""Plaza.*?)```', GUIDE, re.DOTALL)
    exec(compile(source, "docs/add-a-platform.md", "exec"), module.__dict__)
    return module


def answers(asked):
    if asked.query.get("after") == "9":
        return Reply({"posts": []})
    first, second = [said(9, thumbs=0), said(8)], [said(7, thumbs=3), {"id": 6}]
    return Reply({"posts": second} if asked.query.get("page") else {"posts": first, "more": "2"})


def collected(plaza, url, store):
    client = plaza.client(Settings(base_urls={"plaza": url}))
    return [collecting.poll(store, plaza, client, source, lambda posts: posts, lambda: NOON) for source in plaza.sources(TOWN)]


def test_the_module_of_the_guide_stores_every_post_once_and_a_second_pass_changes_nothing(plaza):
    store = MemoryStore()
    with replay({"/posts": answers}) as server:
        (line,), (again,) = collected(plaza, server.url, store), collected(plaza, server.url, store)
    assert {p.id: (p.text, p.likes) for p in store.posts(Filter())} == {
        "plaza:9": ("the lamp in lane 9 is dark", 0), "plaza:8": ("the lamp in lane 8 is dark", None), "plaza:7": ("the lamp in lane 7 is dark", 3),
    }  # fmt: skip
    assert (line.state, line.pages, line.refused, line.cursor_after, again.stored, again.cursor_after) == ("ok", 2, 1, "9", 0, "9")


@pytest.mark.parametrize(
    "reply", [Reply("<html>"), Reply({}, status=500), Reply({}, status=429), Reply("[]"), Reply({"posts": [1]}, cut_after=4)]
)
def test_the_module_of_the_guide_bears_every_broken_answer(plaza, reply):
    store = MemoryStore()
    with replay(lambda _: reply) as server:
        (line,) = collected(plaza, server.url, store)
    assert line.state in ("failed", "waiting") and line.error and store.cursor(line.source) is None


def test_the_module_of_the_guide_is_as_short_as_it_says(plaza):
    assert len(re.findall(r'```python\n("""Plaza.*?)```', GUIDE, re.DOTALL)[0].splitlines()) < 120
