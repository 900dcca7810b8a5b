"""Each change of a case is written down for analysts' copy, by the database itself"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

FUNCTION = """
CREATE OR REPLACE FUNCTION note_case_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO case_copies (case_id) VALUES (NEW.id); RETURN NULL; END $$
"""
TRIGGER = "CREATE TRIGGER cases_noted AFTER INSERT OR UPDATE OF version ON cases FOR EACH ROW EXECUTE FUNCTION note_case_change()"


def upgrade() -> None:
    op.create_table(
        "case_copies",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    if op.get_bind().dialect.name == "postgresql":  # on one machine nobody copies
        op.execute(FUNCTION)
        op.execute(TRIGGER)
        op.execute("INSERT INTO case_copies (case_id) SELECT id FROM cases")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER cases_noted ON cases")
        op.execute("DROP FUNCTION note_case_change")
    op.drop_table("case_copies")
