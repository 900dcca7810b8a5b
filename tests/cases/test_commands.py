"""The commands: one JSON document with --json, a sentence for a person, exit status 2 for a wrong question."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from cases.commands import app
from cases.history import derived
from cases.store import open_cases
from core.errors import AskedWrongly, BadDeployment, SadaError, Stale
from core.settings import Settings
from tests.cases.factory import CITY, case

RUN = CliRunner()
AGO = datetime.now(UTC) - timedelta(days=9)


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("SADA_DATA", str(tmp_path))
    monkeypatch.delenv("SADA_DEPLOYMENT", raising=False)
    opened = open_cases(Settings(data=tmp_path))
    opened.put_many(
        [derived(case(1, opened_at=AGO, department=None, steps=()), CITY), derived(case(2, category="lighting", opened_at=AGO), CITY)]
    )
    yield opened
    opened.close()


def asked(*words, **more):
    return RUN.invoke(app, list(words), catch_exceptions=True, **more)


def told(*words, **more):
    done = asked(*words, **more)
    assert done.exit_code == 0, done.exception
    return json.loads(done.stdout)


def refused(*words) -> SadaError:
    error = asked(*words).exception
    assert isinstance(error, SadaError)
    return error


def test_the_report_prints_one_document_with_the_keys_programs_rely_on(store):
    lines = told("report", "categories", "--json")
    assert {line["category"]: line["received"] for line in lines} == {"waste": 1, "lighting": 1}
    wanted = {
        "category",
        "label",
        "received",
        "handled",
        "share_handled",
        "closed",
        "share_closed",
        "median_hours_first_answer",
        "median_hours_to_close",
        "overdue",
    }
    assert all(wanted <= set(line) for line in lines)


@pytest.mark.parametrize("by", ["categories", "departments", "branches", "places", "channels"])
def test_a_report_can_be_read_by_a_person(by, store):
    assert "2" in asked("report", by).stdout


RIYADH = ("--deployment", "eastern-province")  # three hours before UTC


@pytest.mark.parametrize(
    ("words", "received"),
    [
        ((), 3),
        (("--since", "2026-02-02"), 2),
        (("--since", "2026-02-01"), 3),
        (("--until", "2026-02-01"), 1),
        (("--until", "2026-02-02"), 3),
        (("--since", "2026-02-02", "--until", "2026-02-02"), 2),
        (("--since", "2026-02-03"), 0),
    ],
)
def test_a_report_is_of_the_cases_opened_on_days_of_the_organisations_own(words, received, store):
    midnight = datetime(2026, 2, 1, 21, tzinfo=UTC)  # where the second begins in Riyadh
    store.put_many([case(n, opened_at=midnight + timedelta(seconds=s), category="roads") for n, s in ((7, -1), (8, 0), (9, 86_399))])
    lines = told("report", "categories", "--json", *words, *RIYADH)
    assert sum(line["received"] for line in lines if line["category"] == "roads") == received


def test_the_queue_and_a_case_are_shown_without_and_with_its_text(store):
    assert [line["id"] for line in told("cases", "list", "--category", "waste", "--json")] == ["c-1"]
    assert "the bin in lane" not in asked("cases", "list").stdout
    assert "the bin in lane 1 is full" in asked("cases", "show", "c-1").stdout
    assert [line["what"] for line in told("cases", "audit", "--about", "c-1", "--json")] == ["read"]


def test_a_case_is_moved_as_somebody(store):
    assert asked("users", "add", "vera", "--role", "verifier", input="a very long password\n").exit_code == 0
    moved = told("cases", "move", "c-2", "verified", "--as", "vera", "--json")
    assert (moved["status"], moved["steps"][-1]["who"]) == ("verified", "vera")
    assert [u["name"] for u in told("users", "list", "--json")] == ["vera"]


def test_a_version_that_is_past_is_refused(store):
    assert asked("cases", "move", "c-2", "verified", "--version", "1").exit_code == 0
    assert isinstance(refused("cases", "move", "c-2", "rejected", "--why", "spam", "--version", "1"), Stale)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("report", "moods"), "ask for one of categories"),
        (("report", "categories", "--since", "01/02/2026"), "--since 01/02/2026: is no day; write it as 2026-01-31"),
        (("report", "places", "--since", "2026-02-02", "--until", "2026-02-01"), "nothing lies between"),
        (("cases", "show", "c-77"), "there is none"),
        (("cases", "move", "c-1", "gone"), "status gone: is not known; there are: received"),
        (("cases", "move", "c-1", "verified", "--as", "nobody"), "user nobody: there is none"),
        (("cases", "take", "--as", "nobody"), "there is none"),
        (("users", "disable", "nobody"), "there is none"),
    ],
)
def test_what_is_asked_wrongly_is_said_and_ends_with_2(words, says, store):
    error = refused(*words)
    assert isinstance(error, AskedWrongly)
    assert (error.exit_status, says in str(error)) == (2, True)


def test_a_deployment_that_is_not_there_names_those_that_are(store):
    assert "eastern-province" in str(refused("report", "categories", "-d", "mars"))
    assert isinstance(refused("report", "categories", "-d", "mars"), BadDeployment)


def test_a_batch_is_taken_at_the_command_line(store):
    asked("users", "add", "olya", "--role", "officer", input="a very long password\n")
    assert len(told("cases", "take", "--as", "olya", "--json")) == 2


def test_the_first_administrator_is_made_once(store):
    assert told("users", "first", "--json")["name"] == "admin"
    assert "there are accounts already" in str(refused("users", "first"))


def test_an_account_is_closed_and_gets_a_new_password(store):
    asked("users", "add", "olya", "--role", "officer", input="a very long password\n")
    assert asked("users", "password", "olya", input="another long password\n").exit_code == 0
    assert asked("users", "disable", "olya").exit_code == 0
    assert "olya" in str(refused("cases", "take", "--as", "olya"))
