"""Local accounts: who they are, signing in and out. Passwords are argon2id hashes; a browser's token is kept as its hash only."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from datetime import UTC, datetime, timedelta

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, func, insert, select, update

from cases.query import AuditLine
from cases.roles import Person, Role
from cases.store import CaseStore, note
from cases.tables import sessions, users
from core.deployment import Deployment
from core.errors import AskedWrongly, NotAllowed
from core.post import Moment

WRONG_BEFORE_LOCK = 5
LOCKED_FOR = timedelta(minutes=15)
IDLE_FOR = timedelta(minutes=60)  # a session nobody uses for so long has ended
NOTICED = timedelta(minutes=1)  # being seen is written down at most so often
AT_MOST = timedelta(hours=12)  # and every session after so long: a shift
SHORTEST = 12  # characters of a password, NIST SP 800-63B asks for 8 at least
ENDED = datetime.fromtimestamp(0, UTC)  # last seen then: the session was ended by hand
ADMINISTRATOR = "admin"
_ARGON = PasswordHasher()  # RFC 9106's low-memory profile, the library's default
_NOBODYS = _ARGON.hash(secrets.token_hex())  # checked for unknown names, so that they take as long as known ones


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A local account, without its password."""

    name: str
    role: Role
    departments: tuple[str, ...] = ()
    disabled: bool = False
    locked_until: Moment | None = None

    @property
    def person(self) -> Person:
        """Who this is to the cases."""
        return Person(name=self.name, role=self.role, departments=self.departments)


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """What the organisation's OpenID provider makes of somebody."""

    role: Role
    departments: tuple[str, ...] = ()


def add(store: CaseStore, name: str, role: Role, departments: tuple[str, ...], password: str | None, at: datetime, by: str,
        deployment: Deployment | None = None) -> User:  # fmt: skip
    """A new account. Without a password it signs in by OpenID Connect only. Raises AskedWrongly for a name that is taken, a short
    password, a department's person without department, and a department that is not in the deployment."""
    _check(name, role, departments, password, deployment)
    with store.writing() as db:
        _insert(db, name, role, departments, password, at)
        note(db, AuditLine(at=at, who=by, what="user_added", about=name, detail=role.value))
    return User(name=name, role=role, departments=departments)


def first_administrator(store: CaseStore, at: datetime) -> str | None:
    """If there is no account at all, make the administrator's and return the password, which is shown this once; else None."""
    with store.writing() as db:
        if db.scalar(select(func.count()).select_from(users)):
            return None
        password = secrets.token_urlsafe(12)
        _insert(db, ADMINISTRATOR, Role.ADMINISTRATOR, (), password, at)
        note(db, AuditLine(at=at, who="sada", what="user_added", about=ADMINISTRATOR, detail="first administrator"))
    return password


def is_anybody(store: CaseStore) -> bool:
    """Whether there is any account."""
    with store.reading() as db:
        return db.scalar(select(users.c.name).limit(1)) is not None


def everybody(store: CaseStore) -> list[User]:
    """All accounts, by name."""
    with store.reading() as db:
        return [_user(row._mapping) for row in db.execute(select(users).order_by(users.c.name))]


def sign_in(store: CaseStore, name: str, password: str, at: datetime) -> str:
    """A token for the browser, if name and password are right.

    Raises NotAllowed: the same sentence for an unknown name and a wrong password; another one while the account is locked, which it is
    for 15 minutes after 5 wrong passwords, even to the right one.
    """
    with store.writing() as db:
        row = db.execute(select(users).where(users.c.name == name).with_for_update()).one_or_none()
        right = _is_right(password, row.password if row else None)
        locked = bool(row and row.locked_until and row.locked_until > at)
        token = _begin(db, name, at) if row and right and not locked and not row.disabled else None
        if token is None:
            _count_wrong(db, name, at, counts=row is not None and not locked and not right)
    if token:
        return token
    if locked:
        raise NotAllowed(
            "this account is locked after too many wrong passwords; try again in 15 minutes or ask an administrator", key="locked"
        )
    raise NotAllowed("name or password is wrong", key="password")


def trust(
    store: CaseStore, name: str, at: datetime, token: str | None = None, granted: Granted | None = None, is_mapped: bool = False
) -> str:
    """A session's token for somebody whom the organisation's OpenID provider has named; a `token` that is told begins once and never again.

    Where the provider's groups decide (`is_mapped`), `granted` is what they make of them: an account without a password is made and
    changed accordingly, and closed to who is in none. Else an administrator must have given an account. Raises NotAllowed.
    """
    token = token or secrets.token_urlsafe(32)
    with store.writing() as db:
        name = _spelt(db, name) or name
        if is_mapped:
            _follow(db, name, granted, at)
        if not db.scalar(select(users.c.name).where(users.c.name == name, users.c.disabled.is_(False))):
            raise NotAllowed(f"{name} has no account here; an administrator adds one with `sada users add {name} --role … --oidc`")
        if not db.scalar(select(sessions.c.name).where(sessions.c.token == _hash(token))):
            _begin(db, name, at, token)
    return token


def _follow(db: Connection, name: str, granted: Granted | None, at: datetime) -> None:
    """Make or change an account as the provider's groups say. One with a password of its own is an administrator's business."""
    row = db.execute(select(users).where(users.c.name == name)).one_or_none()
    if row is not None and row.password is not None:
        return
    if granted is None:
        raise NotAllowed(f"{name} is in no group that has a role here; ask whoever keeps the organisation's accounts")
    if row is None:
        _insert(db, name, granted.role, granted.departments, None, at)
        note(db, AuditLine(at=at, who="oidc", what="user_added", about=name, detail=granted.role.value))
    elif (row.role, row.departments) != (granted.role.value, ",".join(granted.departments)):
        db.execute(update(users).where(users.c.name == name).values(role=granted.role.value, departments=",".join(granted.departments)))
        note(db, AuditLine(at=at, who="oidc", what="role_changed", about=name, detail=f"{row.role} → {granted.role.value}"))


