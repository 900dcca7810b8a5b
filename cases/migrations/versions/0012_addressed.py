"""Which account a post of a case was addressed to, and whether in private; and an officer's own cases in the queue's order"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("case_posts", sa.Column("account", sa.String(), nullable=True))
    op.add_column("case_posts", sa.Column("private", sa.Boolean(), nullable=True))
    op.drop_index("cases_by_assignee", table_name="cases")
    op.create_index("cases_by_assignee", "cases", ["assignee", "is_open", "due", "opened_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("cases_by_assignee", table_name="cases")
    op.create_index("cases_by_assignee", "cases", ["assignee", "is_open", "due"], unique=False)
    with op.batch_alter_table("case_posts") as table:
        table.drop_column("private")
        table.drop_column("account")
