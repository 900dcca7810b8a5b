"""What each page asks of the store, as records. Pure: `sada bench pages` asks the very same."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from core.deployment import Deployment
from core.theme import Theme
from dashboard.filters import View, accounts_of, as_filter
from dashboard.periods import USUAL, Window
from store.query import AccountHistory, CountPosts, Filter, FindPasses, FindPosts, Found, Question, WeekHours

PAGE_SIZE = 20  # posts on one screen of the posts page
NEWEST = 6  # posts below a page
ANSWERS = ("comment", "reply")  # kinds of posts that people write below those of the organisation
MOST_PASSES = 5000  # of the ledger, enough for a month of a dozen sources asked each hour
WEEK = timedelta(days=7)
RIPE = timedelta(days=1)  # a younger post has not had its day yet and is not called the worst


class Now(msgspec.Struct, frozen=True, kw_only=True):
    """What people say now, against the period before."""

    volume: CountPosts  # sentiment × time
    before: CountPosts  # sentiment, one period earlier
    topics: CountPosts
    usual: tuple[CountPosts, ...]  # topics in each of the USUAL periods before
    newest: FindPosts


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """What happened lately, on one sheet."""

    volume: CountPosts  # by sentiment
    before: CountPosts
    topics: CountPosts
    usual: tuple[CountPosts, ...]  # topics in each of the USUAL periods before
    own: CountPosts
    own_before: CountPosts
    best: FindPosts
    history: AccountHistory


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """How the accounts grow."""

    history: AccountHistory
    own: CountPosts  # own posts by account


class Engagement(msgspec.Struct, frozen=True, kw_only=True):
    """How people answer what the organisation publishes."""

    own: CountPosts  # account × time
    before: CountPosts
    hours: WeekHours
    best: FindPosts
    worst: FindPosts
    history: AccountHistory
    answers: CountPosts  # what people wrote below own posts: account × sentiment
    seen: tuple[WeekHours, ...]  # the hours of each of `accounts`, for rates by views

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts of `seen`."""
        return tuple(question.filter.accounts[0] for question in self.seen)


class Themes(msgspec.Struct, frozen=True, kw_only=True):
    """What is spoken of, where, and whether more than usual."""

    cells: CountPosts  # topic × place
    usual: tuple[CountPosts, ...]  # the same in each of the USUAL periods before
    topics: CountPosts
    topics_usual: tuple[CountPosts, ...]
    sentiments: CountPosts  # topic × sentiment × time


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """How each source was read."""

    passes: FindPasses = FindPasses(limit=MOST_PASSES)


class Posts(msgspec.Struct, frozen=True, kw_only=True):
    """Which posts."""

    found: FindPosts
    counts: CountPosts  # sentiment × intent; see is_countable


def during(view: View, about: Deployment, window: Window) -> Filter:
    """The posts a view means, in its period."""
    return msgspec.structs.replace(as_filter(view, about), since=view.since or window.since, until=view.until or window.until)


def now(view: View, about: Deployment, window: Window) -> Now:
    """The questions of the Now page."""
    here = during(view, about, window)
    before = _at(here, window, 1)
    zone = window.timezone
    return Now(
        volume=CountPosts(filter=here, by=("sentiment",), bucket=window.bucket, timezone=zone),
        before=CountPosts(filter=before, by=("sentiment",), timezone=zone),
        topics=CountPosts(filter=here, by=("topic",), timezone=zone),
        usual=tuple(CountPosts(filter=_at(here, window, n), by=("topic",), timezone=zone) for n in range(1, USUAL + 1)),
        newest=FindPosts(filter=here, limit=NEWEST),
    )


def brief(view: View, about: Deployment, window: Window) -> Brief:
    """The questions of the Brief page."""
    asked, own = now(view, about, window), msgspec.structs.replace(during(view, about, window), kinds=("own",))
    return Brief(
        volume=msgspec.structs.replace(asked.volume, bucket=None),
        before=asked.before,
        topics=asked.topics,
        usual=asked.usual,
        own=CountPosts(filter=own, by=("account",), timezone=window.timezone),
        own_before=CountPosts(filter=_at(own, window, 1), by=("account",), timezone=window.timezone),
        best=FindPosts(filter=own, order="most", limit=1),
        history=AccountHistory(accounts=own.accounts, since=window.now - WEEK, until=window.now, daily=True),
    )


