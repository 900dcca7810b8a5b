"""One connection to X's filtered stream. It stays open between two passes: what arrives meanwhile waits in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import httpx

from collectors import table
from collectors.fetching import NAME
from collectors.translating import decoded
from collectors.x_bodies import problem
from collectors.x_posts import PLATFORM
from core.errors import PlatformProblem

PATH = "/2/tweets/search/stream"
CONNECT_S = 10.0
SILENCE_S = 45.0  # X sends an empty line every 20 seconds, so that silence can be told from a quiet town
LONGEST_LINE = 4 * 1024 * 1024
MOST_OF_AN_ERROR = 64 * 1024


class Connection:
    """The way to the stream, and what has come of a line that is not whole yet."""

    def __init__(self, base_url: str, token: str, silence_s: float = SILENCE_S) -> None:
        self._http = httpx.Client(
            base_url=base_url, timeout=httpx.Timeout(silence_s, connect=CONNECT_S),
            headers={"authorization": f"Bearer {token}", "user-agent": NAME},
        )  # fmt: skip
        self._response: httpx.Response | None = None
        self._pieces: Iterator[bytes] = iter(())
        self._rest = b""

    def __repr__(self) -> str:
        return f"Connection({'open' if self.is_open else 'closed'})"

    @property
    def is_open(self) -> bool:
        """Whether it was opened and nothing has ended it that we know of."""
        return self._response is not None

    def open(self, asked: Mapping[str, Sequence[str]], now: datetime) -> None:
        """Connect. Raises PlatformProblem where X refuses or cannot be reached."""
        query = {name.replace("_", ".", 1): ",".join(values) if not isinstance(values, str) else values for name, values in asked.items()}
        try:
            response = self._http.send(self._http.build_request("GET", PATH, params=query), stream=True)
        except httpx.TimeoutException:
            raise table.problem(PLATFORM, now, code="silence") from None
        except httpx.HTTPError:
            raise table.problem(PLATFORM, now, code="cut") from None
        if response.status_code != 200:
            raise _refused(response, now)
        self._response, self._pieces, self._rest = response, response.iter_bytes(), b""

    def lines(self, now: datetime) -> Iterator[list[bytes]]:
        """The whole lines of each piece as it arrives; an empty list for a sign of life. Raises PlatformProblem, closed, where it ends."""
        while True:
            yield self._next(now)

    def _next(self, now: datetime) -> list[bytes]:
        try:
            piece = next(self._pieces, None)
        except httpx.TimeoutException:
            raise self._ended("silence", now) from None
        except (httpx.HTTPError, httpx.StreamError):
            raise self._ended("cut", now) from None
        if piece is None:
            raise self._ended("operational-disconnect", now)
        *whole, self._rest = (self._rest + piece).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            raise self._ended("too-big", now)
        return [line for one in whole if (line := one.strip())]

    def _ended(self, code: str, now: datetime) -> PlatformProblem:
        self.close()
        return table.problem(PLATFORM, now, code=code)

    def close(self) -> None:
        """Let go of the connection; the next pass opens another one."""
        response, self._response, self._pieces, self._rest = self._response, None, iter(()), b""
        if response is not None:
            response.close()


def _refused(response: httpx.Response, now: datetime) -> PlatformProblem:
    """What X's refusal means."""
    body = b""
    try:
        for piece in response.iter_bytes(1024):
            body += piece
            if len(body) > MOST_OF_AN_ERROR:
                break
    except (httpx.HTTPError, httpx.StreamError):
        body = b""
    finally:
        response.close()
    return problem(response.status_code, {name.lower(): value for name, value in response.headers.items()}, decoded(body), now)
