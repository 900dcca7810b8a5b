"""An alert as a message in the reader's language: numbers, names of ours and the theme's name; never a citizen's text. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from urllib.parse import urlencode

import msgspec
from babel.dates import format_time, format_timedelta
from babel.numbers import format_decimal, format_percent

from cases.alerts import Alert, evidence
from core.deployment import AlertRule, Deployment, Words, label

WORDS = Path(__file__).parent / "alert_words.toml"
FSI, PDI = "\u2068", "\u2069"
_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
LONGEST_NAME = 80
MOST_IN_DIGEST = 20  # told in full; the page shows the rest
LONGEST_BODY = 3500  # characters: Telegram takes 4,096, and a message that is too long is refused whole
_DIGITS = {"arab": str.maketrans("0123456789%", "٠١٢٣٤٥٦٧٨٩٪"), "arabext": str.maketrans("0123456789%", "۰۱۲۳۴۵۶۷۸۹٪")}


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent: plain text."""

    title: str
    body: str


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """For whom a message is written: the organisation, the language, and where the dashboard stands, if that is known."""

    deployment: Deployment
    language: str
    dashboard: str | None = None


@lru_cache
def words() -> dict[str, dict[str, str]]:
    """Language → key → text."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def language_of(rule: AlertRule, deployment: Deployment) -> str:
    """In which language a rule's messages are written: its own, else the deployment's first."""
    return rule.language or next(iter(deployment.languages), "en")


def compose(alerts: Sequence[tuple[Alert, str]], reader: Reader, now: datetime) -> Message:
    """One message about one alert, or a digest of several; each with its step, first or escalated."""
    told = list(dict.fromkeys(_one(alert, step, reader, now) for alert, step in _ordered(alerts)))  # two rules may say the same
    if len(told) == 1:
        return Message(title=told[0].title, body="\n".join([told[0].body, *_answer(reader)]))
    said, organisation = _said(reader), label(reader.deployment.name, reader.language)
    title = said["digest"].format(count=_whole(len(told), reader), organisation=organisation)
    parts = _fitting([f"{one.title}\n{one.body}" for one in told])
    rest = [said["more"].format(count=_whole(len(told) - len(parts), reader))] if len(parts) < len(told) else []
    return Message(title=title, body="\n\n".join([*parts, *rest, *_answer(reader)]))


def trial(reader: Reader) -> Message:
    """A message that says it is none: for whoever wants to know that alerts arrive."""
    said, organisation = _said(reader), label(reader.deployment.name, reader.language)
    return Message(title=said["trial_title"].format(organisation=organisation), body="\n".join([said["trial"], *_answer(reader)]))


def _ordered(alerts: Sequence[tuple[Alert, str]]) -> list[tuple[Alert, str]]:
    """Each alert once, what nobody answered before what is new, and of that the largest first."""
    steps = {alert.id: step for alert, step in sorted(alerts, key=lambda line: line[1] == "escalated")}
    once = {alert.id: alert for alert, _ in alerts}.values()
    return [(one, steps[one.id]) for one in sorted(once, key=lambda one: (steps[one.id] != "escalated", -one.count))]


def _fitting(parts: Sequence[str]) -> list[str]:
    """The first of these that one message has room for, at least one."""
    lengths = accumulate(len(part) + 2 for part in parts)
    fit = sum(length <= LONGEST_BODY for length in lengths)
    return list(parts[: max(1, min(fit, MOST_IN_DIGEST))])


def _one(alert: Alert, step: str, reader: Reader, now: datetime) -> Message:
    said, values = _said(reader), _values(alert, reader, now)
    title = said[f"{alert.when}_title"].format(**values)
    key = "source_never" if alert.when == "source_silent" and alert.since is None else alert.when
    lines = [said[key].format(**values), *_more(alert, reader)]
    if link := _link(reader, *evidence(alert)):
        lines.append(said["look"].format(link=link))
    return Message(title=said["escalated"].format(title=title) if step == "escalated" else title, body="\n".join(lines))


def _values(alert: Alert, reader: Reader, now: datetime) -> dict[str, str]:
    """What the words may name of an alert."""
    as_share = alert.when == "sentiment_fall"
    numbers = {
        name: _percent(value, reader) if as_share else _number(value, reader)
        for name, value in (("now", alert.now), ("usual", alert.usual))
    }
    return numbers | {
        "name": _named(alert.name), "count": _whole(alert.count, reader), "authors": _whole(alert.authors, reader),
        "account": _account(alert.matter, reader), "source": _named(alert.matter), "ago": _length(now - (alert.since or now), reader),
        "span": _length((alert.until or now) - (alert.since or now), reader), "from": _clock(alert.since, reader), "to": _clock(alert.until, reader),
    }  # fmt: skip


def _more(alert: Alert, reader: Reader) -> list[str]:
    d, said = reader.deployment, _said(reader)
    where = [_label({t.id: t.name for t in d.topics}, alert.topic, reader), _label({p.id: p.name for p in d.places}, alert.place, reader)]
    lines = [said["where"].format(where=" · ".join(filter(None, where)))] if any(where) else []
    if alert.department:
        lines.append(said["department"].format(department=_label({x.id: x.name for x in d.departments}, alert.department, reader)))
    if alert.probability is not None:
        lines.append(said["probability"].format(share=_percent(alert.probability, reader)))
    return lines


def _answer(reader: Reader) -> list[str]:
    link = _link(reader, "alerts", {})
    return [_said(reader)["answer"].format(link=link)] if link else []


def _link(reader: Reader, page: str, params: dict[str, list[str]]) -> str | None:
    if not reader.dashboard:
        return None
    return f"{reader.dashboard.rstrip('/')}/{page}?{urlencode({'lang': [reader.language]} | params, doseq=True)}"


def _said(reader: Reader) -> dict[str, str]:
    return words().get(reader.language) or words()["en"]


def _named(text: str) -> str:
    """A name from outside: short, on one line, and unable to turn its surroundings round."""
    line = " ".join(text.translate(_CONTROLS).split())
    return f"{FSI}{line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1] + '…'}{PDI}"


def _label(names: dict[str, Words], id: str | None, reader: Reader) -> str:
    return (label(names.get(id, {}), reader.language) or id) if id else ""


def _account(key: str, reader: Reader) -> str:
    names = {a.key: a.name for a in reader.deployment.accounts}
    return _named(label(names.get(key, {}), reader.language) or key)


def _whole(number: float, reader: Reader) -> str:
    return _digits(format_decimal(round(number), "#,##0", locale=reader.language, numbering_system=_said(reader)["numbers"]), reader)


def _number(number: float | None, reader: Reader) -> str:
    if number is None:
        return "–"
    pattern = "#,##0.#" if number < 100 else "#,##0"
    return _digits(format_decimal(number, pattern, locale=reader.language, numbering_system=_said(reader)["numbers"]), reader)


def _percent(share: float | None, reader: Reader) -> str:
    if share is None:
        return "–"
    return _digits(format_percent(share, locale=reader.language, numbering_system=_said(reader)["numbers"]), reader)


def _length(span: timedelta, reader: Reader) -> str:
    return _digits(format_timedelta(max(span, timedelta(minutes=1)), granularity="minute", threshold=1.2, locale=reader.language), reader)


def _clock(at: datetime | None, reader: Reader) -> str:
    local = at.astimezone(reader.deployment.zone) if at else None
    return _digits(format_time(local, "HH:mm", tzinfo=local.tzinfo, locale=reader.language), reader) if local else "–"


def _digits(said: str, reader: Reader) -> str:
    return said.translate(_DIGITS.get(_said(reader)["numbers"], {}))
