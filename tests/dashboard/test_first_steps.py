"""What a reader meets who comes first, or at a bad moment: each page says what it tells, an empty desk what to do, a slow store that it works."""

from pathlib import Path

import pytest

from cases.store import CaseStore
from dashboard.frame import PAGES
from dashboard.words import LANGUAGES, words
from tests.dashboard.staff import page
from tests.dashboard.test_pages import opened


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_below_its_title_what_it_tells(staffed: CaseStore, name: str) -> None:
    at = page(staffed, name, lang="ru")
    assert words("ru")(f"{name}.asks") in [caption.value for caption in at.caption]


@pytest.mark.usefixtures("desk_here")
@pytest.mark.parametrize("code", LANGUAGES)
def test_an_empty_desk_says_what_to_do_in_every_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setenv("SADA_DATA", str(tmp_path))
    told = " ".join(m.value for m in opened(lang=code).markdown)
    for command, says in (("sada run", "state.step_run"), ("sada import FILE", "state.step_import"), ("sada demo", "state.step_demo")):
        assert f"`{command}` — {words(code)(says)}" in told


@pytest.mark.usefixtures("desk_here")
def test_the_commands_that_are_named_are_those_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import typer.main

    import sada

    monkeypatch.setenv("SADA_DATA", str(tmp_path))
    told = " ".join(m.value for m in opened(lang="en").markdown)
    known = set(typer.main.get_command(sada.assemble()).commands)  # type: ignore[attr-defined]
    assert {part.split("`")[0].split()[0] for part in told.split("`sada ")[1:]} <= known
