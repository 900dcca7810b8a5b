"""sada bench themes: how many posts a second one core takes in, from raw text to themes, and the memory it takes."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta

from bench import measure
from enrich.themes import Detector, Observation, ThemeSettings

POSTS = 30_000
RUNS = 3
BATCH = 500
DAYS = 30
WORDS = 6000
START = datetime(2025, 1, 1, tzinfo=UTC)


def run() -> measure.Figures:
    """Three runs over a made-up month of 30,000 posts with bursts, and their medians."""
    _once(stream(3000, 1))  # compiles
    runs = [_once(stream(POSTS, seed)) for seed in range(RUNS)]
    return measure.report("themes", [dict(one) for one in runs], measure.medians(runs))


def _once(posts: list[Observation]) -> dict[str, float]:
    detector = Detector(ThemeSettings())
    began, cpu = time.perf_counter(), time.process_time()
    themes: set[str] = set()
    for begin in range(0, len(posts), BATCH):
        page = posts[begin : begin + BATCH]
        themes |= {theme.id for theme in detector.observe(page, page[-1].at)}
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    return {
        "posts_per_s": round(len(posts) / seconds, 1),
        "posts_per_cpu_s": round(len(posts) / cpu_seconds, 1),
        "themes": float(len(themes)),
        "state_mb": round(len(detector.encode()) / 1e6, 1),
        "peak_rss_mb": round(measure.peak_rss_mb(), 1),
    }


def stream(posts: int, seed: int) -> list[Observation]:
    """A made-up stream: words by Zipf's law, fifteen topics with words of their own, thirty places, a burst every two days."""
    dice = random.Random(seed)
    words = ["".join(dice.choice("abcdefghijklmnoprstuvw") for _ in range(dice.randint(3, 9))) for _ in range(WORDS)]
    weights = [1 / (rank + 3) for rank in range(WORDS)]
    times = sorted(dice.uniform(0, DAYS * 24) for _ in range(posts))
    return [_post(number, hours, dice, words, weights) for number, hours in enumerate(times)]


def _post(number: int, hours: float, dice: random.Random, words: list[str], weights: list[float]) -> Observation:
    topic, in_burst = dice.randrange(15), hours % 48 < 10 and dice.random() < 0.08
    said = dice.choices(words, weights, k=dice.randint(5, 22)) + dice.choices(words[topic * 40 : topic * 40 + 40], k=3)
    if in_burst:
        topic = int(hours // 48) % 15
        said = said[:8] + dice.choices(words[3000 + topic * 9 : 3009 + topic * 9], k=3)
    return Observation(
        id=f"{number:09d}", at=START + timedelta(hours=hours), text=" ".join(said), author=f"user{dice.randrange(4000)}",
        topic=f"topic {topic}", place=dice.choice(["", f"place {dice.randrange(30)}"]),
    )  # fmt: skip
