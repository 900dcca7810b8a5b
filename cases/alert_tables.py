"""The tables of alerts: what was raised, who was told and how that went, and what people said of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table

from cases.tables import Instant
from cases.tables import metadata as metadata

alerts = Table(
    "alerts", metadata,
    Column("id", String, primary_key=True),  # made from rule, matter and day: the same alert is never raised twice
    Column("rule", String, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("matter", String, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("tell_at", Instant, nullable=False),  # when the first message may go out: after quiet hours, with the digest
    Column("acknowledged_at", Instant), Column("acknowledged_by", String),
    Column("escalated_at", Instant),
    Column("record", LargeBinary, nullable=False),  # the whole cases.alerts.Alert (msgpack)
    Index("alerts_by_time", "raised_at", "id"),
    Index("alerts_to_escalate", "acknowledged_at", "escalated_at", "tell_at"),
)  # fmt: skip

alert_deliveries = Table(
    "alert_deliveries", metadata,
    Column("id", String, primary_key=True),  # made from alert, step and address
    Column("alert", String, nullable=False, index=True),
    Column("step", String(16), nullable=False),  # first or escalated
    Column("address", String(16), nullable=False),  # a digest: addresses hold passwords
    Column("to", String, nullable=False),  # what may be shown of it
    Column("language", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("at", Instant, nullable=False),
    Column("problem", String),
    Index("alert_deliveries_due", "state", "next_at"),
    Index("alert_deliveries_by_time", "at"),
)  # fmt: skip
"""The outbox: a message stands here, with its attempts, before anybody tries to send it."""

alert_judgements = Table(
    "alert_judgements", metadata,  # lines are added; the last one of an alert holds
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("alert", String, nullable=False, index=True),
    Column("is_right", Boolean, nullable=False),
    Column("who", String, nullable=False), Column("at", Instant, nullable=False),
)  # fmt: skip

alert_mutes = Table(
    "alert_mutes", metadata,
    Column("rule", String, primary_key=True), Column("matter", String, primary_key=True),
    Column("until", Instant, nullable=False),
    Column("who", String, nullable=False), Column("at", Instant, nullable=False),
)  # fmt: skip

alert_rules = Table(
    "alert_rules", metadata,  # rules edited on the page; each stands over the deployment's of the same id
    Column("id", String, primary_key=True),
    Column("record", LargeBinary, nullable=False),  # core.deployment.AlertRule (msgpack)
    Column("who", String, nullable=False), Column("at", Instant, nullable=False),
)  # fmt: skip
