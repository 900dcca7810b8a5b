"""The tables of cases, their people and what was done, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeEngine

from store.embedded_sql import micros, moment


class Instant(TypeDecorator[datetime]):
    """An aware moment: timestamptz in PostgreSQL, whole microseconds since 1970 in SQLite, which has no such type."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's type in this engine."""
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if dialect.name == "postgresql" else BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """A moment as the engine keeps it."""
        return value if value is None or dialect.name == "postgresql" else micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """A kept moment, in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else moment(value)


metadata = MetaData()

cases = Table(
    "cases", metadata,
    Column("id", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("intent", String(16), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("due", Instant),  # when the clock that runs now will have run out; null: none runs
    Column("category", String), Column("place", String), Column("department", String), Column("platform", String),
    Column("branch", String), Column("citizen", String), Column("assignee", String),
    Column("held_by", String),  # the officer whose batch it is in, until held_until
    Column("held_until", Instant),
    Column("record", LargeBinary, nullable=False),  # the whole core.case.Case, history included (msgpack)
    Index("cases_in_queue", "is_open", "due", "opened_at", "id"),
    Index("cases_by_opening", "is_open", "opened_at", "id"),
    Index("cases_by_status", "is_open", "status", "due", "opened_at", "id"),
    Index("cases_by_department", "is_open", "department", "due", "opened_at", "id"),
    Index("cases_by_assignee", "assignee", "is_open", "due", "opened_at", "id"),
    Index("cases_by_category", "is_open", "category", "due", "opened_at", "id"),
    Index("cases_by_intent", "is_open", "intent", "due", "opened_at", "id"),
    Index("cases_by_place", "is_open", "place", "due", "opened_at", "id"),
    Index("cases_by_citizen", "citizen", "opened_at"),
    Index("cases_held", "held_by", "held_until", sqlite_where=text("held_by IS NOT NULL"), postgresql_where=text("held_by IS NOT NULL")),
)  # fmt: skip

case_posts = Table(
    "case_posts", metadata,
    Column("post", String, primary_key=True),  # a post belongs to one case
    Column("case_id", String, nullable=False, index=True),
    Column("author", String), Column("conversation", String), Column("copy_of", String), Column("topic", String),
    Column("at", Instant, nullable=False),
    Column("account", String), Column("private", Boolean),  # which of ours it was addressed to; whether in a private conversation
    Column("marks", LargeBinary),  # of its words (cases/forgetting.py), until it is deleted
    Index("case_posts_by_author", "author", "at"),
    Index("case_posts_by_conversation", "conversation"),
    Index("case_posts_by_copy", "copy_of"),
)  # fmt: skip

triage = Table(
    "triage", metadata,
    Column("post", String, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("intent", String(16)), Column("confidence", Integer),  # per cent
    Column("decided_by", String), Column("decided_at", Instant), Column("decision", String(16)),
)  # fmt: skip

places = Table("follower_places", metadata, Column("name", String, primary_key=True), Column("number", BigInteger, nullable=False))

audit = Table(
    "audit", metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False, index=True),
    Column("who", String, nullable=False),
    Column("what", String(24), nullable=False),  # read, export, move, assign, sign_in, …
    Column("about", String, nullable=False, index=True),  # a case, a user, a file
    Column("detail", String, nullable=False),  # never a citizen's text
)  # fmt: skip

referrals = Table(
    "referrals", metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("case_id", String, nullable=False),
    Column("topic", String), Column("place", String),
    Column("department", String, nullable=False),
    Column("kept", Boolean, nullable=False),  # solved there, or sent back as not theirs
    Index("referrals_by_matter", "topic", "place", "department"),
)  # fmt: skip

users = Table(
    "users", metadata,
    Column("name", String, primary_key=True),
    Column("role", String(16), nullable=False),
    Column("departments", String, nullable=False),  # separated by commas
    Column("password", String),  # argon2id; null: signs in by OpenID Connect only
    Column("failed", Integer, nullable=False),  # wrong passwords since the last right one
    Column("locked_until", Instant),
    Column("disabled", Boolean, nullable=False),
    Column("made_at", Instant, nullable=False),
)  # fmt: skip

sessions = Table(
    "sessions", metadata,
    Column("token", String(64), primary_key=True),  # SHA-256 of what the browser holds
    Column("name", String, nullable=False, index=True),
    Column("began_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
)  # fmt: skip

handovers = Table(
    "handovers", metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("who", String, nullable=False),
    Column("text", String, nullable=False),
)  # fmt: skip

entries = Table(
    "entries", metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("post", String, nullable=False, unique=True),
    Column("record", LargeBinary, nullable=False),  # the whole core.post.Post (msgpack), until the stream has stored it
)  # fmt: skip

canned = Table(
    "canned", metadata,
    Column("id", String, primary_key=True),
    Column("category", String), Column("language", String(8), nullable=False), Column("status", String(16)),  # null: for all
    Column("text", String, nullable=False),
    Column("template", String),  # the name WhatsApp approved it under
    Column("by", String, nullable=False), Column("at", Instant, nullable=False),
)  # fmt: skip

answers = Table(
    "answers", metadata,
    Column("id", String, primary_key=True),  # made from case, post and text: the same answer is never written twice
    Column("case_id", String, nullable=False, index=True),
    Column("state", String(16), nullable=False, index=True),
    Column("written_at", Instant, nullable=False),
    Column("record", LargeBinary, nullable=False),  # the whole cases.answering.Answer (msgpack)
)  # fmt: skip
"""The outbox: an answer stands here before anybody tries to send it."""

links = Table(
    "links", metadata,
    Column("id", String, primary_key=True),
    Column("case_id", String, nullable=False, index=True),
    Column("department", String, nullable=False),
    Column("by", String, nullable=False), Column("at", Instant, nullable=False), Column("until", Instant, nullable=False),
    Column("revoked", Boolean, nullable=False),
)  # fmt: skip

subscribers = Table(
    "subscribers", metadata,
    Column("platform", String(16), primary_key=True), Column("citizen", String, primary_key=True),
    Column("consented_at", Instant, nullable=False), Column("how", String, nullable=False),
    Column("opted_out_at", Instant),
)  # fmt: skip

broadcasts = Table(
    "broadcasts", metadata,
    Column("id", String, primary_key=True),
    Column("text", String, nullable=False), Column("template", String),
    Column("by", String, nullable=False), Column("at", Instant, nullable=False),
    Column("approved_by", String),
)  # fmt: skip

deliveries = Table(
    "deliveries", metadata,
    Column("broadcast", String, primary_key=True), Column("platform", String(16), primary_key=True), Column("citizen", String, primary_key=True),
    Column("state", String(16), nullable=False), Column("at", Instant, nullable=False),
    Column("native_id", String), Column("problem", String),
    Index("deliveries_by_native_id", "platform", "native_id"), Index("deliveries_by_state", "broadcast", "state"),
)  # fmt: skip

plans = Table(
    "plans", metadata,
    Column("id", String, primary_key=True),
    Column("category", String), Column("place", String),
    Column("published", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Column("record", LargeBinary, nullable=False),  # cases.roadmap.Plan (msgpack)
)  # fmt: skip

proposals = Table(
    "proposals", metadata,
    Column("id", String, primary_key=True),
    Column("campaign", String, nullable=False), Column("place", String), Column("citizen", String),
    Column("text", String, nullable=False), Column("at", Instant, nullable=False),
    Column("joined_to", String),  # the proposal that says the same
    Index("proposals_by_campaign", "campaign", "place"),
)  # fmt: skip

votes = Table(
    "votes", metadata,
    Column("proposal", String, primary_key=True), Column("citizen", String, primary_key=True),
    Column("at", Instant, nullable=False),
)  # fmt: skip

voices = Table(
    "voices", metadata,  # posts in which somebody takes part in a campaign
    Column("campaign", String, primary_key=True), Column("post", String, primary_key=True),
    Column("place", String), Column("citizen", String), Column("views", Integer), Column("at", Instant, nullable=False),
)  # fmt: skip

ambassadors = Table(
    "ambassadors", metadata,
    Column("campaign", String, primary_key=True), Column("citizen", String, primary_key=True),  # the account they speak with
    Column("place", String, nullable=False), Column("name", String, nullable=False), Column("at", Instant, nullable=False),
    Column("followers_first", Integer), Column("followers_last", Integer),
    Column("accepted_by", String),  # null: signed up by themselves and not looked at yet
)  # fmt: skip

guide = Table(
    "guide", metadata,
    Column("id", String, primary_key=True), Column("language", String(8), primary_key=True),
    Column("record", LargeBinary, nullable=False),  # cases.guide.Procedure (msgpack)
)  # fmt: skip

corrections = Table(
    "corrections", metadata,  # what people said a post really is: lines are added; the last one of a post and field holds
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("post", String, nullable=False),
    Column("field", String(16), nullable=False),  # of core.post.Post
    Column("labels", String, nullable=False),  # ids with | between them; empty: none of them
    Column("was", String, nullable=False), Column("was_by", String, nullable=False),  # and which model had said so
    Column("who", String, nullable=False), Column("at", Instant, nullable=False),
    Index("corrections_by_post", "post", "field", "number"),
)  # fmt: skip

sampled = Table(
    "sampled", metadata,  # a random sample of posts as people say they are: what shares are held against
    Column("post", String, primary_key=True),
    Column("label", String(16), nullable=False),  # a sentiment; empty: a person could not tell
    Column("answer", String(16), nullable=False), Column("answered_by", String, nullable=False),  # what which model had answered
    Column("language", String(8), nullable=False),
    Column("topics", String, nullable=False),  # ids with | between them
    Column("written_at", Instant, nullable=False),
    Column("who", String, nullable=False), Column("at", Instant, nullable=False),
)  # fmt: skip

events = Table(
    "events", metadata,  # what staff noted of a day, to be seen beside the curves
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("day", Date, nullable=False, index=True),  # of the deployment's own time zone
    Column("text", String(120), nullable=False),
    Column("who", String, nullable=False), Column("at", Instant, nullable=False),
)  # fmt: skip

case_copies = Table(
    "case_copies", metadata,  # changes of cases that analysts' copy lacks; written by a trigger, in PostgreSQL only
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("case_id", String, nullable=False),
)  # fmt: skip
