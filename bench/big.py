"""How fast each page's questions are answered by Elasticsearch with a million and with ten million posts."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from statistics import median, quantiles
from typing import Any

import msgspec
from elasticsearch import Elasticsearch

from bench import measure, pages
from bench.measure import Figures
from core.account import AccountSample
from core.errors import BadSettings, StoreFailed
from core.post import Post
from dashboard import questions
from dashboard.periods import window
from store.base import Batch
from store.elastic import ElasticStore
from store.elastic_bodies import document
from store.elastic_set_up import set_up
from store.query import Question

SMALL, LARGE = 1_000_000, 10_000_000
DAYS = 730
POOL = 40_000  # invented posts that are told again and again, each time under an id and at a moment of its own
AT_ONCE = 2000  # documents a request
MANY = 10  # askings of a page's slowest questions
CLOSELY = 2  # questions of a page that are asked so often
TICK = timedelta(seconds=10)  # pages ask for times cut to this
BULK = {"accept": "application/json", "content-type": "application/x-ndjson"}


class Told(msgspec.Struct, frozen=True):
    """An invented post as it is sent, without id and times."""

    platform: bytes
    rest: bytes


def run(small: int = SMALL, large: int = LARGE) -> Figures:
    """Each page's slowest questions over both sizes; milliseconds by the clock, 95th percentiles.

    `p95_ms` is what readers of a live page wait: between two askings the clock has gone on and the newest two months have changed; of older ones the
    engine may remember what it was asked before. `cold_p95_ms` is with nothing remembered. Indices are kept under the prefixes big<rows> and
    used again by the next run; a fill that was interrupted goes on where it was. Raises BadSettings where SADA_ELASTICSEARCH is not set.
    """
    client = connect()
    before, after = _measured(client, small), _measured(client, large)
    figures: Figures = {"rows": large}
    for figure in ("p95_ms", "cold_p95_ms"):
        growth = {page: round(after[page][figure] / before[page][figure], 2) for page in pages.PERIODS}
        name = figure.removesuffix("p95_ms")
        figures |= {figure: {page: after[page][figure] for page in pages.PERIODS}, f"{name}slowest_ms": max(after[page][figure] for page in pages.PERIODS),
                   f"{name}growth_by_page": growth, f"{name}growth": max(growth.values())}  # fmt: skip
    figures |= {
        "counted_posts_per_s": after["counted_posts_per_s"],
        "load_average": round(os.getloadavg()[0], 1),
    }  # other work on the machine tells in every figure
    return measure.report("big", [{"rows": small, **before}, {"rows": large, **after}], figures)


def connect() -> Elasticsearch:
    """A client of the engine that SADA_ELASTICSEARCH names."""
    address = os.environ.get("SADA_ELASTICSEARCH")
    if not address:
        raise BadSettings("SADA_ELASTICSEARCH: is not set; start a server with `make services` and set what it prints")
    return Elasticsearch(address, request_timeout=120)


def _measured(client: Elasticsearch, rows: int) -> dict[str, Any]:
    store = ElasticStore(client, f"big{rows}")
    fill(client, rows)
    return {page: _page(client, store, page) for page in pages.PERIODS} | {"counted_posts_per_s": _counting(client, store)}


def _counting(client: Elasticsearch, store: ElasticStore) -> int:
    """How many posts a second the engine counts by two dimensions over a year, nothing remembered: what a longer period or more posts would cost."""
    question = at("posts", "1y/all/counts", pages.NOW)
    seconds = median(_cold(client, store, question) for _ in range(5)) / 1000
    return round(sum(line.posts for line in store.count(question)) / seconds)  # type: ignore[arg-type]


def _page(client: Elasticsearch, store: ElasticStore, page: str) -> dict[str, Any]:
    """The slowest questions of a page, closely; which they are is found by asking all of them once."""
    asked = dict(pages.every(store, page))
    cold, live = partial(_cold, client, store), partial(_live, client, store)
    slowest_cold, worst_cold = _slowest(asked, lambda name, _: cold(asked[name]))
    slowest, worst = _slowest(asked, lambda name, turn: live(at(page, name, pages.NOW + turn * TICK)))
    print(f"big: {page}: {slowest} {worst:.0f} ms; with nothing remembered {slowest_cold} {worst_cold:.0f} ms", file=sys.stderr)
    return {
        "questions": len(asked),
        "slowest": slowest,
        "p95_ms": round(worst, 1),
        "cold_slowest": slowest_cold,
        "cold_p95_ms": round(worst_cold, 1),
    }


def _slowest(names: Iterable[str], ask: Callable[[str, int], float]) -> tuple[str, float]:
    """The name whose asking takes longest, and its 95th percentile: all are asked once, the slowest again MANY times."""
    once = {name: ask(name, 0) for name in names}
    closely = sorted(once, key=lambda name: once[name])[-CLOSELY:]
    found = {name: _p95([ask(name, turn) for turn in range(1, MANY + 1)]) for name in closely}
    worst = max(found, key=lambda name: found[name])
    return worst, found[worst]


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1]


def _cold(client: Elasticsearch, store: ElasticStore, question: Question) -> float:
    """Milliseconds with nothing remembered of the askings before."""
    client.indices.clear_cache(request=True)
    return _asked(store, question)


def _live(client: Elasticsearch, store: ElasticStore, question: Question) -> float:
    """Milliseconds when the newest two months, in which posts arrive and are looked at again, have just changed."""
    for month in sorted(client.indices.get(index=store.alias))[-2:]:
        one = client.search(index=month, size=1, track_total_hits=False)["hits"]["hits"][0]
        client.index(index=month, id=one["_id"], document=one["_source"], refresh=True)
    return _asked(store, question)


def _asked(store: ElasticStore, question: Question) -> float:
    began = time.perf_counter()
    pages.answer(store, question)
    return (time.perf_counter() - began) * 1000


def at(page: str, name: str, now: datetime) -> Question:
    """The question of this name as the page asks it at `now`."""
    period, view, key = name.split("/")
    asked = getattr(questions, page)(pages.views(page)[view], pages.deployment(), window(period, now, pages.ZONE))
    return dict(questions.every(asked))[key]


def fill(client: Elasticsearch, rows: int) -> None:
    """So many posts over DAYS days under the prefix big<rows>, from the one that is missing on."""
    prefix = f"big{rows}"
    set_up(client, prefix)
    client.indices.refresh(index=f"{prefix}-*", allow_no_indices=True)
    stored = int(client.count(index=f"{prefix}-posts", ignore_unavailable=True)["count"])
    if stored >= rows:
        return
    _refresh(client, prefix, "-1")  # a fill is not searched meanwhile
    for number, body in bodies(rows, stored // AT_ONCE * AT_ONCE, prefix):
        _send(client, body)
        print(f"\rbig: {number:,} of {rows:,} posts", end="", file=sys.stderr)
    print(file=sys.stderr)
    ElasticStore(client, prefix).save(Batch(account_samples=tuple(samples())))
    _refresh(client, prefix, "1s")
    client.indices.refresh(index=f"{prefix}-*")


def _refresh(client: Elasticsearch, prefix: str, every: str) -> None:
    """How often indices under the prefix, those to come too, make new documents searchable."""
    name = f"{prefix}-settings"
    body = client.cluster.get_component_template(name=name)["component_templates"][0]["component_template"]["template"]
    body["settings"]["index"]["refresh_interval"] = every
    client.cluster.put_component_template(name=name, template=body)
    client.indices.put_settings(index=f"{prefix}-posts-*", settings={"refresh_interval": every}, allow_no_indices=True)


def _send(client: Elasticsearch, body: bytes) -> None:
    answer = client.perform_request("POST", "/_bulk?filter_path=errors", headers=BULK, body=body).body
    if answer["errors"]:
        raise StoreFailed("Elasticsearch refused invented posts; remove the indices big* and start this again")


def samples() -> Iterator[AccountSample]:
    """Followers of every account on every day."""
    for day in range(DAYS):
        for n, account in enumerate(pages.ACCOUNTS):
            yield AccountSample(account=account, at=pages.NOW - timedelta(days=day), followers=100_000 + 1000 * n - 50 * day)


def bodies(rows: int, first: int, prefix: str) -> Iterator[tuple[int, bytes]]:
    """Requests from post number `first` on, oldest first, with how many posts there are after each."""
    pool = [told(post) for post in pages.posts(POOL)]
    step = timedelta(days=DAYS) / rows
    for begin in range(first, rows, AT_ONCE):
        draw = random.Random(begin)
        end = min(begin + AT_ONCE, rows)
        yield end, b"".join(_lines(draw.choice(pool), number, pages.NOW - step * (rows - number), prefix) for number in range(begin, end))


def told(post: Post) -> Told:
    """What many documents share with this post's."""
    shared = {key: value for key, value in document(post).items() if key not in ("id", "created_at", "observed_at")}
    return Told(platform=post.platform.encode(), rest=msgspec.json.encode(shared)[1:])


def _lines(told: Told, number: int, at: datetime, prefix: str) -> bytes:
    """The two lines of one document."""
    id, moment = b"%s:%d" % (told.platform, number), at.isoformat().replace("+00:00", "Z").encode()
    where = f"{prefix}-posts-{at:%Y.%m}".encode()
    return b'{"index":{"_index":"%s","_id":"%s"}}\n{"id":"%s","created_at":"%s","observed_at":"%s",%s\n' % (
        where,
        id,
        id,
        moment,
        moment,
        told.rest,
    )
