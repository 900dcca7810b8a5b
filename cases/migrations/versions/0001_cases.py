"""Cases, their posts, the triage queue, followers and the audit"""

import sqlalchemy as sa
from alembic import op

from cases.migrations.append_only import guard
from cases.tables import Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_audit_about"), "audit", ["about"], unique=False)
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_table(
        "case_posts",
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("conversation", sa.String(), nullable=True),
        sa.Column("copy_of", sa.String(), nullable=True),
        sa.Column("topic", sa.String(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("post"),
    )
    op.create_index("case_posts_by_author", "case_posts", ["author", "at"], unique=False)
    op.create_index("case_posts_by_conversation", "case_posts", ["conversation"], unique=False)
    op.create_index("case_posts_by_copy", "case_posts", ["copy_of"], unique=False)
    op.create_index(op.f("ix_case_posts_case_id"), "case_posts", ["case_id"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("intent", sa.String(length=16), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("due", Instant(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("department", sa.String(), nullable=True),
        sa.Column("platform", sa.String(), nullable=True),
        sa.Column("branch", sa.String(), nullable=True),
        sa.Column("citizen", sa.String(), nullable=True),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("held_by", sa.String(), nullable=True),
        sa.Column("held_until", Instant(), nullable=True),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("cases_by_assignee", "cases", ["assignee", "is_open", "due"], unique=False)
    op.create_index("cases_by_category", "cases", ["is_open", "category", "due", "opened_at", "id"], unique=False)
    op.create_index("cases_by_citizen", "cases", ["citizen", "opened_at"], unique=False)
    op.create_index("cases_by_department", "cases", ["is_open", "department", "due", "opened_at", "id"], unique=False)
    op.create_index("cases_by_place", "cases", ["is_open", "place", "due", "opened_at", "id"], unique=False)
    op.create_index("cases_by_status", "cases", ["is_open", "status", "due", "opened_at", "id"], unique=False)
    held = sa.text("held_by IS NOT NULL")
    op.create_index("cases_held", "cases", ["held_by", "held_until"], unique=False, sqlite_where=held, postgresql_where=held)
    op.create_index("cases_by_opening", "cases", ["is_open", "opened_at", "id"], unique=False)
    op.create_index("cases_in_queue", "cases", ["is_open", "due", "opened_at", "id"], unique=False)
    op.create_table(
        "follower_places",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "triage",
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("intent", sa.String(length=16), nullable=True),
        sa.Column("confidence", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("post"),
    )
    op.create_index(op.f("ix_triage_at"), "triage", ["at"], unique=False)
    guard("audit")


def downgrade() -> None:
    op.drop_index(op.f("ix_triage_at"), table_name="triage")
    op.drop_table("triage")
    op.drop_table("follower_places")
    op.drop_index("cases_in_queue", table_name="cases")
    op.drop_index("cases_by_opening", table_name="cases")
    op.drop_index("cases_held", table_name="cases")
    op.drop_index("cases_by_status", table_name="cases")
    op.drop_index("cases_by_place", table_name="cases")
    op.drop_index("cases_by_department", table_name="cases")
    op.drop_index("cases_by_citizen", table_name="cases")
    op.drop_index("cases_by_category", table_name="cases")
    op.drop_index("cases_by_assignee", table_name="cases")
    op.drop_table("cases")
    op.drop_index(op.f("ix_case_posts_case_id"), table_name="case_posts")
    op.drop_index("case_posts_by_copy", table_name="case_posts")
    op.drop_index("case_posts_by_conversation", table_name="case_posts")
    op.drop_index("case_posts_by_author", table_name="case_posts")
    op.drop_table("case_posts")
    op.drop_index(op.f("ix_audit_at"), table_name="audit")
    op.drop_index(op.f("ix_audit_about"), table_name="audit")
    op.drop_table("audit")
