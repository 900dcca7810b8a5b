"""The inbox: what was acknowledged is there after any death, and every body becomes its posts once."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from collectors import deliveries, form, meta, signing
from collectors.base import Source
from collectors.inbox import FILE, Inbox
from core.deployment import Deployment, OfficialAccount
from core.errors import StoreFailed
from store.memory import MemoryStore
from store.query import Filter
from stream.collecting import run_pass
from tests.collectors.scenarios import ANSWERS

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)
FORM = Source(id="form.inbox", platform="form", what="inbox", account="form:web")
SERVE = """
import sys, uvicorn
from datetime import UTC, datetime
from pathlib import Path
from collectors import doors
from collectors.inbox import Inbox
from collectors.receive import Hall, application
from core.deployment import Deployment, OfficialAccount
from core.settings import Secret, Settings
town = Deployment(id="t", name={}, timezone="UTC", languages=("en",), accounts=(OfficialAccount(platform="form", handle="web"),))
known = doors.doors(Settings(credentials={"FORM_SECRET": Secret("fo")}))
known["form"] = doors.Door("form", "fo", 1000000, 1000000, is_ours=True)
hall = Hall(Inbox(Path(sys.argv[1])), known, town, None, lambda: datetime.now(UTC), doors.Turns())
uvicorn.run(application(hall), fd=int(sys.argv[2]), access_log=False, log_level="error")
"""


def test_a_body_comes_out_as_it_went_in_and_once(tmp_path):
    inbox = Inbox(tmp_path)
    assert inbox.keep("form", "web", b"\x00\xff body", NOW) is True and inbox.keep("form", "web", b"\x00\xff body", NOW) is False
    (one,) = inbox.read("form", 0)
    assert (one.body, one.name, one.received_at) == (b"\x00\xff body", "web", NOW) and inbox.read("whatsapp", 0) == []


def test_the_same_body_for_another_form_is_another_one(tmp_path):
    inbox = Inbox(tmp_path)
    assert inbox.keep("form", "web", b"x", NOW) and inbox.keep("form", "app", b"x", NOW) and inbox.waiting() == 2


def test_a_repeated_body_is_known_for_eight_days_after_it_was_forgotten(tmp_path):
    inbox = Inbox(tmp_path)
    inbox.keep("form", "web", b"x", NOW)
    inbox.done([1], [])
    inbox.tidy(NOW + timedelta(days=7))
    assert inbox.keep("form", "web", b"x", NOW) is False
    inbox.tidy(NOW + timedelta(days=9))
    assert inbox.keep("form", "web", b"x", NOW) is True


def test_many_writers_at_once_lose_nothing(tmp_path):
    boxes = [Inbox(tmp_path) for _ in range(3)]
    threads = [
        threading.Thread(target=lambda box=box, at=at: [box.keep("form", "web", f"{at}-{n}".encode(), NOW) for n in range(40)])
        for at, box in enumerate(boxes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert boxes[0].waiting() == 120


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreFailed, match="SADA_DATA"):
        Inbox(tmp_path / "file")


def test_one_body_nobody_can_read_leaves_the_others_alone_and_is_kept_for_a_person(tmp_path):
    inbox, store = Inbox(tmp_path), MemoryStore()
    for body in (b'{"text": "one"}', b"<html>", b'{"text": ""}', b'{"text": "two"}'):
        inbox.keep("form", "web", body, NOW)
    line = run_pass(store, FORM, deliveries.ask(inbox, FORM, None, NOW, form.translate, True), lambda posts: posts, lambda: NOW)
    assert {post.text for post in store.posts(Filter())} == {"one", "two"} and (line.refused, line.cursor_after) == (2, "4")
    with sqlite3.connect(tmp_path / FILE) as db:
        assert [row[0] for row in db.execute("SELECT body FROM deliveries ORDER BY id")] == [None, b"<html>", b'{"text": ""}', None]


def test_more_bodies_than_a_page_are_all_read(tmp_path):
    inbox, store = Inbox(tmp_path), MemoryStore()
    for number in range(250):
        inbox.keep("form", "web", json.dumps({"text": f"report {number}", "id": number}).encode(), NOW)
    line = run_pass(store, FORM, deliveries.ask(inbox, FORM, None, NOW, form.translate, True), lambda posts: posts, lambda: NOW)
    assert (line.pages, line.stored, inbox.waiting()) == (3, 250, 0)


def test_a_page_that_was_removed_on_facebook_is_deleted_here(tmp_path):
    town = Deployment(
        id="t", name={}, timezone="UTC", languages=("en",), accounts=(OfficialAccount(platform="facebook", handle="town", id="20"),)
    )
    (source,) = meta.sources(town)
    inbox, store = Inbox(tmp_path), MemoryStore()
    gone = {
        "object": "page",
        "entry": [
            {
                "id": "20",
                "time": 1775467000,
                "changes": [{"field": "feed", "value": {"item": "comment", "verb": "remove", "comment_id": "9_3"}}],
            }
        ],
    }
    for body in ((ANSWERS / "meta/comment.json").read_bytes(), json.dumps(gone).encode()):
        inbox.keep("facebook", "", body, NOW)
        cursor = store.cursor(source.id)
        run_pass(store, source, meta.ask(inbox, source, cursor, NOW), lambda posts: posts, lambda: NOW)
    assert [post.deleted_at for post in store.get(["facebook:9_3"])] == [NOW]


@pytest.mark.parametrize("seed", range(20 if os.environ.get("TESTS_SADA_LONG") else 3))
def test_killed_at_any_moment_everything_acknowledged_is_there(tmp_path, seed):
    chance = random.Random(seed)
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(64)  # a knock waits here until the server takes it
        os.set_inheritable(door.fileno(), True)
        server = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(tmp_path), str(door.fileno())], pass_fds=[door.fileno()], cwd=Path(__file__).parents[2]
        )
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
    heard = _post_until_it_dies(url, server, chance.randint(5, 60))  # the door is the server's alone now: with its death nobody is let in
    server.wait(60)
    there = {json.loads(one.body)["id"] for one in Inbox(tmp_path).read("form", 0, 10_000)}
    assert heard and heard <= there


def _post_until_it_dies(url: str, server: subprocess.Popen[bytes], kill_after: int) -> set[int]:
    """Send reports one after another; kill the server after so many while the next is on its way. Returns those it acknowledged."""
    heard: set[int] = set()
    with httpx.Client(base_url=url, timeout=120) as client:
        for number in range(kill_after + 200):
            if number == kill_after:
                threading.Thread(target=server.send_signal, args=(signal.SIGKILL,)).start()
            body, stamp = json.dumps({"id": number, "text": "a report"}).encode(), str(int(datetime.now(UTC).timestamp()))
            headers = {"x-sada-timestamp": stamp, "x-sada-signature": signing.signature("fo", body, stamp)}
            try:
                answer = client.post("/form/web", content=body, headers=headers)
            except httpx.HTTPError:
                return heard
            if answer.status_code == 200:
                heard.add(number)
    return heard
