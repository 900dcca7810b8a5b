"""A server on 127.0.0.1 that gives recorded answers, so that a platform's real client is tested without the internet."""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]  # the last value of each name
    headers: dict[str, str]  # names in lower case
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """One answer. `body` is sent as it is if bytes or str, else as JSON."""

    body: object = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None  # send so many bytes of the body, then break the connection
    silent: bool = False  # never answer; ends with the server
    pieces: tuple[bytes, ...] | None = None  # sent one by one as a stream does, in place of the body; then `silent` or the end

    @property
    def raw(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False).encode()


Answers = Callable[[Asked], Reply]


def by_path(routes: dict[str, Reply | Sequence[Reply] | Answers]) -> Answers:
    """Answers by path (a route ending in * matches its beginnings); a sequence is given one by one, its last for ever; else 404."""
    given: dict[str, int] = {}

    def answer(asked: Asked) -> Reply:
        for path, told in routes.items():
            if asked.path == path or (path.endswith("*") and asked.path.startswith(path[:-1])):
                if isinstance(told, Reply):
                    return told
                if callable(told):
                    return told(asked)
                turn = given[path] = given.get(path, -1) + 1
                return told[min(turn, len(told) - 1)]
        return Reply({"error": f"nothing recorded for {asked.path}"}, status=404)

    return answer


@dataclass
class Server:
    """A running replay: its address and everything it was asked."""

    url: str
    asked: list[Asked]


@contextmanager
def replay(answers: Answers | dict[str, Reply | Sequence[Reply] | Answers]) -> Iterator[Server]:
    """Serve `answers` until the block ends."""
    answer = by_path(answers) if isinstance(answers, dict) else answers
    asked: list[Asked] = []
    ended = threading.Event()
    http = _Http(("127.0.0.1", 0), _handler(answer, asked, ended))
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{http.server_port}", asked)
    finally:
        ended.set()
        http.shutdown()
        http.server_close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away (killed, timed out) is what some tests are about."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _handler(answer: Answers, asked: list[Asked], ended: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            split = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            query = {name: values[-1] for name, values in parse_qs(split.query, keep_blank_values=True).items()}
            request = Asked(self.command, split.path, query, {k.lower(): v for k, v in self.headers.items()}, body)
            asked.append(request)
            self.send(answer(request))

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do

        def send(self, reply: Reply) -> None:
            if reply.pieces is not None:
                return self.stream(reply)
            if reply.silent:
                ended.wait()
                return self.cut()
            raw = reply.raw
            self.send_response(reply.status)
            headers = {"Content-Type": "application/json; charset=utf-8", **reply.headers, "Content-Length": str(len(raw))}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw if reply.cut_after is None else raw[: reply.cut_after])
            return self.cut() if reply.cut_after is not None else None

        def stream(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in reply.pieces or ():
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.flush()
            if reply.silent:
                ended.wait()
                return self.cut()
            self.wfile.write(b"0\r\n\r\n")
            return None

        def cut(self) -> None:
            """Break the connection as a failing line does, with a reset."""
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        def log_message(self, *_: object) -> None:
            """Say nothing: a test reads `asked`."""

    return Handler
