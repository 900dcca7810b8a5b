"""Corrections: what people said a post really is"""

import sqlalchemy as sa
from alembic import op

from cases.tables import Instant

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("labels", sa.String(), nullable=False),
        sa.Column("was", sa.String(), nullable=False),
        sa.Column("was_by", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("corrections_by_post", "corrections", ["post", "field", "number"], unique=False)


def downgrade() -> None:
    op.drop_table("corrections")
