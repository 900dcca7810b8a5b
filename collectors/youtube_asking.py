"""Asking Google's client: one answer, or every page of a list."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import httplib2
import msgspec
import requests
from googleapiclient.errors import Error, HttpError

from collectors import table, web
from collectors.youtube_bodies import problem
from collectors.youtube_posts import PLATFORM

TIMEOUT_S = 30
MOST_PAGES = 100  # of one list in one pass


Answered = tuple[httplib2.Response, bytes]
AGAIN = "the platform sent the same page again; what follows it is unseen"


class Line:
    """What Google's client asks through, in the shape of httplib2: httplib2 itself bounds neither an answer's size nor how long it drips."""

    def __init__(self, most_bytes: int = web.MOST_BYTES) -> None:
        self._most_bytes = most_bytes

    def request(
        self, uri: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None, **_: object
    ) -> Answered:
        """The answer, whatever its status. Raises requests.RequestException."""
        with web.BoundedSession(silence_s=TIMEOUT_S, most_bytes=self._most_bytes) as session:
            answer = session.request(method, uri, data=body, headers=headers)
        told = {name.lower(): value for name, value in answer.headers.items()}
        return httplib2.Response({**told, "status": str(answer.status_code)}), answer.content


class Unread(Exception):
    """A list that goes on, or comes again, beyond what one pass reads; its message says which."""


def pages(resource: Any, now: datetime, most: int = MOST_PAGES, **asked: Any) -> Iterator[dict[str, Any]]:
    """Every page of a list. Raises PlatformProblem, and Unread where a page comes again or `most` pages were not all."""
    request, seen = resource.list(**asked), set()
    for _ in range(most):
        page = get(request, now)
        yield page
        token = page.get("nextPageToken")
        if not token:
            return
        if token in seen:
            raise Unread(AGAIN)
        seen.add(token)
        request = resource.list_next(request, page)
    raise Unread(f"more than {most} pages; what follows them is unseen")


def get(request: Any, now: datetime) -> dict[str, Any]:
    """One answer. Raises PlatformProblem without the key in it."""
    try:
        body = request.execute(http=Line(), num_retries=0)
    except HttpError as error:
        raise problem(error.resp.status, dict(error.resp), _decoded(error.content), now) from None
    except requests.RequestException as error:
        raise web.line_problem(PLATFORM, error, now) from None
    except ValueError as error:  # neither JSON nor UTF-8
        said = error.doc if isinstance(error, json.JSONDecodeError) else ""
        raise table.problem(PLATFORM, now, code="html" if table.is_web_page(said) else "unreadable") from None
    except (TypeError, RecursionError):  # Google's client looks for a reason in a refusal's body, and not every list or text has one
        raise table.problem(PLATFORM, now, code="unreadable") from None
    except (OSError, Error):
        raise table.problem(PLATFORM, now, code="cut") from None
    if not isinstance(body, dict):
        raise table.problem(PLATFORM, now, code="unreadable")
    return body


def _decoded(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return content
