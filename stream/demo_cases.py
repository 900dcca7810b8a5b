"""The demo's cases: each appeal with a whole history that the workflow allows, in numbers that are the deployment's own."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

import msgspec

from cases import clocks
from cases.history import derived
from cases.identity import case_id
from cases.opening import branch_of, summary
from cases.routing import Routed, route
from collectors.demo.history import Appeal
from core.case import Case, Status, Step
from core.deployment import DemoCategory, Deployment

SHARE_HANDLED, SHARE_CLOSED = 0.87, 0.71  # where the deployment does not say
SHARE_ANSWERED = 0.86  # of inquiries and suggestions: what was answered is closed soon
SCATTER_DAYS = 18.0  # how much later than its elders a case may be dealt with
REOPENED, TOLD_EARLY, WAITING, REFUSED = 0.03, 0.95, 0.25, 0.92
SETTLING = timedelta(days=8)  # a case handled longer ago than this without being solved was closed as not fixed
UNSETTLED = timedelta(days=7)  # most of what was not handled by then was not ours
FRESH = timedelta(hours=5)
REASONS = {
    "not_fixed": {"ar": "يحتاج مشروعا وميزانية، أدرج في خطة العام القادم", "fa": "نیازمند طرح و بودجه است؛ در برنامه سال آینده آمد",
                  "ru": "Нужен проект и бюджет, включено в план следующего года", "kk": "Жоба мен қаржы қажет, келесі жылғы жоспарға енді",
                  "en": "Needs a project and a budget; it is in next year's plan"},
    "rejected": {"ar": "ليس من اختصاصنا، أحيل صاحبه إلى الجهة المعنية", "fa": "در صلاحیت ما نیست؛ به نهاد مسئول راهنمایی شد",
                 "ru": "Не наша компетенция, заявителю назвали ответственных", "kk": "Біздің құзыретімізде емес, жауапты мекеме айтылды",
                 "en": "Not ours; the citizen was told who is responsible"},
    "waiting": {"ar": "بانتظار رد المواطن: الموقع غير واضح", "fa": "در انتظار پاسخ شهروند: نشانی روشن نیست", "ru": "Ждём ответа жителя: адрес не ясен",
                "kk": "Тұрғынның жауабын күтеміз: мекенжай анық емес", "en": "Waiting for the citizen: the address is not clear"},
    "reopened": {"ar": "يقول المواطن إن المشكلة عادت", "fa": "شهروند می‌گوید مشکل برگشته است", "ru": "Житель пишет, что проблема вернулась",
                 "kk": "Тұрғын мәселенің қайталанғанын айтты", "en": "The citizen says that it is back"},
}  # fmt: skip


class Fate(StrEnum):
    """How far a case has come by the demo's clock."""

    CLOSED = "closed"
    HANDLED = "handled"
    OPEN = "open"


def cases(appeals: Iterable[Appeal], deployment: Deployment, until: datetime, seed: int) -> list[Case]:
    """A case for each appeal, oldest first, with exactly the shares handled and closed that the deployment's demo states."""
    groups: dict[tuple[str, bool], list[Appeal]] = {}
    for appeal in appeals:
        groups.setdefault((appeal.topic, appeal.intent == "complaint"), []).append(appeal)
    told = {c.topic: c for c in (deployment.demo.categories if deployment.demo else ())}
    routed = cache(lambda topic, place: route(topic, place, deployment))
    found = [
        _case(appeal, fate, deployment, routed(appeal.topic, appeal.place), until, random.Random(f"{seed}{appeal.post.id}"))
        for (category, _), group in groups.items()
        for appeal, fate in _fates(group, told.get(category), until, seed)
    ]
    return sorted(found, key=lambda case: (case.opened_at, case.id))


