"""A post: one public or addressed message, as its platform told it and as we understood it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""An aware datetime; UTC on the wire."""


class Kind(StrEnum):
    """What sort of message a post is, seen from the organisation."""

    OWN = "own"  # published by one of the official accounts
    MENTION = "mention"  # names or tags an official account, or matches a watched word
    COMMENT = "comment"  # under an official post
    REPLY = "reply"  # answers another post or comment
    DIRECT = "direct"  # a direct message
    REPORT = "report"  # a form, an app, an Open311 request
    CALL = "call"  # the telephone


class Author(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who wrote it, as far as the platform told."""

    id: str | None = None  # "<platform>:<native id>"
    handle: str | None = None
    name: str | None = None
    followers: int | None = None


class Media(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A picture, film, sound or document that came with the post."""

    kind: str  # photo, video, audio, document, sticker, location, contact, link, poll
    url: str | None = None
    text: str | None = None  # caption or alternative text


class Claim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A derived fact: what it says, how sure (0 to 1, None: not stated), and the name and version that claims it."""

    label: str
    confidence: float | None = None
    by: str = ""


class Span(msgspec.Struct, frozen=True):
    """Where something stands in a text: half-open, in code points."""

    start: int
    end: int
    kind: str


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier text of an edited post and when we saw it."""

    text: str
    observed_at: Moment


class Told(msgspec.Struct, frozen=True):
    """When a field was told last; what `observed_at` says of all the others."""

    what: str
    at: Moment


class Post(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message. `None` means the platform did not say; 0 means nobody."""

    id: str  # "<platform>:<native id>": Elasticsearch _id, SQLite key
    platform: str
    kind: Kind
    text: str  # exactly as published
    created_at: Moment
    observed_at: Moment  # when the platform told us this; a later observation wins
    source: str = ""  # which collector's source brought it
    account: str | None = None  # the official account it concerns, "<platform>:<handle or id>"
    author: Author | None = None
    platform_language: str | None = None  # as the platform claims it
    edited_at: Moment | None = None
    deleted_at: Moment | None = None  # set: a tombstone without text, author and media
    url: str | None = None
    parent_id: str | None = None
    conversation_id: str | None = None
    media: tuple[Media, ...] = ()
    likes: int | None = None
    replies: int | None = None
    reposts: int | None = None
    quotes: int | None = None
    views: int | None = None
    saves: int | None = None
    place_told: str | None = None  # as the platform or the form says it
    topic_told: str | None = None  # the category a form, a clerk or a history file gave
    versions: tuple[Version, ...] = ()  # earlier texts, oldest first

    # What enrich/ adds
    normal: str | None = None  # the words search finds (core.spelling.search_text), made once; stores keep them apart
    language: Claim | None = None
    dialect: Claim | None = None
    sentiment: Claim | None = None  # negative, neutral, positive, unsure
    intent: Claim | None = None  # complaint, inquiry, suggestion, thanks, news, other
    topics: tuple[Claim, ...] = ()  # ids of the deployment's tree, surest first
    places: tuple[Claim, ...] = ()  # ids of the deployment's gazetteer, surest first
    copy_of: str | None = None  # near-duplicate group
    spam: Claim | None = None
    private: tuple[Span, ...] = ()  # personal data found in the text

    # What store/ adds
    told_earlier: tuple[Told, ...] = ()  # what the latest observation left untold, by name, and when it was told


class EngagementSample(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a platform told of one post's numbers at one time."""

    post_id: str
    at: Moment
    likes: int | None = None
    replies: int | None = None
    reposts: int | None = None
    quotes: int | None = None
    views: int | None = None
    saves: int | None = None


LONGEST_ID = 512  # bytes of a post's id: what Elasticsearch takes of a document's
METRICS = ("likes", "replies", "reposts", "quotes", "views", "saves")
INTERACTIONS = ("likes", "replies", "reposts", "quotes", "saves")


def interactions(post: Post) -> int | None:
    """The sum of the told likes, replies, reposts, quotes and saves; None if none of them was told."""
    told = [n for name in INTERACTIONS if (n := getattr(post, name)) is not None]
    return sum(told) if told else None


def tombstone(post: Post, at: datetime) -> Post:
    """`post` after its deletion at `at`: text, author, media, versions and whose conversation it was gone, counts kept."""
    return msgspec.structs.replace(
        post, text="", author=None, media=(), versions=(), url=None, conversation_id=None, normal=None, place_told=None, copy_of=None,
        private=(), deleted_at=at, observed_at=max(at, post.observed_at),
    )  # fmt: skip


PERSON = "person@"


def corrected_by(number: int) -> str:
    """Who claims what a person corrected: nobody's name, but which correction it was."""
    return f"{PERSON}{number}"


def correction(claims: Claim | tuple[Claim, ...] | None) -> int:
    """The number of the correction that a claim, or the first of several, comes from; 0 if a model made it or there is none."""
    first = claims if isinstance(claims, Claim) else claims[0] if claims else None
    told = first.by.removeprefix(PERSON) if first and first.by.startswith(PERSON) else ""
    return int(told) if told.isdecimal() else 0


def encode(record: msgspec.Struct) -> bytes:
    """One record as JSON, in UTF-8."""
    return msgspec.json.encode(record)


def as_dict(record: msgspec.Struct) -> dict[str, Any]:
    """One record as JSON-ready built-in types, for printing."""
    built: dict[str, Any] = msgspec.to_builtins(record)
    return built
