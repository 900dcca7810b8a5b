"""Whether 3/4/2026 is in March or in April: as somebody says, else as the column's other dates show."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from core.deployment_file import load
from store.memory import MemoryStore
from store.query import Filter
from stream import date_order, importing
from stream.commands import app
from stream.moments import NoMoment, Order, moment, order
from tests.make import NOON

NEUTRAL = load(Path(__file__).parents[2] / "deployments" / "default.toml")
EITHER, DAY, MONTH = Order.EITHER, Order.DAY_FIRST, Order.MONTH_FIRST

SHOWN = [
    ("12/31/2025", MONTH), ("31/12/2025", DAY), ("3/4/2026", EITHER), ("5/5/2026", None), ("12/31/2025 2:05 PM", MONTH), ("31.12.2025", DAY),
    ("١٢/٣١/٢٠٢٥", MONTH), (" 1/13/26 ", MONTH), ("2025-12-31", None), ("2025/31/12", None), ("31 December 2025", None), ("32/1/2025", None),
    ("13/13/2025", None), ("0/5/2025", None), ("", None), ("yesterday", None), ("1767182400", None), ("1/2", None), ("31/12/1404", DAY),
]  # fmt: skip


@pytest.mark.parametrize(("written", "shows"), SHOWN)
def test_a_date_shows_its_order_or_shows_none(written, shows):
    assert order(written) is shows


def test_month_first_turns_day_and_month_round_and_nothing_else():
    told = {
        text: moment(text, ZoneInfo("UTC"), month_first=True) for text in ("3/4/2026", "2026-03-04", "4 March 2026", "03/04/2026 05:06")
    }
    assert {at.date().isoformat() for at in told.values()} == {"2026-03-04"}
    assert moment("3/4/2026", ZoneInfo("UTC")).date().isoformat() == "2026-04-03"
    with pytest.raises(NoMoment, match="no month 31"):
        moment("31/12/2025", ZoneInfo("UTC"), month_first=True)


def column(*dates: str):
    return [(number, {"text": "x", "when": date}) for number, date in enumerate(dates, 2)]


COLUMNS = [  # dates → the line that shows the month first, or None
    (("3/4/2026", "12/31/2025", "1/2/2026"), 3),
    (("3/4/2026", "31/12/2025", "1/2/2026"), None),
    (("3/4/2026", "1/2/2026"), None),  # nothing shows it: the day, as everywhere but in the US
    ((), None),
    (("1/25/2026", "25/1/2026", "26/1/2026"), None),  # one slip of the hand at the top
    (("25/1/2026", "1/25/2026", "1/26/2026"), 3),
    (("25/1/2026", "1/25/2026"), None),
    (("2026-01-25",) * 5, None),
]


@pytest.mark.parametrize(("dates", "line"), COLUMNS)
def test_a_column_is_month_first_where_more_of_its_dates_can_only_be_read_so(dates, line):
    assert [shown.line for shown in date_order.month_first(column(*dates), {"created_at": "when"})] == ([line] if line else [])


def test_a_column_sorted_by_day_is_read_on_until_it_shows_its_order_and_no_further():
    rows = iter(column(*["1/2/2026"] * (date_order.LOOKED + 500), "1/13/2026", *["1/14/2026"] * 50))
    (shown,) = date_order.month_first(rows, {"created_at": "when"})
    assert shown.line == date_order.LOOKED + 502
    assert len(list(rows)) == 49


def test_of_a_file_without_such_dates_only_the_beginning_is_looked_at():
    rows = iter(column(*["2026-01-02"] * (date_order.LOOKED + 500)))
    assert date_order.month_first(rows, {"created_at": "when"}) == ()
    assert len(list(rows)) == 499


def test_each_column_has_its_own_order_and_refused_rows_are_passed_over():
    rows = [(2, "has 7 fields"), (3, {"a": "1/25/2026", "b": "25/1/2026"})]
    assert [s.field for s in date_order.month_first(rows, {"created_at": "a", "edited_at": "b"})] == ["created_at"]


US = "text,created_at\nlamp out,3/4/2026 9:05 AM\npothole,3/25/2026 2:05 PM\n"


def days(path: Path, dates: Order | None = None) -> list[str]:
    store = MemoryStore()
    importing.run(path, store, importing.rules_for(path, {}, NEUTRAL, dates), lambda posts: posts, lambda: NOON)
    return sorted(p.created_at.date().isoformat() for p in store.posts(Filter()))


@pytest.mark.parametrize(
    ("dates", "read"),
    [(None, ["2026-03-04", "2026-03-25"]), (Order.MONTH_FIRST, ["2026-03-04", "2026-03-25"]), (Order.DAY_FIRST, ["2026-04-03"])],
)
def test_a_file_from_the_us_is_read_as_it_shows_or_as_somebody_says(tmp_path, dates, read):
    path = tmp_path / "us.csv"
    path.write_text(US, encoding="utf-8")
    assert days(path, dates) == read


def test_what_shows_nothing_is_read_as_somebody_says(tmp_path):
    path = tmp_path / "us.csv"
    path.write_text("text,created_at\nlamp out,3/4/2026\n", encoding="utf-8")
    assert (days(path), days(path, Order.MONTH_FIRST)) == (["2026-04-03"], ["2026-03-04"])


@pytest.mark.parametrize(("more", "says"), [((), "line 3 shows"), (("--dates", "month-first"), ""), (("--dates", "day-first"), "")])
def test_the_command_says_when_it_decided_and_takes_another_word(tmp_path, monkeypatch, more, says):
    (tmp_path / "us.csv").write_text(US, encoding="utf-8")
    monkeypatch.setenv("SADA_DATA", str(tmp_path / "var"))
    done = CliRunner().invoke(app, ["import", str(tmp_path / "us.csv"), "--json", *more])
    assert done.exit_code == 0, done.output
    assert says in done.stderr and ("the month is read before the day" in done.stderr) == bool(says)
    assert done.stdout.startswith('{"read": 2, ') and done.stdout.count("\n") == 1
    assert (tmp_path / "us.csv.rejected.csv").exists() == (more == ("--dates", "day-first"))
