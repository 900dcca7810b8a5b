"""The daily brief: what happened since the office closed, what rises, what waits and what was done, a sentence each, to be read out or sent on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from statistics import median

import msgspec

from cases import alerts, first_answers
from cases.query import FindCases
from core.post import Post
from core.theme import State
from dashboard import cards, case_numbers, casework, foot, growing, questions, sums
from dashboard.bidi import bare, foreign
from dashboard.dates import exact
from dashboard.figures import NONE, change, decimal, signed, signed_percent, whole
from dashboard.frame import Desk
from dashboard.periods import Window

WEEK, DAY = timedelta(days=7), timedelta(days=1)
MOST_THEMES, MOST_TOPICS = 5, 5
LONGEST = 160  # signs of a post that is quoted


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence of a brief, and what it opens: changes of the view and the page that shows them."""

    text: str
    opens: dict[str, object] | None = None
    page: str = "posts"


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One heading of a brief and what stands below it."""

    title: str
    lines: tuple[Line, ...]


def end_of_day(desk: Desk, at: datetime) -> datetime:
    """When the organisation's day ends."""
    day = at.astimezone(desk.about.zone).date() + DAY
    return datetime.combine(day, time(), desk.about.zone).astimezone(UTC)


def due_today(desk: Desk) -> FindCases:
    """The cases whose time runs out from now to the end of the day."""
    return msgspec.structs.replace(case_numbers.meant(desk), due_since=desk.now, overdue_at=end_of_day(desk, desk.now))


def sections(desk: Desk, asked: questions.Brief, over: Window) -> list[Section]:
    """Everything a brief says, in the order in which it is read. Raises StoreFailed."""
    parts = {
        "rising": _rising(desk, asked, over),
        "waits": _waits(desk),
        "done": _done(desk, over),
        "own": _own(desk, asked, over),
        "heard": _heard(desk),
    }
    return [Section(title=desk.words(f"brief.{name}"), lines=tuple(lines)) for name, lines in parts.items()]


def _rising(desk: Desk, asked: questions.Brief, over: Window) -> list[Line]:
    """The themes that live, then the topics above what is usual."""
    w = desk.words
    alive = [t for t in desk.ask.themes(over.since) if t.state in (State.RISING, State.HEIGHT) and not t.merged_into]
    found = [
        Line(text=f"{foreign(bare(t.name))}: {w('theme.size', posts=whole(t.posts, w), authors=whole(t.authors, w), since=_at(desk, t.first_seen))}",
             opens={"theme": t.id})
        for t in alive[:MOST_THEMES]
    ]  # fmt: skip
    topics = sums.risen(sums.rises(desk.ask.count(asked.topics), [desk.ask.count(q) for q in asked.usual]))
    found += [
        Line(text=f"{desk.topic(r.keys[0])}: {w('now.against_usual', now=whole(r.now, w), usual=decimal(r.usual, w))}", opens=_in(over, topic=r.keys))
        for r in topics[:MOST_TOPICS]
    ]  # fmt: skip
    return found or [Line(text=w("brief.nothing_rises"))]


def _waits(desk: Desk) -> list[Line]:
    """What somebody must see to today."""
    w, store, which = desk.words, casework.opened(desk), case_numbers.meant(desk)
    late = store.find(msgspec.structs.replace(which, overdue_at=desk.now, limit=0)).total
    due = store.find(msgspec.structs.replace(due_today(desk), limit=0)).total
    unseen = alerts.unseen(store)
    queue = {"part": "queue", "case": ""}
    return [
        Line(text=w("brief.overdue", count=whole(late, w)), opens={**queue, "show": "overdue"}, page="complaints"),
        Line(text=w("brief.due_today", count=whole(due, w)), opens={**queue, "show": "today"}, page="complaints"),
        Line(text=w("brief.unseen", count=whole(unseen, w)), opens={}, page="alerts"),
    ]


def _done(desk: Desk, over: Window) -> list[Line]:
    """What came in and what was answered."""
    w, store, which = desk.words, casework.opened(desk), case_numbers.meant(desk)
    opened = store.find(msgspec.structs.replace(which, is_open=None, opened_since=over.since, limit=0)).total
    hours = first_answers.hours(first_answers.given(store, which, over.since), over.since, over.now)
    answered = w("brief.answered", count=whole(len(hours), w))
    return [
        Line(text=w("brief.opened", count=whole(opened, w)), opens={}, page="complaints"),
        Line(text=f"{answered} {w('brief.median', hours=decimal(median(hours), w))}" if hours else answered),
    ]


def _own(desk: Desk, asked: questions.Brief, over: Window) -> list[Line]:
    """What the organisation published, what did best, and its followers against a week ago."""
    w = desk.words
    own, before = desk.ask.count(asked.own), desk.ask.count(asked.own_before)
    given, gave = (sum(c.interactions for c in counts) for counts in (own, before))
    moved = change(given, gave)
    engaged = w("brief.engaged", count=whole(given, w), change=signed_percent(moved, w) if moved is not None else NONE)
    found = [
        Line(text=w("brief.published", count=whole(sum(c.posts for c in own), w)), opens=_in(over, kind=("own",))),
        Line(text=engaged, opens={}, page="engagement"),
    ]
    found += [_best(desk, post, over) for post in desk.ask.find(asked.best).posts]
    zone = desk.about.zone
    every = growing.grown(desk.ask.history(asked.history), days(desk), zone)
    gained = [g.gained for g in every if g.gained is not None]
    if every:
        total = w("brief.followers", count=whole(sum(g.last or 0 for g in every), w), change=signed(sum(gained) if gained else None, w))
        found.append(Line(text=total, opens={}, page="growth"))
    return found


def days(desk: Desk) -> Sequence[date]:
    """The last week and today."""
    today = desk.now.astimezone(desk.about.zone).date()
    return growing.days(today - WEEK, today)


def _best(desk: Desk, post: Post, over: Window) -> Line:
    w = desk.words
    given = sum(n or 0 for n in (post.likes, post.replies, post.reposts, post.quotes, post.saves))
    text = " ".join(bare(cards.masked(post, desk)).split())
    short = text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
    return Line(text=w("brief.best", count=whole(given, w), text=foreign(short)), opens=_in(over, kind=("own",), order="most"))


def _heard(desk: Desk) -> list[Line]:
    """Whether anything was not read."""
    w = desk.words
    every = [h for h in foot.all_health(desk) if h.state != "imported"]
    bad = [h for h in every if h.state != "good"]
    if not bad:
        return [Line(text=w("brief.all_heard", count=whole(len(every), w)), opens={}, page="ledger")]
    names = w("figure.comma").join(foreign(h.source) for h in bad[:MOST_TOPICS])
    return [Line(text=w("brief.not_heard", count=whole(len(bad), w), of=whole(len(every), w), names=names), opens={}, page="ledger")]


def _in(over: Window, **which: object) -> dict[str, object]:
    return {**which, "since": over.since, "until": over.until}


def _at(desk: Desk, at: datetime) -> str:
    return exact(at, desk.about.zone, desk.about.calendar, desk.words)
