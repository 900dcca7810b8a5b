"""The invented city in a store, once for all page tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from store.embedded import EmbeddedStore
from tests.dashboard import factory


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
