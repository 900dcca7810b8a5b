"""What collecting writes down for others to read, the log and the ledger, holds no citizen's words or name and none of our keys."""

from __future__ import annotations

import json
import logging
from urllib.parse import quote

import msgspec
import pytest

from collectors import translating
from collectors.base import Context
from store.memory import MemoryStore
from stream import collecting, ledger
from tests.collectors.replay import Reply, replay
from tests.collectors.scenarios import ANSWERS, NOON, SCENARIOS, Scenario

TRIED = [pytest.param(s, id=s.platform) for s in SCENARIOS.values()]
ASKING = [pytest.param(s, id=s.platform) for s in SCENARIOS.values() if not s.sent]
MARK = "Zerquibolt"  # stands in what a platform answers and in nothing of ours


class Written:
    """Everything that collecting wrote down beside the posts."""

    def __init__(self, caplog):
        caplog.set_level(logging.INFO)  # as `sada run` sets it, and a step more of the libraries
        caplog.set_level(logging.DEBUG, "sada")
        self._log, self.store = caplog, MemoryStore()

    def collect(self, scenario: Scenario, url: str, understand=list) -> None:
        collector = scenario.collector()
        client = collector.client(scenario.settings(url))
        for source in scenario.sources():
            try:
                collecting.poll(self.store, collector, client, source, understand, lambda: NOON)
            except RecursionError as broken:
                assert MARK not in str(broken)

    def __str__(self) -> str:
        lines = [line.getMessage() + (line.exc_text or "") for line in self._log.records]
        passes = [json.dumps(ledger.shape(line), ensure_ascii=False) for line in self.store.passes(limit=10_000)]
        return "\n".join([*lines, *passes])


def private(store: MemoryStore) -> set[str]:
    """Words of every post and names of every author, as far as they are long enough to be told from anything else."""
    found = set()
    for post in store._posts.values():
        found |= {line.strip() for line in post.text.splitlines()}
        found |= {post.author.name or "", post.author.handle or ""} if post.author else set()
    return {told for told in found if len(told) > 5}


@pytest.mark.parametrize("scenario", TRIED)
def test_no_words_and_no_name_of_what_was_collected(scenario, caplog):
    written = Written(caplog)
    with replay(dict(scenario.routes)) as server:
        written.collect(scenario, server.url)
    told = private(written.store)
    assert told
    ours = {account.handle for account in scenario.deployment().accounts}
    assert [word for word in told - ours if word in str(written)] == []


@pytest.mark.parametrize("scenario", [p for p in TRIED if p.values[0].keys])
@pytest.mark.parametrize("status", [200, 401, 403, 429])
def test_no_key_of_ours_whatever_is_answered(scenario, status, caplog):
    written = Written(caplog)
    with replay(dict(scenario.routes) if status == 200 else lambda _: Reply({}, status=status)) as server:
        written.collect(scenario, server.url)
    keys = [key for key in scenario.keys.values() if len(key) > 5]
    assert keys
    assert [key for key in keys if key in str(written) or quote(key, safe="") in str(written)] == []


# what a platform may answer with somebody's words in it
BODIES = {
    "an error of the Graph": {"error": {"message": MARK, "code": 100, "type": MARK, "error_user_msg": MARK, "error_subcode": 33}},
    "an error of an unknown code": {"error": {"message": MARK, "code": 987654}},
    "an error of X": {"title": "Invalid Request", "detail": MARK, "type": "about:blank", "errors": [{"message": MARK, "parameters": {"query": [MARK]}}]},
    "an error of Google": {"error": {"code": 400, "message": MARK, "errors": [{"reason": "invalid", "message": MARK, "domain": MARK}]}},
    "an error of Telegram": {"ok": False, "error_code": 400, "description": f"Bad Request: {MARK}"},
    "an error of Flickr": {"stat": "fail", "code": 1, "message": MARK},
    "a web page": f"<html><title>{MARK}</title><body>{MARK}</body></html>",
    "a sentence": MARK,
    "a list": [MARK],
    "a table of nothing known": {MARK: MARK},
}  # fmt: skip


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("status", [200, 400, 403])
@pytest.mark.parametrize("scenario", ASKING)
def test_an_error_that_quotes_somebody_is_told_without_the_quotation(scenario, status, body, caplog):
    written = Written(caplog)
    with replay(lambda _: Reply(body, status=status)) as server:
        written.collect(scenario, server.url)
    assert written.store.passes()
    assert MARK not in str(written)


@pytest.mark.parametrize("scenario", TRIED)
def test_a_mistake_of_ours_is_told_without_the_post_it_broke_on(scenario, caplog):
    def broken(posts):
        raise ValueError(f"{MARK}: {posts[0].text if posts else ''}")

    written = Written(caplog)
    with replay(dict(scenario.routes)) as server:
        written.collect(scenario, server.url, broken)
    assert "could not be understood (ValueError)" in str(written)
    ours = {account.handle for account in scenario.deployment().accounts}
    assert [word for word in {MARK, *private(written.store)} - ours if word in str(written)] == []


JSON = [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in sorted(ANSWERS.glob("*/*.json"))]


OF_AN_ERROR = {"title", "type", "resource_type", "parameter"}  # X's own words for what is wrong; it gives no title to what people write


def marked(value: object) -> object:
    """A body in which every text is the mark, so that nothing in it can be read."""
    if isinstance(value, dict):
        is_error = "detail" in value and "title" in value
        return {name: one if is_error and name in OF_AN_ERROR else marked(one) for name, one in value.items()}
    if isinstance(value, list):
        return [marked(one) for one in value]
    return MARK if isinstance(value, str) else value


@pytest.mark.parametrize("path", JSON)
def test_what_is_refused_is_not_quoted(path):
    collector = next(one for one in map(Scenario.collector, SCENARIOS.values()) if path.parent.name == one.PLATFORM)
    raw = json.dumps(marked(json.loads(path.read_bytes()))).encode()
    found = translating.translated(collector, raw, Context(now=NOON, source="a.source"))
    reasons = [part.why for part in found.refused] + ([found.problem.says] if found.problem else [])
    assert [why for why in reasons if MARK in why] == []
    assert MARK not in msgspec.json.encode(found.problem).decode()
