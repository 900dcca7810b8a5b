"""Events on the Growth page: numbered on the chart, told below it, noted and removed by staff."""

import json
from datetime import date, timedelta

import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from cases import events
from cases.roles import Person, Role
from cases.store import CaseStore
from dashboard.words import words
from tests.dashboard.factory import NOW
from tests.dashboard.staff import page, sound

OFFICER = Person(name="officer", role=Role.OFFICER)
TODAY = NOW.date()
EVER = (date(2000, 1, 1), date(2100, 1, 1))
HOSTILE = "<b>x</b> [y](javascript:alert(1)) \u202eevil"


def noted(store: CaseStore, text: str, ago: int = 1) -> None:
    events.put(store, OFFICER, TODAY - timedelta(days=ago), text, NOW)


def lines(at: AppTest) -> list[str]:
    return [c.value for c in at.caption if ":material/flag:" in c.value]


def annotated(at: AppTest) -> list[str]:
    figure = go.Figure(json.loads(at.get("plotly_chart")[0].proto.spec))
    return [annotation.text.strip("\u2068\u2069") for annotation in figure.layout.annotations]


def test_an_event_is_a_numbered_mark_and_a_line_below(staffed: CaseStore) -> None:
    noted(staffed, "the main burst", 3)
    noted(staffed, "new account", 1)
    at = page(staffed, "growth")
    assert annotated(at) == ["1", "2"]
    assert ["the main burst" in line for line in lines(at)] == [True, False]


def test_events_of_one_day_share_a_mark(staffed: CaseStore) -> None:
    noted(staffed, "one")
    noted(staffed, "two")
    at = page(staffed, "growth", lang="fa")
    assert annotated(at) == ["۱ ۲"]
    assert len(lines(at)) == 2


def test_an_event_outside_the_period_is_not_shown(staffed: CaseStore) -> None:
    noted(staffed, "long ago", 60)
    assert lines(page(staffed, "growth", period="30d")) == []
    assert len(lines(page(staffed, "growth", period="90d"))) == 1


def test_staff_note_an_event_in_the_page(staffed: CaseStore) -> None:
    at = page(staffed, "growth", Role.OFFICER)
    at.date_input(key="event_day").set_value(TODAY - timedelta(days=2))
    at.text_input(key="event_text").set_value("opening of the park")
    sound(next(b for b in at.button if b.label == words("en")("events.keep")).click().run())
    assert [(e.day, e.text, e.who) for e in events.between(staffed, *EVER)] == [
        (TODAY - timedelta(days=2), "opening of the park", "officer")
    ]
    assert "opening of the park" in lines(at)[0]


def test_staff_take_an_event_away(staffed: CaseStore) -> None:
    noted(staffed, "by mistake")
    at = page(staffed, "growth", Role.OFFICER)
    sound(next(b for b in at.button if b.key and b.key.startswith("remove_event_")).click().run())
    assert events.between(staffed, *EVER) == []
    assert lines(at) == []


def test_an_empty_event_is_refused_in_words_and_nothing_is_noted(staffed: CaseStore) -> None:
    at = page(staffed, "growth", Role.OFFICER)
    next(b for b in at.button if b.label == words("en")("events.keep")).click().run()
    assert "nothing was noted" in at.error[0].value
    assert events.between(staffed, *EVER) == []


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.ANALYST])
def test_others_see_events_and_are_offered_nothing(staffed: CaseStore, role: Role | None) -> None:
    noted(staffed, "opening")
    at = page(staffed, "growth", role)
    assert len(lines(at)) == 1
    assert not [b for b in at.button if "event" in (b.key or "") or b.label == words("en")("events.keep")]


def test_an_events_text_is_text(staffed: CaseStore) -> None:
    noted(staffed, HOSTILE)
    (line,) = lines(page(staffed, "growth"))
    assert "<b>" not in line.replace("\\<b", "")
    assert "](javascript" not in line.replace("\\]\\(javascript", "")
    assert "\u202e" not in line


def test_the_query_of_events_stands_at_the_foot(staffed: CaseStore) -> None:
    assert any("FROM events" in " ".join(code.value.split()) for code in page(staffed, "growth").code)
