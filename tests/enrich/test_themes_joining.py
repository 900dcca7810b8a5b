"""Two themes that come to stand in the same posts become one under the older id; one that falls apart becomes two."""

import random
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from core.theme import State, Theme
from enrich.themes import Detector, Observation
from enrich.themes_counts import counts
from enrich.themes_joining import join, other_matter, split, twin
from enrich.themes_judge import Finding
from enrich.themes_life import Living, moment, owner, stray_of, take_in
from enrich.themes_marks import Marks
from enrich.themes_memory import Memory, code
from tests.enrich.test_themes import BURST, FILLING, burst, mixed, post, usual

START = datetime(2025, 3, 3, tzinfo=UTC)
HOURS = START.timestamp() / 3600
BRIDGE = {
    "en": [
        "footbridge canal planks loose",
        "canal footbridge sways planks",
        "loose planks footbridge canal again",
        "footbridge planks missing canal side",
    ],
    "ar": ["جسر المشاة فوق القناة يهتز", "ألواح جسر القناة مكسورة", "جسر القناة خطر على الأطفال", "من يصلح جسر المشاة فوق القناة"],
    "fa": ["پل عابر کانال لق شده", "تخته های پل کانال شکسته", "پل کانال برای بچه ها خطرناک است", "پل عابر روی کانال تکان می خورد"],
    "kk": [
        "арна үстіндегі көпір шайқалады",
        "арна көпірінің тақтайы сынған",
        "көпір арна жағында қауіпті",
        "арна үстіндегі көпірді жөндеңіз",
    ],
}
SCHOOL = [
    "school heating broken pupils freeze",
    "pupils freeze, heating school cold",
    "cold school heating off pupils",
    "school pupils coats heating dead",
]
NO_MARKS = Marks(*[0.0] * len(Marks._fields))


class Talk:
    """A memory with a quiet week, to which themes are told."""

    def __init__(self) -> None:
        self.memory, self.hours, self.said = Memory(2000, 28), HOURS, 0
        for n in range(160):
            self.say(f"bus {n % 7} tree {n % 11} lane {n % 13}", f"known{n}")

    def say(self, text: str, author: str, after: float = 1.0, topic: str = "", place: str = "") -> int:
        self.hours, self.said = self.hours + after, self.said + 1
        one = Observation(
            id=f"x:{self.said:05d}", at=moment(self.hours), text=text, author=author, topic=topic, place=place, sentiment="negative"
        )  # fmt: skip
        row = self.memory.add(counts([one]).digests[0], self.hours)
        self.memory.settle(row)
        return row

    def theme(self, number: int, texts: list[str], times: int = 2) -> tuple[Living, list[int]]:
        rows = [self.say(text, f"voice{number} {n}", 0.5) for n, text in enumerate(texts * times)]
        at = moment(self.hours)
        living = Living(number=number, theme=Theme(id=f"t{number}", name="", first_seen=at, raised_at=at, updated_at=at), last=self.hours)
        take_in(living, rows, self.memory)
        return living, rows


@pytest.mark.parametrize("code", BRIDGE)
def test_two_themes_of_one_matter_are_seen_as_one_in_every_language(code: str):
    talk = Talk()
    older, rows = talk.theme(0, BRIDGE[code])
    younger, more = talk.theme(1, BRIDGE[code][::-1])
    assert twin(younger, [*rows, *more], [older, younger], talk.memory, talk.hours) is older


def test_two_matters_in_one_company_stay_two():
    talk = Talk()
    one, rows = talk.theme(0, BRIDGE["en"])
    other, more = talk.theme(1, SCHOOL)
    assert twin(one, [*rows, *more], [one, other], talk.memory, talk.hours) is None


def test_a_company_of_one_theme_alone_joins_nothing():
    talk = Talk()
    one, rows = talk.theme(0, BRIDGE["en"])
    other, _ = talk.theme(1, BRIDGE["en"])
    assert twin(one, rows, [one, other], talk.memory, talk.hours) is None
    assert twin(one, [], [one, other], talk.memory, talk.hours) is None