def whose(store: CaseStore, token: str, at: datetime) -> Person | None:
    """Who holds this token, if its session has not ended; being asked keeps it alive."""
    hashed = _hash(token)
    with store.writing() as db:
        row = db.execute(
            select(users, sessions.c.began_at, sessions.c.seen_at).join_from(sessions, users, users.c.name == sessions.c.name)
            .where(sessions.c.token == hashed)
        ).one_or_none()  # fmt: skip
        if row is None or row.disabled or at - row.seen_at > IDLE_FOR or at - row.began_at > AT_MOST:
            return None
        if at - row.seen_at >= NOTICED:
            db.execute(update(sessions).where(sessions.c.token == hashed).values(seen_at=at))
        return _user(row._mapping).person


def sign_out(store: CaseStore, token: str) -> None:
    """End the session. Its line stays for the rest of the day, so that the provider's cookie cannot begin it anew."""
    with store.writing() as db:
        db.execute(update(sessions).where(sessions.c.token == _hash(token)).values(seen_at=ENDED))


def set_password(store: CaseStore, name: str, password: str, at: datetime, by: str) -> None:
    """A new password; every session of the account ends, its lock is lifted. Raises AskedWrongly."""
    _long_enough(password)
    with store.writing() as db:
        _must_be_there(
            db.execute(
                update(users).where(users.c.name == name).values(password=_ARGON.hash(password), failed=0, locked_until=None)
            ).rowcount,
            name,
        )
        db.execute(delete(sessions).where(sessions.c.name == name))
        note(db, AuditLine(at=at, who=by, what="password_set", about=name))


def disable(store: CaseStore, name: str, at: datetime, by: str) -> None:
    """Close an account; its lines in histories and audit stay. Raises AskedWrongly."""
    with store.writing() as db:
        _must_be_there(db.execute(update(users).where(users.c.name == name).values(disabled=True)).rowcount, name)
        db.execute(delete(sessions).where(sessions.c.name == name))
        note(db, AuditLine(at=at, who=by, what="user_disabled", about=name))


def _insert(db: Connection, name: str, role: Role, departments: tuple[str, ...], password: str | None, at: datetime) -> None:
    if known := _spelt(db, name):
        raise AskedWrongly(f"user {name}: there is one of this name already ({known}); `sada users list` shows all")
    db.execute(insert(users).values(name=name, role=role.value, departments=",".join(departments), failed=0, disabled=False, made_at=at,
                                    password=_ARGON.hash(password) if password else None))  # fmt: skip


def _spelt(db: Connection, name: str) -> str | None:
    """The account of this name in whatever letters it is written: one person under two spellings could let out their own answers."""
    return next((known for known in db.scalars(select(users.c.name)) if _folded(known) == _folded(name)), None)


def _folded(name: str) -> str:
    seen = (sign for sign in unicodedata.normalize("NFKC", name).casefold() if unicodedata.category(sign) != "Cf")
    return " ".join("".join(seen).split())


def _check(name: str, role: Role, departments: tuple[str, ...], password: str | None, deployment: Deployment | None) -> None:
    if not name.strip() or name != name.strip() or ":" in name or role == Role.CITIZEN:
        raise AskedWrongly(
            f"user {name!r}: cannot be {role.value} under this name; names have no colon and no space at their ends, and citizens no account"
        )
    if role == Role.DEPARTMENT and not departments:
        raise AskedWrongly(f"user {name}: a department's person needs --department")
    known = [d.id for d in deployment.departments] if deployment else departments
    if unknown := [d for d in departments if d not in known]:
        raise AskedWrongly(f"user {name}: department {unknown[0]} is not in the deployment file; there are: {', '.join(known)}")
    if password is not None:
        _long_enough(password)


def _long_enough(password: str) -> None:
    if len(password) < SHORTEST:
        raise AskedWrongly(f"the password has {len(password)} characters; it needs {SHORTEST}")


def _is_right(password: str, hashed: str | None) -> bool:
    try:
        return _ARGON.verify(hashed or _NOBODYS, password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def _begin(db: Connection, name: str, at: datetime, token: str | None = None) -> str:
    token = token or secrets.token_urlsafe(32)
    db.execute(update(users).where(users.c.name == name).values(failed=0, locked_until=None))
    db.execute(delete(sessions).where(sessions.c.began_at < at - AT_MOST))
    db.execute(insert(sessions).values(token=_hash(token), name=name, began_at=at, seen_at=at))
    note(db, AuditLine(at=at, who=name, what="sign_in", about=name))
    return token


def _count_wrong(db: Connection, name: str, at: datetime, counts: bool) -> None:
    if not counts:
        return
    failed = (db.scalar(select(users.c.failed).where(users.c.name == name)) or 0) + 1
    locked = failed >= WRONG_BEFORE_LOCK
    db.execute(
        update(users).where(users.c.name == name).values(failed=0 if locked else failed, locked_until=at + LOCKED_FOR if locked else None)
    )
    note(db, AuditLine(at=at, who=name, what="locked" if locked else "wrong_password", about=name))


def _must_be_there(rows: int, name: str) -> None:
    if not rows:
        raise AskedWrongly(f"user {name}: there is none; `sada users list` shows all")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _user(row) -> User:  # type: ignore[no-untyped-def]
    return User(name=row["name"], role=Role(row["role"]), departments=tuple(filter(None, row["departments"].split(","))),
                disabled=row["disabled"], locked_until=row["locked_until"])  # fmt: skip
