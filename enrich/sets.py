"""Which labelled sets train what, under which licence, and how their labels read in ours. Texts stay outside the repository."""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from core.errors import BadInput
from core.spelling import normal
from enrich.normalize import letters_only

HERE = Path(__file__).parent
LABELS = HERE / "labels"
READ = LABELS / "read"  # labels of ours on texts of open sets: the sha256 of a text, its set, what we read it as
TESTS = HERE.parent / "tests" / "sets"
SHARED = HERE.parent.parent / "shared" / "data"

SHIPPED = ("open", "attribution", "own", "none stated")
"""Licence classes of the shipped weights; "none stated" counts only for Persian and Russian social text (see SETS)."""

SENTIMENTS = ("negative", "neutral", "positive")
INTENTS = ("complaint", "inquiry", "suggestion", "thanks", "news", "other")
_SAME = {name: name for name in SENTIMENTS}
_VARIETIES = {"msa": "msa", "egypt": "egypt", "gulf": "gulf", "levant": "levant", "magreb": "maghreb"}
_LEVANT = {"palestinian": "levant", "jordanian": "levant", "jordinian": "levant", "lebanese": "levant", "syrian": "levant"}
_MOODS = {"joy": "positive", "sadness": "negative", "anger": "negative", "fear": "negative", "none": "neutral"}


class LabelledSet(msgspec.Struct, frozen=True, kw_only=True):
    """One set of other people's labels."""

    folder: str  # below the data folder
    task: str
    language: str
    licence: str  # class, as the data's own index has it
    labels: Mapping[str, str]  # theirs → ours; a label not named is left out
    column: str = "label"
    weight: float = 1.0  # how much its texts count beside the others'


SETS = (
    # first, as its own labels are to stay where ArSarcasm holds the same tweets and labelled them anew
    LabelledSet(folder="ar/semeval2017_ar", task="sentiment", language="ar", licence="attribution", labels=_SAME, weight=3.0),
    LabelledSet(folder="ar/arsarcasm_v2", task="sentiment", language="ar", licence="open", labels=_SAME),
    LabelledSet(folder="ar/atsad_gold", task="sentiment", language="ar", licence="open", labels=_SAME, weight=0.5),  # holds no neutral text
    LabelledSet(folder="ar/ajgt", task="sentiment", language="ar", licence="open", labels=_SAME),
    LabelledSet(folder="fa/itrc_opinion_part", task="sentiment", language="fa", licence="none stated", labels=_SAME),
    LabelledSet(folder="ru/rusentitweet", task="sentiment", language="ru", licence="none stated", labels=_SAME, weight=3.0),
    LabelledSet(folder="ru/sentirueval", task="sentiment", language="ru", licence="none stated", labels=_SAME),
    LabelledSet(folder="ru/cedr_emotions", task="sentiment", language="ru", licence="open", labels=_MOODS),
    LabelledSet(folder="kk/kazsandra_3class", task="sentiment", language="kk", licence="attribution", labels=_SAME),
    LabelledSet(folder="en/semeval2017_en", task="sentiment", language="en", licence="attribution", labels=_SAME),
    LabelledSet(folder="ar/arsarcasm_v2", task="dialect", language="ar", licence="open", labels=_VARIETIES, column="dialect"),
    LabelledSet(folder="dialect/shami_levantine", task="dialect", language="ar", licence="open", labels=_LEVANT),
    LabelledSet(folder="lid/social_lid", task="language", language="", licence="mixed", labels={}),
)

TRUSTED_ORIGINS = {"ar/arsarcasm_v2": "open", "en/semeval2017_en": "attribution", "UMSAB": "attribution", "kk/kazsandra_sc": "attribution",
                   "ru/rusentitweet": "none stated"}  # fmt: skip
"""Origins of social_lid rows that may train shipped weights, each with the licence class under which it may."""

ONLY_READ = {"ar/saudi_irony": "open", "safety/mpold_ar": "open", "ru/rusentne2023": "open", "safety/parsoffensive_fa": "none stated"}
"""Sets whose own labels train nothing here, but whose texts we read and labelled (docs/decisions/0107), each with its licence class."""


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """One labelled text in training: in normal spelling, with what it is worth."""

    text: str
    spelt: str
    label: str
    origin: str
    weight: float = 1.0
    slice: str = ""  # variety or dialect, for the card
    among: str = ""  # with whose classes its own are balanced, if not with those of its origin


def licences_of(origins: Iterable[str]) -> dict[str, str]:
    """The licence class of each origin of training texts; rows of the language set go by the set they are from."""
    return {origin: _licence(origin.split(":")[0]) for origin in origins}


