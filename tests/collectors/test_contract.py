"""What every collector must do, whatever the platform: one list, one contract."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from collectors import translating
from collectors.base import Checks, Context, Refreshes
from collectors.every import COLLECTORS
from core.errors import CredentialMissing, PlatformProblem
from core.settings import Settings
from store.base import Pass
from store.memory import MemoryStore
from store.query import Filter
from stream import collecting, reconcile
from tests.collectors.replay import Reply, by_path, replay
from tests.collectors.scenarios import NOON, SCENARIOS, Scenario

EVERY = [pytest.param(c, id=c.PLATFORM) for c in COLLECTORS]
TRIED = [pytest.param(s, id=s.platform) for s in SCENARIOS.values()]
ASKING = [pytest.param(s, id=s.platform) for s in SCENARIOS.values() if not s.sent]
THEN = {"retry", "wait", "stop", "credential", "skip"}


def collect(scenario: Scenario, url: str, store: MemoryStore) -> list[Pass]:
    """One pass over every source of the scenario."""
    collector = scenario.collector()
    client = collector.client(scenario.settings(url))
    return [collecting.poll(store, collector, client, source, lambda posts: posts, lambda: NOON) for source in scenario.sources()]


def stored(store: MemoryStore) -> dict[str, object]:
    return {post.id: post for post in store.posts(Filter(deleted=True))}


@pytest.mark.parametrize("scenario", TRIED)
def test_every_item_of_every_page_is_stored_once_byte_for_byte(scenario):
    store = MemoryStore()
    with replay(dict(scenario.routes)) as server:
        passes = collect(scenario, server.url, store)
    assert {p.source: p.error for p in passes if p.error} == {}
    assert {id: post.text for id, post in stored(store).items()} == {id: told[0] for id, told in scenario.posts.items()}


@pytest.mark.parametrize("scenario", TRIED)
def test_numbers_told_and_not_told_stay_distinct_and_parents_are_right(scenario):
    store = MemoryStore()
    with replay(dict(scenario.routes)) as server:
        collect(scenario, server.url, store)
    assert {id: (post.likes, post.views) for id, post in stored(store).items()} == {id: told[1:] for id, told in scenario.posts.items()}
    assert {id: post.parent_id for id, post in stored(store).items() if id in scenario.parents} == dict(scenario.parents)


@pytest.mark.parametrize("scenario", TRIED)
def test_a_second_pass_changes_nothing(scenario):
    store = MemoryStore()
    with replay(dict(scenario.routes)) as server:
        collect(scenario, server.url, store)
        before, changes, samples = stored(store), len(store.changes(0, 10_000)), store.samples(list(stored(store)))
        cursors = {source.id: store.cursor(source.id) for source in scenario.sources()}
        again = collect(scenario, server.url, store)
    assert stored(store) == before and len(store.changes(0, 10_000)) == changes and store.samples(list(before)) == samples
    assert {source.id: store.cursor(source.id) for source in scenario.sources()} == cursors
    assert sum(p.stored for p in again) == 0


@pytest.mark.parametrize("trouble", [
    pytest.param(Reply("<html><body>down for maintenance</body></html>", headers={"Content-Type": "text/html"}), id="a web page with 200"),
    pytest.param(Reply({"data": ["x" * 5000]}, cut_after=40), id="a cut connection"),
    pytest.param(Reply({}, status=503), id="unavailable"),
    pytest.param(Reply({}, status=429), id="endless 429"),
    pytest.param(Reply({}, status=401), id="a refused credential"),
    pytest.param(Reply(b"\x00\xff\xfe{", status=200), id="bytes that are no text"),
    pytest.param(Reply("[]"), id="a list where an object was promised"),
    pytest.param(Reply("null"), id="null"),
    pytest.param(Reply("[" * 100_000 + "]" * 100_000), id="a list in lists without end"),
    pytest.param(Reply('{"data":' * 50_000 + "1" + "}" * 50_000), id="an object in objects without end"),
    pytest.param(Reply('{"data": [{"id": ' + "9" * 6_000 + "}], \"ok\": true, \"items\": "), id="a number nobody can read"),
    pytest.param(Reply(b"\x1f\x8b\x08\x00scribbled", headers={"Content-Encoding": "gzip"}), id="broken gzip"),
    pytest.param(Reply(status=302, headers={"Location": "/"}), id="a way in a circle"),
    pytest.param(Reply(status=301, headers={"Location": "ftp://there.example/"}), id="a way that is none"),
])  # fmt: skip
@pytest.mark.parametrize("scenario", ASKING)
def test_whatever_comes_back_no_pass_crashes_and_no_cursor_moves(scenario, trouble):
    if scenario.may_say_nothing and trouble.body == "[]":
        pytest.skip("an empty list is this platform's way to say that there is nothing new")
    store = MemoryStore()
    with replay(lambda _: trouble) as server:
        passes = collect(scenario, server.url, store)
    assert stored(store) == {}
    assert all(p.finished and p.state != "running" for p in passes)
    assert [p.source for p in passes if p.cursor_after is not None] == []


@pytest.mark.parametrize("headers", [
    pytest.param({"Content-Encoding": "gzip"}, id="packed"), pytest.param({"Content-Type": "text/plain; charset=utf-8"}, id="called text"),
    pytest.param({"Content-Type": "text/javascript"}, id="called a script"), pytest.param({"Content-Type": ""}, id="called nothing"),
])  # fmt: skip
@pytest.mark.parametrize("scenario", ASKING)
def test_however_an_answer_is_packed_and_called_its_items_are_stored(scenario, headers):
    answers, store = by_path(dict(scenario.routes)), MemoryStore()

    def dressed(asked):
        plain = answers(asked)
        return Reply(gzip.compress(plain.raw) if "Content-Encoding" in headers else plain.raw, plain.status, {**plain.headers, **headers})

    with replay(dressed) as server:
        collect(scenario, server.url, store)
    assert {id: post.text for id, post in stored(store).items()} == {id: text for id, (text, _, _) in scenario.posts.items()}


@pytest.mark.parametrize("scenario", ASKING)
def test_a_pass_that_failed_names_its_source_and_what_happens_next(scenario):
    store = MemoryStore()
    with replay(lambda _: Reply({}, status=500)) as server:
        passes = collect(scenario, server.url, store)
    failed = [p for p in passes if p.state == "failed"]
    assert failed and all(p.error.startswith(f"{p.source}") and ";" in p.error for p in failed)


@pytest.mark.parametrize("collector", EVERY)
def test_every_collector_is_tried_here(collector):
    assert collector.PLATFORM in SCENARIOS


@pytest.mark.parametrize("collector", EVERY)
def test_without_its_keys_a_collector_says_what_it_waits_for_or_needs_none(collector):
    try:
        collector.client(Settings())
    except CredentialMissing as missing:
        assert "SADA_" in str(missing) and "docs/credentials.md" in str(missing)


@pytest.mark.parametrize("scenario", TRIED)
def test_sources_have_names_of_their_own_that_begin_with_the_platform(scenario):
    ids = [source.id for source in scenario.sources()]
    assert ids and len(set(ids)) == len(ids) and all(id.startswith(f"{scenario.platform}.") for id in ids)
    assert all(source.every_minutes > 0 for source in scenario.sources())


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 429, 500, 502, 503, 504])
@pytest.mark.parametrize(
    "body", [{}, "", "<html>", None, [], {"error": None}, {"error": "x"}, {"errors": [None]}, {"error": {"code": "x"}}]
)
@pytest.mark.parametrize("collector", EVERY)
def test_every_status_with_any_body_is_on_the_table(collector, body, status):
    found = collector.problem(status, {}, body, NOON)
    assert isinstance(found, PlatformProblem) and found.then in THEN and found.says
    assert found.until is None or found.until > NOON


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(max_size=20),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.sampled_from([
        "data", "id", "text", "message", "entry", "changes", "value", "messages", "items", "snippet", "photo", "result", "error", "errors",
        "includes", "from", "chat", "comments", "meta", "created_time", "caption", "statistics"]), inner, max_size=5),
    max_leaves=25,
)  # fmt: skip


@pytest.mark.parametrize("collector", EVERY)
@settings(max_examples=60, deadline=None)
@given(body=JSON)
def test_no_body_can_crash_a_translation(collector, body):
    found = translating.translated(collector, json.dumps(body).encode(), Context(now=NOON))
    assert all(post.platform == collector.PLATFORM and isinstance(post.text, str) for post in found.posts)


@pytest.mark.parametrize("collector", EVERY)
@settings(max_examples=40, deadline=None)
@given(raw=some.binary(max_size=200))
def test_no_bytes_can_crash_a_translation(collector, raw):
    found = translating.translated(collector, raw, Context(now=NOON))
    assert json.loads(msgspec.json.encode(found)).keys() == {
        "posts",
        "accounts",
        "samples",
        "deleted",
        "missing",
        "replaced",
        "receipts",
        "wishes",
        "next",
        "refused",
        "problem",
    }
    assert all(post.platform == collector.PLATFORM for post in found.posts)
    assert found.problem is None or (found.problem.then in THEN and found.posts == ())
    if isinstance(translating.decoded(raw), str | bytes) and not getattr(collector, "READS_TEXT", False):
        assert found.problem is not None and found.problem.kind == "not readable"


SECRET = "a-neighbour-wrote-this"


@pytest.mark.parametrize("collector", EVERY)
@settings(max_examples=60, deadline=None)
@given(body=some.recursive(
    some.none() | some.booleans() | some.integers() | some.just(SECRET),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.sampled_from([
        "data", "id", "text", "message", "entry", "changes", "value", "messages", "items", "snippet", "photos", "photo", "result", "error", "errors",
        "code", "created_time", "timestamp", "date", "publishedAt", "service_request_id", "description", "from", "chat", "comments"]), inner, max_size=6),
    max_leaves=25,
))  # fmt: skip
def test_nobodys_words_stand_in_what_is_said_of_a_body_that_cannot_be_used(collector, body):
    """Refusals and problems go into the ledger and the log: citizens' words must not."""
    found = translating.translated(collector, json.dumps(body).encode(), Context(now=NOON))
    said = [part.why for part in found.refused] + ([found.problem.says] if found.problem else [])
    assert SECRET not in " ".join(said)


