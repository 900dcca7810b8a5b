"""The invented city in a store, once for all page tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from cases import users
from cases.roles import Role
from cases.store import CaseStore, open_cases
from core.settings import Settings
from store.embedded import EmbeddedStore
from tests.dashboard import factory
from tests.passwords import cheap_passwords as cheap_passwords  # a fixture for every page


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the deployment's file and a store; see factory.build."""
    folder = tmp_path_factory.mktemp("city")
    factory.build(folder)
    return folder


@pytest.fixture(scope="session")
def store(city: Path) -> Iterator[EmbeddedStore]:
    """The same store, to hold what pages say against."""
    opened = EmbeddedStore(city / "var" / "posts.db", "Asia/Riyadh", read_only=True)
    yield opened
    opened.close()


@pytest.fixture
def desk_here(city: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment of a dashboard that shows the city at factory.NOW."""
    st.cache_resource.clear()
    monkeypatch.setenv("SADA_DATA", str(city / "var"))
    monkeypatch.setenv("SADA_DEPLOYMENT", str(city / "madina.toml"))
    monkeypatch.setenv("SADA_NOW", factory.NOW.isoformat())
    return city


@pytest.fixture
def staffed(city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CaseStore]:
    """The city with a file of cases of its own, empty but for an account of each of four roles; the environment shows it at factory.NOW."""
    st.cache_data.clear()
    st.cache_resource.clear()
    shutil.copytree(city / "var", tmp_path / "var", ignore=shutil.ignore_patterns("cases.db*"))
    for key, value in {"SADA_DATA": tmp_path / "var", "SADA_DEPLOYMENT": city / "madina.toml", "SADA_NOW": factory.NOW.isoformat()}.items():
        monkeypatch.setenv(key, str(value))
    store = open_cases(Settings(data=tmp_path / "var"))
    for role in (Role.OFFICER, Role.SUPERVISOR, Role.ANALYST, Role.VIEWER):
        users.add(store, role.value, role, (), "a very long password", factory.NOW, "test")
    yield store
    store.close()
