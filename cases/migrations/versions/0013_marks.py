"""By what a repetition of a post's words is found when it is deleted"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("case_posts", sa.Column("marks", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("case_posts") as table:
        table.drop_column("marks")
