"""Everything the enrichers must know of one deployment, compiled once."""

from functools import cache
from pathlib import Path

import msgspec

from core.deployment import BASE_TOPICS, LANGUAGES, Deployment, Topic
from enrich.gazetteer import Gazetteer, Tree, gazetteer, tree
from enrich.linear import Linear, load
from enrich.naming import names

MODELS = Path(__file__).parent / "models"


class Knowledge(msgspec.Struct, frozen=True, kw_only=True):
    """One deployment's facts in the form in which they are looked up. Models are by language."""

    deployment: Deployment
    tree: Tree
    gazetteer: Gazetteer
    language: Linear | None = None
    dialect: dict[str, Linear] = {}
    sentiment: dict[str, Linear] = {}
    intent: dict[str, Linear] = {}
    topics: dict[str, Linear] = {}
    told_topics: dict[str, str] = {}  # how a form or clerk may name a topic → its id
    told_places: dict[str, str] = {}

    @property
    def read_languages(self) -> tuple[str, ...]:
        """Languages that any model reads."""
        return tuple(code for code in LANGUAGES if code in self.sentiment or code in self.intent or code in self.topics)


def learn(deployment: Deployment, models: Path = MODELS) -> Knowledge:
    """What the enrichers need for `deployment`; reads the weights in `models` once a process (under a second)."""
    return Knowledge(
        deployment=deployment, tree=tree(deployment.topics), gazetteer=gazetteer(deployment.places),
        language=_model(models, "language"), dialect=_models(models, "dialect"),
        sentiment=_models(models, "sentiment"), intent=_models(models, "intent"), topics=_models(models, "topics"),
        told_topics=names(deployment.topics), told_places=names(deployment.places),
    )  # fmt: skip


def neutral() -> Deployment:
    """A deployment of nobody's: all five languages, the base topics as its tree, no places."""
    topics = tuple(Topic(id=name, name={"en": name}, like=(name,)) for name in BASE_TOPICS)
    return Deployment(id="neutral", name={"en": "Neutral"}, timezone="UTC", languages=LANGUAGES, topics=topics)


def _models(folder: Path, task: str) -> dict[str, Linear]:
    """The task's model in each language that has one."""
    found = ((language, _model(folder, f"{task}-{language}")) for language in LANGUAGES)
    return {language: model for language, model in found if model}


@cache
def _model(folder: Path, name: str) -> Linear | None:
    path = folder / f"{name}.npz"
    return load(path) if path.exists() else None
