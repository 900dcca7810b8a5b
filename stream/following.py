"""What follows durable posts on one machine: cases are opened and themes found, each keeping its own place."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from cases import campaigns, desk, entering, marking
from cases.store import CaseStore
from core.deployment import Deployment
from core.post import Post
from core.theme import Theme
from enrich.themes import Detector, ThemeSettings, WindowCounts, counts, from_post, join
from enrich.themes_counts import Digest
from store.base import Batch, Follower, Store
from stream.correcting import take_in_corrections
from stream.followers import follow
from stream.repeating import Repeating, Steps, once

log = logging.getLogger("sada.following")
EVERY_S = 1.0
THEMES = "themes"
REMEMBERED = 50_000  # ids of posts already seen, so that a changed number does not count as a second voice
MARKED_AT_ONCE = 500
SAVE_EVERY = timedelta(minutes=1)  # the detector's memory is megabytes; what came after is read again after a kill
AHEAD = timedelta(hours=1)  # a post further in the future has a wrong date; taken at its word, every later post would seem late
AGAIN = 5000  # at most so many messages, two windows and more, come again after a kill; numbers further back are those of a topic that was made anew

Clock = Callable[[], datetime]
Understand = Callable[[list[Post]], list[Post]]


class Remembered(msgspec.Struct, frozen=True):
    """What the theme follower must know after a restart."""

    detector: bytes
    seen: tuple[str, ...]


class _Themes:
    """A detector with its place and memory, as they were kept."""

    def __init__(self, store: Store, deployment: Deployment, clock: Clock) -> None:
        self._store, self._deployment, self._clock = store, deployment, clock
        self._saved_at: datetime | None = None
        self._remember()

    def _remember(self) -> None:
        known = self._store.follower(THEMES)
        self.place = known.place if known else 0
        self._detector, self._seen = Detector(settings(self._deployment)), dict[str, None]()
        if known and known.state:
            self._recall(known.state)

    def _recall(self, state: bytes) -> None:
        """Take up the memory; one that an earlier version left in another form is learnt anew from what comes."""
        try:
            remembered = msgspec.msgpack.decode(state, type=Remembered)
            detector = Detector.decode(remembered.detector, settings(self._deployment))
        except (ValueError, msgspec.MsgspecError) as error:
            log.warning(
                "themes: the memory kept by an earlier version cannot be read (%s); the usual level is learnt anew", type(error).__name__
            )
            return
        if self._is_ahead(detector.newest or self._clock()):
            log.warning("themes: the memory that was kept lies in the future, so a clock was wrong; the usual level is learnt anew")
            return
        self._detector, self._seen = detector, dict.fromkeys(remembered.seen)

    def _is_ahead(self, at: datetime) -> bool:
        return at > self._clock() + AHEAD

    def _keep(self, changed: Sequence[Theme], place: int) -> None:
        """Themes, place and memory together."""
        self._seen = dict.fromkeys(list(self._seen)[-REMEMBERED:])
        memory = msgspec.msgpack.encode(Remembered(self._detector.encode(), tuple(self._seen)))
        self._store.save_themes(changed, Follower(name=THEMES, place=place, state=memory))
        self._saved_at = self._clock()


class ThemeFollower(_Themes):
    """Feeds new posts to the detector and keeps its themes, its place and its memory together."""

    def run(self) -> None:
        """Take in everything that became durable since; then see what has faded."""
        self.place = follow(self._store, self.place, self.step)
        self.step((), self.place)

    def step(self, posts: Sequence[Post], place: int) -> None:
        """Look at posts and keep what changed. History is looked at with the eyes of its own time."""
        gone = {p.id for p in posts if p.deleted_at is not None}
        forgot = bool(gone) and self._detector.forget(gone)
        new = [p for p in posts if p.id not in gone and p.id not in self._seen and not self._is_ahead(p.created_at)]
        self._seen |= dict.fromkeys(p.id for p in new)
        now = self._clock()
        at = min(max(p.created_at for p in new), now) if new else now
        changed = self._detector.observe([from_post(p) for p in sorted(new, key=lambda p: (p.created_at, p.id))], at)
        due = self._saved_at is None or now - self._saved_at >= SAVE_EVERY
        if changed or forgot or (due and posts):
            self._keep(changed, place)


class ThemeJoin(_Themes):
    """The one join of what all workers counted: a window of numbered messages at a time."""

    def step(self, numbered: list[tuple[int, bytes]]) -> None:
        """Join the windows after the place that is known, and keep what came of it before they are acknowledged."""
        if numbered[0][0] != self.place:  # another worker did this until now, or messages come again
            self._remember()
        if numbered[0][0] < self.place - AGAIN:
            log.warning("themes: the messages' numbers began anew at %d instead of %d; it goes on from there", numbered[0][0], self.place)
            self.place = numbered[0][0]
        new = [(number, _read(number, message)) for number, message in numbered if number >= self.place]
        if not new:
            return
        window = self._unseen(join([window for _, window in new]))
        now = self._clock()
        at = min(max((d.post.at for d in window.digests), default=now), now)
        self.place = new[-1][0] + 1
        self._keep(self._detector.step(window, at), self.place)

    def _unseen(self, window: WindowCounts) -> WindowCounts:
        """Without posts that came before, as they do when their numbers change, those deleted before they came and those of the future."""
        self._seen |= dict.fromkeys(window.gone)
        fresh: dict[str, Digest] = {}
        for digest in window.digests:
            if digest.post.id not in self._seen and not self._is_ahead(digest.post.at):
                fresh.setdefault(digest.post.id, digest)
        self._seen |= dict.fromkeys(fresh)
        return WindowCounts(tuple(fresh.values()), window.gone)


decode_counts = msgspec.msgpack.Decoder(WindowCounts).decode


def _read(number: int, message: bytes) -> WindowCounts:
    """What a worker counted; nothing, where a worker of another version counted in another form: no message may stop the join for good."""
    try:
        return decode_counts(message)
    except msgspec.DecodeError as error:
        log.error("themes: message %d holds no counts of this version (%s); it is passed over", number, type(error).__name__)
        return WindowCounts()


def count_themes(posts: Sequence[Post], deployment: Deployment) -> bytes:
    """One worker's share of a page, as a message."""
    own = frozenset(name.lower() for name in settings(deployment).own)
    window = counts([from_post(post) for post in posts if post.deleted_at is None], own)
    return msgspec.msgpack.encode(WindowCounts(window.digests, tuple(post.id for post in posts if post.deleted_at is not None)))


