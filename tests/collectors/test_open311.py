"""Open311 against a replay server, JSON and XML; requests and what the city notes on them. Every text is invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from collectors import open311
from collectors.base import Answer, Context, Source
from core.deployment import Deployment, OfficialAccount
from core.errors import PlatformProblem
from core.post import Kind
from tests.collectors.replay import Reply, Server, replay
from tests.collectors.scenarios import ANSWERS

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)
TOLD = Context(now=NOW, source="open311.requests.town", account="open311:town")
TOWN = Source(
    id="open311.requests.town", platform="open311", what="requests", account="open311:town", handle="town", native_id="town.example"
)


def request(number: int = 1, **more: Any) -> dict[str, Any]:
    usual = {
        "service_request_id": str(number),
        "status": "open",
        "service_name": "Pothole",
        "description": "a deep one",
        "requested_datetime": "2026-04-05T11:00:00Z",
    }
    return {name: value for name, value in {**usual, **more}.items() if value is not None}


def only(**more: Any) -> Any:
    answer = open311.translate([request(**more)], TOLD)
    assert len(answer.posts) == 1 and not answer.refused
    return answer.posts[0]


def asked(answers: Any, cursor: str | None = None, source: Source = TOWN) -> tuple[list[Answer], Server]:
    with replay(answers) as server:
        return list(open311.ask(open311.connect(server.url, "sesame"), source, cursor, NOW)), server


def test_json_and_xml_of_the_same_requests_say_the_same():
    as_json = open311.translate(json.loads((ANSWERS / "open311/requests.json").read_text()), TOLD)
    as_xml = open311.translate((ANSWERS / "open311/requests.xml").read_bytes(), TOLD)
    assert as_json.posts == as_xml.posts and len(as_json.posts) == 3


def test_a_request_is_a_report_and_what_the_city_notes_on_it_an_answer_under_it():
    report, note = open311.translate(
        [request(status="closed", status_notes="Filled.", updated_datetime="2026-04-06T08:00:00Z")], TOLD
    ).posts
    assert (report.id, report.kind, report.text, report.topic_told) == ("open311:1", Kind.REPORT, "a deep one", "Pothole")
    assert (note.id, note.kind, note.text, note.parent_id) == ("open311:1/status", Kind.OWN, "Filled.", "open311:1")


@pytest.mark.parametrize(("more", "said"), [
    ({"status": "closed"}, ["closed"]), ({"status": "Completed - no work"}, ["Completed - no work"]), ({"status": "open"}, []), ({"status": "OPEN"}, []),
    ({"status": None}, []), ({"status": "closed", "service_notice": "Within 4 days."}, ["Within 4 days."]),
    ({"status": "closed", "status_notes": "Filled.", "service_notice": "Within 4 days."}, ["Filled."]),
    ({"notes": [{"datetime": "2026-04-06T08:00:00Z", "summary": "Crew sent", "description": "A crew is on its way"}, {"summary": "Done"}, {}, None]},
     ["A crew is on its way", "Done"]),
])  # fmt: skip
def test_what_became_of_a_request_is_told_even_where_nobody_wrote_a_note(more, said):
    report, *notes = open311.translate([request(**more)], TOLD).posts
    assert [note.text for note in notes] == said and {note.parent_id for note in notes} <= {report.id}
    assert len({note.id for note in notes}) == len(notes)


def test_a_state_told_later_is_a_new_version_of_the_same_post_and_a_note_of_the_same_words_the_same_post():
    first, later = (open311.translate([request(status=state)], TOLD).posts[1] for state in ("in progress", "closed"))
    assert first.id == later.id and (first.text, later.text) == ("in progress", "closed")
    notes = [open311.translate([request(notes=[{"description": "Crew sent"}])], TOLD).posts[1] for _ in range(2)]
    assert notes[0] == notes[1]


@pytest.mark.parametrize(("more", "text"), [
    ({"description": "On its way", "status": "open"}, "On its way"), ({"comment": "Fixed it"}, "Fixed it"), ({"status": "closed"}, "closed"),
])  # fmt: skip
def test_an_update_says_its_words_or_its_state(more, text):
    (post,) = open311.translate(
        [{"update_id": "9", "service_request_id": "1", "updated_datetime": "2026-04-06T08:00:00Z", **more}], TOLD
    ).posts
    assert (post.id, post.text, post.parent_id) == ("open311:1/update/9", text, "open311:1")


def test_what_was_answered_in_the_services_own_form_stands_beside_the_words():
    asked = [{"code": "LAMP", "label": "Which lamp", "values": [{"key": "2", "name": "The tall one"}, {"key": "3", "name": "The low one"}]},
             {"code": "NEAR", "value": "The school"}, {"code": "EMPTY"}, None]  # fmt: skip
    assert [m.text for m in only(attributes=asked).media] == ["Which lamp: The tall one, The low one", "NEAR: The school"]


@pytest.mark.parametrize(("more", "text"), [
    ({}, "a deep one"), ({"description": None}, "Pothole"), ({"description": "  "}, "Pothole"), ({"description": "  leading space"}, "  leading space"),
    ({"description": None, "title": "Hole", "detail": "by the school"}, "Hole\n\nby the school"),
])  # fmt: skip
def test_the_words_are_the_citizens_and_where_there_are_none_the_service_they_chose(more, text):
    assert only(**more).text == text


def test_place_media_and_numbers_come_as_told():
    post = only(address="Lane 7", lat=26.4, long=50.1, media_url="https://c.example/1.jpg ", comment_count="0")
    assert post.place_told == "Lane 7" and [(m.kind, m.url, m.text) for m in post.media] == [
        ("photo", "https://c.example/1.jpg", None), ("location", None, "26.4,50.1")]  # fmt: skip
    assert post.replies == 0 and only().replies is None


@pytest.mark.parametrize(
    "wrapped", [{"requests": [request()]}, {"service_requests": [request()]}, {"request": request()}, [[request()]], request()]
)
def test_however_requests_are_wrapped_they_come_out(wrapped):
    assert [post.id for post in open311.translate(wrapped, TOLD).posts] == ["open311:1"]


def test_an_update_is_under_its_request():
    update = {
        "update_id": "u5",
        "service_request_id": "1",
        "status": "open",
        "updated_datetime": "2026-04-06T08:00:00Z",
        "description": "seen by a team",
    }
    (post,) = open311.translate({"request_updates": [update]}, TOLD).posts
    assert (post.id, post.parent_id, post.text) == ("open311:1/update/u5", "open311:1", "seen by a team")


def test_an_update_without_a_number_is_still_no_request():
    xml = ("<service_requests_updates><request_update><update_id></update_id><service_request_id>1</service_request_id><status>open</status>"
           "<updated_datetime>TODAY</updated_datetime><description>a team was there</description></request_update></service_requests_updates>")  # fmt: skip
    (post,), (again,) = (open311.translate(xml, TOLD).posts for _ in range(2))
    assert post.id == again.id != "open311:1" and (post.parent_id, post.text, post.created_at) == ("open311:1", "a team was there", NOW)


@pytest.mark.parametrize("nothing", [
    [{"service_code": "001", "service_name": "Lamp", "description": "lamps", "metadata": True}], '[{"service_code":001,"service_name":"Lamp"}]',
    [{"service_request_id": 1, "token": "t"}], "<services><service><service_code>1</service_code><description>d</description></service></services>", [],
    "<service_requests/>", {"service_code": "X", "attributes": [{"description": "which?"}]},
])  # fmt: skip
def test_lists_of_services_and_bare_numbers_are_nobodys_message(nothing):
    answer = open311.translate(nothing, TOLD)
    assert answer.posts == () and answer.refused == ()


def test_one_bad_request_leaves_the_others_alone():
    answer = open311.translate([request(service_request_id=None), request(2, requested_datetime="never"), request(3)], TOLD)
    assert [post.id for post in answer.posts] == ["open311:2", "open311:3"] and len(answer.refused) == 1
    assert answer.posts[0].created_at == NOW


@pytest.mark.parametrize(("body", "status", "then"), [
    ([{"code": 403, "description": "Invalid api_key received"}], 403, "credential"),
    ("<errors><error><code>403</code><description>Invalid api_key</description></error></errors>", 403, "credential"),
    ("<error>Invalid api_key received</error>", 403, "credential"),
    ([{"code": 400, "description": "jurisdiction_id was not provided"}], 400, "stop"),
    ({"errors": [{"code": "404", "description": "not found"}]}, 404, "skip"), ("", 503, "retry"), ("<html>x</html>", 500, "retry"),
])  # fmt: skip
def test_every_known_error_lands_on_its_line(body, status, then):
    assert open311.problem(status, {}, body, NOW).then == then


@pytest.mark.parametrize("bomb", [
    '<!DOCTYPE r [<!ENTITY a "aaaa">]><service_requests><request><service_request_id>&a;</service_request_id></request></service_requests>',
    '<!DOCTYPE r SYSTEM "file:///etc/passwd"><service_requests/>', "<service_requests><request>", "\x00",
])  # fmt: skip
def test_a_document_that_declares_things_or_is_broken_is_not_read(bomb):
    with pytest.raises(PlatformProblem) as caught:
        open311.translate(bomb, TOLD)
    assert caught.value.kind == "not readable"


# The questions


def test_the_first_pass_asks_for_ninety_days_and_the_next_from_a_little_before_the_last():
    answers, server = asked({"/requests.json": Reply([request()])})
    assert server.asked[0].query == {
        "jurisdiction_id": "town.example",
        "api_key": "sesame",
        "start_date": "2026-01-06T12:00:00Z",
        "end_date": "2026-04-06T12:00:00Z",
    }
    _, server = asked({"/requests.json": Reply([])}, answers[-1].cursor)
    assert server.asked[0].query["start_date"] == "2026-04-04T12:00:00Z"


def test_after_a_long_pause_ninety_days_are_asked_for_at_a_time():
    _, server = asked({"/requests.json": Reply([])}, (NOW - timedelta(days=200)).isoformat())
    spans = [(a.query["start_date"][:10], a.query["end_date"][:10]) for a in server.asked]
    assert spans == [("2025-09-16", "2025-12-15"), ("2025-12-15", "2026-03-15"), ("2026-03-15", "2026-04-06")]


def test_a_window_that_does_not_come_whole_is_halved():
    def some(request_: Any) -> Reply:
        since, until = (datetime.fromisoformat(request_.query[name]) for name in ("start_date", "end_date"))
        many = until - since > timedelta(days=1)
        return Reply([request(n) for n in range(1000 if many else 3)])

    answers, server = asked(some, (NOW - timedelta(days=1)).isoformat())
    assert all(answer.returned < 1000 for answer in answers) and len(server.asked) > 3 and not any(answer.gap for answer in answers)


def test_a_minute_with_more_than_the_server_gives_is_a_gap():
    source, until = TOWN, NOW - timedelta(days=2) + timedelta(seconds=30)
    with replay({"/requests.json": Reply([request(n) for n in range(1000)])}) as server:
        answers = list(open311._window(open311.connect(server.url), source, NOW - timedelta(days=2), until, NOW))
    assert len(answers) == 1 and answers[0].gap is not None


@pytest.mark.parametrize("status", [404, 406, 415])
def test_a_server_without_json_is_asked_for_xml_and_from_then_on_at_once(status):
    xml = Reply((ANSWERS / "open311/requests.xml").read_bytes(), headers={"Content-Type": "text/xml"})
    with replay({"/requests.json": Reply("no", status), "/requests.xml": xml}) as server:
        client = open311.connect(server.url)
        first, second = (list(open311.ask(client, TOWN, None, NOW)) for _ in range(2))
    assert [len(a.posts) for a in first] == [len(a.posts) for a in second] == [3, 0]
    assert [a.path for a in server.asked] == ["/requests.json", "/requests.xml", "/requests.xml"]


def test_two_cities_that_count_from_one_do_not_mix():
    accounts = tuple(OfficialAccount(platform="open311", handle=name, url="https://c.example") for name in ("north", "south"))
    first, second = open311.sources(Deployment(id="t", name={}, timezone="UTC", languages=("en",), accounts=accounts))
    ids = [asked({"/requests.json": Reply([request(status_notes="seen")])}, source=source)[0][0].posts for source in (first, second)]
    assert [[post.id for post in posts] for posts in ids] == [
        ["open311:1", "open311:1/status"],
        ["open311:south:1", "open311:south:1/status"],
    ]
    assert ids[1][1].parent_id == "open311:south:1"


def test_a_second_look_finds_what_is_gone_while_others_are_there():
    def numbers(request_: Any) -> Reply:
        return Reply([request(n, status_notes="done") for n in (1, 3) if str(n) in request_.query["service_request_id"].split(",")])

    posts = open311.translate([request(1), request(2), request(3, status_notes="x")], TOLD).posts
    with replay({"/requests.json": numbers}) as server:
        (answer,) = open311.refresh(open311.connect(server.url), TOWN, posts, NOW)
    assert server.asked[0].query["service_request_id"] == "1,2,3" and answer.missing == ("open311:2",)


def test_nothing_at_all_seen_means_nothing_is_missing():
    with replay({"/requests.json": Reply([])}) as server:
        (answer,) = open311.refresh(open311.connect(server.url), TOWN, open311.translate([request(1)], TOLD).posts, NOW)
    assert answer.missing == ()


@pytest.mark.parametrize(
    "odd", [Reply("null"), Reply({"ok": True}), Reply("<html>", headers={"Content-Type": "text/html"}), Reply("[", cut_after=0)]
)
def test_what_is_no_list_moves_no_cursor(odd):
    with pytest.raises(PlatformProblem):
        asked({"/requests.json": odd})


def test_the_key_is_not_printed():
    assert (
        "sesame" not in repr(open311.connect("http://c.example", "sesame"))
        and msgspec.structs.asdict(open311.connect(None, "k"))["key"] == "k"
    )


def test_a_great_citys_newest_requests_come_first_so_that_the_nightly_comparison_meets_them():
    def answer(asked: Any) -> Reply:
        since, until = (datetime.fromisoformat(asked.query[name]) for name in ("start_date", "end_date"))
        if until - since > timedelta(days=2):
            return Reply([request(n, requested_datetime=asked.query["start_date"]) for n in range(open311.MOST)])
        return Reply([request(since.toordinal() * 100 + since.hour, requested_datetime=asked.query["start_date"])])

    answers, _ = asked(answer)
    times = [post.created_at for one in answers for post in one.posts]
    assert times == sorted(times, reverse=True) and NOW - times[0] < timedelta(days=2) and NOW - times[-1] > timedelta(days=80)
