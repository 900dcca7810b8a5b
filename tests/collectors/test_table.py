from datetime import UTC, datetime, timedelta

import pytest

from collectors import table
from collectors.error_lines import LINES, Line
from tests.make import NOON

PLATFORMS = sorted({line.platform for line in LINES} - {"*"})


def status_of(line: Line) -> int:
    return line.status[0] if isinstance(line.status, tuple) else line.status or 0


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.platform}-{line.code or line.words or line.status}-{line.kind}")
def test_every_line_is_reached_by_the_error_it_describes(line):
    """A line that another one hides would never be read."""
    platform = "any-other" if line.platform == "*" else line.platform
    assert table.look_up(platform, status_of(line), line.code or "", f"… {line.words or ''} …".title()) is line


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.platform}-{line.code or line.words or line.status}-{line.kind}")
def test_every_line_says_what_who_and_what_next(line):
    platform = "any-other" if line.platform == "*" else line.platform
    found = table.problem(platform, NOON, status=status_of(line), code=line.code or "", message=line.words or "")
    who, _, rest = found.says.partition(": ")
    cause, _, what_next = rest.rpartition("; ")
    assert who == platform and cause and what_next and found.then == line.then and found.kind == line.kind
    assert (found.until is None) == (line.then in ("retry", "credential", "skip") or (line.minutes is None and line.until is None))
    assert found.until is None or found.until > NOON


# platform, what was told → kind, then
@pytest.mark.parametrize(("platform", "told", "kind", "then"), [
    ("x", {"status": 429, "code": "usage-capped", "message": "Monthly"}, "usage cap", "stop"),
    ("x", {"status": 429, "code": "about:blank"}, "rate limit", "wait"),
    ("x", {"status": 403, "code": "client-forbidden"}, "not in a project", "credential"),
    ("x", {"status": 503}, "unavailable", "retry"),
    ("facebook", {"status": 400, "code": "190/463"}, "token expired", "credential"),
    ("facebook", {"status": 400, "code": "190"}, "credential refused", "credential"),
    ("facebook", {"status": 403, "code": "4"}, "app limit", "wait"),
    ("facebook", {"status": 400, "code": "17"}, "user limit", "wait"),
    ("facebook", {"status": 403, "code": "32"}, "page limit", "wait"),
    ("facebook", {"status": 403, "code": "613"}, "rate limit", "wait"),
    ("facebook", {"status": 400, "code": "80001"}, "business limit", "wait"),
    ("facebook", {"status": 403, "code": "10"}, "no permission", "credential"),
    ("facebook", {"status": 403, "code": "200"}, "no permission", "credential"),
    ("facebook", {"status": 403, "code": "299"}, "no permission", "credential"),
    ("facebook", {"status": 400, "code": "100/33"}, "hidden or gone", "skip"),
    ("facebook", {"status": 500, "code": "1"}, "unavailable", "retry"),
    ("facebook", {"status": 500, "code": "2"}, "unavailable", "retry"),
    ("facebook", {"status": 500, "code": "1", "message": "Please reduce the amount of data"}, "too much data", "retry"),
    ("instagram", {"status": 400, "code": "190/460"}, "token withdrawn", "credential"),
    ("youtube", {"status": 403, "code": "quotaExceeded"}, "quota", "wait"),
    ("youtube", {"status": 403, "code": "commentsDisabled"}, "comments off", "skip"),
    ("telegram", {"status": 401}, "credential refused", "credential"),
    ("telegram", {"status": 404}, "credential refused", "credential"),
    ("telegram", {"status": 429}, "rate limit", "wait"),
    ("rss", {"status": 410}, "gone", "stop"),
    ("rss", {"status": 503}, "unavailable", "retry"),
    ("nobody-knows", {"status": 599}, "unavailable", "retry"),
    ("nobody-knows", {"status": 0}, "unknown", "retry"),
])  # fmt: skip
def test_what_known_errors_mean(platform, told, kind, then):
    found = table.problem(platform, NOON, **told)
    assert (found.kind, found.then) == (kind, then)


@pytest.mark.parametrize(("told", "until"), [
    (NOON + timedelta(minutes=9), NOON + timedelta(minutes=9, seconds=1)),  # what the platform says, and a second
    (NOON - timedelta(hours=3), NOON + timedelta(minutes=15)),              # its clock, or ours, goes wrong
    (NOON + timedelta(days=900), NOON + timedelta(minutes=15)),             # nor may it silence a source for years
    (None, NOON + timedelta(minutes=15)),
])  # fmt: skip
def test_how_long_to_wait(told, until):
    assert table.problem("x", NOON, status=429, until=told).until == until


@pytest.mark.parametrize(("told", "at"), [
    ("120", NOON + timedelta(seconds=120)), ("Sun, 01 Mar 2026 12:30:00 GMT", NOON + timedelta(minutes=30)), ("", None), ("soon", None), ("-5", None),
    ("9" * 30, None),
])  # fmt: skip
def test_a_servers_retry_after_is_read_in_both_its_forms(told, at):
    assert table.retry_after({"Retry-After": told}, NOON) == at


@pytest.mark.parametrize(("now", "until"), [
    (datetime(2026, 1, 15, 6, tzinfo=UTC), datetime(2026, 1, 15, 8, tzinfo=UTC)),   # winter: 8 hours behind UTC
    (datetime(2026, 1, 15, 9, tzinfo=UTC), datetime(2026, 1, 16, 8, tzinfo=UTC)),
    (datetime(2026, 7, 15, 6, tzinfo=UTC), datetime(2026, 7, 15, 7, tzinfo=UTC)),   # summer: 7
])  # fmt: skip
def test_youtubes_day_ends_at_midnight_pacific(now, until):
    assert table.problem("youtube", now, status=403, code="quotaExceeded").until == until


def test_xs_month_ends_with_the_month():
    december = datetime(2026, 12, 9, tzinfo=UTC)
    assert table.problem("x", december, status=429, code="usage-capped", message="Monthly").until == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platforms_general_lines_stand_below_its_own(platform):
    general = min(n for n, line in enumerate(LINES) if line.platform == "*")
    assert max(n for n, line in enumerate(LINES) if line.platform == platform) < general


@pytest.mark.parametrize(("body", "is_page"), [
    ("<!DOCTYPE html><html>", True), (b"\xef\xbb\xbf\n <HTML lang=en>", True), ("<rss version='2.0'>", False), ('{"a": "<html>"}', False), ("", False),
])  # fmt: skip
def test_a_web_page_in_place_of_an_answer_is_known(body, is_page):
    assert table.is_web_page(body) is is_page