def _licence(origin: str) -> str:
    if origin.startswith(("own/", "corrections")):
        return "own"
    known = {s.folder: s.licence for s in SETS} | TRUSTED_ORIGINS | ONLY_READ
    return known.get(origin) or next(licence for name, licence in known.items() if origin.startswith(name))


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Lines of a tab-separated file with a header, quotes meaning nothing. Raises BadInput if it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for line in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, restval=""):
                yield {k: v for k, v in line.items() if k is not None}
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{path}: cannot be read as tab-separated UTF-8 text ({error}); name a file with the columns text and label"
        ) from error


def own(language: str, column: str) -> list[Example]:
    """Our own labelled posts in `language`; `column` is sentiment, intent or topic."""
    path = LABELS / f"{language}.tsv"
    if not path.exists():
        return []
    return [
        Example(text=r["text"], spelt=normal(r["text"]), label=r[column], origin=f"own/{language}", slice=r["variety"])
        for r in rows(path) if r.get(column)
    ]  # fmt: skip


class Taught(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `sada export corrections`: a text and what people say it is."""

    text: str
    language: str | None = None
    language_taught: bool = False
    sentiment: str | None = None
    intent: str | None = None
    topic: str | None = None


def corrected(file: Path | None, language: str, column: str) -> list[Example]:
    """What people corrected in `language`; `column` is sentiment, intent or topic. Raises BadInput if the file is no such export."""
    lines = [(t, getattr(t, column, None)) for t in taught(file) if t.language == language]
    return [Example(text=t.text, spelt=normal(t.text), label=label, origin="corrections") for t, label in lines if label]


def taught(file: Path | None) -> list[Taught]:
    """The lines of an export of corrections; none without a file. Raises BadInput."""
    if file is None:
        return []
    try:
        return [msgspec.json.decode(line, type=Taught) for line in file.read_bytes().splitlines() if line.strip()]
    except (OSError, msgspec.MsgspecError) as error:
        raise BadInput(f"{file}: is not what `sada export corrections --out FILE` writes ({error}); write it anew") from error


def shared(labelled: LabelledSet, data: Path) -> list[Example]:
    """The training rows of one set, labels read as ours; empty if the file is not there."""
    path = data / labelled.folder / "train.tsv"
    if not path.exists():
        return []
    found = []
    for row in rows(path):
        label = labelled.labels.get(row[labelled.column]) if labelled.labels else row[labelled.column]
        if label and row.get("split", "train") == "train":
            text = row["text"]
            found.append(Example(text=text, spelt=normal(text), label=label, origin=labelled.folder, weight=labelled.weight,
                                 slice=row.get("dialect", "")))  # fmt: skip
    return found


def read_by_us(language: str, column: str, data: Path, licences: Sequence[str]) -> list[Example]:
    """Texts of other people's sets with labels of our own: of a text only its sha256 is in the repository, the text where its set lies.

    `column` is sentiment, intent or topic. A set whose licence is not among `licences`, or that is not there, gives none.
    """
    path = READ / f"{language}.tsv"
    told = {(r["set"], r["sha256"]): r[column] for r in rows(path) if r.get(column)} if path.exists() else {}
    found = []
    for folder in sorted({folder for folder, _ in told}):
        if _licence(folder) in licences:
            texts = ((text, told.get((folder, sha256(text)))) for text in _texts_of(folder, data))
            found += [
                Example(text=text, spelt=normal(text), label=label, origin=f"{folder}:read", among=f"own/{language}")
                for text, label in texts
                if label
            ]
    return found


def _texts_of(folder: str, data: Path) -> list[str]:
    """The training texts of a set, or if only the language set holds them, those; none if neither is there."""
    file, mixed = data / folder / "train.tsv", data / "lid" / "social_lid" / "train.tsv"
    if file.exists():
        return [row["text"] for row in rows(file)]
    return [row["text"] for row in rows(mixed) if row["origin"] == folder] if mixed.exists() else []


def sha256(text: str) -> str:
    """How a text is named where it must not be written."""
    return hashlib.sha256(text.encode()).hexdigest()


def forbidden(data: Path) -> frozenset[str]:
    """The letters of every text that tests or chooses: no training text may have the same."""
    files = [*data.glob("*/*/test.tsv"), *data.glob("*/*/dev.tsv"), *TESTS.glob("*.tsv")]
    return frozenset(letters_only(normal(row["text"])) for path in files for row in rows(path))


def is_apart(text: str) -> bool:
    """Whether a text is of the tenth, drawn by its letters, that never teaches a language and is there to measure it."""
    return hashlib.sha256(letters_only(normal(text)).encode()).digest()[0] < 26


def clean(examples: Iterable[Example], not_these: frozenset[str]) -> list[Example]:
    """`examples` without texts of a test, and each text once: the first that has it stays."""
    seen = set(not_these)
    kept = []
    for example in examples:
        letters = letters_only(example.spelt)
        if letters and letters in seen:
            continue
        seen.add(letters)
        kept.append(example)
    return kept
