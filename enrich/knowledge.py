"""Everything the enrichers must know of one deployment, compiled once."""

from functools import cache
from pathlib import Path

import msgspec

from core.deployment import BASE_TOPICS, LANGUAGES, Deployment, Topic
from enrich.linear import Linear, load

MODELS = Path(__file__).parent / "models"


class Knowledge(msgspec.Struct, frozen=True, kw_only=True):
    """One deployment's facts in the form in which they are looked up."""

    deployment: Deployment
    language: Linear | None = None
    sentiment: dict[str, Linear] = {}  # by language


def learn(deployment: Deployment) -> Knowledge:
    """What the enrichers need for `deployment`; reads the weights once a process (under a second)."""
    return Knowledge(deployment=deployment, language=_model("language"), sentiment=_models("sentiment"))


def neutral() -> Deployment:
    """A deployment of nobody's: all five languages, the base topics as its tree, no places."""
    topics = tuple(Topic(id=name, name={"en": name}, like=(name,)) for name in BASE_TOPICS)
    return Deployment(id="neutral", name={"en": "Neutral"}, timezone="UTC", languages=LANGUAGES, topics=topics)


def _models(task: str) -> dict[str, Linear]:
    """The task's model in each language that has one."""
    found = ((language, _model(f"{task}-{language}")) for language in LANGUAGES)
    return {language: model for language, model in found if model}


@cache
def _model(name: str) -> Linear | None:
    path = MODELS / f"{name}.npz"
    return load(path) if path.exists() else None
