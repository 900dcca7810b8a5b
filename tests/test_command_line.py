"""The command line from outside: every verb explains itself, wrong usage is 2 and one sentence, a broken house is 1 and one sentence."""

import json
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from sada import assemble, main
from tests.demos import SMALL

WHOLE = typer.main.get_command(assemble())
NO_JSON = {
    ("run",),
    ("dashboard",),
    ("receive",),
    ("work",),
    ("export",),
    ("dead-letters", "show"),
    ("users", "password"),
    ("users", "disable"),
}
"""They serve, they ask a person, or what they write is for programs already."""


def verbs(command=WHOLE, above=()):
    """Every command there is, as the words one types."""
    for name, one in command.commands.items():
        yield from verbs(one, (*above, name)) if hasattr(one, "commands") else [((*above, name), one)]


EVERY = dict(verbs())
each = pytest.mark.parametrize("words", EVERY, ids=" ".join)


@each
def test_every_command_says_what_it_does_and_shows_an_example(words):
    told = CliRunner().invoke(assemble(words[0]), [*words, "--help"], env={"COLUMNS": "300"})
    assert (told.exit_code, told.stderr) == (0, "")
    assert "Example: " in told.stdout
    assert f"sada {' '.join(words)}" in told.stdout.split("Example: ")[1]
    assert EVERY[words].help.endswith(".")


@each
def test_the_example_of_a_command_uses_only_options_that_it_has(words):
    typed = EVERY[words].epilog.replace(";", " ; ").split("|")[0].split(" ; ")[0].split()
    known = {option for parameter in EVERY[words].params for option in parameter.opts + parameter.secondary_opts}
    assert [word for word in typed if word.startswith("-") and word.partition("=")[0] not in known] == []


@each
def test_every_command_that_answers_can_answer_a_program(words):
    has = {option for parameter in EVERY[words].params for option in parameter.opts}
    assert ("--json" in has) is (words not in NO_JSON)


