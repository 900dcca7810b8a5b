"""What people corrected as texts with labels, for `sada train`."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from cases import corrections
from cases.corrections import Correction
from cases.store import CaseStore
from core.deployment import BASE_TOPICS, Deployment
from core.post import Post
from store.base import Store


class Taught(msgspec.Struct, frozen=True, kw_only=True):
    """A post's text and what people say it is; None where nobody corrected anything."""

    text: str
    language: str | None  # as corrected, else as understood
    language_taught: bool
    sentiment: str | None = None
    intent: str | None = None
    topic: str | None = None  # of the base topics, as every deployment's models know them


def taught(store: Store, cases: CaseStore, deployment: Deployment) -> Iterator[Taught]:
    """Every corrected post that still has its text, in the order of its last correction; who corrected it is not told."""
    number = 0
    while said := corrections.after(cases, number):
        number = said[-1].number
        last = corrections.of(cases, list(dict.fromkeys(c.post for c in said)))
        for post in store.get([id for id, mine in last.items() if mine[-1] in said]):
            if post.text:
                yield _taught(post, last[post.id], deployment)


def _taught(post: Post, said: tuple[Correction, ...], deployment: Deployment) -> Taught:
    labels = {c.field: c.labels for c in said}
    language = labels.get("language", (post.language.label,) if post.language else ())
    return Taught(
        text=post.text, language=_first(language), language_taught="language" in labels, sentiment=_first(labels.get("sentiment", ())),
        intent=_first(labels.get("intent", ())), topic=base_topic(_first(labels.get("topics", ())), deployment),
    )  # fmt: skip


def _first(labels: tuple[str, ...]) -> str | None:
    return labels[0] if labels else None


def base_topic(topic: str | None, deployment: Deployment) -> str | None:
    """The base topic that a deployment's topic inherits its seed words from, or is."""
    like = next((t.like for t in deployment.topics if t.id == topic), ())
    return next((base for base in (*like, topic) if base in BASE_TOPICS), None)
