"""Campaigns: who takes part where, what they propose, and what most of them want. One citizen, one vote for a proposal."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from cases.desk import summary
from cases.joining import place_of
from cases.query import AuditLine
from cases.roles import Person, Right, must
from cases.store import CaseStore, keep_first, keep_place, note
from cases.tables import ambassadors, proposals, voices, votes
from core.deployment import Campaign, Deployment
from core.errors import AskedWrongly
from core.post import Author, Post
from core.spelling import normal

FOLLOWER = "campaigns"
ALIKE = 0.5  # of the words of both, so many must be shared for two proposals to be one (Jaccard)
SHORTEST = 3  # letters; shorter words say little
MOST_WAITING = 500  # sign-ups nobody has looked at; more are refused until somebody does
LONGEST_NAME = 80
CODES = 1_000_000
_TAG = re.compile(r"#(\w+)")
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
_HANDLE = re.compile(r"@?([\w.]{2,40})")


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal with those that say the same, and how many citizens want it."""

    id: str
    place: str | None
    text: str
    code: str  # six digits; written with the campaign's hashtag they are a vote
    said: int  # times it was proposed
    votes: int
    rank: int  # within its neighbourhood


class Neighbourhood(msgspec.Struct, frozen=True, kw_only=True):
    """What came from one neighbourhood."""

    place: str | None
    views: int  # posts that take part
    citizens: int
    proposals: int
    votes: int
    first: tuple[Proposal, ...] = ()  # its priorities, to which its budget goes in this order


