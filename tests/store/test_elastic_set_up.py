"""What a server is told: everything it can do, and a sentence for what is left out. A full distribution is played by one that answers as such."""

import json
from datetime import timedelta

import pytest
from elasticsearch import Elasticsearch

from core.errors import AskedWrongly, StoreFailed
from store import elastic_people
from store.base import Batch
from store.elastic_set_up import ANALYZERS, INDICES, index_template, set_up
from stream.cluster_commands import _kept_months
from tests.make import NOON, post
from tests.store.engine import Engine

REFUSED = (400, {"error": {"type": "illegal_argument_exception"}, "status": 400})


@pytest.fixture
def server():
    """A server that knows the analyzers of `knows`, has the indices of `mapped`, of which those `closed` take no field, and policies and users if `full`."""

    class Own(Engine):
        asked, knows, mapped, closed, full = [], set(), {}, set(), False

        def answer(self, method, target, body):
            if method == "GET" and "/_mapping" in target:
                kind = target.partition("*")[0].strip("/")
                return (200, {name: {"mappings": mapping} for name, mapping in self.mapped.items() if name.startswith(kind)})
            if target.partition("?")[0].removesuffix("/_mapping").strip("/") in self.closed:
                return REFUSED
            if "_analyze" in target:
                return (200, {"tokens": []}) if json.loads(body)["analyzer"] in self.knows else REFUSED
            return (
                (200, {"acknowledged": True, "created": True, "role": {"created": True}})
                if self.full or ("/_ilm" not in target and "/_security" not in target)
                else REFUSED
            )

    Own.client = Elasticsearch("http://engine:9200", node_class=Own, max_retries=0)
    return Own


def told(server, ending):
    """The bodies sent to addresses with this ending, by address."""
    return {
        target.partition("?")[0]: json.loads(body) for target, body in server.asked if target.partition("?")[0].endswith(ending) and body
    }


def test_a_core_gets_the_templates_and_is_told_nothing_it_cannot_do(server):
    said = set_up(server.client, "town")
    assert [f"/_index_template/town-{name}" for name in INDICES] == [
        target for target, _ in server.asked if target.startswith("/_index_template")
    ]
    posts = told(server, "town-posts")["/_index_template/town-posts"]["template"]
    assert list(posts["mappings"]["properties"]["words"]["fields"]) == ["phrases"]
    assert "settings" not in posts
    assert any(f"left out: {', '.join(ANALYZERS)}" in line for line in said)
    assert any("lifecycle policy: left out" in line for line in said)


def test_a_full_distribution_gets_its_analyzers_and_a_policy(server):
    server.knows, server.full = {"arabic", "english"}, True
    said = set_up(server.client, "town", shards=3, replicas=1)
    posts = told(server, "/_index_template/town-posts")["/_index_template/town-posts"]["template"]
    fields = posts["mappings"]["properties"]["words"]["fields"]
    assert {name: fields[name]["analyzer"] for name in fields if name != "phrases"} == {"arabic": "arabic", "english": "english"}
    assert posts["settings"] == {"index.lifecycle.name": "town-posts"}
    policy = told(server, "/_ilm/policy/town-posts")["/_ilm/policy/town-posts"]["policy"]
    assert "delete" not in policy["phases"]  # what goes is decided by `sada retention`
    settings = told(server, "/town-settings")["/_component_template/town-settings"]["template"]["settings"]
    assert (settings["number_of_shards"], settings["number_of_replicas"]) == (3, 1)
    assert any("arabic, english; left out: persian, russian" in line for line in said)
    assert any("lifecycle policy town-posts" in line for line in said)


def test_months_of_an_earlier_template_are_told_of_the_fields_they_lack_and_of_no_others(server):
    wanted = index_template("posts")["template"]["mappings"]["properties"]
    before = {name: mapping for name, mapping in wanted.items() if name not in ("told_earlier", "saves")}
    server.mapped = {"town-posts-2026.01": {"properties": before}, "town-posts-2026.02": {"properties": wanted}, "town-ledger": {}}
    said = set_up(server.client, "town")
    assert told(server, "posts-2026.01/_mapping") == {
        "/town-posts-2026.01/_mapping": {"properties": {name: wanted[name] for name in ("saves", "told_earlier")}}
    }
    assert "town-posts-2026.01: now also has saves, told_earlier" in said
    assert not told(server, "posts-2026.02/_mapping")


