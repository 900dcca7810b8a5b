"""How fast each page's questions are answered when a hundred thousand and a million posts are stored."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path

from bench import measure
from bench.measure import Figures
from core.account import AccountSample
from core.deployment import Deployment, OfficialAccount, Place, Topic
from core.post import Author, Claim, Kind, Post
from dashboard import questions
from dashboard.filters import View
from dashboard.periods import window
from store.base import Batch
from store.embedded import EmbeddedStore
from store.query import AccountHistory, CountPosts, FindPosts, Question

SMALL, LARGE = 100_000, 1_000_000
RUNS = 5
DAYS = 400
NOW = datetime(2026, 6, 1, 9, 20, tzinfo=UTC)
ZONE = "Asia/Riyadh"
ACCOUNTS = tuple(f"{platform}:account{n}" for platform in ("x", "facebook", "instagram", "youtube") for n in range(3))
TOPICS, PLACES = tuple(f"topic{n}" for n in range(15)), tuple(f"place{n}" for n in range(30))
WORDS = tuple(f"word{n}" for n in range(5000))
PERIODS = {
    "now": ("1h", "6h", "24h", "7d"), "brief": ("24h", "7d"), "growth": ("30d", "90d", "1y"), "engagement": ("7d", "30d", "90d", "1y"),
    "themes": ("24h", "7d", "30d", "90d"), "posts": ("24h", "7d", "30d", "90d", "1y"),
}  # fmt: skip
"""The periods each page offers; a test holds them to the pages."""


def run(small: int = SMALL, large: int = LARGE) -> Figures:
    """Each page's slowest question over every period, in stores of both sizes; each store is built in a folder of its own.

    Milliseconds are of this process's CPU, which on a machine of one's own is what a reader waits; `wall_ms` are by the clock.
    `slowest_ms` is over plain and filtered views; growth is of the plain ones, and `growth_filtered` of all.
    """
    before, after = _measured(small), _measured(large)
    slowest = {page: after[page]["slowest_ms"] for page in PERIODS}
    growth = {page: round(after[page]["plain_ms"] / before[page]["plain_ms"], 2) for page in PERIODS}
    filtered = {page: round(after[page]["slowest_ms"] / before[page]["slowest_ms"], 2) for page in PERIODS}
    runs: list[Figures] = [{"rows": small, **before}, {"rows": large, **after}]
    return measure.report("pages", runs, {
        "rows": large, "slowest_ms": slowest, "wall_ms": {page: after[page]["wall_ms"] for page in PERIODS}, "growth_100k_to_1m": max(growth.values()),
        "growth_by_page": growth, "growth_filtered": filtered,
    })  # fmt: skip


def _measured(rows: int) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory(prefix="sada-pages-") as folder:
        store = EmbeddedStore(Path(folder) / "posts.db", ZONE)
        fill(store, rows)
        store.close()
        reading = EmbeddedStore(Path(folder) / "posts.db", ZONE, read_only=True)
        found = {page: _page(reading, page) for page in PERIODS}
        reading.close()
    return found


def _page(store: EmbeddedStore, page: str) -> dict[str, float]:
    """The slowest of a page's questions, each being the median of RUNS."""
    asked = {name: _median(lambda q=question: answer(store, q)) for name, question in every(store, page)}  # type: ignore[misc]
    worst = max(asked, key=lambda name: asked[name][0])
    print(f"pages: {page}: {worst} {asked[worst][0]:.0f} ms", file=sys.stderr)
    plain = max(ms for name, (ms, _) in asked.items() if name.split("/")[1] == "all")
    return {"questions": len(asked), "slowest_ms": asked[worst][0], "plain_ms": plain, "wall_ms": max(wall for _, wall in asked.values())}


def _median(ask: Callable[[], object]) -> tuple[float, float]:
    """CPU and clock milliseconds of a question."""

    def once() -> dict[str, float]:
        began = time.perf_counter()
        with measure.cpu_seconds() as spent:
            ask()
            return {"cpu": spent() * 1000, "wall": (time.perf_counter() - began) * 1000}

    middle = measure.medians(measure.repeat(once, RUNS))
    return float(str(middle["cpu"])), float(str(middle["wall"]))


def answer(store: EmbeddedStore, question: Question) -> object:
    """Ask a store one question."""
    if isinstance(question, CountPosts):
        return store.count(question)
    if isinstance(question, FindPosts):
        return store.find(question)
    return store.account_history(question) if isinstance(question, AccountHistory) else store.week_hours(question)


