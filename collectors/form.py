"""A form of our own: the website's page, or a signed report of a mobile app. What came into the inbox becomes reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from collectors import deliveries, parts, table, told
from collectors.base import Answer, Context, Finding, Source
from collectors.inbox import Inbox
from core.deployment import Deployment
from core.errors import CredentialMissing, PlatformProblem
from core.post import Author, Kind, Media, Post
from core.settings import Settings

PLATFORM = "form"
READS_TEXT = True  # a page's form is sent as name=value pairs
LONGEST_TEXT = 20_000
MOST_FIELDS = 100
WORDS = ("text", "message", "description", "body")
APPS_OWN = ("id", "form", "user_id", "author_id", "created_at")  # whoever opens the page could claim another's report or name
PAIRS = ("category", "topic", "topic_told"), ("place", "address", "place_told")


def client(settings: Settings) -> Inbox:
    """The inbox. Raises CredentialMissing: without a secret anybody could send reports in the app's name."""
    if not settings.credential("FORM_SECRET"):
        raise CredentialMissing(
            "form: waits for SADA_FORM_SECRET, a long random text of your own, in the environment or .env: docs/credentials.md#form"
        )
    return Inbox(settings.data)


def sources(deployment: Deployment) -> list[Source]:
    """One inbox for all forms; the door each report came through names its form."""
    ours = [account for account in deployment.accounts if account.platform == PLATFORM]
    return [Source(id="form.inbox", platform=PLATFORM, what="inbox", account=ours[0].key, every_minutes=1)] if ours else []


def ask(client: Inbox, source: Source, cursor: str | None, now: datetime) -> Iterator[Answer]:
    """Yield what came into the inbox after `cursor`."""
    yield from deliveries.ask(client, source, cursor, now, translate, reads_text=True)


def translate(body: Any, context: Context) -> Answer:
    """One report, or a list of them: JSON, or a page's pairs."""
    if isinstance(body, str | bytes):
        if table.is_web_page(body):
            raise table.problem(PLATFORM, context.now, code="html")
        body = {name: value for name, value in pairs(body).items() if name not in APPS_OWN}
    found = told.rows(body) if isinstance(body, list) else [told.table(body)]
    return parts.with_strays(parts.translated(found, lambda report: Answer(posts=(to_post(report, context),))), body)


def pairs(body: str | bytes) -> dict[str, Any]:
    """name=value&… as a table; an empty value is nothing told, and so is more than any form asks."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    return dict(parse_qsl(text)) if text.count("&") < MOST_FIELDS else {}


def to_post(report: Mapping[str, Any], context: Context) -> Post:
    """One report. Raises ValueError for one without words or longer than anybody reads."""
    words = next((text for name in WORDS if (text := told.text(report.get(name))) and text.strip()), None)
    if words is None:
        raise ValueError("a report without words")
    if len(words) > LONGEST_TEXT:
        raise ValueError(f"a report longer than {LONGEST_TEXT:,} letters")
    words.encode()
    handle, author = told.native(report.get("form")) or context.handle, _author(report)
    created = told.moment_or(report.get("created_at"), context.now)
    category, place = (next((text for name in names if (text := told.text(report.get(name)))), None) for names in PAIRS)
    return Post(
        id=_id(report, handle, author, created, words), platform=PLATFORM, kind=Kind.REPORT, text=words, created_at=min(created, context.now),
        observed_at=context.now, source=context.source, account=f"{PLATFORM}:{handle}" if handle else context.account, author=author,
        platform_language=told.text(report.get("language")), media=tuple(_media(report)), place_told=place or _coordinates(report),
        topic_told=category,
    )  # fmt: skip


def _id(report: Mapping[str, Any], handle: str | None, author: Author | None, created: datetime, words: str) -> str:
    """The app's own number, else one made of what was sent: the page's token is different each time the page is opened."""
    if id := told.native(report.get("id")):
        return told.post_id(PLATFORM, f"{handle}/{id}" if handle else id)
    once = told.text(report.get("token")) or created.isoformat()
    return told.stable_id(PLATFORM, handle, once, author.id if author else None, words)


def _author(report: Mapping[str, Any]) -> Author | None:
    """Who reports, as far as they said; known again by the account in the app, the telephone or the e-mail they gave."""
    known = next(
        (told.native(report.get(name)) for name in ("user_id", "author_id", "phone", "email") if told.native(report.get(name))), None
    )
    name = told.text(report.get("name"))
    if known is None and name is None:
        return None
    return Author(id=told.stable_id(PLATFORM, known) if known else None, name=name)


def _media(report: Mapping[str, Any]) -> Iterator[Media]:
    links = report.get("media")
    for link in links if isinstance(links, list) else [links]:
        if isinstance(link, str) and link.startswith(("https://", "http://")):
            yield Media(kind="photo", url=link)
    if place := _coordinates(report):
        yield Media(kind="location", text=place)


def _coordinates(report: Mapping[str, Any]) -> str | None:
    both = [report.get(name) for name in ("latitude", "longitude")]
    return f"{both[0]},{both[1]}" if all(isinstance(one, int | float | str) and str(one) for one in both) else None


def problem(status: int, headers: Mapping[str, str], body: Any, now: datetime) -> PlatformProblem:
    """What an error of the door means to the app that knocked."""
    return table.problem(PLATFORM, now, status=status)


def check(client: Inbox, deployment: Deployment, now: datetime) -> Iterator[Finding]:
    """Whether a report ever came through one of the forms."""
    last = client.last(PLATFORM)
    yield Finding(
        what="form", state="ok" if last else "warning",
        says=f"the last report came at {last:%Y-%m-%d %H:%M} UTC" if last else "form: no report ever came through a form of ours",
        then="" if last else "start `sada receive` and open the page /form/HANDLE (docs/credentials.md#form)",
    )  # fmt: skip
