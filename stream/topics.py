"""What moves between the stages on Kafka: names, and a page as bytes. A message is a page (docs/decisions/0004)."""

from __future__ import annotations

import msgspec

from core.account import Account, AccountSample
from core.case import Case
from core.page import Page
from core.post import EngagementSample, Moment, Post

RAW = "raw-posts"  # as the platforms told it
POSTS = "posts"  # understood
SAMPLES = "samples"  # sizes of accounts and numbers of posts
CASES = "cases"  # each case that changed, for other systems
COUNTS = "theme-counts"  # what each worker made of its own pages, for the one join that finds themes
DEAD = "dead-letters"  # what could not be handled, with the reason
TOPICS = (RAW, POSTS, SAMPLES, CASES, COUNTS, DEAD)

GROUPS = {"sada": ("understand", "index", "samples"), "sada-follow": ("follow", "themes")}
"""Consumer groups and their stages. `follow` reads the topic that `index` reads, so it must be in another group."""
READS = {"understand": RAW, "index": POSTS, "samples": SAMPLES, "follow": POSTS, "themes": COUNTS}  # stage → topic
STAGES = tuple(stage for stages in GROUPS.values() for stage in stages)


class Samples(msgspec.Struct, frozen=True, kw_only=True):
    """What one answer told of sizes and numbers, and what it says is gone."""

    source: str
    accounts: tuple[Account, ...] = ()
    account_samples: tuple[AccountSample, ...] = ()
    samples: tuple[EngagementSample, ...] = ()
    deleted: tuple[tuple[str, Moment], ...] = ()


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that could not be handled: which stage refused it, why, and the thing itself, to be replayed."""

    stage: str
    why: str
    at: Moment
    source: str = ""
    post: Post | None = None
    message: bytes | None = None  # where not even a post could be read


encode = msgspec.msgpack.Encoder().encode
decode_page = msgspec.msgpack.Decoder(Page).decode
decode_samples = msgspec.msgpack.Decoder(Samples).decode
decode_case = msgspec.msgpack.Decoder(Case).decode
decode_dead_letter = msgspec.msgpack.Decoder(DeadLetter).decode


def prefixed(topic: str, prefix: str) -> str:
    """A topic's name in a cluster shared by several: "gaza.raw-posts"; without a prefix the bare name."""
    return f"{prefix}.{topic}" if prefix else topic
