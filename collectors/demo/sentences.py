"""Our own sentences, read from collectors/demo/sentences/: what people, clerks and the office say in the demo."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parent / "sentences"
APPEALS = ("complaint", "inquiry", "suggestion")
REST = ("thanks", "news", "other")


class Sentence(msgspec.Struct, frozen=True):
    """One sentence with what a careful reader says of it; `{place}` stands where a place may be named."""

    voice: str  # citizen, clerk, office, broadcast
    intent: str
    topic: str  # a base topic, or none
    sentiment: str
    variety: str  # dialect, or any
    text: str


class Edge(msgspec.Struct, frozen=True):
    """What may stand before or after a sentence."""

    where: str  # before, after; detail: where and since when; office: after an own post
    intent: str  # or any
    variety: str
    text: str


class Matter(msgspec.Struct, frozen=True):
    """One narrow matter many people speak of at once: a planted theme's sentence."""

    matter: str
    topic: str
    variety: str
    text: str


class Phrasebook(msgspec.Struct, frozen=True, kw_only=True):
    """One language's sentences for the dialects in use."""

    language: str
    said: dict[tuple[str, str, str], tuple[Sentence, ...]]  # (voice, intent, topic) →
    edges: dict[tuple[str, str], tuple[str, ...]]  # (where, intent) →
    matters: dict[str, tuple[Matter, ...]]

    def sentences(self, voice: str, intent: str, topics: Iterable[str]) -> tuple[Sentence, ...]:
        """Those on any of the base `topics`; else on none; else whatever of that intent and voice there is."""
        found = tuple(s for topic in topics for s in self.said.get((voice, intent, topic), ()))
        return found or self.said.get((voice, intent, "none"), ()) or tuple(
            s for (v, i, _), some in self.said.items() if (v, i) == (voice, intent) for s in some
        )  # fmt: skip


@cache
def phrasebook(language: str, varieties: tuple[str, ...] = ()) -> Phrasebook:
    """The sentences of `language` in no dialect and in `varieties`; with none named, in every dialect."""
    usable = {"any", *varieties}

    def ours(lines: list[dict[str, str]]) -> list[dict[str, str]]:
        return [line for line in lines if not varieties or line["variety"] in usable]

    return Phrasebook(
        language=language,
        said=_grouped((Sentence(**line) for line in ours(_lines(f"{language}.tsv"))), "voice", "intent", "topic"),
        edges={k: tuple(e.text for e in v) for k, v in _grouped((Edge(**e) for e in ours(_lines(f"{language}-edges.tsv"))), "where", "intent").items()},
        matters={k[0]: v for k, v in _grouped((Matter(**m) for m in ours(_lines(f"{language}-themes.tsv"))), "matter").items()},
    )  # fmt: skip


def _lines(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _grouped(records, *names: str):  # type: ignore[no-untyped-def]
    """Records by the values of the named fields, each group a tuple in file order."""
    groups: dict[tuple[str, ...], list] = {}  # type: ignore[type-arg]
    for record in records:
        groups.setdefault(tuple(getattr(record, n) for n in names), []).append(record)
    return {key: tuple(group) for key, group in groups.items()}
