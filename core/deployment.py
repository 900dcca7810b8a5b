"""A deployment: one organisation's own facts. The file they are read from: core/deployment_file.py."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Amount = Annotated[float, msgspec.Meta(gt=0)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]
A_YEAR = 366 * 24  # hours
Words = dict[str, str]  # language code → text

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LANGUAGES = ("ar", "fa", "ru", "kk", "en")
PLATFORMS = ("x", "facebook", "instagram", "youtube", "telegram", "whatsapp", "flickr", "rss", "open311", "form", "hotline")
"""Where an organisation may have an account; `hotline` is filled by entry forms and imports, all others are also collected from."""

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
    followers: Annotated[int, msgspec.Meta(ge=0)] | None = None  # known at the start; for the demo and the targets
    every_minutes: AtLeastOne | None = None  # cadence; None: the platform's usual one
    monthly_reads: Annotated[int, msgspec.Meta(ge=0)] | None = (
        None  # billed reads or quota units each of its sources may spend in a month; None: no limit
    )
    messages: bool = False  # X: also read what is written to it in private, with the keys it answers with
    keys: str | None = None  # NAME, where it answers with keys of its own: SADA_X_ACCESS_TOKEN__NAME and so on

    @property
    def key(self) -> str:
        """How posts and samples name this account."""
        return f"{self.platform}:{self.handle}"


class Watch(Strict, frozen=True):
    """Words and hashtags to search for beyond the accounts."""

    keywords: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    stream: bool = False  # X: also listen to its filtered stream; the plan must allow it, and every post heard is billed


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
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None


class Route(Strict, frozen=True):
    """Topic × place → department; an empty side matches all; the most specific line wins."""

    department: str
    topic: str | None = None
    place: str | None = None


class Target(Strict, frozen=True):
    """Hours allowed, in working hours: to the first answer and to closing."""

    first_answer_hours: Amount = 24
    closing_hours: Amount = 120
    topic: str | None = None


class Desk(Strict, frozen=True):
    """How posts become cases and how they are answered."""

    sure: Share = 0.7  # from this confidence of the intent on a case is opened at once; below it a person decides
    oldest_days: AtLeastOne = 14  # posts older than this when they come in (history) open no case
    same_matter_days: AtLeastOne = 14  # the same author on the same topic, or a near-duplicate, joins for so long
    assign: Literal["hand", "round_robin", "load"] = "hand"
    approve_answers: bool = False  # an answer goes out only when a second person let it
    speak_as: tuple[str, ...] = ()  # accounts that answer for those of their platform without keys of their own; else its first


class Campaign(Strict, frozen=True):
    """A campaign citizens take part in."""

    id: str
    name: Words
    hashtags: tuple[str, ...] = ()
    starts: date | None = None
    ends: date | None = None
    places: tuple[str, ...] = ()  # neighbourhoods that take part; empty: all
    ambassadors: AtLeastOne | None = None  # wanted


class AlertRule(Strict, frozen=True):
    """When to tell whom."""

    id: str
    when: Literal["theme", "sentiment_fall", "follower_drop", "source_silent", "target_near"]
    # Apprise addresses, or $NAME of an environment key that holds one or several; before each may stand its reader's language, as in kk:$NAME
    to: tuple[str, ...] = ()
    language: str | None = None
    topic: str | None = None
    place: str | None = None
    at_least: NotNegative | None = None  # posts of a theme, points of the share of negatives, per cent of followers, or cases
    # looked back on (sentiment, followers), of silence (a source), or ahead (a target)
    hours: Annotated[float, msgspec.Meta(ge=0, le=A_YEAR)] | None = None
    probability: Share | None = None
    complaints_only: bool = True
    quiet_from: time | None = None
    quiet_until: time | None = None
    digest_at: time | None = None  # collects what it raises and tells it once a day
    escalate_minutes: Annotated[int, msgspec.Meta(ge=0, le=A_YEAR * 60)] | None = None
    escalate_to: tuple[str, ...] = ()  # empty: those of `to` once more
    is_on: bool = True


class DemoCategory(Strict, frozen=True):
    """What the demo must reproduce for one topic: reports received and the share handled."""

    topic: str
    received: int
    share_handled: Share
    share_closed: Share | None = None


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


class SentimentModels(Strict, frozen=True):
    """Which models tell sentiment: "hf:org/name" or a folder in ONNX form, for all languages or one by one; none: the shipped ones."""

    model: str | None = None
    models: dict[str, str] = {}  # language → model


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
    sentiment: SentimentModels = SentimentModels()
    demo: Demo | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.timezone)

    def account(self, named: str | None) -> OfficialAccount | None:
        """The account with this key, or with this number of its platform (`facebook:1234`), as deliveries name it that know no handle."""
        return next((a for a in self.accounts if named in (a.key, f"{a.platform}:{a.id}")), None)

    def speaker(self, platform: str | None, addressed: str | None = None) -> str | None:
        """The key of the account that answers there: the one that was addressed if it has keys of its own, else as `desk.speak_as` tells,
        else the platform's first. None where the organisation has no account on that platform."""
        account = self.account(addressed)
        if account and account.keys and account.platform == platform:
            return account.key
        ours = [account.key for account in self.accounts if account.platform == platform]
        return next((key for key in self.desk.speak_as if key in ours), next(iter(ours), None))


def label(words: Words, language: str) -> str:
    """`words` in `language`, else in English, else in any language there is, else empty."""
    return words.get(language) or words.get("en") or next(iter(words.values()), "")


def reader_of(to: str) -> tuple[str | None, str]:
    """The language that stands before an address of an alert rule, if one does, and the address: of kk:$NAME it is kk and $NAME."""
    language, mark, address = to.partition(":")
    is_told = bool(mark) and language in LANGUAGES and (address.startswith("$") or "://" in address)
    return (language, address) if is_told else (None, to)
