"""What a worker tells Prometheus, and whether it lives and is ready."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from math import nan
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import Counter, Gauge, Histogram, make_wsgi_app

POSTS = Counter("sada_posts_total", "Posts handled", ["stage"])
PAGES = Counter("sada_pages_total", "Pages handled", ["stage"])
DEAD_LETTERS = Counter("sada_dead_letters_total", "Posts or messages that could not be handled", ["stage"])
RETRIES = Counter("sada_retries_total", "Requests to the store tried again")
BATCH_SECONDS = Histogram("sada_batch_seconds", "Seconds for one batch of pages", ["stage"])
BULK_SECONDS = Histogram("sada_bulk_seconds", "Seconds until the store confirmed a page")
LAG = Gauge("sada_lag_pages", "Messages not yet handled, of the partitions held by this worker", ["stage"])
DATA_AGE = Gauge("sada_data_age_seconds", "Age of the newest post handled, now")

Start = Callable[[str, list[tuple[str, str]]], object]


class Newest:
    """The newest post handled; its age grows while nothing comes, so that a stream that stands still is seen."""

    def __init__(self) -> None:
        self._at: datetime | None = None
        self._clock: Callable[[], datetime] | None = None

    def saw(self, at: datetime, clock: Callable[[], datetime]) -> None:
        """A post of this moment was handled; later ages are told by `clock`. One from the future is taken as of now, else it would hide a standstill."""
        at = min(at, clock())
        self._at, self._clock = max(at, self._at or at), clock

    def age(self) -> float:
        """Seconds; nan before the first post."""
        return (self._clock() - self._at).total_seconds() if self._at and self._clock else nan


NEWEST = Newest()
DATA_AGE.set_function(NEWEST.age)


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Requests of a scraper are no news."""


def serve(port: int, is_ready: Callable[[], bool]) -> int:
    """Answer /metrics, /healthz and /readyz on `port` in a thread; returns the port, which the system chooses for 0."""
    metrics = make_wsgi_app()

    def application(environ: dict[str, object], start: Start) -> Iterable[bytes]:
        path = environ.get("PATH_INFO")
        if path == "/metrics":
            return metrics(environ, start)  # type: ignore[no-any-return]
        good = path == "/healthz" or (path == "/readyz" and is_ready())
        known = path in ("/healthz", "/readyz")
        start("200 OK" if good else "503 Service Unavailable" if known else "404 Not Found", [("Content-Type", "text/plain")])
        return [b"ok\n" if good else b"not ready\n" if known else b"/metrics /healthz /readyz\n"]

    server = make_server("0.0.0.0", port, application, handler_class=_Quiet)  # type: ignore[arg-type]  # noqa: S104
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return int(server.server_port)
