"""The case that a post opens, and a case with one more post. Pure."""

from __future__ import annotations

from datetime import datetime

import msgspec

from cases import workflow
from cases.forgetting import HIDDEN
from cases.identity import case_id
from cases.joining import OVER, intent_of, is_sure, place_of, topic_of
from cases.roles import Role
from cases.routing import Lessons, route
from core.case import Case, Status, Step
from core.deployment import Deployment
from core.post import Post

WHO = "desk"  # who opens and joins, in a case's history
SUMMARY = 280  # characters of the opening post that a case keeps


def opened(post: Post, intent: str, deployment: Deployment, now: datetime, who: str, lessons: Lessons | None = None) -> Case:
    """The case that a post opens. Its clocks run from when the citizen wrote; a platform whose clock is ahead opens nothing in the future."""
    written = min(post.created_at, now)
    topic, place = topic_of(post, deployment), place_of(post, deployment)
    routed = route(topic, place, deployment, lessons)
    case = Case(
        id=case_id(post.id), status=Status.RECEIVED, intent=intent, opened_at=written, version=0, category=topic, place=place,
        department=routed.department, routed_because=routed.because, platform=post.platform, account=post.account,
        branch=branch_of(post, place, deployment), citizen=post.author.id if post.author else None, posts=(post.id,), summary=summary(post),
    )  # fmt: skip
    return workflow.add(case, Step(who=who, at=now, was=None, now=Status.RECEIVED), deployment)


def joined(case: Case, post: Post, deployment: Deployment, now: datetime, known: frozenset[str] = frozenset()) -> Case:
    """The case with one more post. If it waited for this citizen, he is heard; if one of its citizens asks again after its end, it is reopened.

    `known`: the citizens of a duplicate of it.
    """
    author = post.author.id if post.author else None
    at = max(now, case.steps[-1].at if case.steps else case.opened_at)
    is_known = author in (None, case.citizen) or author in case.others
    others = case.others if is_known or author is None else (*case.others, author)
    case = msgspec.structs.replace(case, posts=(*case.posts, post.id), others=others)
    if author and author == case.citizen and case.waiting_since:
        return workflow.heard(case, WHO, at, post.id, deployment)
    if author and (is_known or author in known) and case.status in OVER and _asks_again(post, deployment):
        return workflow.move(case, Status.REOPENED, author, Role.CITIZEN, at, post.id, deployment)
    return workflow.noted(case, WHO, at, post.id, deployment, workflow.JOINED)


def _asks_again(post: Post, deployment: Deployment) -> bool:
    return intent_of(post) == "complaint" or (intent_of(post) == "inquiry" and is_sure(post, deployment))


def branch_of(post: Post, place: str | None, deployment: Deployment) -> str | None:
    """The branch of the account it was addressed to, else of the place it names."""
    account = next((a.branch for a in deployment.accounts if a.key == post.account), None)
    return account or next((p.branch for p in deployment.places if p.id == place), None)


def summary(post: Post) -> str:
    """The beginning of the text, with personal data hidden."""
    text = post.text
    for span in sorted(post.private, key=lambda s: s.start, reverse=True):
        text = text[: span.start] + HIDDEN + text[span.end :]
    return text if len(text) <= SUMMARY else text[: SUMMARY - 1] + "…"
