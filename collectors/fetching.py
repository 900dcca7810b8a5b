"""The edge of the network for platforms asked without a client library: httpx with limits on time, size and redirects."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx
import msgspec

from collectors import table
from collectors.translating import decoded
from collectors.web import CONNECT_S, MOST_BYTES, WHOLE_S
from collectors.web import SILENCE_S as SILENCE_S

PIECE = 64 * 1024
REDIRECTS = 5
NAME = "sada (+https://github.com/sada)"


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, whole."""

    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes
    moved_to: str | None = None  # where a permanent redirect led


class Fetcher:
    """Asks one server, never waits for ever and never fills the memory.

    httpx logs every address it asks, and a Telegram token is part of the address: so its log is turned down here.
    """

    def __init__(
        self,
        base_url: str = "",
        *,
        follow: bool = False,
        silence_s: float = SILENCE_S,
        whole_s: float = WHOLE_S,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        logging.getLogger("httpx").setLevel(logging.WARNING)
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        self._whole_s, self._most = whole_s, most_bytes
        self._http = httpx.Client(
            base_url=base_url, timeout=httpx.Timeout(silence_s, connect=CONNECT_S), follow_redirects=follow, max_redirects=REDIRECTS,
            headers={"user-agent": NAME},
        )  # fmt: skip

    def get(
        self, platform: str, address: str, now: datetime, query: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Fetched:
        """The answer at `address`, whatever its status. Raises PlatformProblem where none came, without naming the address."""
        try:
            with self._http.stream("GET", address, params=query, headers=headers) as response:
                return Fetched(
                    status=response.status_code, headers=_lower(response), body=self._read(response), moved_to=_moved_to(response)
                )
        except httpx.TimeoutException:
            code = "silence"
        except _TooBig:
            code = "too-big"
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise table.problem(platform, now, status=400, detail="the address is not one we can ask") from None
        except (httpx.HTTPError, httpx.StreamError):
            code = "cut"
        raise table.problem(platform, now, code=code)

    def send(self, platform: str, address: str, now: datetime, body: bytes, headers: Mapping[str, str]) -> Fetched:
        """The answer to a body sent once. Raises PlatformProblem: "retry" only where nothing can have arrived."""
        try:
            with self._http.stream("POST", address, content=body, headers={"content-type": "application/json", **headers}) as response:
                return Fetched(status=response.status_code, headers=_lower(response), body=self._read(response))
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise table.problem(platform, now, code="cut") from None
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, _TooBig):
            raise table.problem(platform, now, code="no-receipt") from None

    def _read(self, response: httpx.Response) -> bytes:
        until = time.monotonic() + self._whole_s
        read = bytearray()
        for piece in response.iter_bytes(PIECE):
            read += piece
            if len(read) > self._most:
                raise _TooBig
            if time.monotonic() > until:
                raise httpx.ReadTimeout("not whole in time")
        return bytes(read)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()


class _TooBig(Exception):
    pass


def _lower(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _moved_to(response: httpx.Response) -> str | None:
    """Where to ask from now on: only if every step there was permanent."""
    steps = [step.status_code for step in response.history]
    return str(response.url) if steps and all(status in (301, 308) for status in steps) else None


def as_json(fetched: Fetched, platform: str, now: datetime) -> Any:
    """The answer's JSON. Raises PlatformProblem for a web page or anything else that is none."""
    read = decoded(fetched.body)
    if isinstance(read, bytes | str):
        raise table.problem(platform, now, code="html" if table.is_web_page(fetched.body) else "unreadable")
    return read
