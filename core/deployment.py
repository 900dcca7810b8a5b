"""A deployment: one organisation's own facts, read from one TOML file and checked as a whole."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from datetime import date, time
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from core.errors import BadDeployment

Words = dict[str, str]  # language code → text

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LANGUAGES = ("ar", "fa", "ru", "kk", "en")
BASE_TOPICS = (
    "waste", "sewage", "water", "roads", "lighting", "parks", "transport", "building", "markets", "pests", "noise",
    "heating", "order", "services", "culture",
)  # fmt: skip
"""The topics whose seed words enrich/languages/ knows; a deployment's topic says which of them it is `like`."""


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file in which an unknown key is an error."""


class Hours(Strict, frozen=True):
    """Working hours of the organisation, local time; the reply team's may differ."""

    start: time = time(8)
    end: time = time(16)
    always_on: bool = False  # a team answers 24 hours a day


class Branch(Strict, frozen=True):
    """A regional office or sub-municipality."""

    id: str
    name: Words


class OfficialAccount(Strict, frozen=True):
    """An account of the organisation on one platform, or a feed, form, hotline or drop folder that it owns."""

    platform: str
    handle: str
    id: str | None = None  # the platform's native id, where it asks by id
    name: Words = {}
    branch: str | None = None
    url: str | None = None  # a feed's or endpoint's address
    followers: int | None = None  # known at the start; for the demo and the targets
    every_minutes: int | None = None  # cadence; None: the platform's usual one
    monthly_reads: int | None = None  # billed reads or quota units each of its sources may spend in a month; None: no limit

    @property
    def key(self) -> str:
        """How posts and samples name this account."""
        return f"{self.platform}:{self.handle}"


class Watch(Strict, frozen=True):
    """Words and hashtags to search for beyond the accounts."""

    keywords: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()


class Department(Strict, frozen=True):
    """Who solves what is referred to it."""

    id: str
    name: Words
    email: str | None = None


class Topic(Strict, frozen=True):
    """A node of the topic tree, with its label and seed words in every language."""

    id: str
    name: Words
    parent: str | None = None
    like: tuple[str, ...] = ()  # base topics whose seed words it inherits
    seeds: dict[str, tuple[str, ...]] = {}


class Place(Strict, frozen=True):
    """A district, neighbourhood or street citizens may name."""

    id: str
    name: Words
    spellings: dict[str, tuple[str, ...]] = {}
    branch: str | None = None
    parent: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class Route(Strict, frozen=True):
    """Topic × place → department; an empty side matches all; the most specific line wins."""

    department: str
    topic: str | None = None
    place: str | None = None


class Target(Strict, frozen=True):
    """Hours allowed, in working hours: to the first answer and to closing."""

    first_answer_hours: float = 24
    closing_hours: float = 120
    topic: str | None = None


class Desk(Strict, frozen=True):
    """How posts become cases and how they are answered."""

    sure: float = 0.7  # from this confidence of the intent on a case is opened at once; below it a person decides
    oldest_days: int = 14  # posts older than this when they come in (history) open no case
    same_matter_days: int = 14  # the same author on the same topic, or a near-duplicate, joins for so long
    assign: Literal["hand", "round_robin", "load"] = "hand"
    approve_answers: bool = False  # an answer goes out only when a second person let it


class Campaign(Strict, frozen=True):
    """A campaign citizens take part in."""

    id: str
    name: Words
    hashtags: tuple[str, ...] = ()
    starts: date | None = None
    ends: date | None = None
    places: tuple[str, ...] = ()  # neighbourhoods that take part; empty: all
    ambassadors: int | None = None  # wanted


class AlertRule(Strict, frozen=True):
    """When to tell whom."""

    id: str
    when: Literal["theme", "sentiment_fall", "follower_drop", "source_silent", "target_near"]
    to: tuple[str, ...] = ()  # Apprise addresses, or $NAME of an environment key that holds one or several
    language: str | None = None
    topic: str | None = None
    place: str | None = None
    at_least: float | None = None  # posts of a theme, points of the share of negatives, per cent of followers, or cases
    hours: float | None = None  # looked back on (sentiment, followers), of silence (a source), or ahead (a target)
    probability: float | None = None
    complaints_only: bool = True
    quiet_from: time | None = None
    quiet_until: time | None = None
    digest_at: time | None = None  # collects what it raises and tells it once a day
    escalate_minutes: int | None = None
    escalate_to: tuple[str, ...] = ()  # empty: those of `to` once more
    is_on: bool = True


