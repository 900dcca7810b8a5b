"""The edge of the network: another address for a platform's own client, limits on time and size, and what a failing line means."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import requests

from collectors import table
from core.errors import PlatformProblem

CONNECT_S, SILENCE_S, WHOLE_S = 5.0, 20.0, 90.0
MOST_BYTES = 64 * 1024 * 1024
PIECE = 64 * 1024


class TooBig(requests.RequestException):
    """An answer larger than we take."""


def is_json(body: bytes) -> bool:
    """Whether a body looks like an object or a list of JSON, whatever it is called."""
    return body.lstrip()[:1] in (b"{", b"[")


class BoundedSession(requests.Session):
    """A session that never hangs and never fills the memory; give it to a client library in place of its own.

    `there` replaces `here` at the beginning of every address. `silence_s` is the longest silence, `whole_s` the longest answer in seconds.
    """

    def __init__(
        self, here: str = "", there: str = "", silence_s: float = SILENCE_S, whole_s: float = WHOLE_S, most_bytes: int = MOST_BYTES
    ) -> None:
        super().__init__()
        self._here, self._there = here, there.rstrip("/")
        self._silence_s, self._whole_s, self._most = silence_s, whole_s, most_bytes

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **how: Any) -> requests.Response:
        """As requests' own, at the other address, with the body read within the limits."""
        address = url.decode() if isinstance(url, bytes) else url
        if self._there and address.startswith(self._here):
            address = self._there + address[len(self._here) :]
        how |= {"timeout": (CONNECT_S, self._silence_s), "stream": True}
        until = time.monotonic() + self._whole_s
        response = super().request(method if isinstance(method, str) else method.decode(), address, *args, **how)
        response._content = self._read(response, until)  # what requests itself does for an answer that is no stream
        if is_json(response.content) and "charset" not in response.headers.get("content-type", "").lower():
            response.encoding = None  # requests takes what is called text for Latin-1; JSON is Unicode whatever it is called
        return response

    def _read(self, response: requests.Response, until: float) -> bytes:
        read = bytearray()
        for piece in response.iter_content(PIECE):
            read += piece
            if len(read) > self._most:
                response.close()
                raise TooBig(f"more than {self._most} bytes")
            if time.monotonic() > until:
                response.close()
                raise requests.Timeout(f"not whole after {self._whole_s:g} s")
        return bytes(read)


def line_problem(platform: str, error: requests.RequestException, now: datetime) -> PlatformProblem:
    """What an answer that did not come, or came broken, means."""
    if isinstance(error, requests.JSONDecodeError):
        return table.problem(platform, now, code="html" if table.is_web_page(error.doc) else "unreadable")
    code = "too-big" if isinstance(error, TooBig) else "silence" if isinstance(error, requests.Timeout) else "cut"
    return table.problem(platform, now, code=code)
