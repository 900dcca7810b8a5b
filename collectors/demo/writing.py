"""Slots become posts: words, a person, a thread, numbers."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from collectors.demo import people, wording
from collectors.demo.ledger import SPOKEN, source_id
from collectors.demo.plan import Slot
from collectors.demo.rhythm import moment
from collectors.demo.sentences import APPEALS, Phrasebook, Sentence, phrasebook
from core.deployment import Demo, DemoChannel, Deployment, Place
from core.post import Author, Kind, Media, Post

TWOFOLD = 0.15  # of appeals that say two things on one topic
TWOFOLD_IN_THEMES = 0.55  # people who speak of one matter do not say it in the same words
NOT_COPIED = ("own", "call", "report")
COPIED = 0.02  # of posts that pass on what another wrote
REMEMBERED = 300  # texts a passer-on may have seen
NUMBERED = {  # what each platform tells of a post
    "x": ("likes", "replies", "reposts", "quotes", "views"), "facebook": ("likes", "replies", "reposts"), "instagram": ("likes", "replies"),
    "youtube": ("likes", "replies", "views"), "telegram": ("views", "reposts"), "flickr": ("likes", "replies", "views"),
}  # fmt: skip
SHARE_OF_LIKES = {"likes": 1.0, "replies": 0.12, "reposts": 0.16, "quotes": 0.03, "views": 34.0}
SETTLES = timedelta(days=7)  # how long the numbers of an own post are followed
FEWEST_PEOPLE = 40  # on a platform; else a third of its posts
AMBASSADORS = 1_000_000  # their numbers begin here, apart from other citizens'
POLLED = timedelta(minutes=4)  # from writing to being read


class Writer:
    """Writes the posts of one demo in order of time; the same seed, the same words."""

    def __init__(self, deployment: Deployment, demo: Demo, until: datetime, seed: int, prefix: str = "d") -> None:
        self.deployment, self.demo, self.until, self.seed, self.prefix = deployment, demo, until, seed, prefix
        self.books = {language: phrasebook(language, demo.varieties) for language in _languages(deployment, demo)}
        self.likes = {t.id: t.like for t in deployment.topics}
        self.places = {p.id: p for p in deployment.places}
        self.tags = tuple(tag.lstrip("#") for tag in deployment.watch.hashtags)
        self.accounts = {a.key: a for a in deployment.accounts}
        self.people = Counter[str]()
        for channel in demo.channels:
            self.people[channel.account.partition(":")[0]] += 0 if channel.kind == "own" else channel.posts
        self.own: dict[tuple[str, bool], tuple[list[float], list[str]]] = {}
        self.seen: dict[tuple[str, str, str | None], deque[str]] = {}

    def write(self, slots: Iterable[Slot]) -> list[Post]:
        """The posts of `slots`, in order of time."""
        ordered = sorted(slots, key=lambda s: (s.at, s.channel, s.number))
        self.remember_own(ordered)
        return [self.post(slot) for slot in ordered]

    def id(self, slot: Slot) -> str:
        """The post's id: the same whenever this seed's demo is made."""
        platform = self.demo.channels[slot.channel].account.partition(":")[0]
        return f"{platform}:{self.prefix}{self.seed}-{slot.channel}-{slot.number}"

    def post(self, slot: Slot) -> Post:
        """One slot's post."""
        channel = self.demo.channels[slot.channel]
        platform, kind = channel.account.partition(":")[0], Kind(channel.kind)
        rng = random.Random(f"{self.prefix}{self.seed}-{slot.channel}-{slot.number}")
        at = moment(slot.at)
        parent = self._parent(slot, rng) if kind is Kind.COMMENT else None
        return Post(
            id=self.id(slot), platform=platform, kind=kind, text=self._tagged(self._text(slot, platform, rng), channel), created_at=at,
            observed_at=min(at + (SETTLES if kind is Kind.OWN else POLLED), max(self.until, at)), source=source_id(channel), account=channel.account,
            author=self._author(slot, platform, rng), platform_language=slot.language if platform == "x" else None,
            parent_id=parent, conversation_id=parent, media=self._media(slot, rng), **self._numbers(slot, platform, rng),
            place_told=self._place_told(slot, kind, platform), topic_told=slot.topic if slot.registered else None,
        )  # fmt: skip

    def _text(self, slot: Slot, platform: str, rng: random.Random) -> str:
        book = self.books[slot.language]
        key = (slot.language, slot.intent, slot.topic)
        seen = self.seen.setdefault(key, deque(maxlen=REMEMBERED))
        channel = self.demo.channels[slot.channel]
        if seen and rng.random() < COPIED and not slot.matter and channel.kind not in NOT_COPIED:
            return wording.retold(rng.choice(seen), slot.language, rng)
        sentence = self._sentence(slot, book, rng)
        if slot.intent in APPEALS and rng.random() < (TWOFOLD_IN_THEMES if slot.matter else TWOFOLD):
            sentence = _both(sentence, self._sentence(slot, book, rng))
        text = wording.worded(
            sentence,
            book,
            self._place_name(slot, rng, wording.PLACE in sentence.text),
            () if platform in SPOKEN else self.tags,
            rng,
            channel.kind == "call",
        )
        seen.append(text)
        return text

    def _sentence(self, slot: Slot, book: Phrasebook, rng: random.Random) -> Sentence:
        if slot.matter:
            line = rng.choice(book.matters[slot.matter])
            return Sentence("citizen", slot.intent, line.topic, "negative", line.variety, line.text)
        usable = book.sentences(self._voice(slot, rng), slot.intent, self.likes.get(slot.topic or "", ()))
        if slot.place is None:
            usable = tuple(s for s in usable if wording.PLACE not in s.text) or usable
        return rng.choice(usable)

    def _voice(self, slot: Slot, rng: random.Random) -> str:
        channel = self.demo.channels[slot.channel]
        if channel.kind == "own":
            return "broadcast" if channel.weekly else "office"
        noted = channel.kind == "call" and slot.intent == "complaint" and rng.random() < 0.45
        return "clerk" if noted else "citizen"

    def _tagged(self, text: str, channel: DemoChannel) -> str:
        """With the campaign's hashtag, where people write for a campaign; its site adds it by itself."""
        tag = next((c.hashtags[0].lstrip("#") for c in self.deployment.campaigns if c.id == channel.campaign and c.hashtags), None)
        return f"{text} #{tag}" if tag and f"#{tag}" not in text else text

    def _place_name(self, slot: Slot, rng: random.Random, needed: bool) -> str | None:
        """How its writer spells the place; somewhere, where the sentence cannot do without one."""
        if slot.place is None and (not needed or not self.places):
            return None
        place = self.places[slot.place or rng.choice(tuple(self.places))]
        spelt = place.spellings.get(slot.language, ())
        return rng.choice(spelt) if spelt and rng.random() < 0.3 else name_of(place, slot.language)

    def _place_told(self, slot: Slot, kind: Kind, platform: str) -> str | None:
        """A form and a clerk ask where, and let one choose from the deployment's places; the others do not ask."""
        asked = kind in (Kind.REPORT, Kind.CALL) or platform in SPOKEN
        return slot.place if asked else None

    def _author(self, slot: Slot, platform: str, rng: random.Random) -> Author:
        channel = self.demo.channels[slot.channel]
        if channel.kind == "own":
            account = self.accounts[channel.account]
            return Author(id=channel.account, handle=account.handle, name=account.name.get(slot.language), followers=account.followers)
        if channel.authors:
            return people.author(platform, slot.language, AMBASSADORS + rng.randrange(channel.authors), channel.kind)
        many = max(FEWEST_PEOPLE, self.people[platform] // 3)
        return people.author(platform, slot.language, people.number(rng, many, slot.crowd), channel.kind)

    def _media(self, slot: Slot, rng: random.Random) -> tuple[Media, ...]:
        channel = self.demo.channels[slot.channel]
        if channel.kind == "own":
            return (Media(kind="video" if channel.weekly or channel.account.startswith("youtube:") else "photo"),)
        pictured = channel.kind not in ("call", "comment") and slot.intent == "complaint" and rng.random() < 0.2
        return (Media(kind="photo"),) if pictured else ()

    def _numbers(self, slot: Slot, platform: str, rng: random.Random) -> dict[str, int]:
        """What people did with it; None where the platform does not tell."""
        channel = self.demo.channels[slot.channel]
        names = NUMBERED.get(platform, ())
        if channel.kind == "own":
            likes = self._followers(channel.account) * 0.004 * rng.lognormvariate(0, 0.8)
        else:
            likes = rng.lognormvariate(0.3, 1.1) - 0.6
            names = tuple(n for n in names if channel.kind == "mention" or n == "likes")
        return {name: max(0, round(likes * SHARE_OF_LIKES[name] * rng.uniform(0.6, 1.4))) for name in names}

    def _followers(self, account: str) -> int:
        return self.accounts[account].followers or 5000

    def remember_own(self, ordered: Sequence[Slot]) -> None:
        """Learn which own posts there are to comment on; `ordered` by time."""
        for slot in ordered:
            channel = self.demo.channels[slot.channel]
            if channel.kind == "own":
                times, ids = self.own.setdefault((channel.account, channel.weekly), ([], []))
                times.append(slot.at)
                ids.append(self.id(slot))

    def _parent(self, slot: Slot, rng: random.Random) -> str | None:
        """The own post it stands under: mostly the newest one before it."""
        channel = self.demo.channels[slot.channel]
        times, ids = self.own.get((channel.account, channel.weekly), ([], []))
        newest = bisect_right(times, slot.at) - 1
        back = 0 if channel.weekly else min(int(rng.expovariate(1.2)), 6)
        return ids[max(newest - back, 0)] if newest >= 0 else None


def _both(one: Sentence, other: Sentence) -> Sentence:
    """Two sentences of one voice as one; the same one twice stays one."""
    if one.text == other.text or one.voice != other.voice:
        return one
    return Sentence(one.voice, one.intent, one.topic, one.sentiment, one.variety, f"{one.text.rstrip('.')}. {other.text}")


def name_of(place: Place, language: str) -> str:
    """The place's name as its people write it."""
    return place.name.get(language) or next(iter(place.name.values()))


def _languages(deployment: Deployment, demo: Demo) -> tuple[str, ...]:
    return tuple(demo.languages) or deployment.languages[:1]


def edited(post: Post, rng: random.Random, language: str) -> Post:
    """A later observation of `post`, whose writer had mended or added something."""
    more = {"ar": "تعديل: ما زال الوضع كما هو", "fa": "ویرایش: هنوز همان است", "ru": "UPD: пока без изменений", "kk": "ЖАҢАРТУ: әзірге өзгеріс жоқ",
            "en": "Edit: still the same"}[language]  # fmt: skip
    minutes = rng.randint(6, 90)
    return msgspec.structs.replace(
        post, text=f"{post.text}\n{more}", edited_at=post.created_at + timedelta(minutes=minutes),
        observed_at=post.observed_at + timedelta(minutes=minutes),
    )  # fmt: skip
