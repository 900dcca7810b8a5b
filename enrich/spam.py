"""Advertising and floods: a score that adds up offers, links, tags and numbers to call; and one text from several accounts at once."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

import msgspec

from core.post import Claim, Post, Span
from enrich.affixes import LANGUAGE_FACTS
from enrich.batch import Batch
from enrich.knowledge import Knowledge
from enrich.normalize import LINK
from enrich.phrases import Phrases
from enrich.sets import rows

RULES = "spam-rules@1"
COPIES = "copies-in-batch@1"
ENOUGH = 4.0  # of the score: two plain offers, or one with a link and a number to call
SEVERAL = 3  # accounts that say the same within one batch


@cache
def _offers() -> Phrases:
    """Phrases of languages/spam.tsv; the value is the phrase's weight."""
    return Phrases((row["phrase"], row["language"], int(row["weight"])) for row in rows(LANGUAGE_FACTS / "spam.tsv"))


def mark_spam(batch: Batch, knowledge: Knowledge) -> Batch:
    """Each post that looks like advertising ("spam") or like one text spread by several accounts ("coordinated")."""
    spread = _spread(batch.posts, batch.copy_of)
    return msgspec.structs.replace(
        batch,
        spam=tuple(
            advertising(text, private) or (Claim(label="coordinated", confidence=0.6, by=COPIES) if copy in spread else None)
            for text, private, copy in zip(batch.texts, batch.private, batch.copy_of, strict=True)
        ),
    )


def advertising(text: str, private: Sequence[Span]) -> Claim | None:
    """A claim if `text` (model spelling) offers something in the way advertisements do."""
    words = {(hit.start, hit.value) for hit in _offers().find(text)}
    offers = sum(weight for _, weight in words)
    links = text.count(LINK)
    if not offers and links < 3 and text.count("#") < 8:
        return None
    calls = any(span.kind in ("phone", "email") for span in private)
    score = offers + min(links, 3) + 1.5 * calls + max(0, text.count("#") - 4) * 0.5
    return Claim(label="spam", confidence=round(min(0.5 + score / 16, 0.95), 3), by=RULES) if score >= ENOUGH else None


def _spread(posts: Sequence[Post], copies: Sequence[str | None]) -> frozenset[str]:
    """Copy groups that several accounts spread within this batch."""
    authors: defaultdict[str, set[str]] = defaultdict(set)
    for post, copy in zip(posts, copies, strict=True):
        if copy and post.author and post.author.id:
            authors[copy].add(post.author.id)
    return frozenset(copy for copy, who in authors.items() if len(who) >= SEVERAL)
