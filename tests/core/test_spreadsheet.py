"""Nothing a citizen wrote runs in a spreadsheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.spreadsheet import safe
from tests.dashboard.factory import FORMULA


@pytest.mark.parametrize("text", [FORMULA, "+1", "-1", "@SUM(A1)", "\t=1", " =1+1", "\u202e=1", "\u00a0@x", "\r=1", "|cmd"])
def test_what_could_be_a_formula_is_text(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "مرحبا", "a=b", "5 - 3", "'quoted"])
def test_other_text_stays_as_it_was_written(text: str) -> None:
    assert safe(text) == text


@given(st.text())
def test_no_cell_ever_begins_like_a_formula(text: str) -> None:
    assert not safe(text).lstrip().startswith(("=", "+", "-", "@"))
