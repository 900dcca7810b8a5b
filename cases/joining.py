"""Which posts open a case, which join one, which a person must look at. Pure: what is known goes in, what was decided comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from cases.forgetting import Marks, marks, packed
from core.case import Case, Status
from core.deployment import Deployment
from core.post import Kind, Moment, Post

ASKING = ("complaint", "inquiry", "suggestion")
REPORTED = (Kind.REPORT, Kind.CALL)  # somebody came to us on purpose: always a case
OVER = (Status.CLOSED, Status.NOT_FIXED, Status.ANSWERED, Status.REJECTED)
"""Where nobody works on a case any more: what its citizens say then reopens it, and what others say is a matter of its own."""
Verdict = Literal["open", "join", "triage", "pass"]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A post that belongs to a case, with what others are compared to."""

    post: str
    case_id: str
    author: str | None
    conversation: str | None
    copy_of: str | None
    topic: str | None
    at: Moment
    account: str | None = None  # which of ours it was addressed to
    private: bool | None = None  # said in a private conversation; None: not known
    marks: bytes | None = None  # by which a repetition of its words is found; None: not read


class Index:
    """Posts of cases, to be found by what they share with a new one; the newest first."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.by_post: dict[str, Line] = {}
        self._by: dict[tuple[str, str], list[Line]] = {}
        for line in sorted(lines, key=lambda line: line.at):
            self.add(line)

    def add(self, line: Line) -> None:
        """Know one more."""
        self.by_post[line.post] = line
        for name in ("author", "copy_of"):
            if value := getattr(line, name):
                self._by.setdefault((name, value), []).insert(0, line)

    def sharing(self, name: str, value: str | None) -> Sequence[Line]:
        """Lines with this author or near-duplicate group."""
        return self._by.get((name, value), ()) if value else ()


def line_of(post: Post, case_id: str, deployment: Deployment) -> Line:
    """The line that says that `post` belongs to a case."""
    return Line(post=post.id, case_id=case_id, author=post.author.id if post.author else None, conversation=post.conversation_id,
                copy_of=post.copy_of, topic=topic_of(post, deployment), at=post.created_at, account=post.account, private=post.kind == Kind.DIRECT, marks=packed(marks_of(post)))  # fmt: skip


def marks_of(post: Post) -> Marks:
    """Of its words and of those it had before it was edited."""
    return marks(post.text, *(version.text for version in post.versions))


def topic_of(post: Post, deployment: Deployment) -> str | None:
    """What it is about: as a form, a clerk or a person told, else as it was understood."""
    if post.topic_told and any(post.topic_told == t.id for t in deployment.topics):
        return post.topic_told
    return post.topics[0].label if post.topics else None


def place_of(post: Post, deployment: Deployment) -> str | None:
    """Where it is: as told if that is a place of the deployment, else as it was understood."""
    if post.place_told and any(post.place_told == p.id for p in deployment.places):
        return post.place_told
    return post.places[0].label if post.places else None


def intent_of(post: Post) -> str:
    """What it asks for. A report or a call that was not understood is a complaint until somebody says otherwise."""
    told = post.intent.label if post.intent else "other"
    return "complaint" if post.kind in REPORTED and told not in ASKING else told


def is_sure(post: Post, deployment: Deployment) -> bool:
    """Whether it opens a case without a person's look."""
    if post.kind in REPORTED:
        return True
    return post.intent is not None and post.intent.confidence is not None and post.intent.confidence >= deployment.desk.sure


def joins(post: Post, index: Index, cases: dict[str, Case], deployment: Deployment) -> Line | None:
    """The post of a case that this one belongs with, if any.

    A reply to a post of a case; the same author in the same conversation; the same author on the same topic, or a near-duplicate on
    the same topic, within the days the deployment gives. What plainly asks for something else never joins, and what somebody new
    asks for after a case's end would be heard by nobody there.
    """
    return next((line for line in _candidates(post, index, deployment) if not _other_matter(post, line, cases, deployment)), None)


def _candidates(post: Post, index: Index, deployment: Deployment) -> Iterator[Line]:
    """Lines this post may belong with, one after another: of a flood of copies the first that fits is enough."""
    author, topic = post.author.id if post.author else None, topic_of(post, deployment)
    near = timedelta(days=deployment.desk.same_matter_days)
    if line := index.by_post.get(post.parent_id or ""):
        yield line
    theirs = index.sharing("author", author)
    yield from (line for line in theirs if line.conversation and line.conversation == post.conversation_id)
    yield from (line for line in theirs if line.topic == topic and _is_near(line, post.created_at, near))
    yield from (line for line in index.sharing("copy_of", post.copy_of) if _is_near(line, post.created_at, near))


def _is_near(line: Line, at: datetime, near: timedelta) -> bool:
    return abs(at - line.at) <= near


def _other_matter(post: Post, line: Line, cases: dict[str, Case], deployment: Deployment) -> bool:
    """Whether the post surely asks for something, and that is another topic or place than the case's."""
    case = cases.get(line.case_id)
    if case is None or intent_of(post) not in ASKING or not is_sure(post, deployment):
        return case is None
    if _is_somebody_new(post, line, case) and not case.duplicate_of and _ended(case, post.created_at):
        return True
    return _differ(topic_of(post, deployment), case.category) or _differ(place_of(post, deployment), case.place)


def citizens(case: Case) -> frozenset[str]:
    """Everybody who told of it."""
    return frozenset(filter(None, (case.citizen, *case.others)))


def _is_somebody_new(post: Post, line: Line, case: Case) -> bool:
    author = post.author.id if post.author else None
    return author is None or (author not in (line.author, case.citizen) and author not in case.others)


def _ended(case: Case, at: datetime) -> bool:
    """Whether it was over when something was written."""
    moved = next((step.at for step in reversed(case.steps) if step.what in ("moved", "returned", "undone")), case.opened_at)
    return case.status in OVER and moved < at


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def verdict(post: Post, index: Index, cases: dict[str, Case], deployment: Deployment, now: datetime) -> Verdict:
    """What becomes of a post that is not the organisation's own."""
    if post.spam is not None and post.spam.label == "spam":
        return "pass"
    if joins(post, index, cases, deployment):
        return "join"
    if intent_of(post) not in ASKING or now - post.created_at > timedelta(days=deployment.desk.oldest_days):
        return "pass"
    return "open" if is_sure(post, deployment) else "triage"
