"""What could not be handled: counted, kept with its reason, shown, replayed; too much of it stops the stream."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from types import MappingProxyType

import msgspec

from core.errors import AskedWrongly, SadaError
from core.page import Page, in_parts
from stream import kafka
from stream.deletions import MOST
from stream.kafka import Publisher
from stream.topics import DEAD, RAW, SAMPLES, DeadLetter, Samples, decode_dead_letter, encode, prefixed


class TooManyDeadLetters(SadaError):
    """The stream stops by itself: something is wrong with more than single posts."""


SHARE = 0.2  # of the last posts
AT_ONCE = 500  # letters that are sent with one confirmation, and held in memory


class Limit:
    """How many dead letters among the last posts are too many."""

    def __init__(self, share: float = SHARE, among: int = 2000, at_least: int = 50) -> None:
        self._share, self._at_least = share, at_least
        self._recent: deque[tuple[int, int]] = deque()  # (posts, dead) a page
        self._posts = self._dead = 0
        self._among = among

    def saw(self, posts: int, dead: int) -> None:
        """Count one page. Raises TooManyDeadLetters when the share among the last posts is past the limit."""
        self._recent.append((posts, dead))
        self._posts += posts
        self._dead += dead
        while self._recent and self._posts - self._recent[0][0] >= self._among:
            old_posts, old_dead = self._recent.popleft()
            self._posts -= old_posts
            self._dead -= old_dead
        if self._dead >= self._at_least and self._dead > self._share * self._posts:
            raise TooManyDeadLetters(
                f"{self._dead} of the last {self._posts} posts became dead letters, more than {self._share:.0%}: the worker stops. "
                "See `sada dead-letters list`; mend the cause, start the worker, then `sada dead-letters replay`."
            )


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter and where it lies."""

    id: str  # partition-offset
    letter: DeadLetter


def kept(address: str, prefix: str = "") -> list[Kept]:
    """Every dead letter there is, once and the oldest first: a worker killed before it could acknowledge buries the same thing again.

    Of several burials the first counts, so that a letter keeps its id however often it is replayed and comes back.
    """
    first: dict[tuple[str, str, str | bytes | None], Kept] = {}
    for one in _all(address, prefix):
        letter = one.letter
        what = (letter.stage, letter.why, letter.post.id if letter.post else letter.message)
        if what not in first or letter.at < first[what].letter.at:
            first[what] = one
    return sorted(first.values(), key=lambda one: one.letter.at)


def find(address: str, prefix: str, id: str) -> Kept:
    """The dead letter that lies at this place. Raises AskedWrongly if none does.

    It is looked for among all, not only among those listed: an id may have been seen elsewhere than in the list.
    """
    found = next((one for one in _all(address, prefix) if one.id == id), None)
    if found is None:
        raise AskedWrongly(f"dead letter {id}: there is none under this id; see `sada dead-letters list`")
    return found


def _all(address: str, prefix: str) -> Iterator[Kept]:
    for partition, offset, message in kafka.read_all(address, prefixed(DEAD, prefix)):
        yield Kept(id=f"{partition}-{offset}", letter=decode_dead_letter(message))


def replay(letters: Iterable[Kept], publisher: Publisher, gone: Mapping[str, datetime] = MappingProxyType({})) -> tuple[int, int]:
    """Send letters back to the beginning of the stream; returns how many were sent and how many hold nothing that could be.

    Posts in `gone` were deleted since: they stay where they are. Of a message nobody could read it is not known which posts it holds, so
    what was deleted is told again behind it. A letter stays in its topic until its retention ends; replaying it twice does no harm, since a post is kept once.
    """
    sent = useless = 0
    is_unread, left = False, iter(letters)
    while some := [one.letter for one in islice(left, AT_ONCE)]:
        messages = [message for letter in some if (message := _again(letter, gone)) is not None]
        publisher.publish(RAW, messages)
        sent, useless = sent + len(messages), useless + len(some) - len(messages)
        is_unread = is_unread or any(letter.post is None and letter.message is not None for letter in some)
    if gone and is_unread:
        publisher.publish(SAMPLES, [encode(Samples(source="dead-letters", deleted=some)) for some in in_parts(tuple(gone.items()), MOST)])
    return sent, useless


def _again(letter: DeadLetter, gone: Mapping[str, datetime]) -> bytes | None:
    """What a letter is sent as: its post as a page of its own, or the message as it came. None: it holds neither, or the post is gone."""
    if letter.post is None:
        return letter.message
    if letter.post.id in gone:
        return None
    return encode(Page(source=letter.source, pass_id="", number=1, fetched_at=letter.post.observed_at, posts=(letter.post,)))