def test_a_theme_that_nobody_spoke_of_for_days_is_not_joined():
    talk = Talk()
    one, rows = talk.theme(0, BRIDGE["en"])
    other, more = talk.theme(1, BRIDGE["en"])
    assert twin(other, [*rows, *more], [one, other], talk.memory, talk.hours + 80) is None


@pytest.mark.parametrize("order", [0, 1])
def test_the_older_id_stays_and_the_younger_points_to_it_whichever_was_asked_first(order: int):
    talk = Talk()
    one, rows = talk.theme(0, BRIDGE["en"])
    other, more = talk.theme(1, BRIDGE["en"])
    pair = (one, other) if order == 0 else (other, one)
    stays, ended = join(*pair, talk.memory)
    assert stays.theme.id == "t0" and (ended.id, ended.merged_into, ended.state) == ("t1", "t0", State.OVER)
    assert stays.theme.posts == len(stays.theme.evidence) == len(rows) + len(more) == stays.theme.negative
    assert stays.theme.authors == 16
    assert set(talk.memory.theme[[*rows, *more]].tolist()) == {0}


def test_what_speaks_of_something_else_is_split_off_and_points_back():
    talk = Talk()
    living, _ = talk.theme(0, BRIDGE["en"])
    strangers = [talk.say(text, f"parent {n}", 0.3) for n, text in enumerate(SCHOOL * 2)]
    take_in(living, strangers, talk.memory)
    found = other_matter(living, talk.memory, talk.hours)
    assert found == strangers
    part = split(living, found, 7, talk.memory, talk.hours)
    assert part is not None and part.theme.split_from == "t0" and part.theme.id not in ("t0", "")
    assert part.theme.posts == 8 and living.theme.posts == 8
    assert not set(part.theme.evidence) & set(living.theme.evidence)
    assert {"school", "heating", "pupils"} & set(part.theme.name.split())
    assert set(talk.memory.theme[strangers].tolist()) == {7}


@pytest.mark.parametrize(
    "texts, authors",
    [
        (BRIDGE["en"] * 2, 8),  # the same matter
        (SCHOOL, 4),  # too few
        (SCHOOL * 2, 2),  # two loud voices
        (
            ["lamp dark", "sewer smell", "kerb high", "noise night", "dog loose", "lift stuck", "fare dear", "mud path"],
            8,
        ),  # many small matters
    ],
)
def test_a_theme_does_not_fall_apart_for_less(texts: list[str], authors: int):
    talk = Talk()
    living, _ = talk.theme(0, BRIDGE["en"])
    take_in(living, [talk.say(text, f"voice {n % authors}", 0.3) for n, text in enumerate(texts)], talk.memory)
    assert other_matter(living, talk.memory, talk.hours) == []


def test_forgotten_texts_split_nothing_off():
    talk = Talk()
    living, rows = talk.theme(0, BRIDGE["en"])
    talk.memory.digests[: talk.memory.stop] = [None] * talk.memory.stop
    assert split(living, rows[:2], 3, talk.memory, talk.hours) is None


def test_whether_a_theme_falls_apart_does_not_depend_on_pages():
    school = [post(306 + 0.3 * n, text + f" {n}", f"parent{n}", "roads", "p3") for n, text in enumerate(SCHOOL * 3)]
    posts = mixed(usual(), burst(), school)

    def ids(page: int) -> set[str]:
        detector = Detector()
        found = [detector.observe(posts[k : k + page], posts[min(k + page, len(posts)) - 1].at) for k in range(0, len(posts), page)]
        return {theme.id for themes in found for theme in themes}

    assert ids(1) == ids(37) == ids(500)


def test_a_restart_between_joins_changes_nothing():
    posts = mixed(usual(), burst(), burst(310.0, [text + " now" for text in BURST]))
    whole, parted = Detector(), Detector()
    whole.observe(posts[:1200], posts[1199].at)
    parted.observe(posts[:1200], posts[1199].at)
    parted = Detector.decode(parted.encode())
    rest = posts[1200:]
    for k in range(0, len(rest), 20):
        page, at = rest[k : k + 20], rest[min(k + 20, len(rest)) - 1].at + timedelta(seconds=1)
        assert whole.observe(page, at) == parted.observe(page, at)


