"""Everything the enrichers must know of one deployment, compiled once."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec

from core.deployment import BASE_TOPICS, LANGUAGES, Deployment, Topic
from enrich.batch import Model
from enrich.gazetteer import Gazetteer, Tree, gazetteer, tree
from enrich.linear import Linear, load
from enrich.naming import names

HUB = "hf:"  # before the name of a model on the Hugging Face hub
MODELS = Path(__file__).parent / "models"


class Knowledge(msgspec.Struct, frozen=True, kw_only=True):
    """One deployment's facts in the form in which they are looked up. Models are by language."""

    deployment: Deployment
    tree: Tree
    gazetteer: Gazetteer
    language: Linear | None = None
    dialect: Mapping[str, Linear] = {}
    sentiment: Mapping[str, Model] = {}
    intent: Mapping[str, Linear] = {}
    topics: Mapping[str, Linear] = {}
    told_topics: dict[str, str] = {}  # how a form or clerk may name a topic → its id
    told_places: dict[str, str] = {}

    @property
    def read_languages(self) -> tuple[str, ...]:
        """Languages that any model reads."""
        return tuple(code for code in LANGUAGES if code in self.sentiment or code in self.intent or code in self.topics)


def learn(deployment: Deployment, models: Path = MODELS) -> Knowledge:
    """What the enrichers need for `deployment`; weights in `models` are read when a text first needs them, once a process (under a second in all)."""
    return Knowledge(
        deployment=deployment, tree=tree(deployment.topics), gazetteer=gazetteer(deployment.places),
        language=_model(models, "language"), dialect=Models(models, "dialect"),
        sentiment=_sentiment(deployment, models), intent=Models(models, "intent"), topics=Models(models, "topics"),
        told_topics=names(deployment.topics), told_places=names(deployment.places),
    )  # fmt: skip


def _sentiment(deployment: Deployment, models: Path) -> Mapping[str, Model]:
    """The shipped models, or those that the deployment names instead. Raises BadInput for one that cannot be read."""
    said, shipped = deployment.sentiment, Models(models, "sentiment")
    named = {code: model for code in deployment.languages if (model := said.models.get(code, said.model))}
    if not named:
        return shipped
    return {code: _other(named[code]) if code in named else shipped[code] for code in LANGUAGES if code in named or code in shipped}


@cache
def _other(model: str) -> Model:
    from enrich.onnx import opened  # its libraries are an extra, and take a second to load

    return opened(model)


def neutral() -> Deployment:
    """A deployment of nobody's: all five languages, the base topics as its tree, no places."""
    topics = tuple(Topic(id=name, name={"en": name}, like=(name,)) for name in BASE_TOPICS)
    return Deployment(id="neutral", name={"en": "Neutral"}, timezone="UTC", languages=LANGUAGES, topics=topics)


class Models(Mapping[str, Linear]):
    """A task's model in each language that has one. A language nobody writes costs no memory (16 MB each)."""

    def __init__(self, folder: Path, task: str) -> None:
        self._folder, self._task = folder, task
        self._languages = tuple(language for language in LANGUAGES if (folder / f"{task}-{language}.npz").exists())

    def __getitem__(self, language: str) -> Linear:
        model = _model(self._folder, f"{self._task}-{language}") if language in self._languages else None
        if model is None:
            raise KeyError(language)
        return model

    def __contains__(self, language: object) -> bool:
        return language in self._languages

    def __iter__(self) -> Iterator[str]:
        return iter(self._languages)

    def __len__(self) -> int:
        return len(self._languages)


@cache
def _model(folder: Path, name: str) -> Linear | None:
    path = folder / f"{name}.npz"
    return load(path) if path.exists() else None
