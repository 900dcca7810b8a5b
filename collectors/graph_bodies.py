"""What the Graph's answers and headers say, for Facebook and Instagram: errors, shares used of a limit, objects, the next page. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from collectors import table
from collectors.told import native, number, rows
from collectors.told import table as object_
from core.errors import PlatformProblem

SECRETS = ("access_token", "appsecret_proof")
USAGE_HEADERS = ("x-app-usage", "x-page-usage", "x-ad-account-usage", "x-business-use-case-usage")
ID_CHARACTERS = re.compile(r"[\w.:-]+")


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
        return table.problem(platform, now, status=status, code=_unreadable(status, body), until=table.retry_after(headers, now))
    told = object_(body)
    error = object_(told.get("error")) or told
    code, subcode = native(error.get("code")), native(error.get("error_subcode"))
    whole = "/".join(filter(None, (code, subcode)))
    message = next((error[k] for k in ("message", "error_message") if isinstance(error.get(k), str)), "")
    until = table.retry_after(headers, now) or usage(headers, now)[1]
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