def forget_posts(ids: Sequence[str]) -> bytes:
    """That these posts were deleted, as a message to the join, which lets go of what they said and of what may still come of them."""
    return msgspec.msgpack.encode(WindowCounts(gone=tuple(ids)))


def settings(deployment: Deployment) -> ThemeSettings:
    """The detector's settings: who speaks for the organisation itself."""
    return ThemeSettings(own=tuple(name for a in deployment.accounts for name in (a.handle, f"{a.platform}:{a.handle}", a.key)))


def receive_cases(store: Store, cases: CaseStore, deployment: Deployment, now: datetime) -> int:
    """Let the desk deal with every post since its place; returns the new place."""
    return follow(store, cases.place(desk.FOLLOWER), lambda posts, place: _received(posts, deployment, cases, now, place))


def _received(posts: Sequence[Post], deployment: Deployment, cases: CaseStore, now: datetime, place: int) -> None:
    desk.receive(posts, deployment, cases, now, place)


def hear_campaigns(store: Store, cases: CaseStore, deployment: Deployment, now: datetime) -> int:
    """Let the campaigns hear every post since their place; returns the new place. Without campaigns nothing is read."""
    if not deployment.campaigns:
        return 0
    return follow(store, cases.place(campaigns.FOLLOWER), lambda posts, place: campaigns.receive(posts, deployment, cases, now, place))


def take_in_entries(store: Store, cases: CaseStore, understand: Understand) -> int:
    """Store the posts that were written down at the telephone and the counter; returns how many. Cut off and done again, each is kept once."""
    entered = entering.entered(cases)
    if entered:
        store.save(Batch(posts=tuple(understand(entered))))
        entering.stored(cases, [post.id for post in entered])
    return len(entered)


def mark_old(store: Store, cases: CaseStore) -> int:
    """Keep the marks of posts that joined a case before marks were kept, by which quotes of them are found when they are deleted; returns how many."""
    number = 0
    while ids := marking.unmarked(cases, MARKED_AT_ONCE):
        marking.mark(cases, ids, store.get(ids))
        number += len(ids)
    return number


def beside_workers(store: Store, cases: CaseStore, understand: Understand) -> Steps:
    """What no page on Kafka brings: what was written down by hand and what was corrected by hand."""
    return {
        "entries": lambda: take_in_entries(store, cases, understand),
        "corrections": lambda: take_in_corrections(store, cases),
        "marks": once(lambda: mark_old(store, cases)),
    }


def on_one_machine(store: Store, cases: CaseStore, deployment: Deployment, clock: Clock, understand: Understand) -> Steps:
    """Everything that follows the posts of one machine."""
    return {
        **beside_workers(store, cases, understand),
        "cases": lambda: receive_cases(store, cases, deployment, clock()),
        "campaigns": lambda: hear_campaigns(store, cases, deployment, clock()),
        "themes": ThemeFollower(store, deployment, clock).run,
    }


def following(steps: Steps) -> Repeating:
    """What follows the posts, every second."""
    return Repeating("following", steps, EVERY_S)
