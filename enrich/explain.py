"""`sada explain`: why a text was understood as it was: terms and weights, seed words hit, places matched."""

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
import numpy as np

from core.deployment import BASE_TOPICS
from core.post import Claim, Kind, Post
from enrich.batch import Batch, Model
from enrich.grams import CHARACTERS, cut, named
from enrich.knowledge import Knowledge
from enrich.language import CHARACTERS as LANGUAGE_CHARACTERS
from enrich.language import letters
from enrich.lexicon import FACTS, counted, lexicon
from enrich.linear import Linear
from enrich.normalize import read_as
from enrich.pipeline import understand
from enrich.reading import add_normal

MOST = 8  # terms of a model
_TOPIC = FACTS.index(BASE_TOPICS[0])  # from here on facts are seed words of topics
_THEN = datetime(2000, 1, 1, tzinfo=UTC)


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """One reason: what in the text spoke for which answer, and how strongly (log-odds, or a confidence)."""

    task: str
    answer: str
    what: str  # "term", "fact", "seed", "place", "rule"
    found: str
    weight: float


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """What was understood of a text and why."""

    language: Claim | None
    sentiment: Claim | None
    intent: Claim | None
    topics: tuple[Claim, ...]
    places: tuple[Claim, ...]
    why: tuple[Why, ...]


def explain(text: str, knowledge: Knowledge) -> Explained:
    """`text` understood as a post would be, with the reasons, the strongest of each answer first."""
    post = Post(id="explain:1", platform="explain", kind=Kind.MENTION, text=text, created_at=_THEN, observed_at=_THEN)
    seen = understand([post], knowledge)[0]
    read = add_normal(Batch(posts=(post,)), knowledge).texts[0]
    return Explained(
        language=seen.language, sentiment=seen.sentiment, intent=seen.intent, topics=seen.topics, places=seen.places,
        why=(*_language_reasons(text, seen, knowledge), *_model_reasons(read, seen, knowledge), *_matches(read, knowledge)),
    )  # fmt: skip


def _language_reasons(text: str, seen: Post, knowledge: Knowledge) -> list[Why]:
    if not seen.language or not knowledge.language:
        return []
    if seen.language.by != knowledge.language.name:
        return [
            Why(
                task="language",
                answer=seen.language.label,
                what="rule",
                found="small words and letters",
                weight=seen.language.confidence or 0,
            )
        ]
    return terms("language", seen.language.label, letters(text), knowledge.language, LANGUAGE_CHARACTERS)


def _model_reasons(read: str, seen: Post, knowledge: Knowledge) -> list[Why]:
    """Reasons of the sentiment, intent and first topic from the models of the post's language."""
    language = seen.language.label if seen.language else knowledge.deployment.languages[0]
    read = read_as(read, language)
    found: list[Why] = []
    for task, models, claim in (("sentiment", knowledge.sentiment, seen.sentiment), ("intent", knowledge.intent, seen.intent)):
        if claim and language in models:
            found += _reasons(task, claim.label, read, models[language], language)
    if language in knowledge.topics:
        model = knowledge.topics[language]
        best = str(_likeliest(read, model, language))
        found += _reasons("topics", best, read, model, language)
    return found


def _likeliest(read: str, model: Linear, language: str) -> str:
    scores = model.scores(cut([read]), counted([read], lexicon(language)))
    return model.labels[int(model.chances(scores).argmax())]


def _reasons(task: str, answer: str, read: str, model: Model, language: str) -> list[Why]:
    if not isinstance(model, Linear):  # somebody else's has no terms to show
        return [Why(task=task, answer=answer, what="model", found=model.name, weight=0.0)]
    label = answer if answer in model.labels else _likeliest(read, model, language)
    return [*terms(task, label, read, model, CHARACTERS), *_facts(task, label, read, model, language)]


def terms(task: str, label: str, read: str, model: Linear, characters: tuple[int, ...]) -> list[Why]:
    """The n-grams of `read` that spoke most for or against `label`; what a word and an n-gram spell alike is told once, as both together."""
    grams = cut([read], characters)
    lines = model.weights[(grams.hashes >> np.uint32(model.shift)).astype(np.int64)]
    length = float(np.sqrt(max(lines[:, -1].sum(), 1e-9)))
    weights = lines[:, model.labels.index(label)] / length
    spelt = named(read, characters)
    found = [("term", spelt.get(gram, "?"), weight) for gram, weight in zip(grams.hashes.tolist(), weights.tolist(), strict=True)]
    return _each_once(task, label, found)[:MOST]


def _facts(task: str, label: str, read: str, model: Linear, language: str) -> list[Why]:
    """Counted facts that spoke for or against `label`; of a topic's seed words each as it stands in the text."""
    words = lexicon(language)
    line = counted([read], words)[0]
    weights = line[: len(model.facts)] * model.facts[:, model.labels.index(label)]
    strongest = [i for i in np.argsort(-np.abs(weights)).tolist()[:MOST] if abs(weights[i]) >= 0.05]
    seeds: dict[int, dict[str, None]] = {}
    for hit in words.topics.find(read):
        seeds.setdefault(_TOPIC + hit.value, {})[read[hit.start : hit.end]] = None
    return _each_once(task, label, [
        ("seed" if i in seeds else "fact", found, float(weights[i]))
        for i in strongest
        for found in seeds.get(i, [FACTS[i]])
    ])  # fmt: skip


def _each_once(task: str, label: str, found: Iterable[tuple[str, str, float]]) -> list[Why]:
    """Reasons (what, found, weight), the strongest first: one that comes several times is told once with all its weight."""
    total: dict[tuple[str, str], float] = {}
    for what, spelt, weight in found:
        total[what, spelt] = total.get((what, spelt), 0.0) + weight
    strongest = sorted(total.items(), key=lambda item: (-abs(item[1]), item[0]))
    return [Why(task=task, answer=label, what=what, found=spelt, weight=round(weight, 3)) for (what, spelt), weight in strongest]


def _matches(read: str, knowledge: Knowledge) -> list[Why]:
    """The deployment's own seed words and the places, as they stand in the text, each once."""
    tree, gazetteer = knowledge.tree, knowledge.gazetteer
    seeds = [("topics", tree.ids[hit.value], "seed", hit) for hit in tree.seeds.find(read)]
    places = [("places", gazetteer.ids[hit.value], "place", hit) for hit in gazetteer.spellings.find(read)]
    matches = dict.fromkeys((task, answer, what, read[hit.start : hit.end]) for task, answer, what, hit in [*seeds, *places])
    return [Why(task=task, answer=answer, what=what, found=found, weight=1.0) for task, answer, what, found in matches]
