"""Whatever is carried out of the house stands in the audit, with who took it."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cases.history import derived
from cases.store import open_cases
from core.settings import Settings
from store.base import Batch
from store.embedded import EmbeddedStore
from stream.commands import app
from tests.cases.factory import CITY, case, complaint

ME = f"cli:{getpass.getuser()}"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a post and its case."""
    data = tmp_path / "var"
    posts, cases = EmbeddedStore(data / "posts.db", "UTC"), open_cases(Settings(data=data))
    posts.save(Batch(posts=(complaint(1),)))
    cases.put_many([derived(case(1), CITY)])
    posts.close()
    cases.close()
    for key in ("SADA_POSTGRES", "SADA_TEST_POSTGRES", "SADA_ELASTICSEARCH", "SADA_DEPLOYMENT"):
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("SADA_DATA", str(data))
    return data


def told(data: Path) -> list[tuple[str, str, str]]:
    store = open_cases(Settings(data=data))
    lines = [(line.who, line.what, line.about) for line in store.audit()]
    assert all(datetime.now(UTC) >= line.at for line in store.audit())
    store.close()
    return lines


def sada(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


@pytest.mark.parametrize("what", ["posts", "cases", "corrections", "accounts", "samples", "themes"])
def test_an_export_stands_in_the_audit(house: Path, tmp_path: Path, what: str) -> None:
    out = tmp_path / "out.jsonl"
    assert sada("export", what, "--out", out).exit_code == 0 and out.is_file()
    assert told(house) == [(ME, "export", what)]


def test_a_backup_stands_in_the_audit_of_the_house_and_of_the_copy(house: Path, tmp_path: Path) -> None:
    assert sada("backup", tmp_path / "copy").exit_code == 0
    assert told(house) == told(tmp_path / "copy") == [(ME, "export", "backup")]


def test_an_export_of_a_folder_without_data_makes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SADA_DATA", str(tmp_path / "nothing"))
    with pytest.raises(Exception, match="nothing"):
        sada("export", "posts")
    assert not (tmp_path / "nothing").exists()
