"""Asking Meta's Graph API, for Facebook and Instagram: facebook-sdk's client, and paging that gives up.

Why this client and what it hides: docs/decisions/0650-facebook-sdk-with-a-session-of-ours.md.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import facebook
import requests

from collectors import table, web
from collectors.base import Answer
from collectors.graph_bodies import follow, is_error, problem, usage
from collectors.parts import refused
from collectors.told import native, number, rows
from collectors.told import table as object_
from core.errors import CredentialMissing, PlatformProblem
from core.page import in_parts
from core.settings import Settings

VERSION = "v25.0"  # facebook-sdk refuses two-digit versions in its constructor, so it is set afterwards
USED_UP = 95  # per cent of an hour's calls after which we leave the rest to others
SMALLEST_PAGE = 1
AT_ONCE = 50  # ids in one question


class Latest(threading.local):
    """What facebook-sdk hides of the latest answer; every source asks in its own thread."""

    def __init__(self) -> None:
        self.status, self.text = 0, ""
        self.headers: dict[str, str] = {}  # names in lower case


class Session(web.BoundedSession):
    """A session that asks at `base_url`, signs what it asks, and remembers the latest status and headers."""

    def __init__(self, base_url: str, proof: str | None) -> None:
        super().__init__(facebook.FACEBOOK_GRAPH_URL.rstrip("/"), base_url)
        self._proof, self.latest = proof, Latest()

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **how: Any) -> requests.Response:
        self.latest.status, self.latest.headers, self.latest.text = 0, {}, ""
        if self._proof:
            how["params"] = {**(how.get("params") or {}), "appsecret_proof": self._proof}
        answer = super().request(method, url, *args, **how)
        self.latest.status, self.latest.headers = answer.status_code, {k.lower(): v for k, v in answer.headers.items()}
        if web.is_json(answer.content):  # facebook-sdk reads JSON only where it is called so, and a proxy may call it text
            answer.headers["content-type"] = self.latest.headers["content-type"] = "application/json"
        self.latest.text = "" if "json" in self.latest.headers.get("content-type", "") else answer.text[:400]
        return answer


class Client(facebook.GraphAPI):
    """facebook-sdk's client that knows which of our platforms it asks for."""

    platform = "facebook"
    folder = Path("var")  # where the inbox lies
    session: Session


def client(settings: Settings, platform: str, key: str) -> Client:
    """A client for one platform. Raises CredentialMissing naming the key of its token."""
    token = settings.credential(key)
    if not token:
        raise CredentialMissing(f"{platform}: SADA_{key} is not set; docs/credentials.md#{platform} says how to get it")
    secret = settings.credential("FACEBOOK_APP_SECRET")
    proof = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest() if secret else None
    made = Client(token, session=Session(settings.base_urls.get(platform, facebook.FACEBOOK_GRAPH_URL), proof))
    made.version, made.platform, made.folder = VERSION, platform, settings.data
    return made


def get(client: Client, path: str, args: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """One answer of the Graph. Raises PlatformProblem; no message of it holds an address, since addresses hold the token."""
    try:
        told = client.request(f"{client.version}/{path}", dict(args))
    except facebook.GraphAPIError as error:
        raise _failed(client, error.result, now) from None
    except requests.JSONDecodeError:
        raise _failed(client, client.session.latest.text, now) from None
    except requests.RequestException as error:
        raise web.line_problem(client.platform, error, now) from None
    except (KeyError, ValueError, RecursionError):  # a content-type that is not there, numbers and depths without end
        raise _failed(client, client.session.latest.text or "unreadable", now) from None
    if client.session.latest.status >= 400 or not isinstance(told, dict) or is_error(told):
        raise _failed(client, told, now)
    return told


def _failed(client: Client, body: Any, now: datetime) -> PlatformProblem:
    if client.session.latest.text:
        body = client.session.latest.text
    return problem(client.platform, client.session.latest.status, client.session.latest.headers, body, now)


class Repeated(Exception):
    """The Graph sent a page again that it had sent before."""


def pages(client: Client, path: str, args: Mapping[str, Any], now: datetime) -> Iterator[dict[str, Any]]:
    """Every page from `path` on; only a missing `next` ends it, since pages may be empty in between.

    A page too big is asked for again at half its size. Raises PlatformProblem, also where the hour's calls are nearly used up, and Repeated.
    """
    args, seen = dict(args), set()
    while True:
        page, limit = _page(client, path, args, now)
        following = object_(page.get("paging")).get("next")
        mark = (tuple(native(row.get("id")) for row in rows(page)) or None, following if not rows(page) else None)
        if mark in seen:
            raise Repeated
        seen.add(mark)
        yield page
        if not isinstance(following, str) or not following:
            return
        spare(client, now)
        path, args = follow(following)
        if limit is not None:
            args["limit"] = min(limit, int(args.get("limit") or limit))


def _page(client: Client, path: str, args: dict[str, Any], now: datetime) -> tuple[dict[str, Any], int | None]:
    """A page, and the limit it was finally asked with."""
    limit = number(args.get("limit"))
    while True:
        try:
            return get(client, path, args, now), limit
        except PlatformProblem as trouble:
            if trouble.kind != "too much data" or limit is None or limit <= SMALLEST_PAGE:
                raise
            limit = max(SMALLEST_PAGE, limit // 2)
            args = {**args, "limit": limit}


def or_nothing(answers: Iterable[Answer], skipped: tuple[str, ...] = ("skip",)) -> Iterator[Answer]:
    """`answers` about one object among many: a problem that means this object only leaves it out, and says so."""
    try:
        yield from answers
    except PlatformProblem as trouble:
        if trouble.then not in skipped:
            raise
        yield refused(trouble.says, lost=False)


def again(client: Client, ids: Sequence[str], fields: str, now: datetime) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """(an answer for several ids, the ids nobody may see any more), until all `ids` are asked for.

    One unseen id spoils the whole question, so the question is halved until that id stands alone.
    """
    for some in in_parts(ids, AT_ONCE):
        yield from _some(client, some, fields, now)


def _some(client: Client, ids: Sequence[str], fields: str, now: datetime) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    try:
        body = get(client, "", {"ids": ",".join(ids), "fields": fields}, now)
    except PlatformProblem as trouble:
        if trouble.then != "skip":
            raise
        if len(ids) == 1:
            yield {}, (ids[0],)
            return
        yield from _some(client, ids[: len(ids) // 2], fields, now)
        yield from _some(client, ids[len(ids) // 2 :], fields, now)
        return
    yield body, tuple(id for id in ids if id not in body)


def proven(
    client: Client, looks: Iterable[tuple[dict[str, Any], tuple[str, ...]]], known: str, now: datetime
) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """`looks` as they come, and all that was missing at the end: only if something was seen, or `known` (the account itself) still is."""
    missing: list[str] = []
    is_seen = False
    for body, gone in looks:
        missing += gone
        is_seen = is_seen or bool(body)
        if body:
            yield body, ()
    if missing and (is_seen or get(client, known, {"fields": "id"}, now).get("id")):
        yield {}, tuple(missing)


def spare(client: Client, now: datetime) -> None:
    """Raise the wait that the next call would get, where the hour's calls are nearly used up."""
    used, until = usage(client.session.latest.headers, now)
    if used >= USED_UP:
        raise table.problem(client.platform, now, code="4", until=until, detail=f"{used} % used")
