"""What trained weights do on texts of tests, for their card: the same that `sada eval` says of the same files."""

from pathlib import Path

import msgspec

from core.deployment import LANGUAGES
from enrich.evaluate import evaluated, labelled
from enrich.knowledge import Knowledge
from enrich.sets import SENTIMENTS, TESTS
from enrich.train import Trained

OWN = "tests/sets"


class TestFile(msgspec.Struct, frozen=True, kw_only=True):
    """A labelled file that trains nothing of this task."""

    path: str  # below the data folder
    task: str
    language: str
    over: tuple[str, ...] = ()  # macro figures over these classes; none: all that the file has
    apart: bool = False


FILES = (
    TestFile(path="ar/semeval2017_ar/test.tsv", task="sentiment", language="ar"),
    TestFile(path="ar/arsentd_lev/train.tsv", task="sentiment", language="ar"),
    TestFile(path="ar/arsas/test.tsv", task="sentiment", language="ar", over=SENTIMENTS),
    TestFile(path="fa/armanemo/train.tsv", task="sentiment", language="fa", over=SENTIMENTS),
    TestFile(path="ru/sentirueval/test.tsv", task="sentiment", language="ru", over=SENTIMENTS),
    TestFile(path="kk/kazsandra_3class/dev.tsv", task="sentiment", language="kk"),
    TestFile(path="complaints/preotiuc_complaints_en/train.tsv", task="intent", language="en"),
    TestFile(path="lid/social_lid/train.tsv", task="language", language="", over=LANGUAGES, apart=True),
)


def tested(trained: Trained, data: Path, knowledge: Knowledge) -> Trained:
    """`trained` with the measures of its weights (which `knowledge` holds) on every test file of its task and language that is there."""
    files = [(file, data / file.path) for file in FILES if (file.task, file.language) == (trained.task, trained.language)]
    if trained.task in ("sentiment", "intent", "topics"):
        own = f"{trained.language}.tsv"
        files.append((TestFile(path=f"{OWN}/{own}", task=trained.task, language=trained.language), TESTS / own))
    found = {
        file.path: evaluated(trained.task, labelled(path, file.task, apart=file.apart), knowledge, file.language or None, file.over or None)
        for file, path in files
        if path.exists()
    }
    return msgspec.structs.replace(trained, tested=found)


def command(path: str, trained: Trained) -> str:
    """What reproduces the measures of one file. D is the folder of labelled sets."""
    file = next((f for f in FILES if f.path == path and f.task == trained.task), None)
    said = ["sada eval", trained.task, path if path.startswith(OWN) else f"D/{path}"]
    said += [f"--language {trained.language}"] if trained.language else []
    said += [f"--average-over {','.join(file.over)}"] if file and file.over else []
    return " ".join([*said, "--kept-apart"] if file and file.apart else said)
