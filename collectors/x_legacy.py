"""The old form of X's posts (API v1.1), in which the Account Activity webhooks still come, turned into the new one. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from collectors import told
from collectors.x_posts import Around

Piece = tuple[dict[str, Any], Around]
EVENTS = ("tweet_create_events", "tweet_delete_events", "direct_message_events")


def is_post(raw: dict[str, Any]) -> bool:
    """Whether this is a post in the old form: its id also as text, its author inside."""
    return "id_str" in raw and isinstance(raw.get("user"), dict) and ("text" in raw or "full_text" in raw)


def is_delivery(body: dict[str, Any]) -> bool:
    """Whether this is a delivery of the Account Activity webhook."""
    return any(isinstance(body.get(name), list) for name in EVENTS)


def pieces(body: dict[str, Any]) -> Iterator[Piece]:
    """The posts, deletions and direct messages of a delivery."""
    for raw in told.rows(body.get("tweet_create_events")):
        yield from post(raw)
    for raw in told.rows(body.get("tweet_delete_events")):
        yield {"delete": raw}, Around()
    users = {id: _user(one) for id, one in told.table(body.get("users")).items()}
    for raw in told.rows(body.get("direct_message_events")):
        yield raw | {"_users": users}, Around()


def post(raw: dict[str, Any]) -> Iterator[Piece]:
    """A post as the new form has it, then the post it quotes."""
    user = _user(told.table(raw["user"]))
    media = _media(raw)
    place = told.text(told.table(raw.get("place")).get("full_name"))
    beside = Around(
        users={user["id"]: user} if user["id"] else {}, media=media, places={"told": {"full_name": place}} if place else {}
    )  # fmt: skip
    yield _new(raw, user, media, bool(place)), beside
    quoted = told.table(raw.get("quoted_status"))
    if is_post(quoted):
        yield from post(quoted)


def _new(raw: dict[str, Any], user: dict[str, Any], media: dict[str, dict[str, Any]], has_place: bool) -> dict[str, Any]:
    long = told.table(raw.get("extended_tweet"))
    answered, quoted = told.native(raw.get("in_reply_to_status_id_str")), told.native(raw.get("quoted_status_id_str"))
    return {
        "id": raw["id_str"], "text": long.get("full_text") or raw.get("full_text") or raw.get("text"), "author_id": user["id"],
        "lang": raw.get("lang"), "in_reply_to_user_id": told.native(raw.get("in_reply_to_user_id_str")),
        "referenced_tweets": [{"type": how, "id": id} for how, id in (("replied_to", answered), ("quoted", quoted)) if id],
        "public_metrics": {new: raw.get(old) for new, old in (("like_count", "favorite_count"), ("retweet_count", "retweet_count"),
                                                              ("reply_count", "reply_count"), ("quote_count", "quote_count"))},
        "attachments": {"media_keys": list(media)}, "geo": {"place_id": "told"} if has_place else None,
    }  # fmt: skip


def _user(raw: dict[str, Any]) -> dict[str, Any]:
    """An account; in deliveries of messages it stands under its id without an id_str."""
    return {
        "id": told.native(raw.get("id_str")) or told.native(raw.get("id")), "username": raw.get("screen_name"), "name": raw.get("name"),
        "public_metrics": {"followers_count": raw.get("followers_count")},
    }  # fmt: skip


def _media(raw: dict[str, Any]) -> dict[str, dict[str, Any]]:
    places = (
        told.table(told.table(raw.get("extended_tweet")).get("extended_entities")),
        told.table(raw.get("extended_entities")),
        told.table(raw.get("entities")),
    )
    found = next((rows for place in places if (rows := told.rows(place.get("media")))), [])
    return {
        str(number): {"type": one.get("type"), "url": one.get("media_url_https"), "alt_text": one.get("ext_alt_text")}
        for number, one in enumerate(found)
    }
