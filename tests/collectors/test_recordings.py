"""The recorded answers beside the project: none may crash a translation, and every message text in them must come out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collectors import translating
from collectors.base import Context
from collectors.every import COLLECTORS
from core.post import Post

TOLD = Context(now=datetime(2026, 11, 22, tzinfo=UTC), source="a recording")
BY_NAME = {collector.PLATFORM: collector for collector in COLLECTORS}
OURS = ("telegram", "whatsapp", "flickr", "rss", "open311")


def recordings(shared: Path, platform: str) -> Iterator[tuple[Path, translating.Translated]]:
    for path in translating.files(shared / "recordings" / platform):
        yield path, translating.translated(BY_NAME[platform], path.read_bytes(), TOLD)


def texts(path: Path, platform: str) -> Iterator[str]:
    """Every text in a recording that somebody wrote, found without our translation."""
    told = translating.recording(path.read_bytes()).body
    yield from {"telegram": _telegram, "whatsapp": _whatsapp, "flickr": _flickr, "open311": _open311}[platform](told)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(one)


def _telegram(told: Any) -> Iterator[str]:
    for one in objects(told):
        if "message_id" in one and "chat" in one:
            yield from (one[name] for name in ("text", "caption") if isinstance(one.get(name), str))


def _whatsapp(told: Any) -> Iterator[str]:
    for one in objects(told):
        if one.get("type") in ("text", "image", "video", "document"):
            inside = one.get(one["type"])
            yield from (inside[name] for name in ("body", "caption") if isinstance(inside, dict) and inside.get(name))


def _flickr(told: Any) -> Iterator[str]:
    for one in objects(told):
        if "dateuploaded" in one:
            yield from (one[name]["_content"] for name in ("title", "description") if one[name]["_content"])


def _open311(told: Any) -> Iterator[str]:
    for one in objects(told):
        if "service_request_id" in one:
            yield from (one[name] for name in ("description", "status_notes") if one.get(name))


@pytest.mark.parametrize("platform", OURS)
def test_no_recording_is_of_a_shape_we_do_not_know(shared, platform):
    for path, found in recordings(shared, platform):
        assert not [part.why for part in found.refused if "shape we do not know" in part.why], path.name
        for post in found.posts:
            assert json.loads(json.dumps(post.text)) == post.text and post.id.startswith(f"{platform}:") and post.created_at.tzinfo, (
                path.name
            )


@pytest.mark.parametrize("platform", ["telegram", "whatsapp", "flickr", "open311"])
def test_every_text_of_every_recording_comes_out_byte_for_byte(shared, platform):
    count = 0
    for path, found in recordings(shared, platform):
        said = "\x1f".join(_all_texts(found.posts))
        for text in texts(path, platform):
            assert text in said, path.name
            count += 1
    assert count > 0


def _all_texts(posts: tuple[Post, ...]) -> Iterator[str]:
    for post in posts:
        yield post.text
        yield from (version.text for version in post.versions)


@pytest.mark.parametrize("platform", OURS)
def test_every_recorded_error_lands_on_a_line_of_the_table(shared, platform):
    for path, found in recordings(shared, platform):
        if "errors" in path.parts:
            assert found.problem is not None and found.problem.kind != "unknown" and found.posts == (), path.name


def test_titles_and_plain_descriptions_of_feeds_come_out(shared):
    import feedparser

    for path, found in recordings(shared, "rss"):
        said = "\x1f".join(post.text for post in found.posts)
        for entry in feedparser.parse(path.read_bytes()).entries:
            words = [entry.get("title") or "", *(part.get("value") or "" for part in entry.get("content") or [])]
            assert all(word.strip() in said for word in words if "<" not in word and "\n" not in word), path.name
