"""What a reader looks at: language, period and filters, as they stand in the address bar. Pure, no Streamlit.

The address carries ids only, never labels, so that a link means the same in every language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

import msgspec

from core.deployment import LANGUAGES as POST_LANGUAGES
from core.deployment import Deployment
from core.post import Kind
from dashboard.words import LANGUAGES
from store.query import Filter

Params = Mapping[str, Sequence[str]]
WITHOUT = "none"  # in the address: posts without one
SENTIMENTS = ("negative", "neutral", "positive", "unsure")
INTENTS = ("complaint", "inquiry", "suggestion", "thanks", "news", "other")
ORDERS = ("newest", "oldest", "most", "least")
_SEPARATORS = re.compile("[,،;؛]")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "0123456789" * 2)


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a page's address says."""

    lang: str = "en"
    period: str = ""  # empty: the page's own
    platform: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    branch: tuple[str, ...] = ()
    tongue: tuple[str, ...] = ()  # the posts' language; `lang` is the page's
    topic: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    sentiment: tuple[str, ...] = ()
    intent: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    q: str = ""
    theme: str = ""
    order: str = ""
    base: str = ""
    scale: str = ""
    part: str = ""  # of the complaints page
    show: str = ""  # of its queue
    case: str = ""
    link: str = ""  # a department's signed way to one case
    page: int = 1


LISTS = ("platform", "account", "branch", "tongue", "topic", "place", "sentiment", "intent", "kind", "source")
COMMON = ("lang", "platform", "account", "branch", "tongue", "topic", "place")
"""What stays when a reader goes to another page."""


def read(params: Params, deployment: Deployment) -> View:
    """The view an address asks for. What the deployment does not know is left out, so that an old link still opens."""
    known = choices(deployment)
    lists = {name: _chosen(params.get(name, ()), known.get(name)) for name in LISTS}
    one = {name: _first(params, name) for name in ("period", "theme", "order", "base", "scale", "part", "show", "case", "link")}
    if one["order"] not in ORDERS:
        one["order"] = ""
    lang = _first(params, "lang")
    return View(
        lang=lang if lang in LANGUAGES else first_language(deployment), q=_first(params, "q")[:200], page=_number(_first(params, "page")),
        since=_moment(_first(params, "since")), until=_moment(_first(params, "until")), **one, **lists,
    )  # fmt: skip


def write(view: View) -> dict[str, list[str]]:
    """The address of a view: what differs from an empty one, and always the language."""
    said: dict[str, list[str]] = {"lang": [view.lang]}
    for name in LISTS:
        if values := getattr(view, name):
            said[name] = [value or WITHOUT for value in values]
    for name in ("period", "q", "theme", "order", "base", "scale", "part", "show", "case", "link"):
        if value := getattr(view, name):
            said[name] = [value]
    for name in ("since", "until"):
        if at := getattr(view, name):
            said[name] = [at.isoformat()]
    if view.page > 1:
        said["page"] = [str(view.page)]
    return said


def address(page: str, view: View) -> str:
    """The relative address of a page with a view."""
    return f"{page}?{urlencode(write(view), doseq=True)}"


def carried(view: View) -> View:
    """What of a view another page keeps."""
    return View(**{name: getattr(view, name) for name in COMMON})


def choices(deployment: Deployment) -> dict[str, tuple[str, ...]]:
    """What each filter can be, in the deployment's order."""
    return {
        "platform": tuple(dict.fromkeys(a.platform for a in deployment.accounts)),
        "account": tuple(a.key for a in deployment.accounts),
        "branch": tuple(b.id for b in deployment.branches),
        "tongue": (*deployment.languages, *(x for x in POST_LANGUAGES if x not in deployment.languages), ""),
        "topic": (*(t.id for t in deployment.topics), ""),
        "place": (*(p.id for p in deployment.places), ""),
        "sentiment": (*SENTIMENTS, ""),
        "intent": (*INTENTS, ""),
        "kind": tuple(kind.value for kind in Kind),
    }


def as_filter(view: View, deployment: Deployment) -> Filter:
    """The posts a view means, without its time."""
    return Filter(
        platforms=view.platform, accounts=accounts_of(view, deployment), languages=view.tongue, topics=view.topic, places=view.place,
        sentiments=view.sentiment, intents=view.intent, kinds=view.kind, sources=view.source, search=view.q or None,
    )  # fmt: skip


def accounts_of(view: View, deployment: Deployment) -> tuple[str, ...]:
    """The accounts a view names, itself or by their branch; empty: all."""
    if not view.branch:
        return view.account
    branched = tuple(a.key for a in deployment.accounts if a.branch in view.branch and (not view.account or a.key in view.account))
    return branched or ("",)  # a branch without accounts has no posts


def first_language(deployment: Deployment) -> str:
    """The deployment's first language that the pages speak."""
    return next((x for x in deployment.languages if x in LANGUAGES), "en")


def _chosen(values: Iterable[str], known: Sequence[str] | None) -> tuple[str, ...]:
    asked = dict.fromkeys(part.strip() for value in values for part in (_SEPARATORS.split(value) if known is not None else [value]))
    said = ["" if part == WITHOUT else part for part in asked]
    return tuple(part for part in said if (known is None and part) or (known is not None and part in known))


def _first(params: Params, name: str) -> str:
    return next(iter(params.get(name, ())), "").strip()


def _number(said: str) -> int:
    plain = said.translate(_DIGITS)
    return max(1, int(plain)) if plain.isascii() and plain.isdigit() and len(plain) < 6 else 1


def _moment(said: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(said.replace(" ", "+"))
    except ValueError:
        return None
    return at if at.tzinfo else None
