"""Months written anew under the current template while people read and workers write; nothing is lost, no scripts are used.

Of each month a copy is made, then what was written meanwhile is copied, until little is left. Then the old index takes no writes for the moment
that the rest needs (workers wait, as they do for a full disk), and the copy takes its place under all its names at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from elasticsearch import Elasticsearch

from core.errors import StoreFailed
from store.elastic_bodies import Body, post_of, source
from store.elastic_saving import bulks, indexed

SEVERAL = 1000  # documents read at once
LITTLE = 2000  # changes that are copied while writers wait: a fraction of a second
ROUNDS = 20  # after so many the writers wait for however much is left
Marks = dict[int, int]  # shard → the number of its last change that was copied
BULK = {"accept": "application/json", "content-type": "application/x-ndjson"}


def reindex(client: Elasticsearch, prefix: str = "sada") -> list[str]:
    """Write every month anew; returns the new indices' names. What an earlier, broken off run left is taken away first.

    Raises StoreFailed where a document does not fit the new template; its month then stays as it was.
    """
    alias = "posts" if prefix == "sada" else f"{prefix}-posts"
    every = client.indices.get(index=f"{prefix}-posts-*", ignore_unavailable=True)
    for name, told in every.items():
        if alias not in told.get("aliases", {}):
            client.indices.delete(index=name)
    months = sorted(name for name, told in every.items() if alias in told.get("aliases", {}))
    return [_written_anew(client, month, alias) for month in months]


def _written_anew(client: Elasticsearch, old: str, alias: str) -> str:
    new = next_name(old)
    client.indices.create(index=new)
    client.indices.update_aliases(actions=[{"remove": {"index": new, "alias": alias, "must_exist": False}}])
    try:
        marks: Marks = {}
        for _ in range(ROUNDS):
            copied, marks = _copied(client, old, new, marks)
            if copied <= LITTLE:
                break
        client.indices.add_block(index=old, block="write")
        _copied(client, old, new, marks)
        client.indices.refresh(index=new)  # whole before it takes the old one's place
        _take_place(client, old, new)
    except BaseException:  # also when interrupted: nobody must be left waiting
        client.indices.put_settings(index=old, settings={"index.blocks.write": None}, ignore_unavailable=True)
        client.indices.delete(index=new)
        raise
    return new


def next_name(name: str) -> str:
    """sada-posts-2026.03 → sada-posts-2026.03-r1 → …-r2."""
    base, mark, number = name.rpartition("-r")
    return f"{base}-r{int(number) + 1}" if mark and number.isdigit() else f"{name}-r1"


def month_of(name: str, prefix: str) -> str:
    """sada-posts-2026.03-r1 → 2026.03."""
    return name.removeprefix(f"{prefix}-posts-")[:7]


def _take_place(client: Elasticsearch, old: str, new: str) -> None:
    """The new index under every name of the old one, its own included, in one step: writers hold names they read before."""
    names = {old, *client.indices.get_alias(index=old)[old]["aliases"]}
    client.indices.update_aliases(
        actions=[{"remove_index": {"index": old}}, *({"add": {"index": new, "alias": name}} for name in sorted(names))]
    )


def _copied(client: Elasticsearch, old: str, new: str, after: Marks) -> tuple[int, Marks]:
    """Copy what changed after the marks, the whole index without marks; how many documents, and the marks to go on from."""
    marks = _marks(client, old)
    client.indices.refresh(index=old)  # what the marks count can now be searched
    copied = 0
    for shard in marks:
        lines = (
            indexed({"_index": new, "_id": hit["_id"]}, source(post_of(hit["_source"])))
            for hit in _changed(client, old, shard, after.get(shard))
        )
        for request in bulks(lines):
            _send(client, request.lines)
            copied += len(request.lines)
    return copied, marks


def _marks(client: Elasticsearch, index: str) -> Marks:
    """Up to which change each primary shard has written everything."""
    told = client.indices.stats(index=index, level="shards")["indices"][index]["shards"]
    return {
        int(shard): copy["seq_no"]["local_checkpoint"] for shard, copies in told.items() for copy in copies if copy["routing"]["primary"]
    }


def _changed(client: Elasticsearch, index: str, shard: int, after: int | None) -> Iterator[Body]:
    """Documents of one shard that changed after a mark, as they stand at one moment."""
    query: Body = {"match_all": {}} if after is None else {"range": {"_seq_no": {"gt": after}}}
    pit = client.open_point_in_time(index=index, keep_alive="5m", preference=f"_shards:{shard}")["id"]
    body: Body = {
        "query": query,
        "sort": ["_shard_doc"],
        "size": SEVERAL,
        "track_total_hits": False,
        "pit": {"id": pit, "keep_alive": "5m"},
    }
    try:
        while hits := client.search(allow_partial_search_results=False, **body)["hits"]["hits"]:
            yield from hits
            body["search_after"] = hits[-1]["sort"]
    finally:
        client.close_point_in_time(id=pit)


def _send(client: Elasticsearch, lines: tuple[bytes, ...]) -> None:
    answer = client.perform_request("POST", "/_bulk?filter_path=items.*.status,items.*.error.type", headers=BULK, body=b"".join(lines)).body
    wrong = [item["index"]["error"]["type"] for item in answer["items"] if item["index"]["status"] >= 300]
    if wrong:
        raise StoreFailed(f"reindexing: {len(wrong)} documents do not fit the new template ({wrong[0]}); the old index stays in use")
