"""tweepy's client within our limits, and every way in which it fails turned into ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
import requests
import tweepy

from collectors import table, web
from collectors.x_bodies import problem
from collectors.x_connection import SILENCE_S, Connection
from collectors.x_pen import THERE, Pen, pens
from collectors.x_posts import PLATFORM
from core.errors import CredentialMissing
from core.settings import Settings

HERE = "https://api.twitter.com"  # where tweepy asks
UNREADABLE = (tweepy.TweepyException, ValueError, AttributeError, KeyError, TypeError, RecursionError)
"""What tweepy raises over a body or header that it cannot read itself."""
PAGE_SIZE = 100  # the API's maximum for timelines, searches and lookups
FIELDS = {
    "tweet_fields": ["attachments", "author_id", "conversation_id", "created_at", "edit_history_tweet_ids", "entities", "geo", "in_reply_to_user_id",
                     "lang", "note_tweet", "public_metrics", "referenced_tweets"],
    "expansions": ["author_id", "attachments.media_keys", "attachments.poll_ids", "geo.place_id"],
    "poll_fields": ["options"],
    "user_fields": ["name", "public_metrics", "username"],
    "media_fields": ["alt_text", "media_key", "preview_image_url", "type", "url"],
    "place_fields": ["full_name"],
}  # fmt: skip
USER_FIELDS = ["name", "public_metrics", "username"]
Ask = Callable[..., dict[str, Any]]


class Client(msgspec.Struct, frozen=True):
    """tweepy's clients, the stream's connection, and the accounts' numbers it was told, so that each is asked for once a process."""

    api: tweepy.Client
    rules: tweepy.StreamingClient  # of the stream only the rules: its own connection sleeps and never gives up
    stream: Connection
    ids: dict[str, str] = {}
    pens: Mapping[str, Pen] = {}  # of the accounts that let us read what is written to them in private


def client(settings: Settings) -> Client:
    """tweepy's client with our limits of time and size. Raises CredentialMissing."""
    token = settings.credential("X_BEARER_TOKEN")
    if not token:
        raise CredentialMissing("x: waits for SADA_X_BEARER_TOKEN in the environment or .env; how to get it: docs/credentials.md#x")
    return msgspec.structs.replace(connect(token, settings.base_urls.get(PLATFORM, THERE)), pens=pens(settings))


def connect(
    token: str, base_url: str = THERE, silence_s: float = web.SILENCE_S, whole_s: float = web.WHOLE_S, stream_silence_s: float = SILENCE_S
) -> Client:
    """A client at `base_url`. Limits are met by us, never slept through inside the library."""
    api = tweepy.Client(token, return_type=dict, wait_on_rate_limit=False)
    rules = tweepy.StreamingClient(token, return_type=dict, wait_on_rate_limit=False)
    api.session = rules.session = web.BoundedSession(HERE, base_url, silence_s, whole_s)
    return Client(api, rules, Connection(base_url, token, stream_silence_s), {})


def call(method: Ask, now: datetime, **told: Any) -> dict[str, Any]:
    """One call of tweepy's, its many ways to fail turned into ours."""
    try:
        found = method(**{name: value for name, value in told.items() if value is not None})
    except tweepy.HTTPException as error:
        response = error.response
        raise problem(response.status_code, _lower(response.headers), _body(response), now) from None
    except requests.RequestException as error:
        raise web.line_problem(PLATFORM, error, now) from None
    except UNREADABLE:
        raise table.problem(PLATFORM, now, code="unreadable") from None
    if not isinstance(found, dict):
        raise table.problem(PLATFORM, now, code="unreadable")
    return found


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _body(response: requests.Response) -> Any:
    try:
        return response.json()
    except requests.JSONDecodeError:
        return response.text
