import json
import os
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from collectors import translating, x
from collectors.base import Context
from collectors.commands import known, lines
from core.errors import AskedWrongly
from sada import assemble
from tests.collectors.scenarios import ANSWERS
from tests.make import NOON

KEYS = {"posts", "accounts", "samples", "deleted", "next", "refused", "problem"}
ABOUT = Context(now=NOON)


def said(*asked):
    result = CliRunner().invoke(assemble("translate"), ["translate", *map(str, asked)])
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_a_file_becomes_one_document_of_the_promised_shape():
    status, (found,) = said("x", ANSWERS / "x" / "mentions_1.json", "--account", "x:CITY", "--native-id", "1001")
    assert status == 0 and set(found) >= KEYS and found["next"] == "second" and found["problem"] is None
    assert [p["id"] for p in found["posts"]] == ["x:2041000000000000900", "x:2041000000000000800"]


def test_what_was_not_told_is_null_and_what_was_told_as_nothing_is_zero():
    _, (found,) = said("x", ANSWERS / "x" / "mentions_1.json")
    second = found["posts"][1]
    assert (second["likes"], second["views"], second["edited_at"]) == (0, None, None) and "sentiment" not in second


def test_a_folder_becomes_a_line_for_each_file_below_it(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.json").write_text('{"data": [{"id": "1", "text": "one"}]}')
    (tmp_path / "2.json").write_text("not json")
    (tmp_path / "ORIGIN.md").write_text("where they come from")
    status, found = said("x", tmp_path)
    assert status == 0 and [(line["file"], len(line["posts"]), line["problem"] is None) for line in found] == [
        ("2.json", 0, False),
        ("a/1.json", 1, True),
    ]


def test_an_error_becomes_a_problem_with_what_happens_next():
    _, (found,) = said("x", ANSWERS / "x" / "usage_cap.json")
    assert found["posts"] == [] and set(found["problem"]) == {"kind", "says", "then", "until"} and found["problem"]["then"] == "stop"


@pytest.mark.parametrize("asked", [("myspace", ANSWERS / "x" / "own.json"), ("x", ANSWERS / "nothing.json")])
def test_asked_wrongly_it_says_so(asked):
    result = CliRunner().invoke(assemble("translate"), ["translate", *map(str, asked)])
    assert isinstance(result.exception, AskedWrongly) and result.exception.exit_status == 2


def test_a_platform_nobody_knows_is_answered_with_those_there_are():
    with pytest.raises(AskedWrongly, match="name one of x"):
        known("myspace")


@pytest.mark.parametrize(("raw", "kind"), [
    (b"<!doctype html><title>maintenance</title>", "not readable"), (b'{"data": [{"id": "1", "te', "not readable"), (b"", "not readable"),
    (b"\xff\xfe\x00", "not readable"), (b"[" * 100_000, "not readable"), (b'{"response": {"status": 429, "headers": null}}', "rate limit"),
    (b'{"response": {"status": "503", "text": "<html>"}}', "unavailable"), (b'{"response": {"status": 404}}', "gone"),
])  # fmt: skip
def test_what_cannot_be_read_is_a_problem_and_no_crash(raw, kind):
    assert translating.translated(x, raw, ABOUT).problem.kind == kind


@pytest.mark.parametrize("wrapped", [
    {"response": {"json": {"data": [{"id": "1", "text": "one"}]}}},
    {"request": {"query": [["a", "b"], "bad"], "path": None}, "response": {"status": 200, "headers": [], "json": {"data": {"id": "1", "text": "one"}}}},
    {"origin": "somewhere", "response": {"status": "200", "text": '{"data": [{"id": "1", "text": "one"}]}'}},
    {"data": {"id": "1", "text": "one"}},
    {"id": "1", "text": "one"},
    [{"data": [{"id": "1", "text": "one"}]}],
])  # fmt: skip
def test_however_an_answer_is_wrapped_its_post_comes_out(wrapped):
    assert [p.text for p in translating.translated(x, json.dumps(wrapped).encode(), ABOUT).posts] == ["one"]


@pytest.mark.parametrize(("raw", "texts"), [
    (b'{"data": [{"id": "1", "text": "cut in an emoji \\ud83d"}, {"id": "2", "text": "whole \\ud83d\\ude1f"}]}', ["cut in an emoji \ufffd", "whole \U0001f61f"]),
    (b'\xef\xbb\xbf{"data": {"id": "1", "text": "behind a mark"}}', ["behind a mark"]),
    (b'{"data": {"id": "1", "text": "t", "public_metrics": {"like_count": NaN}}}', ["t"]),
    (b'{"data": {"id": "1", "text": "one"}}\r\n\r\n{"data": {"id": "2", "text": "two"}}\r\n{"data": {"id": "3", "te', ["one", "two"]),
    (b'{"response": {"status": 304, "text": ""}}', []),
])  # fmt: skip
def test_what_a_strict_reader_refuses_is_read_where_it_can_be(raw, texts):
    found = translating.translated(x, raw, ABOUT)
    assert [p.text for p in found.posts] == texts and found.problem is None and msgspec.json.encode(found)


def test_a_collector_that_breaks_is_told_without_the_text_it_broke_on():
    class Broken:
        PLATFORM = "broken"

        def translate(self, body, context):
            raise IndexError(body["text"])

    found = translating.translated(Broken(), b'{"text": "a citizen\'s words"}', ABOUT)
    assert found.posts == () and "IndexError" in found.refused[0].why and "citizen" not in found.refused[0].why


def test_a_translation_survives_its_own_json():
    found = translating.translated(x, (ANSWERS / "x" / "lookup.json").read_bytes(), ABOUT)
    assert msgspec.json.decode(msgspec.json.encode(found.posts), type=tuple[type(found.posts[0]), ...]) == found.posts


def test_a_file_among_many_that_cannot_be_read_or_named_costs_no_other_its_line(tmp_path):
    (tmp_path / "good.json").write_text('{"data": [{"id": "7", "text": "no water"}]}', encoding="utf-8")
    (tmp_path / "nowhere.json").symlink_to(tmp_path / "missing.json")
    (tmp_path / os.fsdecode(b"odd-\xff.json")).write_text("{}", encoding="utf-8")
    (tmp_path / "folder.json").mkdir()
    found = {line["file"]: line for line in lines(known("x"), tmp_path, Context(now=NOON))}
    assert set(found) <= {"good.json", "nowhere.json", "odd-\ufffd.json"} and len(found["good.json"]["posts"]) == 1
    assert all(msgspec.json.encode(line) for line in found.values())


def test_a_file_that_may_not_be_read_is_told_in_its_line(tmp_path, monkeypatch):
    (tmp_path / "shut.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(Path, "read_bytes", lambda path: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    (line,) = lines(known("x"), tmp_path, Context(now=NOON))
    assert not line["posts"] and "cannot be read (Permission denied)" in line["refused"][0]["why"]
