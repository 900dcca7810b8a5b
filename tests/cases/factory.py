"""Cases, people and a small organisation for tests. Every text, name and number is invented."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from cases.roles import Person, Role
from core.case import Case, Status, Step
from core.deployment import Branch, Department, Deployment, Desk, OfficialAccount, Place, Route, Target, Topic
from core.post import Author, Claim, Kind, Post

SUNDAY_NOON = datetime(2026, 3, 1, 9, tzinfo=UTC)  # 12:00 in Riyadh, a working day

CITY = Deployment(
    id="city", name={"en": "City"}, timezone="Asia/Riyadh", languages=("ar", "en"), weekend=("friday", "saturday"), holidays=(date(2026, 3, 4),),
    accounts=(OfficialAccount(platform="x", handle="city"), OfficialAccount(platform="x", handle="east", branch="east")),
    branches=(Branch(id="east", name={"en": "East"}),),
    departments=tuple(Department(id=d, name={"en": d.title()}) for d in ("cleaning", "roads", "harbour")),
    topics=tuple(Topic(id=t, name={"en": t.title()}) for t in ("waste", "roads", "lighting")),
    places=(Place(id="port", name={"en": "Port"}, branch="east"), Place(id="quay", name={"en": "Quay"}, parent="port"), Place(id="hill", name={"en": "Hill"})),
    routing=(Route(topic="waste", department="cleaning"), Route(topic="roads", department="roads"), Route(topic="roads", place="port", department="harbour")),
    targets=(Target(first_answer_hours=8, closing_hours=40), Target(topic="roads", first_answer_hours=4, closing_hours=80)),
    desk=Desk(sure=0.7),
)  # fmt: skip
"""Works from 8 to 16 in Riyadh, Sunday to Thursday; Wednesday 4 March 2026 is a holiday."""

VERIFYING = Deployment(**{f: getattr(CITY, f) for f in CITY.__struct_fields__} | {"verify_first": True})

OFFICER = Person(name="olya", role=Role.OFFICER)
VERIFIER = Person(name="vera", role=Role.VERIFIER)
WORKER = Person(name="dima", role=Role.DEPARTMENT, departments=("cleaning",))
SUPERVISOR = Person(name="sami", role=Role.SUPERVISOR)


def case(number: int = 1, **told: object) -> Case:
    """A received complaint, one minute later for each higher number."""
    at = SUNDAY_NOON + timedelta(minutes=number)
    usual = {"id": f"c-{number}", "status": Status.RECEIVED, "intent": "complaint", "opened_at": at, "category": "waste", "department": "cleaning",
             "platform": "x", "account": "x:city", "citizen": f"x:u{number}", "posts": (f"x:{number}",), "summary": f"the bin in lane {number} is full",
             "steps": (Step(who="desk", at=at, was=None, now=Status.RECEIVED),)}  # fmt: skip
    return Case(**(usual | told))  # type: ignore[arg-type]


def complaint(number: int = 1, **told: object) -> Post:
    """A mention on X that surely complains about waste, one minute later for each higher number."""
    at = SUNDAY_NOON + timedelta(minutes=number)
    usual = {"id": f"x:{number}", "platform": "x", "kind": Kind.MENTION, "text": f"the bin in lane {number} is full", "created_at": at,
             "observed_at": at, "source": "x.mentions.city", "account": "x:city", "author": Author(id=f"x:u{number}", handle=f"resident{number}"),
             "conversation_id": f"x:{number}", "intent": Claim(label="complaint", confidence=0.9, by="test@1"),
             "topics": (Claim(label="waste", confidence=0.8, by="test@1"),)}  # fmt: skip
    return Post(**(usual | told))  # type: ignore[arg-type]
