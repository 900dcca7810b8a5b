"""Theme cards on the Themes page: right, wrong and mute for those who may, and how often themes were right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cases import theme_judgements, users
from cases.roles import Role
from cases.store import CaseStore, open_cases
from core.settings import Settings
from core.theme import Theme
from dashboard.words import words
from store.embedded import EmbeddedStore
from tests.dashboard import factory
from tests.dashboard.test_pages import APP

EN, NOW = words("en"), factory.NOW


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("judging")
    factory.build(made)
    return made


@pytest.fixture
def cases(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CaseStore]:
    st.cache_data.clear()
    st.cache_resource.clear()
    for key, value in {"SADA_DATA": folder / "var", "SADA_DEPLOYMENT": folder / "madina.toml", "SADA_NOW": NOW.isoformat()}.items():
        monkeypatch.setenv(key, str(value))
    for file in (folder / "var").glob("cases.db*"):
        file.unlink()
    store = open_cases(Settings(data=folder / "var"))
    for role in (Role.OFFICER, Role.ANALYST):
        users.add(store, role.value, role, (), "a very long password", NOW, "test")
    yield store
    store.close()


def page(store: CaseStore, role: Role | None) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params.update({"lang": "en"})
    if role:
        at.session_state["token"] = users.trust(store, role.value, NOW)
    at.run()
    at.switch_page("pages/themes.py")
    at.query_params.update({"lang": "en"})
    return looked(at.run())


def looked(at: AppTest) -> AppTest:
    assert not at.exception, at.exception[0].value
    assert not at.error, at.error[0].value
    return at


def press(at: AppTest, key: str) -> AppTest:
    return looked(at.button(key=key).click().run())


def right_so_far(at: AppTest) -> tuple[str, str]:
    return next((m.value, m.delta) for m in at.metric if m.label == EN("themes.right"))


def buttons(at: AppTest) -> set[str]:
    return {b.key for b in at.button if b.key and b.key.startswith("theme_")}


def test_a_theme_is_judged_on_its_card_and_the_share_follows(cases: CaseStore) -> None:
    at = page(cases, Role.OFFICER)
    assert right_so_far(at) == ("–", "")
    at = press(at, "theme_right_t-water")
    assert right_so_far(at)[0] == "100%"
    assert "1 judged" in right_so_far(at)[1]
    assert "theme_right_t-water" not in buttons(at)
    at = press(press(at, "theme_wrong_t-water"), "theme_right_t-park")
    assert right_so_far(at)[0] == "50%"
    assert any("wrong, says" in m.value and "officer" in m.value for m in at.markdown)


def test_a_muted_theme_stands_last_and_says_until_when(cases: CaseStore) -> None:
    at = press(page(cases, Role.OFFICER), "theme_mute_week_t-water")
    assert theme_judgements.said(cases, ["t-water"], NOW)["t-water"].muted_until == NOW + timedelta(days=7)
    names = [m.value for m in at.markdown if "new park" in m.value or "انقطاع المياه" in m.value]
    assert "new park" in names[0]
    assert any("muted until" in m.value for m in at.markdown)
    assert "theme_mute_week_t-water" not in buttons(at)
    assert "theme_mute_week_t-water" in buttons(press(at, "theme_unmute_t-water"))
    assert "t-water" not in theme_judgements.said(cases, ["t-water"], NOW)


@pytest.mark.parametrize("role", [None, Role.ANALYST])
def test_others_see_what_was_said_but_not_by_whom_and_have_no_buttons(cases: CaseStore, role: Role | None) -> None:
    theme_judgements.judge(cases, users.Person(name="officer", role=Role.OFFICER), "t-water", True, NOW)
    at = page(cases, role)
    assert buttons(at) == set()
    said = next(m.value for m in at.markdown if "right, says" in m.value)
    assert ("officer" in said) == (role is not None)


def cards(at: AppTest) -> list[str]:
    """Names of the themes on the cards."""
    names = ("new park", "انقطاع المياه", *(f"matter {n}" for n in range(9)))
    return [name for m in at.markdown for name in names if name in m.value]


def test_complaint_themes_and_all_themes_are_both_offered(cases: CaseStore) -> None:
    at = page(cases, None)
    assert cards(at) == ["انقطاع المياه", "new park"]
    at.query_params.update({"lang": "en", "show": "complaint"})
    assert cards(looked(at.run())) == ["انقطاع المياه"]


def test_themes_beyond_the_first_screen_are_a_press_away(cases: CaseStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy week has more themes than cards stand side by side."""
    monkeypatch.setenv("SADA_DATA", str(tmp_path))
    store, at = EmbeddedStore(tmp_path / "posts.db", "Asia/Riyadh"), NOW - timedelta(days=2)
    store.save_themes([Theme(id=f"t-{n}", name=f"matter {n}", first_seen=at, raised_at=at, updated_at=at) for n in range(6)])
    store.close()
    seen = page(cases, None)
    first = cards(seen)
    assert len(first) == 4 and seen.button(key="turn_-1").disabled
    seen = press(seen, "turn_1")
    assert len(cards(seen)) == 2 and not {*first} & {*cards(seen)}
    assert seen.button(key="turn_1").disabled and not seen.button(key="turn_-1").disabled
