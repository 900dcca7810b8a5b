"""A department without accounts gets a link: signed, to one case only, for some days, and it can be taken back."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import insert, select, update

from cases.query import AuditLine
from cases.roles import Person, Right, Role, must
from cases.store import CaseStore, fetch, note
from cases.tables import links
from core.errors import AskedWrongly, NotAllowed
from core.settings import Settings

FOR = timedelta(days=7)
SALT = "department link 1"


def key(settings: Settings) -> str:
    """What links are signed with: SADA_SECRET_KEY, else a key made once and kept under SADA_DATA, readable by its owner only."""
    if told := settings.credential("SECRET_KEY"):
        return told
    path = settings.data / "secret.key"
    if not path.is_file():
        settings.data.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii")


def make(store: CaseStore, key: str, person: Person, case_id: str, at: datetime, lasts: timedelta = FOR) -> str:
    """A link's token for the department to which the case is referred. Raises NotAllowed, AskedWrongly if it is referred to none."""
    must(person, Right.LINK)
    id = secrets.token_hex(8)
    with store.writing() as db:
        case = fetch(db, case_id)
        if case.department is None:
            raise AskedWrongly(f"case {case_id}: is referred to no department; refer it first")
        db.execute(
            insert(links).values(id=id, case_id=case_id, department=case.department, by=person.name, at=at, until=at + lasts, revoked=False)
        )
        note(db, AuditLine(at=at, who=person.name, what="link_made", about=case_id, detail=case.department))
    return str(URLSafeSerializer(key, salt=SALT).dumps(id))


def follow(store: CaseStore, key: str, token: str, at: datetime) -> tuple[Person, str]:
    """Who comes by this link, and to which case. Raises NotAllowed: forged, expired and taken back are told apart only in the audit."""
    try:
        id = str(URLSafeSerializer(key, salt=SALT).loads(token))
    except BadData as error:
        raise NotAllowed("this link does not open anything; ask for a new one", key="link") from error
    with store.writing() as db:
        row = db.execute(select(links).where(links.c.id == id)).one_or_none()
        if row is None or row.revoked or row.until <= at:
            why = "unknown" if row is None else "revoked" if row.revoked else "expired"
            note(db, AuditLine(at=at, who="link", what="link_refused", about=row.case_id if row else "-", detail=why))
    if row is None or row.revoked or row.until <= at:
        raise NotAllowed("this link does not open anything; ask for a new one", key="link")
    return Person(name=f"link:{row.department}", role=Role.DEPARTMENT, departments=(row.department,)), row.case_id


def revoke(store: CaseStore, person: Person, case_id: str, at: datetime) -> int:
    """Take back every link to a case; returns how many were open. Raises NotAllowed."""
    must(person, Right.LINK)
    with store.writing() as db:
        closed = db.execute(update(links).where(links.c.case_id == case_id, links.c.revoked.is_(False)).values(revoked=True)).rowcount
        note(db, AuditLine(at=at, who=person.name, what="links_revoked", about=case_id, detail=str(closed)))
    return closed