PARTLY = ["canal footbridge closed, detour", "queue, planks of the footbridge", "loose dogs on the canal detour", "canal footbridge queue"]
HARDLY = [
    "canal market stalls burnt",
    "market stalls smoke canal side",
    "burnt stalls, smoke in the market",
    "who pays for burnt market stalls",
]


def found(talk: Talk, texts: list[str], topic: str = "roads", place: str = "") -> Finding:
    """A finding of these texts as the scan would hand it on; its marks are not asked."""
    rows = [talk.say(text, f"new{n}", 0.01, topic, place) for n, text in enumerate(texts)]
    return Finding(rows, len(rows), 3, 0.1, NO_MARKS)


@pytest.mark.parametrize(
    "texts, place, pause, continues",
    [
        (BRIDGE["en"], "", 1.0, True),
        (BRIDGE["en"], "", 40.0, True),  # the same words after the theme was over
        (BRIDGE["en"], "", 80.0, False),  # for days nobody spoke of it
        (PARTLY, "", 20.0, True),  # overnight
        (PARTLY, "", 40.0, False),  # somewhat alike is not enough to wake a theme that is over
        (HARDLY, "", 1.0, True),  # a word or two on one topic, at once …
        (HARDLY, "", 10.0, False),  # … and not half a day later
        (SCHOOL, "", 1.0, False),
        (HARDLY, "p3", 10.0, True),  # but of one place, while it lives
        (HARDLY, "p3", 30.0, False),
    ],
)
def test_what_continues_a_theme_must_be_the_more_alike_the_longer_it_was_silent(texts, place, pause, continues):
    talk = Talk()
    living, rows = talk.theme(0, BRIDGE["en"])
    talk.memory.columns.topic[rows], talk.memory.columns.place[rows] = code("roads"), code("p3")
    for n in range(20):
        talk.say(f"bus {n % 7} tree {n % 11} lane {n % 13}", f"known{n}", pause / 20)
    finding = found(talk, texts, place=place)
    assert (owner(finding, [], [living], talk.memory, talk.hours) is living) is continues


def test_of_bare_texts_words_alone_continue_a_theme_after_a_day():
    talk = Talk()
    living, _ = talk.theme(0, BRIDGE["en"])
    for n in range(20):
        talk.say(f"bus {n % 7} tree {n % 11} lane {n % 13}", f"known{n}", 2.0)
    finding = found(talk, PARTLY, topic="")
    assert owner(finding, [], [living], talk.memory, talk.hours) is living


def test_a_finding_whose_company_is_a_themes_belongs_to_it_however_long_it_was_silent():
    talk = Talk()
    living, rows = talk.theme(0, BRIDGE["en"])
    for n in range(20):
        talk.say(f"bus {n % 7} tree {n % 11} lane {n % 13}", f"known{n}", 2.0)
    finding = found(talk, SCHOOL)
    assert owner(finding, [*rows[:2], *finding.rows], [living], talk.memory, talk.hours) is living
    assert owner(finding, [rows[0], *finding.rows], [living], talk.memory, talk.hours) is None


def speak(core: list[str], pool: str, times: int, seed: int) -> list[str]:
    """Texts that share `core`, each with two words of the pool and six that everybody uses."""
    dice = random.Random(seed)
    told = [[*core, *dice.sample(pool.split(), 2), *dice.sample(FILLING, 6)] for _ in range(times)]
    return [" ".join(dice.sample(words, len(words))) for words in told]