@pytest.mark.parametrize("collector", EVERY)
def test_what_a_collector_offers_beyond_the_seam_is_callable(collector):
    for wider, name in ((Refreshes, "refresh"), (Checks, "check")):
        assert not isinstance(collector, wider) or callable(getattr(collector, name))


@pytest.mark.parametrize("trouble", [
    pytest.param(Reply("<html>down</html>"), id="a web page with 200"), pytest.param(Reply({}, status=503), id="unavailable"),
    pytest.param(Reply({}, status=401), id="a refused credential"), pytest.param(Reply({"data": ["x" * 5000]}, cut_after=9), id="a cut connection"),
    pytest.param(Reply({}), id="an empty object"),
])  # fmt: skip
@pytest.mark.parametrize("scenario", [s for s in TRIED if isinstance(s.values[0].collector(), Refreshes)])
def test_a_platform_that_fails_makes_no_post_missing_or_deleted(scenario, trouble):
    """A second look proves that the credential sees something before it takes absence for more than silence."""
    store = MemoryStore()
    with replay(dict(scenario.routes)) as server:
        collect(scenario, server.url, store)
    with replay(lambda _: trouble) as server:
        client, source = scenario.collector().client(scenario.settings(server.url)), scenario.sources()[0]
        try:
            answers = list(scenario.collector().refresh(client, source, list(store.posts(Filter())), NOON))
        except PlatformProblem:
            answers = []
    assert [(a.missing, a.deleted) for a in answers if a.missing or a.deleted] == []


@pytest.mark.parametrize("scenario", [s for s in TRIED if any(source.rereadable for source in s.values[0].sources())])
def test_the_nightly_comparison_of_what_was_collected_finds_nothing_missing(scenario):
    store, night = MemoryStore(), NOON + timedelta(hours=8)
    with replay(dict(scenario.routes)) as server:
        collect(scenario, server.url, store)
        collector, client = scenario.collector(), scenario.collector().client(scenario.settings(server.url))
        again = reconcile.sources(scenario.sources())
        passes = [reconcile.poll(store, collector, client, source, lambda posts: posts, lambda: night) for source in again]
    assert {p.error for p in passes} == {None} and {reconcile.share_missing(p) for p in passes} <= {0.0, None}
    assert any(p.duplicates for p in passes)
