"""Tables whose lines stay as they were written: the engine itself refuses to change or remove one."""

from alembic import op

_SQLITE = "CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
_POSTGRES = (
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
)
_POSTGRES_TRIGGER = "CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"


def guard(table: str) -> None:
    """Make `table` append-only."""
    is_postgres = op.get_bind().dialect.name == "postgresql"
    if is_postgres:
        op.execute(_POSTGRES)
    for verb in ("update", "delete", "truncate") if is_postgres else ("update", "delete"):
        op.execute((_POSTGRES_TRIGGER if is_postgres else _SQLITE).format(table=table, verb=verb))


def refuse_replacing(table: str, key: str) -> None:
    """SQLite's INSERT OR REPLACE takes a line away without asking the trigger that guards deletions; PostgreSQL has nothing like it."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
