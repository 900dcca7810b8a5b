"""What a demo has beside posts and cases: a campaign's ambassadors and proposals, a road map of what is asked for most, guide and ready words."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from cases import ambassadors, campaigns, roadmap
from cases.roles import Person, Role
from cases.store import CaseStore
from collectors.demo.history import History
from core.deployment import Campaign, Deployment, Words
from core.post import Post
from store.base import Store
from stream import demo_words
from stream.followers import follow

PLANS = 12  # lines of the road map
WHO = Person(name="demo", role=Role.SUPERVISOR)
REACHED = {"done": 0.25, "in_work": 0.35, "planned": 0.25, "considered": 0.1, "declined": 0.05}
PROMISED = {"done": -40, "in_work": 30, "planned": 120}  # days from now; a few of them already late
DECLINED: Words = {
    "ar": "خارج خطة هذا العام", "fa": "خارج از برنامه امسال", "ru": "Не входит в план этого года", "kk": "Биылғы жоспарға кірмейді",
    "en": "Not in this year's plan",
}  # fmt: skip


def begin(store: Store, case_store: CaseStore, made: History, deployment: Deployment, now: datetime, seed: int) -> None:
    """Sign up the ambassadors, let the campaigns hear the posts, fill the guide, and draw the road map. Done twice it changes nothing but the audit."""
    for campaign in deployment.campaigns:
        for citizen, name, place, followers, at in carriers(made, campaign, deployment):
            ambassadors.sign_up(case_store, campaign, citizen, name, place, followers, at, WHO.name)
    if deployment.campaigns:
        after = case_store.place(campaigns.FOLLOWER)
        follow(store, after, lambda posts, place: campaigns.receive(posts, deployment, case_store, now, place))
    demo_words.keep(case_store, WHO, deployment, now)
    for plan in plans(roadmap.requests(case_store), deployment, now, seed):
        roadmap.keep(case_store, WHO, plan, now, deployment)


def carriers(made: History, campaign: Campaign, deployment: Deployment) -> list[tuple[str, str, str, int | None, datetime]]:
    """(citizen, name, neighbourhood, followers, first post) of those who write on the campaign's own channel of a fixed number of people."""
    demo = deployment.demo
    accounts = {(c.account, c.kind) for c in demo.channels if c.authors and c.campaign == campaign.id} if demo else set()
    first: dict[str, Post] = {}
    for post in made.posts:
        if (post.account, post.kind.value) in accounts and post.author and post.author.id:
            first.setdefault(post.author.id, post)
    places = campaign.places or tuple(p.id for p in deployment.places)
    return [
        (citizen, post.author.name or citizen, places[n % len(places)], post.author.followers, post.created_at)
        for n, (citizen, post) in enumerate(sorted(first.items()))
        if post.author
    ]  # fmt: skip


def plans(requests: dict[tuple[str | None, str | None], int], deployment: Deployment, now: datetime, seed: int) -> list[roadmap.Plan]:
    """A line for each of the topics and places most asked for, at every state of its way."""
    rng = random.Random(seed)
    most = sorted(
        ((n, topic, place) for (topic, place), n in requests.items() if topic and place), key=lambda row: (-row[0], row[1], row[2])
    )
    return [_plan(topic, place, rng, deployment, now) for _, topic, place in most[:PLANS]]


def _plan(topic: str, place: str, rng: random.Random, deployment: Deployment, now: datetime) -> roadmap.Plan:
    names = next(t.name for t in deployment.topics if t.id == topic)
    there = next(p.name for p in deployment.places if p.id == place)
    state = rng.choices(list(REACHED), list(REACHED.values()))[0]
    promised = (now + timedelta(days=PROMISED[state] + rng.randint(-35, 35))).date() if state in PROMISED else None
    return roadmap.Plan(
        id=f"demo-{topic}-{place}", title={language: f"{name}: {there.get(language) or there['en']}" for language, name in names.items()},
        state=state, category=topic, place=place, promised=promised, why=DECLINED if state == "declined" else {}, published=True,
    )  # fmt: skip