def _fates(group: Sequence[Appeal], told: DemoCategory | None, until: datetime, seed: int) -> list[tuple[Appeal, Fate]]:
    """Who is dealt with: on the whole the oldest first. The numbers are exact."""
    handled = round(len(group) * (told.share_handled if told else SHARE_HANDLED))
    usual = SHARE_CLOSED if group[0].intent == "complaint" else SHARE_ANSWERED
    closed = min(handled, round(len(group) * (told.share_closed if told and told.share_closed is not None else usual)))
    rng = random.Random(f"{seed}{group[0].topic}{group[0].intent == 'complaint'}")
    turn = sorted(group, key=lambda a: a.post.created_at + timedelta(days=rng.expovariate(1 / SCATTER_DAYS)))
    solved = {id(a) for a in rng.sample(turn[: handled - (handled - closed) // 3], closed)}
    return [(a, Fate.CLOSED if id(a) in solved else Fate.HANDLED if n < handled else Fate.OPEN) for n, a in enumerate(turn)]


def _case(appeal: Appeal, fate: Fate, deployment: Deployment, routed: Routed, until: datetime, rng: random.Random) -> Case:
    post = appeal.post
    case = Case(
        id=case_id(post.id), status=Status.RECEIVED, intent=appeal.intent, opened_at=post.created_at, category=appeal.topic, place=appeal.place,
        department=routed.department, routed_because=routed.because, platform=post.platform, account=post.account,
        branch=branch_of(post, appeal.place, deployment), citizen=post.author.id if post.author else None, posts=(post.id,), summary=summary(post),
    )  # fmt: skip
    steps = History(case, deployment, until, rng).steps(fate)
    considered = rng.choice(("considered", "considered", "adopted")) if case.intent == "suggestion" and fate is Fate.CLOSED else None
    return derived(msgspec.structs.replace(case, steps=steps, status=steps[-1].now, version=len(steps), considered=considered), deployment)


class History:
    """Writes one case's lines: what is done, by whom, and when in working hours; never later than `until`."""

    def __init__(self, case: Case, deployment: Deployment, until: datetime, rng: random.Random) -> None:
        self.case, self.deployment, self.until, self.rng = case, deployment, until, rng
        self.language = deployment.languages[0]

    def steps(self, fate: Fate) -> tuple[Step, ...]:
        """The lines of a case with this fate."""
        path = self._path(fate)
        told_early = self.case.intent == "complaint" and len(path) > 0 and self.rng.random() < TOLD_EARLY
        waits = fate is Fate.OPEN and path[-1:] == [Status.IN_HAND] and self.rng.random() < WAITING
        times = iter(self._times(len(path) + told_early + waits))
        lines = [self._line(None, Status.RECEIVED, self.case.opened_at)]
        if told_early:
            lines.append(Step(who=self._who("officer"), at=next(times), was=Status.RECEIVED, now=Status.RECEIVED, what="answered"))
        for to in path:
            lines.append(self._line(lines[-1].now, to, next(times)))
        if waits:
            lines.append(
                msgspec.structs.replace(self._line(Status.IN_HAND, Status.IN_HAND, next(times)), what="waiting", why=self._why("waiting"))
            )
        return tuple(lines)

    def _path(self, fate: Fate) -> list[Status]:
        """The stations after the first."""
        asked = self.case.intent != "complaint"
        way = (
            [Status.ANSWERED, Status.CLOSED]
            if asked
            else [*self._until_referred(), Status.IN_HAND, Status.DONE, Status.CONFIRMED, Status.ANSWERED, Status.CLOSED]
        )
        if fate is Fate.CLOSED:
            again = self.rng.random() < REOPENED
            return [*way, Status.REOPENED, *(way if asked else [Status.REFERRED, *way[-5:]])] if again else way
        if fate is Fate.HANDLED:
            return self._handled(way, asked)
        return self._open(way)

    def _until_referred(self) -> list[Status]:
        verified = self.deployment.verify_first or self.rng.random() < 0.4
        return [Status.VERIFIED, Status.REFERRED] if verified else [Status.REFERRED]

    def _handled(self, way: list[Status], asked: bool) -> list[Status]:
        if asked:
            return way[:1]
        if self.until - self.case.opened_at > SETTLING:
            return [*way[: way.index(Status.IN_HAND) + 1], Status.NOT_FIXED]
        return way[: way.index(self.rng.choice((Status.DONE, Status.CONFIRMED, Status.ANSWERED))) + 1]

    def _open(self, way: list[Status]) -> list[Status]:
        age = self.until - self.case.opened_at
        if age > UNSETTLED and self.rng.random() < REFUSED:
            return [Status.REJECTED]
        if way[0] == Status.ANSWERED or age < FRESH * self.rng.random() * 2:
            return []
        most = way.index(Status.IN_HAND) + 1
        return way[: self.rng.randint(1 if age < SETTLING else most - 1, most)]

    def _times(self, count: int) -> list[datetime]:
        """`count` moments in working hours after the opening; where there is too little time left, spread over it."""
        if not count:
            return []
        allowed = clocks.target(self.deployment, self.case.category)
        whole = allowed.closing_hours * self.rng.lognormvariate(-0.75, 0.65)
        first = min(allowed.first_answer_hours * self.rng.lognormvariate(-1.0, 0.8), whole / 2)
        parts = sorted(self.rng.betavariate(1.2, 1.1) for _ in range(count - 1))
        begun = clocks.due(clocks.reply_team(self.deployment), self.case.opened_at, first) or self.until
        office = clocks.office(self.deployment)
        times = [begun, *(clocks.due(office, begun, max(part, 0.02) * whole) or self.until for part in parts)]
        return times if times[-1] < self.until else self._squeezed(count)

    def _squeezed(self, count: int) -> list[datetime]:
        left = self.until - self.case.opened_at
        return [self.case.opened_at + left * part for part in sorted(self.rng.uniform(0.05, 0.97) for _ in range(count))]

    def _line(self, was: Status | None, now: Status, at: datetime) -> Step:
        return Step(
            who=self._actor(now),
            at=at,
            was=was,
            now=now,
            why=self._why(now.value),
            department=self.case.department if now is Status.REFERRED else None,
        )

    def _why(self, what: str) -> str:
        return REASONS.get(what, {}).get(self.language, "")

    def _actor(self, now: Status) -> str:
        """Who makes a move: confirming is for somebody else than doing."""
        if now is Status.RECEIVED:
            return "demo"
        if now in (Status.IN_HAND, Status.DONE, Status.NOT_FIXED):
            return self._who(self.case.department or "department")
        if now is Status.REOPENED:
            return self._who("supervisor")
        return self._who("verifier" if now in (Status.VERIFIED, Status.CONFIRMED) else "officer")

    def _who(self, team: str) -> str:
        return f"{team}-{self.rng.randint(1, 6)}"
