"""One batch at the desk, decided post by post. Pure: what is known goes in, what changes comes out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from cases import workflow
from cases.forgetting import Marks, forgotten, marks
from cases.joining import Index, Line, citizens, intent_of, joins, line_of, marks_of, verdict
from cases.opening import WHO, joined, opened, summary
from cases.routing import Lessons
from core.case import Case
from core.deployment import Deployment
from core.post import Kind, Post


class Sitting:
    """One batch at the desk: what is known, and what changes because of the posts that come in."""

    def __init__(self, lines: Iterable[Line], triaged: set[str], deployment: Deployment, now: datetime, lessons: Lessons) -> None:
        self.index, self.triaged = Index(lines), triaged
        self.deployment, self.now, self.lessons = deployment, now, lessons
        self.cases: dict[str, Case] = {}  # as they stand now
        self.before: dict[str, Case] = {}  # those that stood already, as they stood
        self.lines: list[Line] = []
        self.to_triage: list[Post] = []
        self.erased: list[str] = []
        self.said: dict[str, Marks] = {}  # post → marks of its words, of all posts of cases in which something is deleted
        self.unsaid: dict[str, Marks] = {}  # case → marks of what was said there until it was deleted
        self.edited: dict[str, Marks] = {}  # post → marks of its words with the new ones

    def know(self, cases: Iterable[Case]) -> None:
        """Learn of cases that stand already."""
        self.before |= {case.id: case for case in cases}
        self.cases |= self.before

    def take(self, post: Post) -> None:
        """Decide about one post."""
        if post.deleted_at:
            self._forget(post)
        elif post.id in self.index.by_post:
            self._edited(post)
        elif post.kind == Kind.OWN:
            self._answered(post)
        else:
            self._decide(post)

    def _decide(self, post: Post) -> None:
        said = verdict(post, self.index, self.cases, self.deployment, self.now)
        if said == "open":
            self._open(post)
        elif said == "join":
            self._join(post)
        elif said == "triage" and post.id not in self.triaged:
            self.triaged.add(post.id)
            self.to_triage.append(post)

    def _open(self, post: Post) -> None:
        case = opened(post, intent_of(post), self.deployment, self.now, WHO, self.lessons)
        self._keep(case, post)

    def _join(self, post: Post) -> None:
        line = joins(post, self.index, self.cases, self.deployment)
        if line:
            told = self.cases[line.case_id]
            case = self._original(told)  # what is said of a duplicate is said of its original
            self._keep(joined(case, post, self.deployment, self.now, citizens(told) if told is not case else frozenset()), post)

    def _original(self, case: Case) -> Case:
        """The case at the end of a chain of duplicates."""
        seen = {case.id}
        while (found := self.cases.get(case.duplicate_of or "")) and found.id not in seen:
            seen.add(found.id)
            case = found
        return case

    def _keep(self, case: Case, post: Post) -> None:
        self.cases[case.id] = case
        line = line_of(post, case.id, self.deployment)
        self.lines.append(line)
        self.index.add(line)

    def _edited(self, post: Post) -> None:
        case = self.cases.get(self.index.by_post[post.id].case_id)
        if post.versions:
            self.edited[post.id] = marks_of(post)
        if case and case.posts and case.posts[0] == post.id and case.summary != summary(post):
            self.cases[case.id] = workflow.noted(case, WHO, self._at(case), "", self.deployment, "edited", summary=summary(post))

    def _answered(self, post: Post) -> None:
        """The organisation answered a post of a case on the platform itself."""
        line = self.index.by_post.get(post.parent_id or "")
        case = self.cases.get(line.case_id) if line else None
        if case and not any(step.what == "answered" and step.why == post.id for step in case.steps):
            at = max(min(post.created_at, self.now), self._last(case))
            self.cases[case.id] = workflow.noted(
                case, post.account or WHO, at, post.id, self.deployment, "answered", answer_link=case.answer_link or post.url
            )

    def _forget(self, post: Post) -> None:
        line = self.index.by_post.get(post.id)
        case = self.cases.get(line.case_id) if line else None
        if case and line:
            self._erase(case, line)
        self.erased.append(post.id)

    def _erase(self, case: Case, line: Line) -> None:
        """Take a deleted post's text and author out of its case; the history keeps that it was."""
        if any(step.what == "erased" and step.why == line.post for step in case.steps):
            return
        opening = case.posts[:1] == (line.post,)
        kept: dict[str, object] = {"others": tuple(o for o in case.others if o != line.author)}
        taken = self._taken(case, line.post)
        if opening:
            kept = {"summary": "", "citizen": None}
            taken |= marks(case.summary)
        self.unsaid[case.id] = self.unsaid.get(case.id, frozenset()) | taken
        citizen = line.author if opening or line.author != case.citizen else None
        case = msgspec.structs.replace(case, steps=forgotten(case.steps, taken, citizen))
        self.cases[case.id] = workflow.noted(case, WHO, self._at(case), line.post, self.deployment, "erased", **kept)

    def _taken(self, case: Case, post: str) -> Marks:
        """Marks of what a deleted post said, but for what others of the case say too and still say."""
        stays = (self.said.get(other, frozenset()) for other in case.posts if other != post and other not in self.erased)
        return self.said.get(post, frozenset()).difference(*stays)

    def _at(self, case: Case) -> datetime:
        return max(self.now, self._last(case))

    def _last(self, case: Case) -> datetime:
        return case.steps[-1].at if case.steps else case.opened_at
