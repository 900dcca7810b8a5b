"""What other programs rely on: each command's JSON, its exit status, and nothing else on standard output."""

import csv
import io
import json
import sys
from pathlib import Path

import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from sada import assemble, main
from tests.demos import SMALL

CATEGORY = {"category", "label", "received", "handled", "share_handled", "closed", "share_closed", "median_hours_first_answer",
            "median_hours_to_close", "overdue"}  # fmt: skip
PASS = {"source", "platform", "started", "finished", "window", "pages", "returned", "stored", "duplicates", "refused", "gaps", "waited_s",
        "spend", "cursor_before", "cursor_after", "state", "error"}  # fmt: skip
POSTS, CASES = 260, 150


def sada(data: Path, *words: str):
    """One command over the data of a folder, in this process."""
    environment = {"SADA_DATA": str(data), "SADA_DEPLOYMENT": str(data.parent / "smallton.toml")}
    return CliRunner().invoke(assemble(words[0]), list(words), env=environment, catch_exceptions=False)


def told(data: Path, *words: str):
    """What a command prints for a program: one JSON document and nothing beside it."""
    done = sada(data, *words, "--json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A small city's data, made once by its demo."""
    folder = tmp_path_factory.mktemp("smallton")
    (folder / "smallton.toml").write_text(SMALL, encoding="utf-8")
    made = told(folder / "var", "demo", "--once")
    assert set(made) >= {"deployment", "posts", "cases", "seconds"}
    assert (made["deployment"], made["posts"], made["cases"]) == ("smallton", POSTS, CASES)
    return folder / "var"


def exported(data: Path, what: str) -> list[dict]:
    return [json.loads(line) for line in sada(data, "export", what, "--format", "jsonl").stdout.splitlines()]


def test_a_demo_asked_for_again_changes_nothing(home):
    before = exported(home, "posts")
    assert told(home, "demo", "--once")["posts"] == POSTS
    assert exported(home, "posts") == before


def test_the_table_of_reports(home):
    table = told(home, "report", "categories")
    assert all(set(row) >= CATEGORY for row in table)
    assert {row["category"]: (row["received"], row["share_handled"], row["share_closed"]) for row in table} == {
        "roads": (90, 0.9, 0.6),
        "waste": (60, 0.5, 0.5),
    }


def test_the_ledger(home):
    lines = told(home, "ledger")
    assert lines
    assert all(set(line) >= PASS for line in lines)


@pytest.mark.parametrize(("what", "least"), [("posts", POSTS), ("accounts", 2), ("samples", 40), ("cases", CASES), ("themes", 0)])
def test_every_export_says_the_same_in_all_three_formats(home, tmp_path, what, least):
    records = exported(home, what)
    assert len(records) >= least
    table = csv.DictReader(io.StringIO(sada(home, "export", what, "--format", "csv").stdout.removeprefix("\ufeff")))
    sada(home, "export", what, "--format", "parquet", "--out", str(tmp_path / "all.parquet"))
    columns = pyarrow.parquet.read_table(tmp_path / "all.parquet")
    key = "at" if what == "samples" else "id"
    assert [row[key] for row in table] == columns.column(key).to_pylist() == [record.get(key, "") for record in records]


@pytest.mark.parametrize("what", ["posts", "accounts", "samples", "cases", "themes", "corrections"])
def test_every_export_stands_in_the_audit(home, what):
    exported(home, what)
    lines = told(home, "cases", "audit", "--about", what)
    assert {(line["what"], line["who"].partition(":")[0]) for line in lines} == {("export", "cli")}


def test_what_is_only_for_the_machine_is_in_no_export(home):
    assert not any("normal" in post for post in exported(home, "posts"))
    assert "normal" not in sada(home, "export", "posts", "--format", "csv").stdout.splitlines()[0].split(",")


def test_a_backup_restored_gives_the_same_export_line_for_line(home):
    told(home, "report", "categories")
    (home / "secret.key").write_text("a key that links were signed with", encoding="utf-8")
    kept, back = home.parent / "kept", home.parent / "back"
    told(home, "backup", str(kept))
    assert told(back, "restore", str(kept)) | {"seconds": 0} == {"posts": POSTS, "cases": CASES, "seconds": 0}
    for what in ("posts", "accounts", "samples", "cases", "themes"):
        assert exported(back, what) == exported(home, what)
    assert (back / "secret.key").read_text(encoding="utf-8") == "a key that links were signed with"


def test_a_history_comes_in_once(home, tmp_path):
    (tmp_path / "history.csv").write_text("id,text,created_at\n1,the lamp is dark,2026-03-01\n,,\n", encoding="utf-8")
    first, again = (told(home.parent / "imported", "import", str(tmp_path / "history.csv")) for _ in "12")
    assert set(first) >= {"read", "stored", "updated", "duplicates", "refused", "seconds"}
    assert (first["stored"], first["refused"], again["stored"], again["updated"], again["duplicates"]) == (1, 1, 0, 0, 1)


def test_why_a_text_is_understood_so(home):
    why = told(home, "explain", "the street lamp in Hill Lane has been dark for a week")
    assert set(why) >= {"language", "sentiment", "intent", "topics", "places", "why"}
    assert why["why"]


def test_what_is_configured_and_what_is_missing(home):
    found = told(home, "check")
    assert found
    assert all(set(line) >= {"what", "state", "says", "then"} and line["state"] in ("ok", "warning", "failed") for line in found)


@pytest.mark.parametrize("task", ["language", "sentiment", "intent"])
def test_how_good_a_model_is_on_a_file(home, tmp_path, task):
    labels = {"language": ("en", "ru"), "sentiment": ("negative", "positive"), "intent": ("complaint", "thanks")}[task]
    lines = (f"the lamp has been broken for a week\t{labels[0]}", f"спасибо за новый парк, очень красиво\t{labels[1]}")
    (tmp_path / "set.tsv").write_text("\n".join(("text\tlabel", *lines)) + "\n", encoding="utf-8")
    found = told(home, "eval", task, str(tmp_path / "set.tsv"))
    keys = {"task", "n", "accuracy", "macro_f1", "macro_recall", "per_class", "confusion", "ece", "precision_at_coverage"}
    assert set(found) >= keys
    assert (found["task"], found["n"]) == (task, 2)


# what is asked, and what the one sentence names
WRONG = [
    (("export", "people"), "people"),
    (("export", "posts", "--format", "xml"), "xml"),
    (("export", "posts", "--format", "parquet"), "--out"),
    (("import", "nowhere.csv"), "nowhere.csv"),
    (("import", "nowhere.csv", "--map", "text"), "FIELD=COLUMN"),
    (("backup", "."), "holds no data"),
    (("restore", "."), "holds no backup"),
    (("demo", "--deployment", "atlantis", "--once"), "atlantis"),
]


@pytest.mark.parametrize(("words", "says"), WRONG)
def test_what_is_asked_wrongly_gets_one_sentence_and_status_two(tmp_path, monkeypatch, capsys, words, says):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SADA_DATA", str(tmp_path / "empty"))
    monkeypatch.setattr(sys, "argv", ["sada", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    shown = capsys.readouterr()
    assert says in shown.err
    assert (shown.out, len(shown.err.strip().splitlines())) == ("", 1)