def growth(view: View, about: Deployment, window: Window) -> Growth:
    """The questions of the Growth page."""
    accounts = accounts_of(msgspec.structs.replace(view, account=view.account or _on(view, about)), about)
    own = Filter(accounts=accounts, kinds=("own",), since=window.since, until=window.until)
    return Growth(
        history=AccountHistory(accounts=accounts, since=window.since, until=window.until, daily=True),
        own=CountPosts(filter=own, by=("account",), timezone=window.timezone),
    )


def engagement(view: View, about: Deployment, window: Window) -> Engagement:
    """The questions of the Engagement page: own posts only."""
    own = msgspec.structs.replace(during(view, about, window), kinds=("own",))
    before = _at(own, window, 1)
    zone = window.timezone
    ripe = msgspec.structs.replace(own, until=window.now - RIPE)
    accounts = own.accounts or tuple(a.key for a in about.accounts)
    return Engagement(
        own=CountPosts(filter=own, by=("account",), bucket=window.bucket, timezone=zone),
        before=CountPosts(filter=before, by=("account",), timezone=zone),
        hours=WeekHours(filter=own, timezone=zone),
        best=FindPosts(filter=own, order="most", limit=3),
        worst=FindPosts(filter=ripe, order="least", limit=3),
        history=AccountHistory(accounts=own.accounts, since=before.since, until=window.until, daily=True),
        answers=CountPosts(filter=msgspec.structs.replace(own, kinds=ANSWERS), by=("account", "sentiment"), timezone=zone),
        seen=tuple(WeekHours(filter=msgspec.structs.replace(own, accounts=(account,)), timezone=zone) for account in accounts),
    )


def slots(asked: WeekHours) -> CountPosts:
    """The same posts hour by hour, to open those of one hour of the week."""
    return CountPosts(filter=asked.filter, bucket="hour", timezone=asked.timezone)


def themes(view: View, about: Deployment, window: Window) -> Themes:
    """The questions of the Themes page."""
    here = during(view, about, window)
    zone, before = window.timezone, [_at(here, window, n) for n in range(1, USUAL + 1)]
    return Themes(
        cells=CountPosts(filter=here, by=("topic", "place"), timezone=zone),
        usual=tuple(CountPosts(filter=earlier, by=("topic", "place"), timezone=zone) for earlier in before),
        topics=CountPosts(filter=here, by=("topic",), timezone=zone),
        topics_usual=tuple(CountPosts(filter=earlier, by=("topic",), timezone=zone) for earlier in before),
        sentiments=CountPosts(filter=here, by=("topic", "sentiment"), bucket=window.bucket, timezone=zone),
    )


def posts(view: View, about: Deployment, window: Window, ids: tuple[str, ...] = ()) -> Posts:
    """The questions of the Posts page; `ids` are those of a theme."""
    here = Filter(ids=ids, since=view.since, until=view.until) if ids else during(view, about, window)
    return Posts(
        found=FindPosts(filter=here, order=view.order or "newest", limit=PAGE_SIZE, offset=(view.page - 1) * PAGE_SIZE),  # type: ignore[arg-type]
        counts=CountPosts(filter=here, by=("sentiment", "intent"), timezone=window.timezone),
    )


def is_countable(view: View, found: Found) -> bool:
    """Whether the posts found are also counted: words that more posts have than a store counts would take seconds and tell nothing."""
    return not view.q or found.total_is_exact


def life(theme: Theme) -> FindPosts:
    """The posts that a theme was found by, those deleted since then too: its life is what was said, hour by hour."""
    return FindPosts(filter=Filter(ids=theme.evidence, deleted=True), order="oldest", limit=max(1, len(theme.evidence)))


def every(asked: msgspec.Struct) -> list[tuple[str, Question]]:
    """The questions of one page by name, those in tuples one by one."""
    found = []
    for name in asked.__struct_fields__:
        value = getattr(asked, name)
        found += [(f"{name}_{i}", q) for i, q in enumerate(value, 1)] if isinstance(value, tuple) else [(name, value)]
    return found


def _at(here: Filter, window: Window, times: int) -> Filter:
    since, until = window.earlier(times)
    return msgspec.structs.replace(here, since=since, until=until)


def _on(view: View, about: Deployment) -> tuple[str, ...]:
    """The accounts on the platforms chosen; empty: all."""
    return tuple(a.key for a in about.accounts if a.platform in view.platform) if view.platform else ()
