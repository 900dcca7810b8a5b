"""Ambassadors who sign up by themselves wait until somebody has looked"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("ambassadors", sa.Column("accepted_by", sa.String(), nullable=True))
    op.execute("UPDATE ambassadors SET accepted_by = 'sada'")  # until now only the organisation could name one


def downgrade() -> None:
    with op.batch_alter_table("ambassadors") as table:
        table.drop_column("accepted_by")
