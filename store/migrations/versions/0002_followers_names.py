"""Followers are called by their own names: what parts organisations is the schema, no longer a prefix of the name"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

followers = sa.table("followers", sa.column("name", sa.Text()))
PREFIX = "sada."  # the name in a set-up without SADA_PREFIX


def upgrade() -> None:
    op.execute(
        sa.update(followers).where(followers.c.name.like(f"{PREFIX}%")).values(name=sa.func.substr(followers.c.name, len(PREFIX) + 1))
    )


def downgrade() -> None:
    op.execute(sa.update(followers).values(name=sa.literal(PREFIX) + followers.c.name))