class Ambassador(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who carries the campaign in a neighbourhood, and how far it is heard."""

    citizen: str
    name: str
    place: str
    posts: int
    reach: int  # views of their posts, where the platform told them
    gained: int | None  # followers since they signed up
    accepted: bool = True  # somebody looked at the sign-up


def taking_part(post: Post, deployment: Deployment) -> list[Campaign]:
    """The campaigns that run when a post is written and whose hashtag it bears. Pure."""
    day = post.created_at.astimezone(deployment.zone).date()
    tags = {_plain(tag) for tag in _TAG.findall(post.text)}
    return [c for c in deployment.campaigns if _runs(c, day) and tags & {_plain(tag) for tag in c.hashtags}]


def receive(posts: Sequence[Post], deployment: Deployment, store: CaseStore, now: datetime, after: int) -> None:
    """Follow the posts: keep who takes part, make proposals of suggestions, forget what was deleted. Twice changes nothing."""
    with store.writing() as db:
        for post in posts:
            if post.deleted_at:
                _forget(db, post.id)
                continue
            for campaign in taking_part(post, deployment):
                _hear(db, store, campaign, post, deployment)
        keep_place(db, store.database, FOLLOWER, after)


def propose(
    store: CaseStore, campaign: Campaign, place: str | None, text: str, citizen: str | None, at: datetime, id: str | None = None
) -> str:
    """Keep a proposal, joined to the one of the same neighbourhood that says the same; its author votes for it. Returns the id that
    counts. Raises AskedWrongly for an empty text or a neighbourhood that does not take part."""
    if not text.strip() or (campaign.places and place is not None and place not in campaign.places):
        raise AskedWrongly(f"campaign {campaign.id}: a proposal needs words and one of its neighbourhoods")
    with store.writing() as db:
        return _propose(db, store, campaign.id, place, text.strip(), citizen, at, id)


def vote(store: CaseStore, proposal: str, citizen: str, at: datetime) -> bool:
    """One citizen's vote for a proposal, or for the one it was joined to; False if they had voted for it. Raises AskedWrongly."""
    with store.writing() as db:
        row = db.execute(select(proposals.c.id, proposals.c.joined_to).where(proposals.c.id == proposal)).one_or_none()
        if row is None:
            raise AskedWrongly(f"proposal {proposal}: there is none")
        return _vote(db, store, row.joined_to or row.id, citizen, at)


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
        raise AskedWrongly("an ambassador's name and neighbourhood stand on the public page; tick the box if you agree")


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


def _one(campaign: str, citizen: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ambassadors.c.campaign == campaign, ambassadors.c.citizen == citizen


def standing(store: CaseStore, campaign: str, first: int = 5) -> list[Neighbourhood]:
    """Each neighbourhood with its numbers and priorities, the most voted first."""
    with store.reading() as db:
        heard = {place: (int(n), int(who)) for place, n, who in db.execute(_heard(campaign))}
        wanted = ranked(_proposals(db, campaign))
    return [_neighbourhood(place, heard.get(place, (0, 0)), wanted.get(place, []), first) for place in sorted({*heard, *wanted}, key=str)]


def ranked(all_: Sequence[Proposal]) -> dict[str | None, list[Proposal]]:
    """Proposals by neighbourhood, most votes first; the same number of votes is the same rank. Pure."""
    found: dict[str | None, list[Proposal]] = {}
    for proposal in sorted(all_, key=lambda p: (-p.votes, -p.said, p.id)):
        mine = found.setdefault(proposal.place, [])
        rank = mine[-1].rank if mine and mine[-1].votes == proposal.votes else len(mine) + 1
        mine.append(msgspec.structs.replace(proposal, rank=rank))
    return found


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


def similar(text: str, others: Mapping[str, str]) -> str | None:
    """The id of the proposal that says the same, if there is one. Pure."""
    mine = _words(text)
    scores = {id: len(mine & theirs) / len(mine | theirs) for id, other in others.items() if (theirs := _words(other)) | mine}
    best = max(scores, key=lambda id: scores[id], default=None)
    return best if best is not None and scores[best] >= ALIKE else None


def _hear(db: Connection, store: CaseStore, campaign: Campaign, post: Post, deployment: Deployment) -> None:
    place, author = place_of(post, deployment), post.author.id if post.author else None
    line = {"campaign": campaign.id, "post": post.id, "place": place, "citizen": author, "views": post.views, "at": post.created_at}
    db.execute(keep_first(store.database, voices).values(**line))
    db.execute(update(voices).where(voices.c.campaign == campaign.id, voices.c.post == post.id).values(views=post.views))
    if post.author and author:
        _know(db, campaign.id, post.author, author, post.platform)
    if author and (wanted := _voted(db, campaign.id, post.text)):
        for proposal in wanted:
            _vote(db, store, proposal, author, post.created_at)
    elif post.intent and post.intent.label == "suggestion":
        _propose(db, store, campaign.id, place, _TAG.sub("", summary(post)).strip(), author, post.created_at, post.id)


def _know(db: Connection, campaign: str, author: Author, citizen: str, platform: str) -> None:
    """An ambassador who signed up by a handle is known by their account from now on; and how many follow them."""
    if author.handle:
        signed = _one(campaign, f"{platform}:@{author.handle.lower()}")
        if db.scalar(select(ambassadors.c.name).where(*_one(campaign, citizen))) is None:
            db.execute(update(ambassadors).where(*signed).values(citizen=citizen))
    if author.followers is not None:
        first = func.coalesce(ambassadors.c.followers_first, author.followers)
        db.execute(update(ambassadors).where(*_one(campaign, citizen)).values(followers_first=first, followers_last=author.followers))


def code(proposal: str) -> str:
    """The six digits by which a proposal is voted for. Pure."""
    return f"{int.from_bytes(hashlib.blake2b(proposal.encode(), digest_size=8).digest(), 'big') % CODES:06}"


def _voted(db: Connection, campaign: str, text: str) -> list[str]:
    """The proposals whose digits a post names; digits that two proposals share are nobody's."""
    named = set(_CODE.findall("".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)))
    if not named:
        return []
    known: dict[str, set[str]] = {}
    for row in db.execute(select(proposals.c.id, proposals.c.joined_to).where(proposals.c.campaign == campaign)):
        known.setdefault(code(row.id), set()).add(row.joined_to or row.id)
    return [next(iter(known[digits])) for digits in sorted(named) if len(known.get(digits, ())) == 1]


def _propose(
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
        _vote(db, store, head or id, citizen, at)
    return head or id


def _vote(db: Connection, store: CaseStore, proposal: str, citizen: str, at: datetime) -> bool:
    had = db.scalar(select(votes.c.at).where(votes.c.proposal == proposal, votes.c.citizen == citizen)) is not None
    db.execute(keep_first(store.database, votes).values(proposal=proposal, citizen=citizen, at=at))
    return not had


def _forget(db: Connection, post: str) -> None:
    """A deleted post's words and author go; the vote it was stays as a number."""
    db.execute(update(voices).where(voices.c.post == post).values(citizen=None))
    author = db.scalar(select(proposals.c.citizen).where(proposals.c.id == post))
    db.execute(update(proposals).where(proposals.c.id == post).values(text="", citizen=None))
    if author:
        db.execute(delete(votes).where(votes.c.proposal == post, votes.c.citizen == author))


def _proposals(db: Connection, campaign: str) -> list[Proposal]:
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


def _heard(campaign: str):  # type: ignore[no-untyped-def]
    return (
        select(voices.c.place, func.count(), func.count(func.distinct(voices.c.citizen)))
        .where(voices.c.campaign == campaign)
        .group_by(voices.c.place)
    )


def _neighbourhood(place: str | None, heard: tuple[int, int], wanted: Sequence[Proposal], first: int) -> Neighbourhood:
    return Neighbourhood(place=place, views=heard[0], citizens=heard[1], proposals=sum(p.said for p in wanted), votes=sum(p.votes for p in wanted),
                         first=tuple(p for p in wanted if p.text)[:first])  # fmt: skip


def _runs(campaign: Campaign, day: object) -> bool:
    return (campaign.starts is None or campaign.starts <= day) and (campaign.ends is None or day <= campaign.ends)  # type: ignore[operator]


def _gained(first: int | None, last: int | None) -> int | None:
    return last - first if first is not None and last is not None else None


def _plain(tag: str) -> str:
    return normal(tag).replace("_", "").replace(" ", "").lstrip("#")


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"\w+", normal(text)) if len(word) >= SHORTEST)
