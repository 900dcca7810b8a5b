"""sada collect, ledger and check, from the outside: a deployment file, keys and an address in the environment, a local server."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from collectors.base import Answer
from core.errors import AskedWrongly, BadSettings, CredentialMissing
from sada import assemble
from store.embedded import EmbeddedStore
from store.memory import MemoryStore
from store.query import Filter, FindPosts
from stream.collect_command import one_pass
from tests.collectors.replay import Reply, replay
from tests.collectors.scenarios import X, answer

TOWN = """
id = "town"
name = { en = "Town" }
timezone = "Asia/Riyadh"
languages = ["ar", "en"]
[[accounts]]
platform = "x"
handle = "CITY"
id = "1001"
"""
LEDGER = {"source", "platform", "started", "finished", "window", "pages", "returned", "stored", "duplicates", "refused", "gaps", "waited_s", "spend",
          "cursor_before", "cursor_after", "state", "error"}  # fmt: skip


@pytest.fixture
def sada(tmp_path, monkeypatch):
    """The command, on data and a deployment of its own; gives exit status and what it printed as JSON."""
    (tmp_path / "town.toml").write_text(TOWN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SADA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SADA_DEPLOYMENT", str(tmp_path / "town.toml"))

    def run(*asked, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        result = CliRunner().invoke(assemble(asked[0]), [*asked, "--json"])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, json.loads(result.stdout)

    return run


def keys(server):
    return {"SADA_X_BEARER_TOKEN": "a-test-token", "SADA_X_BASE_URL": server.url}


def test_one_pass_stores_what_came_and_the_ledger_tells_it(sada):
    with replay(dict(X.routes)) as server:
        status, passes = sada("collect", "--once", "--source", "x.mentions.CITY", **keys(server))
        again, second = sada("collect", "--once", "--source", "x.mentions.CITY")
    assert (status, again) == (0, 0) and set(passes[0]) >= LEDGER
    assert (passes[0]["pages"], passes[0]["returned"], passes[0]["stored"], passes[0]["refused"]) == (2, 5, 4, 1)
    assert passes[0]["cursor_after"] == second[0]["cursor_before"] == "2041000000000000900" and second[0]["stored"] == 0
    assert [line["started"] for line in sada("ledger")[1]] == [second[0]["started"], passes[0]["started"]]


def test_all_sources_are_asked_where_none_is_named(sada):
    with replay(dict(X.routes)) as server:
        _, passes = sada("collect", "--once", **keys(server))
    assert [p["source"] for p in passes] == ["x.mentions.CITY", "x.own.CITY", "x.accounts"]


def test_second_looks_and_the_nightly_comparison_can_be_asked_for_by_name(sada):
    with replay(dict(X.routes)) as server:
        sada("collect", "--once", "--source", "x.mentions.CITY", **keys(server))
        _, passes = sada("collect", "--once", "--source", "x.again", "--source", "x.mentions.CITY.reconcile")
    assert [(p["source"], p["state"], p["stored"]) for p in passes] == [("x.again", "ok", 0), ("x.mentions.CITY.reconcile", "ok", 0)]


def test_a_pass_that_fails_is_told_and_is_our_failure(sada):
    with replay(lambda _: Reply({}, status=500)) as server:
        status, (line,) = sada("collect", "--once", "--source", "x.mentions.CITY", **keys(server))
    assert (status, line["state"], line["cursor_after"]) == (1, "failed", None) and "x.mentions.CITY" in line["error"]


def test_a_mistake_of_ours_in_one_source_is_told_and_the_others_go_on():
    class Broken:
        PLATFORM = "x"

        def ask(self, *_):
            yield Answer()
            raise KeyError("a secret of a citizen")

    town, store = X.deployment(), MemoryStore()
    (line,) = one_pass(store, (Broken(), None, X.sources()[0]), town, lambda posts: posts)
    assert line.state == "failed" and "KeyError" in line.error and "secret" not in line.error
    assert one_pass(store, (X.collector(), None, X.sources()[1]), town, lambda posts: posts)[0].state == "failed"


def test_a_limit_is_no_failure_and_says_until_when(sada):
    with replay(lambda _: answer("x/usage_cap")) as server:
        status, (line,) = sada("collect", "--once", "--source", "x.mentions.CITY", **keys(server))
    assert (status, line["state"]) == (0, "stopped") and line["next_at"].endswith("-01T00:00:00Z")


def test_a_named_source_without_its_key_is_asked_wrongly(sada):
    with pytest.raises(CredentialMissing, match="SADA_X_BEARER_TOKEN"):
        sada("collect", "--once", "--source", "x.mentions.CITY")


def test_without_keys_the_rest_is_collected_and_it_is_no_failure(sada):
    assert sada("collect", "--once") == (0, [])


@pytest.mark.parametrize(("asked", "error", "says"), [
    (["collect", "--once", "--source", "x.mention.CITY"], AskedWrongly, "did you mean x.mentions.CITY"),
    (["collect", "--once", "--source", "nothing"], AskedWrongly, "is not a source of town"),
])  # fmt: skip
def test_asked_wrongly_it_names_the_nearest(sada, asked, error, says):
    with pytest.raises(error, match=says):
        sada(*asked)


def test_an_unknown_setting_stops_it(sada):
    with pytest.raises(BadSettings, match="SADA_X_BASE_URL"):
        sada("collect", "--once", SADA_X_BASE_URI="http://127.0.0.1:1")


def test_check_names_what_is_missing_and_where_to_read_about_it(sada):
    status, found = sada("check")
    missing = next(f for f in found if f["what"] == "x credential")
    assert (
        status == 0
        and missing["state"] == "warning"
        and "SADA_X_BEARER_TOKEN" in missing["says"]
        and "docs/credentials.md#x" in missing["then"]
    )
    assert all(set(f) == {"what", "state", "says", "then"} for f in found)


def test_check_tests_the_credential(sada):
    routes = {"/2/users/by": answer("x/users"), "/2/usage/tweets": Reply({"data": {"project_usage": "10", "project_cap": "1000"}})}
    with replay(routes) as server:
        status, found = sada("check", **keys(server))
    assert status == 0 and {f["what"]: f["state"] for f in found} == {"deployment": "ok", "x credential": "ok", "x quota": "ok"}


def test_check_fails_where_a_credential_is_refused(sada):
    with replay(lambda _: Reply({"title": "Unauthorized", "type": "about:blank"}, status=401)) as server:
        status, found = sada("check", **keys(server))
    assert status == 1 and [f["state"] for f in found] == ["ok", "failed"]


def test_check_tells_a_red_light_of_the_ledger(sada):
    with replay(lambda _: Reply({}, status=500)) as server:
        sada("collect", "--once", "--source", "x.mentions.CITY", **keys(server))
    _, found = sada("check", "--offline")
    assert "no pass has come to its end yet" in next(f["says"] for f in found if f["what"] == "x.mentions.CITY")


def test_recorded_answers_go_the_whole_way(sada, shared, tmp_path):
    """Recorded pages of X through the real client: enriched, and found by a word of theirs."""
    page = json.loads((shared / "recordings" / "x" / "pages" / "twarccsv__2sets__0.json").read_bytes())
    page["meta"].pop("next_token")
    with replay({"/2/users/1001/mentions": Reply(page)}) as server:
        _, (line,) = sada("collect", "--once", "--source", "x.mentions.CITY", **keys(server))
    store = EmbeddedStore(tmp_path / "data" / "posts.db", "Asia/Riyadh", read_only=True)
    texts = {f"x:{one['id']}": one["text"] for one in page["data"]}
    kept = {post.id: post for post in store.get(list(texts))}
    assert line["state"] == "ok" and {id: post.text for id, post in kept.items()} == texts
    assert all(post.language for post in kept.values()) and all(p.intent for p in kept.values() if p.language.label == "en")
    id, word = next((id, word) for id, text in texts.items() for word in text.split() if word.isalpha() and len(word) > 6)
    assert id in {post.id for post in store.find(FindPosts(filter=Filter(search=word), limit=200)).posts}
    store.close()
