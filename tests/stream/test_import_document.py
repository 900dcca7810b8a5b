"""What docs/import.md promises of files, columns and dates."""

import re
from zoneinfo import ZoneInfo

import pytest

from stream import columns, reading
from stream.moments import moment
from tests.conftest import ROOT

SAYS = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
FILES, COLUMNS, DATES = (re.split(rf"^## {name}$", SAYS, flags=re.MULTILINE)[1].split("\n## ")[0] for name in ("Files", "Columns", "Dates"))


def test_every_kind_of_file_is_told():
    assert set(re.findall(r"`(\.[a-z]+)`", FILES)) == set(reading.KINDS)


def test_every_field_is_told_and_no_other():
    told = {columns.SAME.get(name, name) for name in re.findall(r"`([a-z_]+)`", COLUMNS.split("`--map")[0])}
    assert told == set(columns.FIELDS)


@pytest.mark.parametrize("written", re.findall(r"`([^`]*[0-9٠-٩][^`]*)`", DATES))
def test_every_form_of_a_date_is_read(written):
    assert moment(written, ZoneInfo("UTC")).date().isoformat() == "2026-03-01"
