"""What is well-formed in a deployment file, and known, and still cannot be: names that break an address, a tree that ends nowhere, a line said twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping

from core.deployment import DAYS, LANGUAGES, AlertRule, Demo, Deployment, OfficialAccount, Place, Topic, reader_of
from core.post import Kind

ID = re.compile(r"[\w.-]{1,80}")  # stands in addresses, in names of indices, and between | marks
SENT_TO = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*|[A-Za-z][A-Za-z0-9+.-]*://\S+")
HASHTAG = re.compile(r"#?[^\s#]+")
BY_ADDRESS = ("rss", "open311")
CODE = re.compile("[a-z]{2}")  # also of a language that is only a label here


def problems(d: Deployment) -> Iterator[str]:
    """One sentence each, beginning with the key."""
    yield from _ids(d)
    yield from _spoken(d)
    for account in d.accounts:
        yield from _unreachable(account)
    for campaign in d.campaigns:
        if campaign.starts and campaign.ends and campaign.ends < campaign.starts:
            yield f"campaigns.ends: {campaign.id!r} ends on {campaign.ends}, before it starts on {campaign.starts}"
    if set(d.weekend) >= set(DAYS):
        yield "weekend: is the whole week, so no clock of a case would ever run; leave the working days out"
    yield from _round("topics", d.topics)
    yield from _round("places", d.places)
    yield from _said_twice("routing", ((line.topic, line.place) for line in d.routing), "topic and place")
    yield from _said_twice("targets", (line.topic for line in d.targets), "topic")
    yield from _half_on_the_map(d.places)
    yield from _searched("watch.keywords", (word for word in d.watch.keywords if not word.strip()), "nothing would be searched for")
    for rule in d.alerts:
        yield from _never_told(rule)
    for key, tags in (("watch.hashtags", d.watch.hashtags), ("campaigns.hashtags", [t for c in d.campaigns for t in c.hashtags])):
        yield from _searched(key, (tag for tag in tags if not HASHTAG.fullmatch(tag)), "write one word")
    if d.demo:
        yield from _played(d.demo)


def _unreachable(account: OfficialAccount) -> Iterator[str]:
    """What would make an account look like a silent one: a handle that no platform has, a feed without an address."""
    if not account.handle or re.search(r"[@\s/]", account.handle):
        yield f"accounts.handle: {account.handle!r} is none; write the name at the end of the profile's address, without @, / and spaces"
    if account.platform in BY_ADDRESS and not (account.url or "").startswith(("https://", "http://")):
        yield f'accounts.url: {account.key} is read by its address; add url = "https://…"'


def _never_told(rule: AlertRule) -> Iterator[str]:
    """What would wake people or reach nobody: half of quiet hours, an address that is none."""
    if (rule.quiet_from is None) != (rule.quiet_until is None):
        yield f"alerts: {rule.id!r} has quiet_from or quiet_until without the other; tell both or neither"
    for to in (*rule.to, *rule.escalate_to):
        if not SENT_TO.fullmatch(reader_of(to)[1]):  # not shown: it may hold a password
            yield f"alerts.to: {rule.id!r} has an address that is none; write $NAME of a key in the environment, or an Apprise address such as mailto://…"


def _ids(d: Deployment) -> Iterator[str]:
    named = {"id": [d.id]} | {
        f"{name}.id": [row.id for row in getattr(d, name)]
        for name in ("branches", "departments", "topics", "places", "campaigns", "alerts")
    }
    for key, ids in named.items():
        for id in ids:
            if not ID.fullmatch(id):
                yield f"{key}: {id!r} is no id; take up to 80 letters, digits, dots, - and _"


def _spoken(d: Deployment) -> Iterator[str]:
    """Languages: at least one, each once, and no text in one that nobody here knows."""
    if not d.languages:
        yield f"languages: name at least one of {', '.join(LANGUAGES)}"
    yield from _said_twice("languages", d.languages, "language")
    written: dict[str, Iterable[Mapping[str, object]]] = {
        "name": [d.name], "accounts.name": [a.name for a in d.accounts], "branches.name": [b.name for b in d.branches],
        "departments.name": [x.name for x in d.departments], "topics.name": [t.name for t in d.topics], "topics.seeds": [t.seeds for t in d.topics],
        "places.name": [p.name for p in d.places], "places.spellings": [p.spellings for p in d.places],
        "campaigns.name": [c.name for c in d.campaigns],
    }  # fmt: skip
    codes = [(key, code) for key, tables in written.items() for table in tables for code in table if not CODE.fullmatch(code)]
    codes += [("alerts.language", rule.language) for rule in d.alerts if rule.language and rule.language not in LANGUAGES]
    codes += [("sentiment.models", code) for code in d.sentiment.models if code not in LANGUAGES]
    for key, code in dict.fromkeys(codes):
        yield f"{key}: {code!r} is no language known here; there are {', '.join(LANGUAGES)}"


def _round(key: str, rows: tuple[Topic, ...] | tuple[Place, ...]) -> Iterator[str]:
    """Branches of a tree that lead back to themselves."""
    above = {row.id: row.parent for row in rows}
    for id in above:
        seen, at = {id}, above[id]
        while at is not None and at not in seen:
            seen.add(at)
            at = above.get(at)
        if at == id:
            yield f"{key}.parent: {id!r} is below itself; let one of its parents be without a parent"


def _said_twice(key: str, lines: Iterable[Hashable], what: str) -> Iterator[str]:
    for line, times in Counter(lines).items():
        if times > 1:
            said = " and ".join(str(part or "any") for part in (line if isinstance(line, tuple) else (line,)))
            yield f"{key}: the {what} {said} stands {times} times; keep one"


def _half_on_the_map(places: Iterable[Place]) -> Iterator[str]:
    for place in places:
        if (place.latitude is None) != (place.longitude is None):
            yield f"places: {place.id!r} has a latitude or a longitude without the other; tell both or neither"


def _searched(key: str, wrong: Iterable[str], then: str) -> Iterator[str]:
    for word in wrong:
        yield f"{key}: {word!r} finds nothing; {then}"


def _played(demo: Demo) -> Iterator[str]:
    if demo.days < 1:
        yield f"demo.days: {demo.days} is no length of a period; take 1 or more"
    if demo.themes < 0:
        yield f"demo.themes: {demo.themes} is no number of themes; take 0 or more"
    for channel in demo.channels:
        if channel.kind not in list(Kind):
            yield f"demo.channels.kind: {channel.kind!r} is not known here; there are {', '.join(Kind)}"
        if min(channel.posts, channel.complaints or 0, channel.appeals or 0) < 0:
            yield f"demo.channels: {channel.account} would bring fewer than no posts; take 0 or more"
    for account, change in demo.growth.items():
        if change <= -1:
            yield f"demo.growth: {account} would lose more followers than it has; take more than -1"