def test_a_month_that_no_setup_made_is_named_and_keeps_no_other_from_its_fields(server):
    server.mapped = {"town-posts-2026.01": {}, "town-posts-2026.02": {}}
    server.closed = {"town-posts-2026.01"}
    said = set_up(server.client, "town")
    assert [line for line in said if line.startswith("town-posts-2026.01: was not made by `sada setup`") and "--reindex" in line]
    assert [line for line in said if line.startswith("town-posts-2026.02: now also has")]
    assert any("index templates are in place" in line for line in said)


@pytest.mark.services
def test_a_month_of_an_earlier_template_takes_the_new_field(elastic):
    client, prefix = elastic._client, elastic._prefix
    earlier = index_template("posts", prefix)
    del earlier["template"]["mappings"]["properties"]["told_earlier"]
    client.indices.put_index_template(name=f"{prefix}-posts", **earlier)
    elastic.save(Batch(posts=(post(1, likes=3),)))
    elastic.refresh()
    set_up(client, prefix)
    elastic.save(Batch(posts=(post(1, text="light again", observed_at=NOON + timedelta(days=1)),)))
    elastic.refresh()
    (kept,) = elastic.get(["x:1"])
    assert (kept.likes, [told.what for told in kept.told_earlier]) == (3, ["likes"])


def test_only_posts_have_a_policy():
    assert [name for name in INDICES if "settings" in index_template(name, "sada", (), True)["template"]] == ["posts"]


def test_a_server_that_is_not_there_is_said_so():
    with pytest.raises(StoreFailed, match="start it or mend SADA_ELASTICSEARCH"):
        set_up(Elasticsearch("http://127.0.0.1:1", max_retries=0, request_timeout=2))


def test_roles_and_users_are_made_where_the_server_keeps_them(server):
    server.full = True
    said = elastic_people.let_in(server.client, {"service": "w1", "kibana": "w3"}, "town")
    made = told(server, "")
    assert made["/_security/role/town_analyst"]["indices"] == [{"names": ["town-*"], "privileges": ["read", "view_index_metadata"]}]
    assert "write" in made["/_security/role/town_service"]["indices"][0]["privileges"]
    assert made["/_security/user/town_service"] == {"password": "w1", "roles": ["town_service"]}
    assert made["/_security/user/kibana_system/_password"] == {"password": "w3"}
    assert "/_security/user/town_analyst" not in made
    assert said == "roles: town_service, town_analyst; users: town_service, kibana_system"


def test_a_server_without_users_is_left_as_it_is_and_no_password_is_told(server):
    said = elastic_people.let_in(server.client, {"service": "hidden"})
    assert said.startswith("roles and users: left out")
    assert "hidden" not in said


def test_the_roles_can_be_written_as_a_file_with_a_role_a_line():
    lines = elastic_people.as_file().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["sada_service", "sada_analyst"]
    assert [json.loads(line.partition(": ")[2]) for line in lines] == list(elastic_people.roles().values())


def test_no_role_may_change_templates_users_or_the_cluster():
    for body in elastic_people.roles().values():
        assert body["cluster"] == ["monitor"]
        assert not {"all", "manage", "delete_index"} & set(body["indices"][0]["privileges"])


# asked, set → months kept
MONTHS = [(24, None, 24), (24, "6", 24), (None, "6", 6)]


@pytest.mark.parametrize(("asked", "told", "kept"), MONTHS)
def test_months_are_kept_as_asked_or_as_set(asked, told, kept):
    assert _kept_months(asked, told) == kept


@pytest.mark.parametrize(("asked", "told"), [(None, None), (0, "6"), (-1, None), (None, "half"), (None, "0")])
def test_no_month_at_all_is_not_kept_by_mistake(asked, told):
    with pytest.raises(AskedWrongly, match="at least one"):
        _kept_months(asked, told)
