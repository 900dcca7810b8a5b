"""The random sample of posts that people label"""

import sqlalchemy as sa
from alembic import op

from cases.tables import Instant

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "sampled",
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("label", sa.String(length=16), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("topics", sa.String(), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("post"),
    )


def downgrade() -> None:
    op.drop_table("sampled")
