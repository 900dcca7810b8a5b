"""Asking Meta's Graph API, for Facebook and Instagram: facebook-sdk's client, paging that gives up, and what an error means.

Why this client and what it hides: docs/decisions/0650-facebook-sdk-with-a-session-of-ours.md.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import facebook
import msgspec
import requests

from collectors import table, web
from collectors.base import Answer
from collectors.parts import refused
from collectors.told import native, number, rows
from collectors.told import table as object_
from core.errors import CredentialMissing, PlatformProblem
from core.settings import Settings

VERSION = "v25.0"  # facebook-sdk refuses two-digit versions in its constructor, so it is set afterwards
USED_UP = 95  # per cent of an hour's calls after which we leave the rest to others
SECRETS = ("access_token", "appsecret_proof")
USAGE_HEADERS = ("x-app-usage", "x-page-usage", "x-ad-account-usage", "x-business-use-case-usage")
ID_CHARACTERS = re.compile(r"[\w.:-]+")
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
    except KeyError:  # facebook-sdk reads a content-type that is not there
        raise _failed(client, client.session.latest.text, now) from None
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
    for start in range(0, len(ids), AT_ONCE):
        yield from _some(client, list(ids[start : start + AT_ONCE]), fields, now)


def _some(client: Client, ids: list[str], fields: str, now: datetime) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
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


def follow(address: str) -> tuple[str, dict[str, Any]]:
    """Path and question of a `next` address without host, version and secrets: ours are added again when it is asked."""
    split = urlsplit(address)
    path = re.sub(r"^/?(v\d+\.\d+/)?", "", split.path)
    return path, {k: v for k, v in parse_qsl(split.query, keep_blank_values=True) if k not in SECRETS}


def next_place(body: Any) -> str | None:
    """Where the following page begins, fit to be shown: without host and secrets."""
    address = object_(object_(body).get("paging")).get("next")
    if not isinstance(address, str) or not address:
        return None
    path, args = follow(address)
    return f"{path}?{urlencode(args)}"


def spare(client: Client, now: datetime) -> None:
    """Raise the wait that the next call would get, where the hour's calls are nearly used up."""
    used, until = usage(client.session.latest.headers, now)
    if used >= USED_UP:
        raise table.problem(client.platform, now, code="4", until=until, detail=f"{used} % used")


def usage(headers: Mapping[str, str], now: datetime) -> tuple[int, datetime | None]:
    """(the highest share of a limit used, in per cent; when access comes back, where told) of an answer's headers."""
    lower = {name.lower(): value for name, value in headers.items()}
    used, minutes = 0, 0
    for entry in (entry for name in USAGE_HEADERS for entry in _entries(lower.get(name, ""))):
        used = max(used, *(number(entry.get(key)) or 0 for key in ("call_count", "total_cputime", "total_time", "acc_id_util_pct")))
        minutes = max(minutes, number(entry.get("estimated_time_to_regain_access")) or 0)
    return used, now + timedelta(minutes=minutes) if minutes else None


def _entries(told: str) -> Iterator[dict[str, Any]]:
    """The usage objects of one header: one alone, or lists of them by business."""
    try:
        read = msgspec.json.decode(told) if told else {}
    except msgspec.DecodeError:
        return
    if isinstance(read, dict):
        yield {k: v for k, v in read.items() if not isinstance(v, list)}
        for value in read.values():
            yield from rows(value)


def is_error(body: Any) -> bool:
    """Whether a body is an error in one of the Graph's forms, whatever its status was."""
    if not isinstance(body, dict):
        return False
    if body.get("error") or "error_message" in body:
        return True
    return "id" not in body and "code" in body and "message" in body


def problem(platform: str, status: int, headers: Mapping[str, str], body: Any, now: datetime) -> PlatformProblem:
    """What an error of the Graph means: its code and subcode tell, and only without them the status."""
    if isinstance(body, str | bytes):
        return table.problem(platform, now, status=status, code=_unreadable(status, body))
    told = object_(body)
    error = object_(told.get("error")) or told
    code, subcode = native(error.get("code")), native(error.get("error_subcode"))
    whole = "/".join(filter(None, (code, subcode)))
    message = next((error[k] for k in ("message", "error_message") if isinstance(error.get(k), str)), "")
    lower = {name.lower(): value for name, value in headers.items()}
    seconds = number(lower.get("retry-after"))
    until = now + timedelta(seconds=seconds) if seconds else usage(lower, now)[1]
    detail = f"code {whole}" if whole else ""
    found = table.problem(platform, now, status=status, code=whole, message=message, until=until, detail=detail)
    if found.then == "stop" and error.get("is_transient") is True:  # a code we do not know, of which the platform says that it passes
        return table.problem(platform, now, status=status, code="2", detail=detail)
    return found


def _unreadable(status: int, body: str | bytes) -> str:
    if status >= 400:
        return ""
    return "html" if table.is_web_page(body) else "unreadable"


def objects(body: Any) -> list[dict[str, Any]]:
    """The objects an answer holds: of a list, of {"data": […]}, of a question for several ids, or the one it is."""
    if isinstance(body, list):
        return rows(body)
    if not isinstance(body, dict):
        return []
    if "data" in body and "id" not in body:
        return rows(body)
    if body and all(isinstance(v, dict) and ID_CHARACTERS.fullmatch(k) and k[0].isdigit() for k, v in body.items()):
        return [{"id": id, **value} for id, value in body.items()]
    return [body] if body else []


def asked_under(path: str, edge: str) -> str | None:
    """The id of the object whose edge was asked: "123_4" of ".../123_4/comments"."""
    found = re.search(rf"/([\w]+)/{edge}/?$", path)
    return found.group(1) if found else None
