"""What Elasticsearch is told once: templates, aliases, what a full distribution can do beyond the core, and moving to a new mapping."""

from __future__ import annotations

import json
from datetime import datetime

import elasticsearch
import msgspec
from elasticsearch import Elasticsearch

from core.errors import StoreFailed
from store.elastic_bodies import Body, template
from store.elastic_reindex import month_of

INDICES = ("posts", "accounts", "samples", "themes", "cases", "ledger")
ANALYZERS = ("arabic", "persian", "russian", "english")  # the full distribution's; there is none for Kazakh


def set_up(client: Elasticsearch, prefix: str = "sada", shards: int = 1, replicas: int = 0) -> list[str]:
    """Put component and index templates; returns a sentence for each thing done or left out. May be repeated.

    Raises StoreFailed if the server cannot be reached.
    """
    try:
        client.cluster.health(wait_for_status="yellow", timeout="30s")
    except (elasticsearch.ConnectionError, elasticsearch.ApiError) as error:
        raise StoreFailed(
            f"Elasticsearch cannot be reached ({type(error).__name__}); start it or mend SADA_ELASTICSEARCH, then repeat `sada setup`"
        ) from error
    extra = [name for name in ANALYZERS if has_analyzer(client, name)]
    kept = put_lifecycle(client, prefix)
    settings = _settings(shards, replicas)
    client.cluster.put_component_template(name=f"{prefix}-settings", **settings)
    for name in INDICES:
        client.indices.put_index_template(name=f"{prefix}-{name}", **index_template(name, prefix, tuple(extra), kept))
    added = [line for name in INDICES for line in add_fields(client, name, prefix)]
    said = [f"{len(INDICES)} index templates are in place under {prefix}-*", *added]
    left = [name for name in ANALYZERS if name not in extra]
    said.append(
        f"language analyzers as sub-fields of words: {', '.join(extra) or 'none'}; left out: {', '.join(left) or 'none'} (everything Sada does works without)"
    )
    said.append(
        f"lifecycle policy {prefix}-posts: months that nothing is added to any more are merged"
        if kept
        else "lifecycle policy: left out, the server has none"
    )
    return said


def add_fields(client: Elasticsearch, name: str, prefix: str = "sada") -> list[str]:
    """Tell the indices of one kind, made under an earlier template, of the fields it did not have: they would refuse every document with one.

    Returns a sentence for each index that lacked some. What was mapped otherwise stays as it is until `sada setup --reindex`.
    """
    wanted = template(name)["template"]["mappings"]["properties"]
    there = client.indices.get_mapping(index=f"{prefix}-{name}*", ignore_unavailable=True).body
    lacking = {index: sorted(wanted.keys() - told["mappings"].get("properties", {})) for index, told in sorted(there.items())}
    return [_added(client, index, {field: wanted[field] for field in fields}) for index, fields in lacking.items() if fields]


def _added(client: Elasticsearch, index: str, fields: Body) -> str:
    """Tell an index of fields; what came of it, in a sentence."""
    try:
        client.indices.put_mapping(index=index, properties=fields)
    except elasticsearch.BadRequestError:  # it knows no analyzer of ours: somebody wrote to it before there were templates
        return f"{index}: was not made by `sada setup` and cannot be given {', '.join(fields)}; `sada setup --reindex` writes it anew"
    return f"{index}: now also has {', '.join(fields)}"


def has_analyzer(client: Elasticsearch, name: str) -> bool:
    """Whether the server has this analyzer."""
    try:
        client.indices.analyze(analyzer=name, text="probe")
    except elasticsearch.ApiError:
        return False
    return True


def put_lifecycle(client: Elasticsearch, prefix: str) -> bool:
    """Whether the server keeps lifecycle policies; then it is given ours, which merges months and deletes nothing (`sada retention` does)."""
    try:
        client.ilm.get_status()
        client.ilm.put_lifecycle(name=f"{prefix}-posts", policy=template("lifecycle"))
    except elasticsearch.ApiError:
        return False
    return True


def _settings(shards: int, replicas: int) -> Body:
    body: Body = json.loads(json.dumps(template("component-settings")))
    body["template"]["settings"] |= {"number_of_shards": shards, "number_of_replicas": replicas}
    return {"template": body["template"]}


def index_template(name: str, prefix: str = "sada", analyzers: tuple[str, ...] = (), lifecycle: bool = False) -> Body:
    """The template of one kind of index under `prefix`, with sub-fields for the analyzers the server has, and its policy if it keeps them."""
    body: Body = json.loads(json.dumps(template(name)).replace('"sada-', f'"{prefix}-'))
    body.pop("_meta", None)
    if prefix != "sada":
        body["template"]["aliases"] = {f"{prefix}-{name}" if name == "posts" else f"{prefix}-all-{name}": {}}
    if name == "posts":
        fields = body["template"]["mappings"]["properties"]["words"]["fields"]
        if lifecycle:
            body["template"]["settings"] = {"index.lifecycle.name": f"{prefix}-posts"}
        fields |= {analyzer: {"type": "text", "analyzer": analyzer} for analyzer in analyzers}
    return body


def drop_months(client: Elasticsearch, before: datetime, prefix: str = "sada") -> list[str]:
    """Delete the month indices that end before `before` (UTC); returns their names. Retention without touching single documents."""
    names = sorted(client.indices.get(index=f"{prefix}-posts-*", ignore_unavailable=True, expand_wildcards="open"))
    old = [name for name in names if month_of(name, prefix) < f"{before:%Y.%m}"]
    for name in old:
        client.indices.delete(index=name)
    return old


def mapped_fields(name: str) -> set[str]:
    """The top-level fields of a template, for the test that holds it to the record."""
    return set(template(name)["template"]["mappings"]["properties"])


def record_fields(kind: type[msgspec.Struct]) -> set[str]:
    """The fields of one of our records."""
    return {field.name for field in msgspec.structs.fields(kind)}
