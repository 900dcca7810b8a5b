"""A deployment file: found by path or name, read, and checked as a whole."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from core import deployment_checks
from core.deployment import BASE_TOPICS, DAYS, LANGUAGES, PLATFORMS, Demo, Deployment
from core.errors import BadDeployment

SHIPPED = Path(__file__).parent.parent / "deployments"
KEYS = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")  # two underscores end the key's own name
NEUTRAL = "default"  # knows all languages and nothing of any city


def file_of(asked: str | None) -> Path:
    """The file meant by a path or by the name of a shipped deployment; the neutral one if nothing is asked.

    Raises BadDeployment naming those there are.
    """
    wanted = asked or NEUTRAL
    for path in (Path(wanted), SHIPPED / f"{wanted}.toml"):
        if path.is_file():
            return path
    shipped = ", ".join(sorted(p.stem for p in SHIPPED.glob("*.toml")))
    raise BadDeployment(f"{wanted}: there is no such deployment file; name a file, or one of: {shipped}")


def load(path: Path) -> Deployment:
    """Read and check one deployment file.

    Raises BadDeployment naming file, key and, for a misspelt key or id, the nearest known one.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
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
    except (ZoneInfoNotFoundError, ValueError, OSError):  # of a folder of zones, such as 'Asia', an OSError
        yield f"timezone: {d.timezone!r} is not a time zone of the IANA list, such as 'Asia/Riyadh'"
    yield from _not_among("languages", d.languages, LANGUAGES)
    yield from _not_among("weekend", d.weekend, DAYS)
    for name in ("branches", "departments", "topics", "places", "campaigns", "alerts"):
        yield from _twice(name, [row.id for row in getattr(d, name)])
    yield from _twice("accounts", [a.key for a in d.accounts])
    yield from _not_among("accounts.platform", [a.platform for a in d.accounts], PLATFORMS)
    yield from deployment_checks.problems(d)
    yield from _dangling(d)


def _dangling(d: Deployment) -> Iterable[str]:
    topics, places = [t.id for t in d.topics], [p.id for p in d.places]
    branches, departments = [b.id for b in d.branches], [x.id for x in d.departments]
    accounts = [a.key for a in d.accounts]
    yield from _not_among("desk.speak_as", d.desk.speak_as, accounts)
    yield from _speaking(d)
    yield from _private(d)
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


def _private(d: Deployment) -> Iterable[str]:
    """Private messages are asked for by an account of X whose number is known, or its own messages would be taken for a citizen's."""
    for account in d.accounts:
        if account.messages and not (account.platform == "x" and account.id):
            yield f"accounts.messages: {account.key} must be an account of X with its number as `id`"
        elif account.messages and d.speaker("x", account.key) != account.key:
            yield f"accounts.messages: {account.key} has no keys of its own to ask with; give it `keys`, or name it in desk.speak_as"


def _speaking(d: Deployment) -> Iterable[str]:
    """One account a platform answers for the others; what names an account's keys must be able to stand in the environment."""
    for platform in {key.partition(":")[0] for key in d.desk.speak_as}:
        if len(both := [key for key in d.desk.speak_as if key.startswith(f"{platform}:")]) > 1:
            yield f"desk.speak_as: {' and '.join(both)} cannot both answer for {platform}; name one"
    for account in d.accounts:
        if account.keys is not None and not KEYS.fullmatch(account.keys):
            yield f"accounts.keys: {account.keys!r} cannot end the name of a setting; take A-Z, 0-9 and _, a letter first, such as 'EAST'"


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
