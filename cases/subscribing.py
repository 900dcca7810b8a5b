"""Who is told news: consent first, opt-out at once, and the words by which people ask for either."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, or_, select, update

from cases.query import AuditLine
from cases.roles import Person, Right, must
from cases.store import CaseStore, keep_first, keep_place, note
from cases.tables import deliveries, subscribers
from core.errors import AskedWrongly
from core.post import Kind, Post
from core.spelling import digits_of, normal

STOP_WORDS = frozenset(map(normal, (
    "stop", "unsubscribe", "stop all", "stop promotions", "cancel", "إيقاف", "ايقاف", "قف", "إلغاء", "إلغاء الاشتراك", "الغاء الاشتراك", "لغو", "لغو اشتراک",
    "لغو عضویت", "توقف", "стоп", "отписаться", "отписка", "тоқтат", "тоқтату", "бас тарту",
)))  # fmt: skip
START_WORDS = frozenset(map(normal, (
    "subscribe", "start news", "اشتراك", "اشترك", "اشتراک", "عضویت", "подписаться", "подписка", "жазылу", "жазыламын",
)))  # fmt: skip
CHANNELS = ("whatsapp", "telegram")  # where news can be told
_AROUND = re.compile(r"[^\w\s]+")
WISHES = "wishes"  # the follower of what people choose with a platform


def subscribe(store: CaseStore, platform: str, citizen: str, how: str, at: datetime) -> None:
    """Somebody asks for the news; `how` says where the consent was given. Who had left may come back."""
    with store.writing() as db:
        opt_in(db, store, platform, citizen, how, at)


def opt_in(db: Connection, store: CaseStore, platform: str, citizen: str, how: str, at: datetime) -> None:
    """Somebody asked for the news at that time, inside a transaction. Who said stop since then stays out: what is told twice is no new wish."""
    db.execute(keep_first(store.database, subscribers).values(platform=platform, citizen=citizen, consented_at=at, how=how))
    _come_back(db, platform, citizen, how, at)


def _come_back(db: Connection, platform: str, citizen: str, how: str, at: datetime) -> None:
    theirs = (subscribers.c.platform == platform, subscribers.c.citizen == citizen, subscribers.c.opted_out_at <= at)
    db.execute(update(subscribers).where(*theirs).values(consented_at=at, how=how, opted_out_at=None))


def enrol(store: CaseStore, person: Person, platform: str, number: str, how: str, at: datetime) -> None:
    """Write down that somebody gave their consent on paper or by voice. Raises NotAllowed, AskedWrongly."""
    must(person, Right.BROADCAST)
    citizen = _citizen(platform, number)
    if not how.strip():
        raise AskedWrongly("how was the consent given? Without that nobody is told news", key="consent")
    with store.writing() as db:
        opt_in(db, store, platform, citizen, f"{person.name}: {how.strip()}", at)
        note(db, AuditLine(at=at, who=person.name, what="subscribed", about=platform))


def leave(store: CaseStore, person: Person, platform: str, number: str, at: datetime) -> None:
    """Somebody said by other means that they want no more. Raises NotAllowed, AskedWrongly."""
    must(person, Right.BROADCAST)
    with store.writing() as db:
        opt_out(db, store, platform, _citizen(platform, number), at)
        note(db, AuditLine(at=at, who=person.name, what="unsubscribed", about=platform))


def _citizen(platform: str, number: str) -> str:
    digits = digits_of(number)
    if platform not in CHANNELS or not digits:
        raise AskedWrongly(f"news goes to a number on {' or '.join(CHANNELS)}; name one")
    return f"{platform}:{digits}"


def subscribed(store: CaseStore) -> dict[str, int]:
    """How many have asked for the news and not left, by platform."""
    asked = select(subscribers.c.platform, func.count()).where(subscribers.c.opted_out_at.is_(None)).group_by(subscribers.c.platform)
    with store.reading() as db:
        return {str(platform): int(number) for platform, number in db.execute(asked)}


def starts(post: Post) -> bool:
    """Whether a message says no more than that its author wants the news."""
    return post.kind == Kind.DIRECT and post.platform in CHANNELS and _said(post) in START_WORDS


def heed(store: CaseStore, posts: Sequence[Post], at: datetime) -> None:
    """Let those out who want no more, before their messages are posts: news under way must not overtake them."""
    leaving = [(post.platform, post.author.id, post.created_at) for post in posts if post.author and post.author.id and stops(post)]
    if leaving:
        with store.writing() as db:
            for platform, citizen, said_at in leaving:
                opt_out(db, store, platform, citizen, min(said_at, at))


def wished(store: CaseStore, number: int, citizen: str, said: str, at: datetime) -> None:
    """What a person chose with the platform itself: "stop" lets out, "resume" lets back in who had left, "signup" lets in.

    `number` is kept with it as the place of whoever tells: each wish counts once.
    """
    platform = citizen.partition(":")[0]
    with store.writing() as db:
        keep_place(db, store.database, WISHES, number)
        if said == "stop":
            opt_out(db, store, platform, citizen, at)
        elif said == "resume":
            _come_back(db, platform, citizen, f"chosen in {platform}", at)
        elif said == "signup":
            opt_in(db, store, platform, citizen, f"chosen in {platform}", at)


def hear(db: Connection, store: CaseStore, posts: Sequence[Post], at: datetime) -> None:
    """Let those in who ask for the news, and out who want no more, inside the transaction that received their messages."""
    for post in posts:
        if post.author and post.author.id and not post.deleted_at:
            said_at = min(post.created_at, at)
            if stops(post):
                opt_out(db, store, post.platform, post.author.id, said_at)
            elif starts(post):
                opt_in(db, store, post.platform, post.author.id, f"message {post.id}", said_at)


def stops(post: Post) -> bool:
    """Whether a message says no more than that its author wants no more."""
    return post.kind == Kind.DIRECT and _said(post) in STOP_WORDS


def _said(post: Post) -> str:
    """Its words without what people write around one: a bot's command begins with a stroke, and much ends with a sign or a picture."""
    return " ".join(_AROUND.sub(" ", normal(post.text)).split())


def opt_out(db: Connection, store: CaseStore, platform: str, citizen: str, at: datetime) -> None:
    """No more news, said at that time: what waits to be sent is not sent. Inside a transaction.

    It is written down of those who never asked too: their wish for news, said before, may still be on its way.
    """
    if platform in CHANNELS:
        kept = keep_first(store.database, subscribers)
        db.execute(kept.values(platform=platform, citizen=citizen, consented_at=at, how="asked for none", opted_out_at=at))
    theirs = (subscribers.c.platform == platform, subscribers.c.citizen == citizen)
    is_older = or_(subscribers.c.opted_out_at.is_(None), subscribers.c.opted_out_at < at)
    db.execute(update(subscribers).where(*theirs, is_older).values(opted_out_at=at))
    waiting = (deliveries.c.platform == platform, deliveries.c.citizen == citizen, deliveries.c.state == "waiting")
    db.execute(update(deliveries).where(*waiting).values(state="opted_out", at=at))