BRIDGE_POSTS = [post(300 + 0.5 * n, text, f"a{n}", "roads", "p3") for n, text in enumerate(speak(["footbridge", "canal"], "shaking sways cracked sinking tilted noise rope tape", 10, 1))]  # fmt: skip
LOCK_POSTS = [post(300.2 + 0.5 * n, text, f"b{n}", "parks", "p5") for n, text in enumerate(speak(["lockhouse", "planks"], "rotten nails handrail splinters moss missing soft broken", 10, 2))]  # fmt: skip
BOTH_POSTS = [post(306 + 0.3 * n, text, f"c{n}", "roads", "p3") for n, text in enumerate(speak(["footbridge", "canal", "lockhouse", "planks"], "shaking cracked rotten nails handrail missing", 14, 3))]  # fmt: skip


def test_the_detector_joins_two_themes_once_people_speak_of_both_in_one_breath():
    detector, told = Detector(), list[Theme]()
    for one in mixed(usual(), BRIDGE_POSTS, LOCK_POSTS, BOTH_POSTS):
        told += detector.observe([one], one.at)
    last = {theme.id: theme for theme in told}
    older, younger = sorted(last.values(), key=lambda theme: theme.raised_at)
    assert (younger.merged_into, younger.state, older.merged_into) == (older.id, State.OVER, None)
    assert {p.id for p in LOCK_POSTS} & set(older.evidence), "what was the younger's is the older's"
    joined = next(n for n, theme in enumerate(told) if theme.merged_into)
    assert [theme.id for theme in told[joined + 1 :] if theme.id == younger.id] == [], "and under the younger id nothing more is told"


def test_the_detector_splits_a_theme_of_which_a_part_speaks_of_something_else():
    detector = Detector()
    school = [post(304.7 + 0.3 * n, text, f"s{n}", "roads", "p3") for n, text in enumerate(SCHOOL * 3)]
    posts = mixed(usual(), BRIDGE_POSTS, school)
    until = [p for p in posts if p.at <= school[-1].at]
    (before,) = {theme.id: theme for theme in detector.observe(until, until[-1].at)}.values()
    (living,) = detector.living
    rows = [n for n, d in enumerate(detector.memory.digests) if d is not None and d.post in school]
    take_in(living, rows, detector.memory)  # as if each had been taken for one of the theme's
    detector.parted = 0.0
    later = [msgspec.structs.replace(p, at=school[-1].at + timedelta(minutes=10 * n)) for n, p in enumerate(usual(days=1)[:3], 2)]
    told = {theme.id: theme for theme in detector.observe(later, later[-1].at)}
    (part,) = [theme for theme in told.values() if theme.split_from]
    assert part.split_from == before.id and {"school", "heating", "pupils"} & set(part.name.split())
    assert set(part.evidence) <= {p.id for p in school} and not set(part.evidence) & set(told[before.id].evidence)
    assert told[before.id].posts == before.posts + len(school) - part.posts
    assert Detector.decode(detector.encode()).living == detector.living


@pytest.mark.parametrize(
    "silent, topic, joins",
    [
        (5.0, "roads", True),
        (23.0, "roads", True),
        (25.0, "roads", False),  # over
        (70.0, "roads", False),
        (25.0, "", True),  # of bare texts words are all that tells
    ],
)
def test_one_post_joins_a_theme_in_its_words_until_that_is_over(silent: float, topic: str, joins: bool):
    talk = Talk()
    living, rows = talk.theme(0, BRIDGE["en"])
    row = talk.say(BRIDGE["en"][0], "late voice", silent, topic=topic)
    assert (stray_of(row, rows, [living], talk.memory) is living) is joins


def test_one_post_of_other_words_or_of_a_strange_company_joins_nothing():
    talk = Talk()
    living, rows = talk.theme(0, BRIDGE["en"])
    assert stray_of(talk.say(SCHOOL[0], "parent", 1.0), rows, [living], talk.memory) is None
    row = talk.say(BRIDGE["en"][0], "neighbour", 1.0)
    others = list(range(len(rows) + 1))  # ordinary posts, more than the theme's
    assert stray_of(row, [*rows, *others], [living], talk.memory) is None
    assert stray_of(row, [], [living], talk.memory) is None
    assert stray_of(row, rows, [], talk.memory) is None  # the theme was let go of