def every(store: EmbeddedStore, page: str) -> Iterator[tuple[str, Question]]:
    """Every question of a page under a name: in each of its periods, plain and under filters, and for the posts page with searches."""
    city, ask = deployment(), getattr(questions, page)
    for period in PERIODS[page]:
        for name, view in views(page).items():
            asked = ask(view, city, window(period, NOW, ZONE))
            counted = page != "posts" or questions.is_countable(view, store.find(asked.found))
            for key, question in questions.every(asked):
                if counted or key == "found":
                    yield f"{period}/{name}/{key}", question


def views(page: str) -> dict[str, View]:
    """What a reader may have chosen."""
    found = {"all": View(), "topic": View(topic=(TOPICS[3],)), "mixed": View(platform=("x",), tongue=("ar",), place=(PLACES[2],))}
    found["cell"] = View(topic=(TOPICS[3],), place=(PLACES[2],))
    if page == "posts":
        found |= {
            "searched": View(topic=(TOPICS[3],), place=(PLACES[2],), q=WORDS[30]),
            "felt": View(sentiment=("negative",), intent=("complaint",), topic=(TOPICS[3],), q=WORDS[3]),
            "begun": View(q=f"{WORDS[0]} {WORDS[12]}*"),
            "rare": View(q=WORDS[4000]),
            "usual": View(q=WORDS[30]),
            "common": View(q=WORDS[0]),
            "most": View(order="most"),
            "deep": View(page=40),
        }
    return found


def deployment() -> Deployment:
    """The organisation that the invented posts are about."""
    accounts = tuple(OfficialAccount(platform=key.split(":")[0], handle=key.split(":")[1]) for key in ACCOUNTS)
    topics, places = tuple(Topic(id=t, name={"en": t}) for t in TOPICS), tuple(Place(id=p, name={"en": p}) for p in PLACES)
    return Deployment(
        id="bench", name={"en": "Bench"}, timezone=ZONE, languages=("ar", "en"), accounts=accounts, topics=topics, places=places
    )


def fill(store: EmbeddedStore, rows: int) -> None:
    """So many invented posts over DAYS days, and a sample an account and day."""
    made, stored = posts(rows), 0
    while batch := tuple(islice(made, 5000)):
        store.save(Batch(posts=batch))
        stored += len(batch)
        print(f"\rpages: {stored:,} of {rows:,} posts", end="", file=sys.stderr)
    print(file=sys.stderr)
    store.save(Batch(account_samples=tuple(samples())))


def samples() -> Iterator[AccountSample]:
    """Followers of every account on every day."""
    for day in range(DAYS):
        for n, account in enumerate(ACCOUNTS):
            yield AccountSample(account=account, at=NOW - timedelta(days=day), followers=100_000 + 1000 * n - 50 * day)


def posts(rows: int, seed: int = 8) -> Iterator[Post]:
    """Invented posts, oldest first, with the mix of dimensions that a real store has."""
    rng = random.Random(seed)
    step = timedelta(days=DAYS) / rows
    usual = list(accumulate(1 / (n + 1) for n in range(len(WORDS))))  # as words are in any language (Zipf)
    for number in range(rows):
        yield _post(rng, number, NOW - step * (rows - number), " ".join(rng.choices(WORDS, cum_weights=usual, k=8)))


def _post(rng: random.Random, number: int, at: datetime, text: str) -> Post:
    account = ACCOUNTS[int(rng.random() ** 2 * len(ACCOUNTS))]
    platform, own = account.split(":")[0], rng.random() < 0.02
    return Post(
        id=f"{platform}:{number}", platform=platform, kind=Kind.OWN if own else Kind.COMMENT, text=text, created_at=at, observed_at=at, source=f"{platform}.comments",
        account=account, author=Author(id=f"{platform}:u{rng.randrange(50_000)}"), likes=rng.randrange(50), replies=rng.randrange(5), views=rng.randrange(9000) if own else None,
        language=_claim(rng, "ar", "ar", "ar", "en", "fa"), sentiment=_claim(rng, "negative", "neutral", "positive"),
        intent=_claim(rng, "complaint", "inquiry", "other", "thanks"), topics=(_claim(rng, *TOPICS),) if rng.random() < 0.6 else (),
        places=(_claim(rng, *PLACES),) if rng.random() < 0.4 else (),
    )  # fmt: skip


def _claim(rng: random.Random, *labels: str) -> Claim:
    return Claim(label=rng.choice(labels), confidence=0.9, by="bench@1")
