"""The queue by what people ask for; and no audit line is replaced by another of its number"""

from alembic import op

from cases.migrations.append_only import refuse_replacing

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_index("cases_by_intent", "cases", ["is_open", "intent", "due", "opened_at", "id"], unique=False)
    refuse_replacing("audit", "number")


def downgrade() -> None:
    op.drop_index("cases_by_intent", table_name="cases")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_no_replace")
