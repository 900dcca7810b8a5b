"""What fails is told in the reader's language, with what the error names; never as markup, never as a trace."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cases import users
from cases.links import follow
from cases.roles import Person, Right, Role, must
from cases.store import CaseStore
from core import errors
from core.errors import AskedWrongly, DiskFull, NotAllowed, PlatformProblem, SadaError, Stale, StoreFailed
from dashboard.failures import KINDS, kind, reason
from dashboard.words import LANGUAGES, words
from tests.dashboard import factory
from tests.dashboard.staff import page
from tests.dashboard.test_pages import opened

ROOT = Path(__file__).parents[2]
OTHERS = tuple(code for code in LANGUAGES if code != "en")
LETTERS = {"ar": "\u0600-\u06ff", "fa": "\u0600-\u06ff", "ru": "\u0400-\u04ff", "kk": "\u0400-\u04ff"}


def keys() -> set[str]:
    """Every key that an error of ours is raised with."""
    raised = re.compile(r"\b(?:raise|return) \w+\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*?key=\"(\w+)\"")
    return {
        key
        for folder in ("cases", "core", "dashboard")
        for file in (ROOT / folder).rglob("*.py")
        for key in raised.findall(file.read_text())
    }


def test_every_key_that_an_error_is_raised_with_has_its_sentence_and_no_sentence_is_left_over() -> None:
    found = keys()
    assert len(found) >= 20
    assert found == set(words("en").table["why"]) - {*KINDS.values(), "other"}


@pytest.mark.parametrize("code", OTHERS)
def test_every_kind_of_error_is_told_in_the_language_with_its_own_words_behind(code: str) -> None:
    ours = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, SadaError) and one is not PlatformProblem]
    for one in ours:
        said = reason(one("posts.db: gone"), words(code))
        assert re.search(f"[{LETTERS[code]}]{{3}}", said) and "gone" in said


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NotAllowed("x"), "not_allowed"),
        (Stale("x"), "changed"),
        (DiskFull("x"), "disk"),  # nearer than the store's own
        (StoreFailed("x"), "store"),
        (PlatformProblem("limit", "x: wait", "wait"), "platform"),
        (AskedWrongly("x"), "other"),
        (SadaError("x"), "other"),
    ],
)
def test_the_nearest_kind_is_told(error: SadaError, told: str) -> None:
    assert kind(error) == told


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_is_known_whole_is_told_without_english_words(code: str) -> None:
    said = reason(NotAllowed("name or password is wrong", key="password"), words(code))
    assert said == words(code)("why.password")
    assert code == "en" or "password" not in said


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_strangers_words_in_an_error_are_no_markup_and_turn_nothing_round(code: str) -> None:
    said = reason(AskedWrongly("case [c](javascript:1): <b>**\u202eabc"), words(code))
    assert "\u202e" not in said and "<b>" not in said and "[c](" not in said and "**" not in said.replace("\\*", "")
    assert "\u2068" in said and said.count("\u2068") == said.count("\u2069")


def test_a_key_without_a_sentence_is_told_as_its_kind() -> None:
    assert reason(Stale("later", key="nobody_knows"), words("ru")).startswith(words("ru")("why.changed"))


def test_an_error_keeps_its_words_for_the_command_line_and_its_key_for_pages() -> None:
    with pytest.raises(NotAllowed, match="viewer") as refused:
        must(Person(name="v", role=Role.VIEWER), Right.TEACH)
    assert refused.value.key == "role" and refused.value.exit_status == 2
    assert SadaError("x").key == "" and str(SadaError("x", key="role")) == "x"


def test_what_a_signed_link_is_refused_with_has_a_sentence(staffed: CaseStore) -> None:
    with pytest.raises(NotAllowed) as refused:
        follow(staffed, b"k" * 32, "no link at all", datetime(2026, 3, 1, tzinfo=UTC))
    assert refused.value.key == "link"


@pytest.mark.parametrize("code", OTHERS)
def test_a_wrong_password_is_told_on_the_page_in_its_language(staffed: CaseStore, code: str) -> None:
    at = page(staffed, "complaints", lang=code)
    at.text_input(key="sign_in_name").input("officer")
    at.text_input(key="sign_in_password").input("a guess")
    next(b for b in at.button if b.label == words(code)("sign_in.do")).click()
    at.run()
    assert at.error[0].value == words(code)("why.password")
    assert not at.exception


def test_a_locked_account_is_told_so_in_arabic(staffed: CaseStore) -> None:
    for _ in range(9):
        with pytest.raises(NotAllowed) as refused:
            users.sign_in(staffed, "officer", "a guess", factory.NOW)
    assert reason(refused.value, words("ar")) == words("ar")("why.locked")


@pytest.mark.usefixtures("desk_here")
def test_a_broken_deployment_is_told_in_russian_with_the_key_that_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad.toml").write_text('id = "x"\nnmae = {}\n')
    monkeypatch.setenv("SADA_DEPLOYMENT", str(tmp_path / "bad.toml"))
    said = opened(lang="ru").error[0].value
    assert words("ru")("why.deployment") in said and "nmae" in said
    assert words("ru")("state.failed", why="").strip() not in said  # nothing else works on that page


@pytest.mark.usefixtures("desk_here")
def test_a_broken_store_is_told_in_arabic_in_the_place_of_what_it_would_have_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "posts.db").write_bytes(b"this is no database" * 100)
    monkeypatch.setenv("SADA_DATA", str(tmp_path))
    at = opened(lang="ar")
    assert words("ar")("why.store") in at.error[0].value and "SQLite" in at.error[0].value
    assert not at.exception and "Traceback" not in at.error[0].value
