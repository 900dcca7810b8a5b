"""Asking Google's client: one answer, or every page of a list."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httplib2
import msgspec
from googleapiclient.errors import Error, HttpError

from collectors import table
from collectors.youtube_bodies import problem
from collectors.youtube_posts import PLATFORM

TIMEOUT_S = 30
MOST_PAGES = 100  # of one list in one pass


AGAIN = "the platform sent the same page again; what follows it is unseen"


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
    """One answer; each question has its own connection, since httplib2 is not made for threads. Raises PlatformProblem without the key in it."""
    try:
        body = request.execute(http=httplib2.Http(timeout=TIMEOUT_S), num_retries=0)
    except HttpError as error:
        raise problem(error.resp.status, dict(error.resp), _decoded(error.content), now) from None
    except TimeoutError:
        raise table.problem(PLATFORM, now, code="silence") from None
    except ValueError as error:  # neither JSON nor UTF-8
        said = error.doc if isinstance(error, json.JSONDecodeError) else ""
        raise table.problem(PLATFORM, now, code="html" if table.is_web_page(said) else "unreadable") from None
    except TypeError:  # Google's client looks for a reason in a refusal's body, and not every list or text has one
        raise table.problem(PLATFORM, now, code="unreadable") from None
    except (OSError, http.client.HTTPException, httplib2.HttpLib2Error, Error):
        raise table.problem(PLATFORM, now, code="cut") from None
    if not isinstance(body, dict):
        raise table.problem(PLATFORM, now, code="unreadable")
    return body


def _decoded(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return content
