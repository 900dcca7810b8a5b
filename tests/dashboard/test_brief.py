"""The brief says what happened since the office closed, in numbers that the store says too; its file carries nothing but text."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import msgspec
import pytest
from streamlit.testing.v1 import AppTest

from cases import clocks
from cases.clocks import WorkingTime
from cases.roles import Role
from cases.store import CaseStore
from core.case import Status
from dashboard import brief_file, periods
from dashboard.briefing import Line, Section
from dashboard.words import LANGUAGES, words
from store.embedded import EmbeddedStore
from store.query import CountPosts, Filter
from tests.cases.factory import case
from tests.dashboard import factory
from tests.dashboard.staff import page

HOUR = timedelta(hours=1)
CLOSED = clocks.closed_since(clocks.office(factory.deployment()), factory.NOW)


def links(at: AppTest) -> dict[str, str]:
    """What each link of the page says → where it leads."""
    return {link.proto.label.replace("\\", ""): link.proto.query_string for link in at.get("page_link")}


# Since when


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in Riyadh in November 2026, in which the 20th is a Friday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Riyadh"))


OFFICE = WorkingTime("Asia/Riyadh", moment(1, 8).time(), moment(1, 16).time(), frozenset({4, 5}), frozenset({moment(23, 0).date()}))


@pytest.mark.parametrize(
    ("now", "closed"),
    [
        (moment(18, 8), moment(17, 16)),  # in the morning: since yesterday
        (moment(18, 10), moment(17, 16)),  # the day has begun, last night is still the night
        (moment(18, 16), moment(18, 16)),  # the very moment of closing
        (moment(18, 23), moment(18, 16)),  # in the evening: since today
        (moment(22, 8), moment(19, 16)),  # after the week-end
        (moment(24, 8), moment(22, 16)),  # after a holiday
    ],
)
def test_the_night_began_when_the_office_last_closed(now: datetime, closed: datetime) -> None:
    assert clocks.closed_since(OFFICE, now) == closed


def test_an_office_that_works_past_midnight_closes_in_the_morning() -> None:
    shift = WorkingTime("Asia/Riyadh", moment(1, 22).time(), moment(1, 6).time())
    assert clocks.closed_since(shift, moment(18, 9)) == moment(18, 6)


def test_where_nobody_ever_works_the_brief_is_of_a_day() -> None:
    never = WorkingTime("Asia/Riyadh", moment(1, 8).time(), moment(1, 16).time(), frozenset(range(7)))
    assert clocks.closed_since(never, moment(18, 9)) is None
    assert periods.since_closing(None, factory.NOW, "Asia/Riyadh").since == factory.NOW - timedelta(days=1)


def test_what_is_usual_is_the_same_night_of_the_weeks_before() -> None:
    """Over the change of clocks the hours stay those of the wall."""
    amsterdam = ZoneInfo("Europe/Amsterdam")
    now, closed = (datetime(2026, 10, 27, hour, tzinfo=amsterdam).astimezone(UTC) for hour in (9, 0))
    since, until = periods.since_closing(closed, now, "Europe/Amsterdam").earlier(1)
    assert (since.astimezone(amsterdam).hour, until.astimezone(amsterdam).hour) == (0, 9)
    assert until.astimezone(amsterdam).date() == date(2026, 10, 20)


# The page


def test_its_posts_are_those_since_closing(staffed: CaseStore, store: EmbeddedStore) -> None:
    at = page(staffed, "brief")
    since = {"since": CLOSED, "until": factory.NOW}
    posts = sum(c.posts for c in store.count(CountPosts(filter=Filter(**since))))  # type: ignore[arg-type]
    own = sum(c.posts for c in store.count(CountPosts(filter=Filter(kinds=("own",), **since))))  # type: ignore[arg-type]
    assert at.metric[0].value == f"{posts:,}" and f"Official posts: {own}" in links(at)


def test_what_waits_is_counted_and_opens_its_queue(staffed: CaseStore) -> None:
    due = {1: -HOUR, 2: HOUR, 3: 2 * HOUR, 4: 30 * HOUR}
    staffed.put_many([case(n, opened_at=factory.NOW - HOUR, answer_due=factory.NOW + ahead) for n, ahead in due.items()])
    found = links(page(staffed, "brief", Role.OFFICER))
    assert "show=overdue" in found["Overdue cases: 1"] and "show=today" in found["Due before the day ends: 2"]


def test_answers_given_since_closing_are_told_with_their_median(staffed: CaseStore) -> None:
    assert CLOSED
    given = [(CLOSED + HOUR, 2), (CLOSED + HOUR, 4), (CLOSED - HOUR, 90)]
    staffed.put_many(
        [case(n, opened_at=at - waited * HOUR, first_answer_at=at, status=Status.ANSWERED) for n, (at, waited) in enumerate(given, 1)]
    )
    said = [m.value.replace("\\", "") for m in page(staffed, "brief").markdown]
    assert "First answers given: 2 (median wait 3.0 h)" in said


@pytest.mark.usefixtures("staffed")
def test_every_link_of_the_night_stays_in_the_night(staffed: CaseStore) -> None:
    told = [query for said, query in links(page(staffed, "brief")).items() if "usually" in said or said.startswith(("Official", "Best"))]
    assert told and all("since=" in query and "until=" in query for query in told)


@pytest.mark.parametrize("period", ["24h", "7d"])
def test_a_longer_time_can_be_told_of(staffed: CaseStore, store: EmbeddedStore, period: str) -> None:
    at = page(staffed, "brief", period=period)
    over = periods.window(period, factory.NOW, "Asia/Riyadh")
    assert at.metric[0].value == f"{sum(c.posts for c in store.count(CountPosts(filter=Filter(since=over.since, until=over.until)))):,}"


def test_another_pages_period_is_not_taken_for_the_briefs(staffed: CaseStore) -> None:
    assert page(staffed, "growth", period="night").title[0].value == "Growth"  # it shows its own and does not fail


def test_engagement_is_held_against_the_same_time_before(staffed: CaseStore, store: EmbeddedStore) -> None:
    over = periods.window("7d", factory.NOW, "Asia/Riyadh")
    spans = ((over.since, over.until), over.earlier(1))
    now, before = (
        sum(c.interactions for c in store.count(CountPosts(filter=Filter(kinds=("own",), since=since, until=until))))
        for since, until in spans
    )
    (line,) = [said for said in links(page(staffed, "brief", period="7d")) if said.startswith("Interactions with them")]
    assert f"{now:,}," in line and f"{abs(now / before - 1):.0%}" in line


# The file


class Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_strangers_text_stays_text_in_the_file(code: str) -> None:
    line = Line(text=factory.HOSTILE + '"><img src=x onerror=alert(1)>')
    made = brief_file.as_html(
        words(code), "Rivertown <b>", "from & to", [("Posts", "1 < 2")], [Section(title="What </h2> rises", lines=(line,))]
    )
    read = Read()
    read.feed(made.decode())
    assert not {"script", "img", "a", "b", "link", "iframe"} & set(read.tags)
    assert set(read.attributes) <= {"lang", "dir", "charset", "name", "content"}
    assert "<script>alert(1)</script>" in read.text and "Rivertown <b>" in read.text
    assert made.decode().startswith(f'<!DOCTYPE html><html lang="{code}" dir="{words(code).direction}">')


def test_the_file_says_every_line_of_the_page() -> None:
    parts = [Section(title=f"part {i}", lines=tuple(Line(text=f"line {i}{j}") for j in range(3))) for i in range(2)]
    made = brief_file.as_html(words("en"), "head", "about", [("a", "1"), ("b", "2")], parts).decode()
    assert all(made.count(line.text) == 1 for part in parts for line in part.lines) and made.count("<h2>") == 2 and made.count("<dt>") == 2


def test_what_is_opened_is_no_part_of_the_file() -> None:
    line = msgspec.structs.replace(Line(text="said"), opens={"theme": "t-secret"})
    assert b"t-secret" not in brief_file.as_html(words("en"), "h", "a", [], [Section(title="t", lines=(line,))])
