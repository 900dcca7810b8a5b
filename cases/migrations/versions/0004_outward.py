"""Links, news, plans, campaigns and the guide"""

import sqlalchemy as sa
from alembic import op

from cases.tables import Instant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "ambassadors",
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("citizen", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("followers_first", sa.Integer(), nullable=True),
        sa.Column("followers_last", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("campaign", "citizen"),
    )
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "deliveries",
        sa.Column("broadcast", sa.String(), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("citizen", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("native_id", sa.String(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("broadcast", "platform", "citizen"),
    )
    op.create_index("deliveries_by_native_id", "deliveries", ["platform", "native_id"], unique=False)
    op.create_index("deliveries_by_state", "deliveries", ["broadcast", "state"], unique=False)
    op.create_table(
        "guide",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", "language"),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_links_case_id"), "links", ["case_id"], unique=False)
    op.create_table(
        "plans",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("citizen", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("joined_to", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("proposals_by_campaign", "proposals", ["campaign", "place"], unique=False)
    op.create_table(
        "subscribers",
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("citizen", sa.String(), nullable=False),
        sa.Column("consented_at", Instant(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("opted_out_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("platform", "citizen"),
    )
    op.create_table(
        "voices",
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("citizen", sa.String(), nullable=True),
        sa.Column("views", sa.Integer(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "post"),
    )
    op.create_table(
        "votes",
        sa.Column("proposal", sa.String(), nullable=False),
        sa.Column("citizen", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("proposal", "citizen"),
    )


def downgrade() -> None:
    op.drop_table("votes")
    op.drop_table("voices")
    op.drop_table("subscribers")
    op.drop_index("proposals_by_campaign", table_name="proposals")
    op.drop_table("proposals")
    op.drop_table("plans")
    op.drop_index(op.f("ix_links_case_id"), table_name="links")
    op.drop_table("links")
    op.drop_table("guide")
    op.drop_index("deliveries_by_state", table_name="deliveries")
    op.drop_index("deliveries_by_native_id", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_table("broadcasts")
    op.drop_table("ambassadors")
