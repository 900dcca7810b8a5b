"""Ambassadors: who carries a campaign in a neighbourhood, by their own wish and after somebody looked, and how far they are heard."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from cases.query import AuditLine
from cases.roles import Person, Right, must
from cases.store import CaseStore, keep_first, note
from cases.tables import ambassadors, voices
from core.deployment import Campaign
from core.errors import AskedWrongly
from core.post import Author

MOST_WAITING = 500  # sign-ups nobody has looked at; more are refused until somebody does
LONGEST_NAME = 80
_HANDLE = re.compile(r"@?([\w.]{2,40})")


class Ambassador(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who carries the campaign in a neighbourhood, and how far it is heard."""

    citizen: str
    name: str
    place: str
    posts: int
    reach: int  # views of their posts, where the platform told them
    gained: int | None  # followers since they signed up
    accepted: bool = True  # somebody looked at the sign-up


def sign_up(store: CaseStore, campaign: Campaign, citizen: str, name: str, place: str, followers: int | None, at: datetime,
            accepted_by: str | None = None) -> None:  # fmt: skip
    """Somebody becomes an ambassador of their neighbourhood; twice changes nothing. Raises AskedWrongly."""
    if not name.strip() or len(name) > LONGEST_NAME or (campaign.places and place not in campaign.places):
        raise AskedWrongly(f"campaign {campaign.id}: an ambassador needs a name and one of its neighbourhoods")
    line = {"campaign": campaign.id, "citizen": citizen, "place": place, "name": " ".join(name.split()), "at": at,
            "followers_first": followers, "followers_last": followers, "accepted_by": accepted_by}  # fmt: skip
    waiting = (ambassadors.c.campaign == campaign.id, ambassadors.c.accepted_by.is_(None))
    with store.writing() as db:
        if accepted_by is None and (db.scalar(select(func.count()).select_from(ambassadors).where(*waiting)) or 0) >= MOST_WAITING:
            raise AskedWrongly(f"campaign {campaign.id}: too many have signed up just now; try again tomorrow")
        db.execute(keep_first(store.database, ambassadors).values(**line))


def account_of(platform: str, handle: str) -> str:
    """The account somebody speaks with, as long as only its handle is known. Raises AskedWrongly. Pure."""
    told = _HANDLE.fullmatch(handle.strip())
    if told is None:
        raise AskedWrongly("which account do you speak with? Its name has letters, digits, dots and underscores")
    return f"{platform}:@{told[1].lower()}"


def must_consent(given: bool) -> None:
    """Raises AskedWrongly where somebody did not agree that their name stands on a public page."""
    if not given:
        raise AskedWrongly("an ambassador's name and neighbourhood stand on the public page; tick the box if you agree", key="box")


def accept(store: CaseStore, person: Person, campaign: str, citizen: str, at: datetime) -> None:
    """Let an ambassador stand on the public page. Raises NotAllowed, AskedWrongly."""
    must(person, Right.PLAN)
    with store.writing() as db:
        asked = update(ambassadors).where(*_one(campaign, citizen), ambassadors.c.accepted_by.is_(None))
        if not db.execute(asked.values(accepted_by=person.name)).rowcount:
            raise AskedWrongly(f"campaign {campaign}: this sign-up waits no more")
        note(db, AuditLine(at=at, who=person.name, what="ambassador", about=campaign, detail="accepted"))


def refuse(store: CaseStore, person: Person, campaign: str, citizen: str, at: datetime) -> None:
    """Take an ambassador away; nothing of them is kept. Raises NotAllowed."""
    must(person, Right.PLAN)
    with store.writing() as db:
        db.execute(delete(ambassadors).where(*_one(campaign, citizen)))
        note(db, AuditLine(at=at, who=person.name, what="ambassador", about=campaign, detail="refused"))


def reach(store: CaseStore, campaign: str) -> list[Ambassador]:
    """The ambassadors, by how far they are heard."""
    theirs = (voices.c.campaign == ambassadors.c.campaign) & (voices.c.citizen == ambassadors.c.citizen)
    asked = (
        select(ambassadors, func.count(voices.c.post), func.coalesce(func.sum(voices.c.views), 0)).outerjoin(voices, theirs)
        .where(ambassadors.c.campaign == campaign).group_by(*ambassadors.c)
    )  # fmt: skip
    with store.reading() as db:
        found = [Ambassador(citizen=r.citizen, name=r.name, place=r.place, posts=int(r[-2]), reach=int(r[-1]), accepted=r.accepted_by is not None,
                            gained=_gained(r.followers_first, r.followers_last))
                 for r in db.execute(asked)]  # fmt: skip
    return sorted(found, key=lambda a: (-a.reach, a.citizen))


def know(db: Connection, campaign: str, author: Author, citizen: str, platform: str) -> None:
    """An ambassador who signed up by a handle is known by their account from now on; and how many follow them."""
    if author.handle:
        signed = _one(campaign, f"{platform}:@{author.handle.lower()}")
        if db.scalar(select(ambassadors.c.name).where(*_one(campaign, citizen))) is None:
            db.execute(update(ambassadors).where(*signed).values(citizen=citizen))
    if author.followers is not None:
        first = func.coalesce(ambassadors.c.followers_first, author.followers)
        db.execute(update(ambassadors).where(*_one(campaign, citizen)).values(followers_first=first, followers_last=author.followers))


def _one(campaign: str, citizen: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ambassadors.c.campaign == campaign, ambassadors.c.citizen == citizen


def _gained(first: int | None, last: int | None) -> int | None:
    return last - first if first is not None and last is not None else None
