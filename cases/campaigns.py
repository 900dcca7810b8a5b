"""Campaigns: who takes part where, and what most of them want. What is proposed: cases/proposals.py; who carries it: cases/ambassadors.py."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, func, select, update

from cases import ambassadors, proposals
from cases.joining import place_of
from cases.opening import summary
from cases.proposals import Proposal
from cases.store import CaseStore, keep_first, keep_place
from cases.tables import voices
from core.deployment import Campaign, Deployment
from core.post import Post
from core.spelling import normal

FOLLOWER = "campaigns"
_TAG = re.compile(r"#(\w+)")


class Neighbourhood(msgspec.Struct, frozen=True, kw_only=True):
    """What came from one neighbourhood."""

    place: str | None
    views: int  # posts that take part
    citizens: int
    proposals: int
    votes: int
    first: tuple[Proposal, ...] = ()  # its priorities, to which its budget goes in this order


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


def standing(store: CaseStore, campaign: str, first: int = 5) -> list[Neighbourhood]:
    """Each neighbourhood with its numbers and priorities, the most voted first."""
    with store.reading() as db:
        heard = {place: (int(n), int(who)) for place, n, who in db.execute(_heard(campaign))}
        wanted = proposals.ranked(proposals.of_campaign(db, campaign))
    return [_neighbourhood(place, heard.get(place, (0, 0)), wanted.get(place, []), first) for place in sorted({*heard, *wanted}, key=str)]


def explain(store: CaseStore, campaign: str) -> dict[str, str]:
    """The SQL behind a campaign's table of neighbourhoods."""
    return {f"{campaign}_voices": store.explained(_heard(campaign))}


def _hear(db: Connection, store: CaseStore, campaign: Campaign, post: Post, deployment: Deployment) -> None:
    place, author = place_of(post, deployment), post.author.id if post.author else None
    line = {"campaign": campaign.id, "post": post.id, "place": place, "citizen": author, "views": post.views, "at": post.created_at}
    db.execute(keep_first(store.database, voices).values(**line))
    db.execute(update(voices).where(voices.c.campaign == campaign.id, voices.c.post == post.id).values(views=post.views))
    if post.author and author:
        ambassadors.know(db, campaign.id, post.author, author, post.platform)
    if author and (wanted := proposals.named(db, campaign.id, post.text)):
        for proposal in wanted:
            proposals.cast(db, store, proposal, author, post.created_at)
    elif post.intent and post.intent.label == "suggestion":
        proposals.put(db, store, campaign.id, place, _TAG.sub("", summary(post)).strip(), author, post.created_at, post.id)


def _forget(db: Connection, post: str) -> None:
    """A deleted post's words and author go; who deleted all they said in a campaign has voted for nothing there."""
    theirs = select(voices.c.campaign, voices.c.citizen).where(voices.c.post == post, voices.c.citizen.is_not(None))
    for campaign, citizen in db.execute(theirs).all():
        db.execute(update(voices).where(voices.c.campaign == campaign, voices.c.post == post).values(citizen=None))
        if not db.scalar(select(func.count()).select_from(voices).where(voices.c.campaign == campaign, voices.c.citizen == citizen)):
            proposals.withdraw(db, campaign, citizen)
    proposals.forget(db, post)


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


def _plain(tag: str) -> str:
    return normal(tag).replace("_", "").replace(" ", "").lstrip("#")