def typed(words, tmp_path, monkeypatch, capsys, **environment):
    """What becomes of a line typed into a shell: exit status, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    for key, value in {"SADA_DATA": str(tmp_path / "var"), **environment}.items():
        monkeypatch.setenv(key, value)
    monkeypatch.setattr(sys, "argv", ["sada", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    shown = capsys.readouterr()
    return ended.value.code, shown.out, shown.err


@each
def test_an_option_that_a_command_does_not_have_is_asked_wrongly(words, tmp_path, monkeypatch, capsys):
    status, out, err = typed((*words, "--no-such-option"), tmp_path, monkeypatch, capsys)
    assert (status, out) == (2, "")
    assert "no-such-option" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("words", [("frobnicate",), ("cases", "frobnicate"), ("eval", "frobnicate"), ("users",)], ids=" ".join)
def test_a_verb_that_is_not_there_is_asked_wrongly(words, tmp_path, monkeypatch, capsys):
    assert typed(words, tmp_path, monkeypatch, capsys)[0] == 2


# what is typed → what the one sentence names
WRONG = [
    ("translate nowhere x.json", "nowhere"),
    ("translate x nowhere.json", "nowhere.json"),
    ("translate x . --account", "account"),
    ("collect --once --source x.mentions.atlantis --deployment gaza", "did you mean x."),
    ("ledger --limit 0", "limit"),
    ("ledger", "holds no posts yet"),
    ("export posts", "holds no posts yet"),
    ("export posts --format jsonl --out nowhere/posts.jsonl", "--out nowhere/posts.jsonl"),
    ("export posts --format csv --out .", "--out ."),
    ("import . ", "is a folder"),
    ("import ok.csv --map text=nope", "'nope' is no field of ours"),
    ("import ok.csv --map txet=text", "did you mean 'text'"),
    ("import ok.csv --map text=missing", "no field"),
    ("import ok.csv --map author=missing", "'missing', which the file does not have"),
    ("import binary.csv", "zero bytes"),
    ("import fake.xlsx", "not an Excel file"),
    ("report frobnication", "frobnication"),
    ("report categories --since tomorrow", "tomorrow"),
    ("cases list --status lost", "status lost"),
    ("cases list --limit -1", "limit"),
    ("cases show c-none", "c-none"),
    ("cases move c-none referred", "c-none"),
    ("cases audit --limit 0", "limit"),
    ("users add ann --role king", "king"),
    ("eval sentiment nowhere.tsv", "nowhere.tsv"),
    ("eval sentiment ok.csv", "text and label"),
    ("eval themes ok.csv", "ok.csv"),
    ("explain lamp --deployment atlantis", "atlantis"),
    ("size --posts-per-day 0", "posts-per-day 0"),
    ("bench frobnication", "frobnication"),
    ("train frobnication", "frobnication"),
    ("restore nowhere", "nowhere"),
    ("backup kept", "holds no data"),
    ("dashboard --port 99999", "port"),
    ("run --port 0", "port"),
    ("receive --port 99999", "port"),
    ("receive", "SADA_FORM_SECRET"),
    ("work", "SADA_KAFKA"),
    ("setup", "SADA_KAFKA"),
    ("retention --months 3", "SADA_ELASTICSEARCH"),
    ("dead-letters list", "SADA_KAFKA"),
    ("dead-letters show 0-1", "SADA_KAFKA"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "says"), WRONG, ids=[line for line, _ in WRONG])
def test_what_cannot_be_done_as_asked_is_status_two_says_why_and_leaves_nothing_behind(line, says, tmp_path, monkeypatch, capsys):
    (tmp_path / "ok.csv").write_text("id,text,created_at\n1,a lamp is dark,2026-03-01\n", encoding="utf-8")
    (tmp_path / "binary.csv").write_bytes(b"text\x00\x01\n")
    (tmp_path / "fake.xlsx").write_text("text\na lamp\n", encoding="utf-8")
    status, out, err = typed(line.split(), tmp_path, monkeypatch, capsys)
    assert (status, out) == (2, "")
    assert says in err
    assert "Traceback" not in err
    assert not (tmp_path / "var" / "posts.db").exists() or line.startswith("import")


# the environment → what the one sentence names
SETTINGS = [
    ({"SADA_X_BEARER_TOKN": "t"}, "did you mean SADA_X_BEARER_TOKEN"),
    ({"SADA_DEPLOYMENT": "atlantis"}, "atlantis"),
    ({"SADA_PARTITIONS": "many"}, "SADA_PARTITIONS"),
    ({"SADA_ELASTICSEARCH": "search:9200"}, "SADA_ELASTICSEARCH"),
    ({"SADA_NOW": "yesterday"}, "SADA_NOW"),
    ({"SADA_PREFIX": "Two Cities"}, "SADA_PREFIX"),
    ({"SADA_SECRET_KEY_FILE": "/nowhere/key"}, "SADA_SECRET_KEY_FILE"),
]


@pytest.mark.parametrize(("environment", "says"), SETTINGS, ids=[says for _, says in SETTINGS])
def test_a_wrong_setting_stops_a_command_in_one_sentence(environment, says, tmp_path, monkeypatch, capsys):
    status, out, err = typed(("check", "--offline", "--json"), tmp_path, monkeypatch, capsys, **environment)
    assert (status, out, len(err.strip().splitlines())) == (2, "", 1)
    assert says in err


@pytest.mark.parametrize("raw", [b"\xff\xfeS\x00", b"no equals sign\n"])
def test_a_wrong_env_file_stops_a_command_in_one_sentence(raw, tmp_path, monkeypatch, capsys):
    (tmp_path / ".env").write_bytes(raw)
    status, out, err = typed(("check", "--offline"), tmp_path, monkeypatch, capsys)
    assert (status, out, len(err.strip().splitlines())) == (2, "", 1)
    assert ".env" in err


# A house that is broken

BROKEN = {
    "posts.db": ("ledger", "export posts", "import ok.csv", "demo --once --deployment gaza"),
    "cases.db": ("cases list", "report categories", "users list", "cases audit"),
}


@pytest.mark.parametrize(("file", "line"), [(file, line) for file, lines in BROKEN.items() for line in lines])
def test_a_file_that_is_no_database_is_named_with_what_to_do(file, line, tmp_path, monkeypatch, capsys):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / file).write_bytes(b"this was a database before the disk was full of holes" * 100)
    (tmp_path / "ok.csv").write_text("id,text,created_at\n1,a lamp is dark,2026-03-01\n", encoding="utf-8")
    status, out, err = typed(line.split(), tmp_path, monkeypatch, capsys)
    assert (status, out) == (1, "")
    said = err.strip().splitlines()[-1]
    assert file in said and "sada restore" in said


@pytest.mark.parametrize("line", ["cases list", "import ok.csv", "users list", "report categories"])
def test_a_data_folder_that_is_a_file_is_named(line, tmp_path, monkeypatch, capsys):
    (tmp_path / "var").write_text("in the way", encoding="utf-8")
    (tmp_path / "ok.csv").write_text("id,text,created_at\n1,a lamp is dark,2026-03-01\n", encoding="utf-8")
    status, out, err = typed(line.split(), tmp_path, monkeypatch, capsys)
    assert (status, out) == (1, "")
    assert "SADA_DATA" in err.strip().splitlines()[-1]
    assert (tmp_path / "var").read_text(encoding="utf-8") == "in the way"


@pytest.mark.parametrize(
    ("out", "status", "says"), [("/dev/full", 2, "the disk is full"), ("/proc/posts.jsonl", 1, "/proc/posts.jsonl: No such file")]
)
def test_a_file_that_cannot_be_written_is_one_sentence(out, status, says, tmp_path, monkeypatch, capsys):
    (tmp_path / "ok.csv").write_text("id,text,created_at\n1,a lamp is dark,2026-03-01\n", encoding="utf-8")
    assert typed(["import", "ok.csv"], tmp_path, monkeypatch, capsys)[0] == 0
    ended, _, err = typed(["export", "posts", "--out", out], tmp_path, monkeypatch, capsys)
    said = err.strip().splitlines()
    assert (ended, len(said)) == (status, 1)
    assert says in said[0] and "try again" in said[0]


@pytest.mark.parametrize(("file", "what"), [("posts.db", "data"), ("cases.db", "cases")])
def test_the_check_itself_tells_what_is_broken_and_goes_on(file, what, tmp_path, monkeypatch, capsys):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / file).write_bytes(b"this was a database once" * 300)
    status, out, _ = typed(("check", "--offline", "--json"), tmp_path, monkeypatch, capsys)
    found = {line["what"]: line for line in json.loads(out)}
    assert (status, found[what]["state"], found["deployment"]["state"]) == (1, "failed", "ok")
    assert file in found[what]["says"] and found[what]["then"]


def test_a_clock_that_stands_still_gives_the_same_answer_twice(tmp_path, monkeypatch, capsys):
    (tmp_path / "feed.xml").write_text(
        "<rss version='2.0'><channel><item><guid>1</guid><title>No water</title></item></channel></rss>", encoding="utf-8"
    )
    monkeypatch.setattr(sys, "argv", ["sada"])
    answers = [
        CliRunner().invoke(assemble("translate"), ["translate", "rss", str(tmp_path / "feed.xml")], env={"SADA_NOW": "2026-03-01T12:00:00"})
        for _ in "12"
    ]
    first, again = (json.loads(answer.stdout)["posts"] for answer in answers)
    assert first == again
    assert {post["observed_at"] for post in first} <= {"2026-03-01T12:00:00Z"}


def test_two_writers_on_one_folder_the_second_is_told_who_is_there(tmp_path, monkeypatch, capsys):
    import fcntl

    (tmp_path / "var").mkdir()
    (tmp_path / "ok.csv").write_text("id,text,created_at\n1,a lamp is dark,2026-03-01\n", encoding="utf-8")
    with (tmp_path / "var" / "writer.lock").open("a+") as lock:
        lock.write("4711")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        status, out, err = typed(("import", "ok.csv", "--json"), tmp_path, monkeypatch, capsys)
    assert (status, out) == (2, "")
    assert "process 4711" in err and "Nothing was changed" in err


def test_a_deployment_file_of_ones_own_works_with_every_reading_command(tmp_path, monkeypatch, capsys):
    (tmp_path / "city.toml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "ok.csv").write_text("id,text,created_at\n1,a lamp is dark in Hill Lane,2026-03-01\n", encoding="utf-8")
    own = {"SADA_DEPLOYMENT": str(Path("city.toml"))}
    environment = {"SADA_DATA": str(tmp_path / "var"), **own}
    monkeypatch.chdir(tmp_path)
    for words in (
        ["import", "ok.csv"],
        ["ledger"],
        ["report", "categories"],
        ["cases", "list"],
        ["check", "--offline"],
        ["explain", "a lamp"],
    ):
        done = CliRunner().invoke(assemble(words[0]), [*words, "--json"], env=environment)
        assert done.exit_code == 0, done.stderr
        json.loads(done.stdout)
