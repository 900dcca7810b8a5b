"""What a reader copies out of the documents works: commands with their options, make's targets, settings, and files."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from core.settings import CREDENTIALS, OTHERS, PLATFORMS_WITH_ADDRESS
from sada import assemble

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / ".env.example", ROOT / "CHANGELOG.md"]
WHOLE = typer.main.get_command(assemble())
each = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))

INLINE = re.compile(r"`(?:\$ )?((?:\.venv/bin/)?sada [^`\n]*)`")
BLOCK = re.compile(r"^(?: {4}|\$ )?((?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?sada [a-z][^\n#]*)", re.MULTILINE)
PLACEHOLDER = re.compile(r"…|\.\.\.|\||[A-Z]{3,}|<|\[")  # a shape and no command to copy


def told(text: str) -> list[str]:
    """Every command line in a document."""
    blocks = (
        "\n".join(re.findall(r"^(?: {4}|\$ ).*$", text, re.MULTILINE))
        + "\n"
        + "\n".join(re.findall(r"```[a-z]*\n(.*?)```", text, re.DOTALL))
    )
    return [line.strip() for line in (*INLINE.findall(text), *BLOCK.findall(blocks))]


def trouble(line: str) -> str | None:
    """What is wrong with a command line; None: nothing."""
    words = [
        word for word in shlex.split(line.partition(" | ")[0].partition(" > ")[0].partition(" && ")[0]) if "=" not in word.partition("-")[0]
    ]
    command, rest = WHOLE, words[1:]
    while rest and hasattr(command, "commands"):
        if PLACEHOLDER.search(rest[0]):
            return None
        if rest[0].startswith("-"):
            return None if rest[0] == "--help" else f"{rest[0]} before a verb"
        if rest[0] not in command.commands:
            return f"no verb {rest[0]!r}"
        command, rest = command.commands[rest[0]], rest[1:]
    known = {"--help", *(option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts))}
    unknown = [word for word in rest if re.match(r"--?[a-z]", word) and word.partition("=")[0] not in known]
    return f"no option {unknown}" if unknown else None


@each
def test_every_command_in_a_document_can_be_typed(document):
    lines = told(document.read_text(encoding="utf-8"))
    assert {line: why for line in lines if (why := trouble(line))} == {}


def test_there_are_commands_to_copy():
    lines = [line for document in DOCUMENTS for line in told(document.read_text(encoding="utf-8"))]
    assert len(set(lines)) > 50


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("sada frobnicate", "no verb 'frobnicate'"),
        ("sada cases frobnicate", "no verb 'frobnicate'"),
        ("SADA_DATA=x sada ledger --frob 3", "no option ['--frob']"),
        ("sada import FILE --map text=Complaint", None),
        ("sada export posts --format csv > posts.csv", None),
        ("sada eval language|sentiment FILE.tsv", None),
    ],
)
def test_a_command_that_cannot_be_typed_would_be_seen(line, wrong):
    assert trouble(line) == wrong


@each
def test_every_target_of_make_in_a_document_is_there(document):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    asked = re.findall(r"(?:`|^ {4})make ([a-z][a-z-]*)", document.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted({target for target in asked if not re.search(rf"^{target}:", makefile, re.MULTILINE)}) == []


SETTINGS = {*CREDENTIALS, *OTHERS, *(f"{platform.upper()}_BASE_URL" for platform in PLATFORMS_WITH_ADDRESS)}
OF_OTHER_PROGRAMS = {"RECEIVER_PORT", "DASHBOARD_PORT"}  # docker/compose.yaml's own
EXAMPLE = ROOT / "docs" / "add-a-platform.md"  # makes a platform that is not there
OF_TESTS = {"REQUIRE_SERVICES", "SERVICES", "BROWSER", "LONG", "TEST_POSTGRES", "TESTS_RANDOM"}


@each
def test_every_setting_in_a_document_is_one(document):
    found = set(re.findall(r"SADA_([A-Z0-9]+(?:_[A-Z0-9]+)*)(?![A-Z0-9_]*[<…*])", document.read_text(encoding="utf-8")))
    named = {key.partition("__")[0].removesuffix("_FILE") for key in found}
    assert (
        sorted(
            key for key in named - SETTINGS - OF_OTHER_PROGRAMS - OF_TESTS if key != "X" and (document, key) != (EXAMPLE, "PLAZA_BASE_URL")
        )
        == []
    )


def test_every_setting_is_in_a_document():
    text = "".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    quiet = {f"{platform.upper()}_BASE_URL" for platform in PLATFORMS_WITH_ADDRESS} | OF_TESTS  # said once for all platforms
    assert sorted(key for key in SETTINGS - quiet if f"SADA_{key}" not in text) == []
    assert "SADA_<PLATFORM>_BASE_URL" in text


@each
def test_every_file_of_ours_that_a_document_names_is_there(document):
    named = re.findall(
        r"`((?:core|collectors|stream|enrich|store|cases|dashboard|bench|docker|deployments|index_templates|tests|docs)/[\w./-]+\.(?:py|toml|md|json|tsv|npz|yaml|txt))`",
        document.read_text(encoding="utf-8"),
    )
    assert sorted({name for name in named if not (ROOT / name).exists() and (document, name) != (EXAMPLE, "collectors/plaza.py")}) == []
