"""sada bench enrich: the whole pipeline on one core, beside lingua alone and beside a pipeline of the usual parts, in one run."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from bench import measure
from core.deployment import LANGUAGES, Deployment, Place, Topic
from core.post import Kind, Post
from enrich.batch import Batch
from enrich.knowledge import Knowledge, learn, neutral
from enrich.pipeline import ENRICHERS, understand
from enrich.sets import own

POSTS = 10_000
USUAL = 500  # posts for the pipelines that go one text at a time
BATCH = 500
RUNS = 3
MANY_TOPICS, MANY_PLACES = 100, 5_000
AT = datetime(2025, 1, 1, tzinfo=UTC)


def run(posts: int = POSTS, runs: int = RUNS) -> dict[str, object]:
    """Posts a second (CPU time of one thread), memory, the speed beside the usual parts, each enricher's share, and the cost of a large deployment."""
    small, large = learn(neutral()), learn(_large())
    made = _posts(posts)
    understand(made[:BATCH], small)
    figures = [_once(made, small, large) for _ in range(runs)]
    median = measure.medians(figures)
    median["peak_rss_mb"] = figures[0]["peak_rss_mb"]
    median["share_by_enricher"] = _shares(made, small)
    return measure.report("enrich", figures, median)  # type: ignore[arg-type]


def _once(made: Sequence[Post], small: Knowledge, large: Knowledge) -> dict[str, float]:
    speed, memory = _speed(made, small), measure.peak_rss_mb()  # before the others, whose memory is not ours
    speed_large = _speed(made, large)
    usual, lingua = _usual_speed(made), _lingua_speed(made)
    return {"posts_per_s": speed, "peak_rss_mb": memory, "vs_usual_parts": speed / usual, "usual_parts_per_s": usual,
            "lingua_alone_per_s": lingua, "large_deployment_per_s": speed_large, "large_deployment_cost": speed / speed_large}  # fmt: skip


def _speed(made: Sequence[Post], knowledge: Knowledge) -> float:
    with measure.cpu_seconds() as spent:
        for start in range(0, len(made), BATCH):
            understand(made[start : start + BATCH], knowledge)
        return len(made) / spent()


def _shares(made: Sequence[Post], knowledge: Knowledge) -> dict[str, float]:
    """The share of the time each enricher takes."""
    spent = {enrich.__name__: 0.0 for enrich in ENRICHERS}
    for start in range(0, len(made), BATCH):
        batch = Batch(posts=tuple(made[start : start + BATCH]))
        for enrich in ENRICHERS:
            began = time.process_time()
            batch = enrich(batch, knowledge)
            spent[enrich.__name__] += time.process_time() - began
    whole = sum(spent.values())
    return {name: round(seconds / whole, 3) for name, seconds in spent.items()}


def _posts(count: int) -> list[Post]:
    """Invented posts in five languages: our own labelled texts, each with another number behind it."""
    texts, draw = [e.text for language in LANGUAGES for e in own(language, "intent")], random.Random(1)
    return [
        Post(id=f"bench:{n}", platform="bench", kind=Kind.MENTION, text=f"{draw.choice(texts)} {draw.randrange(9999)}", created_at=AT, observed_at=AT)
        for n in range(count)
    ]  # fmt: skip


def _large() -> Deployment:
    """A deployment of many topics and places, in invented words of Arabic and Russian letters."""
    draw = random.Random(2)

    def word(letters: str) -> str:
        return "".join(draw.choice(letters) for _ in range(draw.randrange(5, 9)))

    topics = tuple(
        Topic(id=f"t{i}", name={"en": f"t{i}"}, seeds={"ar": tuple(word("ابتجحدرسعفقكلمنهوي") for _ in range(10))})
        for i in range(MANY_TOPICS)
    )
    places = tuple(Place(id=f"p{i}", name={"ar": word("ابتجحدرسعفقكلمنهوي"), "ru": word("абвгдеиклмнопрст")}) for i in range(MANY_PLACES))
    return Deployment(id="large", name={"en": "Large"}, timezone="UTC", languages=LANGUAGES, topics=topics, places=places)


def _usual_speed(made: Sequence[Post]) -> float:
    """A pipeline of the usual parts, one text at a time: langdetect, VADER, and two classifiers of scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # here, so that the pipeline's memory is measured without it
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    detect, feel = _detector(), _feeling()
    labelled = [e for language in LANGUAGES for e in own(language, "intent")][::4]
    models = [make_pipeline(TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5)), LogisticRegression(max_iter=20)) for _ in range(2)]
    for model in models:
        model.fit([e.text for e in labelled], [e.label for e in labelled])
    texts = [post.text for post in made[:USUAL]]
    with measure.cpu_seconds() as spent:
        for text in texts:
            detect(text)
            feel(text)
            for model in models:
                model.predict([text])
        return len(texts) / spent()


def _detector() -> Callable[[str], object]:
    from langdetect import DetectorFactory, LangDetectException, detect

    DetectorFactory.seed = 0

    def told(text: str) -> object:
        try:
            return detect(text)
        except LangDetectException:
            return None

    return told


def _feeling() -> Callable[[str], object]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer().polarity_scores  # type: ignore[no-any-return]


def _lingua():  # type: ignore[no-untyped-def]
    from lingua import IsoCode639_1, Language, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, code.upper()) for code in (*LANGUAGES, "tr", "ur", "uk")]
    return LanguageDetectorBuilder.from_languages(*[Language.from_iso_code_639_1(code) for code in codes]).with_low_accuracy_mode().build()


def _lingua_speed(made: Sequence[Post]) -> float:
    detector = _lingua()
    texts = [post.text for post in made[: USUAL * 4]]
    with measure.cpu_seconds() as spent:
        for text in texts:
            detector.detect_language_of(text)
        return len(texts) / spent()
