"""The audit in PostgreSQL, taken out of the reach of whoever writes it: the role that Sada signs in as may add lines and read them, no more.

Triggers refuse changes, but a table's owner can drop its triggers, and a schema's owner its tables. So both go to a role that nobody signs in as.
"""

from __future__ import annotations

from sqlalchemy import text

from cases.store import CaseStore
from core.errors import AskedWrongly

OWNER = "sada_audit"


def statements(store: CaseStore) -> tuple[str, ...]:
    """What a superuser of the server runs once, in order; running it again changes nothing.

    Raises AskedWrongly where there is nothing to part: a SQLite file, or a Sada that is a superuser itself.
    """
    if store.database.dialect.name != "postgresql":
        raise AskedWrongly("the audit lies in a SQLite file: who may write that file may change it; keep it in PostgreSQL (SADA_POSTGRES)")
    asked = text("SELECT current_user, current_schema(), rolsuper FROM pg_roles WHERE rolname = current_user")
    with store.reading() as db:
        role, schema, is_super = db.execute(asked).one()
    if is_super:
        raise AskedWrongly(f"Sada signs in as {role}, a superuser, whom nothing holds; give it a role of its own in SADA_POSTGRES first")
    return parted(role, schema)


def parted(role: str, schema: str) -> tuple[str, ...]:
    """The statements for one organisation's schema. Pure."""
    who, where = ('"' + name.replace('"', '""') + '"' for name in (role, schema))
    exists = f"SELECT FROM pg_roles WHERE rolname = '{OWNER}'"
    return (
        f"DO $$ BEGIN IF NOT EXISTS ({exists}) THEN CREATE ROLE {OWNER} NOLOGIN; END IF; END $$",
        f"ALTER SCHEMA {where} OWNER TO {OWNER}",
        f"GRANT USAGE, CREATE ON SCHEMA {where} TO {who}",
        f"ALTER TABLE {where}.audit OWNER TO {OWNER}",
        f"ALTER FUNCTION {where}.refuse_change() OWNER TO {OWNER}",
        f"REVOKE ALL ON {where}.audit FROM PUBLIC, {who}",
        f"GRANT SELECT, INSERT ON {where}.audit TO {who}",
        f"GRANT USAGE ON SEQUENCE {where}.audit_number_seq TO {who}",
    )