class DemoCategory(Strict, frozen=True):
    """What the demo must reproduce for one topic: reports received and the share handled."""

    topic: str
    received: int
    share_handled: float
    share_closed: float | None = None


class DemoChannel(Strict, frozen=True):
    """How many posts of a kind the demo makes on one official account.

    With `complaints` or `appeals` exactly so many of them are registered as cases and the rest ask for nothing; with neither, the mix is
    that of a usual feed.
    """

    account: str  # OfficialAccount.key
    kind: str
    posts: int
    complaints: int | None = None
    appeals: int | None = None  # complaints, inquiries and suggestions together
    weekly: bool = False  # own: a live broadcast a week; comment: written while such a broadcast runs
    registered: bool = True  # whether what asks for something becomes a case; false where people only talk
    mix: dict[str, float] = {}  # intent → share, where it is not that of a usual feed
    authors: int | None = None  # how many different people write here
    campaign: str | None = None  # whose hashtag stands in every post


class Demo(Strict, frozen=True):
    """Totals the demo stream reproduces. The period ends at the demo's clock."""

    starts: date | None = None  # the period's first day; else `days` before its end
    days: int = 365
    from_new_year: bool = False  # begins with the year the demo's clock is in
    languages: dict[str, float] = {}  # language → share of the citizens' posts
    varieties: tuple[str, ...] = ()  # dialects whose sentences it uses, beside those of no dialect
    topics: dict[str, float] = {}  # topic → weight, where `categories` do not fix the counts
    categories: tuple[DemoCategory, ...] = ()
    channels: tuple[DemoChannel, ...] = ()
    growth: dict[str, float] = {}  # account key → change of followers over the period; 1.0 doubles
    themes: int = 6  # planted emerging themes


class Deployment(Strict, frozen=True):
    """One organisation: everything Sada must know of it."""

    id: str
    name: Words
    timezone: str
    languages: tuple[str, ...]
    calendar: Literal["gregorian", "hijri", "jalali"] = "gregorian"
    weekend: tuple[str, ...] = ("saturday", "sunday")
    holidays: tuple[date, ...] = ()
    hours: Hours = Hours()
    verify_first: bool = False  # a second team verifies a complaint before it is referred
    accounts: tuple[OfficialAccount, ...] = ()
    branches: tuple[Branch, ...] = ()
    watch: Watch = Watch()
    departments: tuple[Department, ...] = ()
    topics: tuple[Topic, ...] = ()
    routing: tuple[Route, ...] = ()
    targets: tuple[Target, ...] = (Target(),)
    desk: Desk = Desk()
    places: tuple[Place, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    alerts: tuple[AlertRule, ...] = ()
    sentiment_model: str | None = None  # "hf:org/name" or a folder; None: the shipped one
    demo: Demo | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.timezone)


def label(words: Words, language: str) -> str:
    """`words` in `language`, else in English, else in any language there is, else empty."""
    return words.get(language) or words.get("en") or next(iter(words.values()), "")


def load(path: Path) -> Deployment:
    """Read and check one deployment file.

    Raises BadDeployment naming file, key and, for a misspelt key or id, the nearest known one.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadDeployment(f"{path}: cannot be read ({error}); name a deployment file, for instance deployments/gaza.toml") from error
    return parse(text, str(path))


def parse(text: str, where: str) -> Deployment:
    """The deployment that `text` (TOML) describes; `where` names it in errors."""
    try:
        read = msgspec.convert(tomllib.loads(text), Deployment)
    except tomllib.TOMLDecodeError as error:
        raise BadDeployment(f"{where}: is not TOML: {error}; mend that line and try again") from error
    except msgspec.ValidationError as error:
        raise BadDeployment(f"{where}: {_explain(str(error))}") from error
    problems = list(_problems(read))
    if problems:
        raise BadDeployment("\n".join(f"{where}: {problem}" for problem in problems))
    return read


def _explain(error: str) -> str:
    """msgspec's message with, for an unknown key, the nearest known one."""
    unknown = re.search(r"unknown field `([^`]+)`(?: - at `\$\.?([^`]*)`)?", error)
    if not unknown:
        return error
    key, at = unknown.group(1), unknown.group(2) or "the top level"
    return f"unknown key {key!r} at {at}{_nearest(key, _known_keys(unknown.group(2) or ''))}"


