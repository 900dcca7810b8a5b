"""sada bench collect: how large one pass becomes, the whole command from outside: X's own client, every enricher, the store, the ledger."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bench import measure
from bench.importing import own_texts
from core.errors import SadaError
from sada import assemble

POSTS, PAGE = 10_000, 100
NEWEST_ID = 2_041_000_000_000_000_000
SOURCE = "x.mentions.TOWN"
TOWN = """id = "town"
name = { en = "Town" }
timezone = "Asia/Riyadh"
languages = ["ar", "fa", "ru", "kk", "en"]
[[accounts]]
platform = "x"
handle = "TOWN"
id = "1001"
"""


def run(posts: int = POSTS) -> dict[str, object]:
    """Peak memory and posts a second of one pass of `posts` posts in five languages, by `sada collect --once` in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="sada-bench-") as folder, _platform(posts) as address:
        began = time.monotonic()
        line, peak = _collect(Path(folder), address)
        seconds = time.monotonic() - began
    figures: dict[str, object] = {
        "posts": line["stored"],
        "pages": line["pages"],
        "peak_rss_mb": round(peak, 1),
        "posts_per_s": round(posts / seconds, 1),
    }
    return measure.report("collect", [figures], figures)


def _collect(folder: Path, address: str) -> tuple[dict[str, object], float]:
    """The pass's line of the ledger, and the largest its process was."""
    (folder / "town.toml").write_text(TOWN, encoding="utf-8")
    given = {"SADA_DATA": str(folder / "data"), "SADA_X_BEARER_TOKEN": "invented", "SADA_X_BASE_URL": address}
    code = "from bench.collecting import collect_and_tell; collect_and_tell()"
    asked = [sys.executable, "-c", code, "collect", "--once", "--source", SOURCE, "--deployment", "town.toml", "--json"]
    bare = {name: value for name, value in os.environ.items() if not name.startswith("SADA_")}  # one machine, whatever is set up here
    done = subprocess.run(asked, env=bare | given, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SadaError(f"bench collect: the pass failed: {done.stderr[-300:]}")
    (line,) = json.loads(done.stdout)
    return dict(line), float(done.stderr.split()[-1])


def collect_and_tell() -> None:
    """The command as it stands in sys.argv, then this process's peak memory on stderr; run in a process of its own."""
    assemble("collect")(standalone_mode=False)
    print(measure.peak_rss_mb(), file=sys.stderr)


@contextmanager
def _platform(posts: int) -> Iterator[str]:
    """The address of a server that answers as X would with so many mentions."""
    texts = own_texts()

    class Platform(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            at = int(parse_qs(urlsplit(self.path).query).get("pagination_token", ["0"])[0])
            body = json.dumps(page(texts, at, posts)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def page(texts: list[str], at: int, posts: int) -> dict[str, object]:
    """The page of X's answer that begins with post number `at`, newest first, as its API v2 shapes it."""
    rows = [_row(texts[n % len(texts)], n, posts) for n in range(at, min(at + PAGE, posts))]
    more = {"next_token": str(at + PAGE)} if at + PAGE < posts else {}
    return {"data": rows, "meta": {"result_count": len(rows), "newest_id": rows[0]["id"], "oldest_id": rows[-1]["id"], **more}}


def _row(text: str, n: int, posts: int) -> dict[str, object]:
    numbers = {"like_count": n % 9, "retweet_count": 0, "reply_count": 1, "quote_count": 0, "impression_count": n % 700}
    return {
        "id": str(NEWEST_ID - n),
        "text": f"@TOWN {text} {n}",
        "author_id": str(n),
        "created_at": "2026-04-06T10:00:00.000Z",
        "public_metrics": numbers,
    }
