"""What citizens propose in a campaign, and who wants it: similar proposals of a neighbourhood are one, one citizen has one vote for each."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from cases.store import CaseStore, keep_first
from cases.tables import proposals, votes
from core.deployment import Campaign
from core.errors import AskedWrongly
from core.spelling import normal

ALIKE = 0.5  # of the words of both, so many must be shared for two proposals to be one (Jaccard)
SHORTEST = 3  # letters; shorter words say little
CODES = 1_000_000
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal with those that say the same, and how many citizens want it."""

    id: str
    place: str | None
    text: str
    code: str  # six digits; written with the campaign's hashtag they are a vote
    said: int  # times it was proposed
    votes: int
    rank: int  # within its neighbourhood


def propose(
    store: CaseStore, campaign: Campaign, place: str | None, text: str, citizen: str | None, at: datetime, id: str | None = None
) -> str:
    """Keep a proposal, joined to the one of the same neighbourhood that says the same; its author votes for it. Returns the id that
    counts. Raises AskedWrongly for an empty text or a neighbourhood that does not take part."""
    if not text.strip() or (campaign.places and place is not None and place not in campaign.places):
        raise AskedWrongly(f"campaign {campaign.id}: a proposal needs words and one of its neighbourhoods")
    with store.writing() as db:
        return put(db, store, campaign.id, place, text.strip(), citizen, at, id)


def vote(store: CaseStore, proposal: str, citizen: str, at: datetime) -> bool:
    """One citizen's vote for a proposal, or for the one it was joined to; False if they had voted for it. Raises AskedWrongly."""
    with store.writing() as db:
        row = db.execute(select(proposals.c.id, proposals.c.joined_to).where(proposals.c.id == proposal)).one_or_none()
        if row is None:
            raise AskedWrongly(f"proposal {proposal}: there is none")
        return cast(db, store, row.joined_to or row.id, citizen, at)


def ranked(all_: Sequence[Proposal]) -> dict[str | None, list[Proposal]]:
    """Proposals by neighbourhood, most votes first; the same number of votes is the same rank. Pure."""
    found: dict[str | None, list[Proposal]] = {}
    for proposal in sorted(all_, key=lambda p: (-p.votes, -p.said, p.id)):
        mine = found.setdefault(proposal.place, [])
        rank = mine[-1].rank if mine and mine[-1].votes == proposal.votes else len(mine) + 1
        mine.append(msgspec.structs.replace(proposal, rank=rank))
    return found


def similar(text: str, others: Mapping[str, str]) -> str | None:
    """The id of the proposal that says the same, if there is one. Pure."""
    mine = _words(text)
    scores = {id: len(mine & theirs) / len(mine | theirs) for id, other in others.items() if (theirs := _words(other)) | mine}
    best = max(scores, key=lambda id: scores[id], default=None)
    return best if best is not None and scores[best] >= ALIKE else None


def code(proposal: str) -> str:
    """The six digits by which a proposal is voted for. Pure."""
    return f"{int.from_bytes(hashlib.blake2b(proposal.encode(), digest_size=8).digest(), 'big') % CODES:06}"


def named(db: Connection, campaign: str, text: str) -> list[str]:
    """The proposals whose digits a post names; digits that two proposals share are nobody's."""
    named = set(_CODE.findall("".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)))
    if not named:
        return []
    known: dict[str, set[str]] = {}
    for row in db.execute(select(proposals.c.id, proposals.c.joined_to).where(proposals.c.campaign == campaign)):
        known.setdefault(code(row.id), set()).add(row.joined_to or row.id)
    return [next(iter(known[digits])) for digits in sorted(named) if len(known.get(digits, ())) == 1]


def put(
    db: Connection, store: CaseStore, campaign: str, place: str | None, text: str, citizen: str | None, at: datetime, id: str | None
) -> str:
    id = id or f"p-{hashlib.blake2b(f'{campaign} {place} {citizen} {text}'.encode(), digest_size=8).hexdigest()}"
    known = db.execute(select(proposals.c.id, proposals.c.joined_to).where(proposals.c.id == id)).one_or_none()
    if known:
        return str(known.joined_to or known.id)
    same_place = proposals.c.place == place if place is not None else proposals.c.place.is_(None)
    heads = db.execute(
        select(proposals.c.id, proposals.c.text).where(proposals.c.campaign == campaign, same_place, proposals.c.joined_to.is_(None))
    )
    head = similar(text, {row.id: row.text for row in heads})
    db.execute(insert(proposals).values(id=id, campaign=campaign, place=place, citizen=citizen, text=text, at=at, joined_to=head))
    if citizen:
        cast(db, store, head or id, citizen, at)
    return head or id


def cast(db: Connection, store: CaseStore, proposal: str, citizen: str, at: datetime) -> bool:
    had = db.scalar(select(votes.c.at).where(votes.c.proposal == proposal, votes.c.citizen == citizen)) is not None
    db.execute(keep_first(store.database, votes).values(proposal=proposal, citizen=citizen, at=at))
    return not had


def of_campaign(db: Connection, campaign: str) -> list[Proposal]:
    joined = select(proposals.c.joined_to, func.count()).where(proposals.c.campaign == campaign).group_by(proposals.c.joined_to)
    said = {head: int(number) for head, number in db.execute(joined)}
    counted = {proposal: int(number) for proposal, number in db.execute(select(votes.c.proposal, func.count()).group_by(votes.c.proposal))}
    heads = db.execute(
        select(proposals.c.id, proposals.c.place, proposals.c.text).where(proposals.c.campaign == campaign, proposals.c.joined_to.is_(None))
    )
    return [
        Proposal(id=r.id, place=r.place, text=r.text, code=code(r.id), said=1 + said.get(r.id, 0), votes=counted.get(r.id, 0), rank=0)
        for r in heads
    ]


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"\w+", normal(text)) if len(word) >= SHORTEST)


def forget(db: Connection, id: str) -> None:
    """Take a proposal's words and author away, and the author's vote for it; that it was said stays as a number.

    What others said alike goes on under the oldest of theirs, with everybody's votes.
    """
    c = proposals.c
    row = db.execute(select(c.citizen, c.joined_to).where(c.id == id)).one_or_none()
    if row is None:
        return
    head = row.joined_to or id
    db.execute(update(proposals).where(c.id == id).values(text="", citizen=None))
    alike = select(c.id, c.citizen).where((c.id == head) | (c.joined_to == head), c.text != "").order_by(c.at, c.id)
    left = db.execute(alike).all()
    if row.citizen and row.citizen not in {other.citizen for other in left}:
        db.execute(delete(votes).where(votes.c.proposal == head, votes.c.citizen == row.citizen))
    if head == id and left:
        _go_on_as(db, head, left[0].id)


def _go_on_as(db: Connection, old: str, new: str) -> None:
    """Another of those that say the same stands for them from now on."""
    db.execute(update(proposals).where(proposals.c.joined_to == old).values(joined_to=new))
    db.execute(update(proposals).where(proposals.c.id == old).values(joined_to=new))
    db.execute(update(proposals).where(proposals.c.id == new).values(joined_to=None))
    db.execute(update(votes).where(votes.c.proposal == old).values(proposal=new))


def withdraw(db: Connection, campaign: str, citizen: str) -> None:
    """Take back everything a citizen voted for in a campaign."""
    theirs = select(proposals.c.id).where(proposals.c.campaign == campaign)
    db.execute(delete(votes).where(votes.c.citizen == citizen, votes.c.proposal.in_(theirs)))