def _known_keys(at: str) -> list[str]:
    """Keys the table at a path like accounts[...] may have."""
    kind: Any = Deployment
    for part in filter(None, re.sub(r"\[[^\]]*\]", "", at).split(".")):
        kind = _struct_in(next(f.type for f in msgspec.structs.fields(kind) if f.name == part))
    return [field.name for field in msgspec.structs.fields(kind)]


def _struct_in(kind: Any) -> Any:
    """The Struct inside tuple[S, ...] or S | None."""
    inner = [_struct_in(arg) for arg in getattr(kind, "__args__", ())]
    return next((k for k in [kind, *inner] if isinstance(k, type) and issubclass(k, msgspec.Struct)), type(None))


def _nearest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.4)
    return f"; did you mean {near[0]!r}?" if near else ""


def _problems(d: Deployment) -> Iterable[str]:
    """Everything that is well-formed and still cannot be: yields one sentence each."""
    try:
        ZoneInfo(d.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield f"timezone: {d.timezone!r} is not a time zone of the IANA list, such as 'Asia/Riyadh'"
    yield from _not_among("languages", d.languages, LANGUAGES)
    yield from _not_among("weekend", d.weekend, DAYS)
    for name in ("branches", "departments", "topics", "places", "campaigns", "alerts"):
        yield from _twice(name, [row.id for row in getattr(d, name)])
    yield from _twice("accounts", [a.key for a in d.accounts])
    yield from _dangling(d)


def _dangling(d: Deployment) -> Iterable[str]:
    topics, places = [t.id for t in d.topics], [p.id for p in d.places]
    branches, departments = [b.id for b in d.branches], [x.id for x in d.departments]
    accounts = [a.key for a in d.accounts]
    yield from _not_among("accounts.branch", [a.branch for a in d.accounts], branches)
    yield from _not_among("places.branch", [p.branch for p in d.places], branches)
    yield from _not_among("places.parent", [p.parent for p in d.places], places)
    yield from _not_among("topics.parent", [t.parent for t in d.topics], topics)
    yield from _not_among("topics.like", [b for t in d.topics for b in t.like], BASE_TOPICS)
    yield from _not_among("routing.department", [r.department for r in d.routing], departments)
    yield from _not_among("routing.topic", [r.topic for r in d.routing], topics)
    yield from _not_among("routing.place", [r.place for r in d.routing], places)
    yield from _not_among("targets.topic", [t.topic for t in d.targets], topics)
    yield from _not_among("alerts.topic", [r.topic for r in d.alerts], topics)
    yield from _not_among("alerts.place", [r.place for r in d.alerts], places)
    yield from _not_among("campaigns.places", [p for c in d.campaigns for p in c.places], places)
    if d.demo:
        yield from _not_among("demo.categories.topic", [c.topic for c in d.demo.categories], topics)
        yield from _not_among("demo.channels.account", [c.account for c in d.demo.channels], accounts)
        yield from _not_among("demo.channels.campaign", [c.campaign for c in d.demo.channels], [c.id for c in d.campaigns])
        yield from _uncounted(d.demo)
        yield from _not_among("demo.growth", d.demo.growth, accounts)
        yield from _not_among("demo.topics", d.demo.topics, topics)
        yield from _not_among("demo.languages", d.demo.languages, LANGUAGES)


def _uncounted(demo: Demo) -> Iterable[str]:
    """Categories that fix the counts must add up to the complaints that the channels bring."""
    received, brought = sum(c.received for c in demo.categories), sum(c.complaints or 0 for c in demo.channels)
    if demo.categories and received != brought:
        yield f"demo.categories: {received} are received in all, but demo.channels bring {brought} complaints"


def _not_among(key: str, values: Iterable[str | None], known: Iterable[str]) -> Iterable[str]:
    known = list(known)
    for value in dict.fromkeys(v for v in values if v is not None and v not in known):
        yield f"{key}: {value!r} is not known here{_nearest(value, known)}"


def _twice(key: str, ids: list[str]) -> Iterable[str]:
    for value in dict.fromkeys(i for i in ids if ids.count(i) > 1):
        yield f"{key}: {value!r} stands twice; every id must be its own"
