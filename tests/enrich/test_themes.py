"""What must raise a theme, what must not, and that nothing depends on how posts come in. All texts are invented."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from core.post import Author, Claim, Kind, Post
from core.theme import State, Theme
from enrich.themes import Detector, Observation, ThemeSettings, counts, from_post, join

START = datetime(2025, 3, 3, tzinfo=UTC)  # a Monday
SUBJECTS = {
    "waste": "bins rubbish collection truck sacks smell street corner recycling glass paper market",
    "roads": "asphalt kerb pavement bumps lane junction signs paint gravel slope bend crossing",
    "parks": "trees grass benches playground swings fountain flowers hedge path pond shade lawn",
    "buses": "driver timetable ticket stop delay route seats express late terminal card fare",
}
FILLING = [
    "today",
    "again",
    "please",
    "nobody",
    "here",
    "since",
    "our",
    "near",
    "still",
    "very",
    "when",
    "they",
    "about",
    "week",
    "house",
    "people",
    "city",
    "always",
    "never",
    "some",
]
BURST = [
    "the footbridge over the canal is shaking when you walk on it",
    "is it only me or does the canal footbridge sway since yesterday",
    "cracks in the footbridge at the canal, children cross there",
    "footbridge by the canal feels loose, somebody should close it",
    "they must look at that canal footbridge before it falls down",
    "walked across the canal on the footbridge and the handrail came off",
    "loose planks on the footbridge, nearly fell into the canal",
    "my wheelchair got stuck on the canal footbridge, planks are missing",
    "when will an engineer inspect the footbridge at the canal",
    "closed the footbridge myself with tape, the canal side is rotten",
]


def post(hours: float, text: str, author: str, topic: str = "", place: str = "") -> Observation:
    at = START + timedelta(hours=hours)
    return Observation(id=f"x:{hours:012.6f}:{author}", at=at, text=text, author=author, topic=topic, place=place)


def usual(days: int = 16, rate: int = 90, seed: int = 1, lift: tuple[float, float, int] = (0, 0, 1)) -> list[Observation]:
    """Background of `rate` posts a day; between lift[0] and lift[1] hours lift[2] times as many."""
    dice = random.Random(seed)
    made = []
    for hour in range(days * 24):
        times = lift[2] if lift[0] <= hour < lift[1] else 1
        for _ in range(round(rate / 24 * times)):
            topic = dice.choice(sorted(SUBJECTS))
            words = dice.sample(SUBJECTS[topic].split(), 3) + dice.sample(FILLING, 8)
            dice.shuffle(words)
            made.append(post(hour + dice.random(), " ".join(words), f"u{dice.randrange(900)}", topic, f"p{dice.randrange(12)}"))
    return sorted(made, key=lambda p: p.at)


def burst(hours: float = 300, texts: Sequence[str] = BURST, place: str = "p3") -> list[Observation]:
    return [post(hours + 0.7 * n, text, f"new{n}", "roads", place) for n, text in enumerate(texts)]


def mixed(*parts: list[Observation]) -> list[Observation]:
    return sorted((p for part in parts for p in part), key=lambda p: (p.at, p.id))


def themes(posts: Sequence[Observation], page: int = 25, **settings: object) -> dict[str, Theme]:
    """The last state of every theme that was raised, by id."""
    detector = Detector(msgspec.convert(settings, ThemeSettings))
    found: dict[str, Theme] = {}
    for begin in range(0, len(posts), page):
        part = posts[begin : begin + page]
        found |= {theme.id: theme for theme in detector.observe(part, part[-1].at)}
    return found


def test_ten_people_on_one_footbridge_raise_one_theme_with_its_posts_and_name():
    found = list(themes(mixed(usual(), burst())).values())
    assert len(found) == 1
    theme = found[0]
    assert "footbridge" in theme.name.lower() or "canal" in theme.name.lower()
    ours = {p.id for p in burst()}
    assert len(ours & set(theme.evidence)) >= 8
    assert len(ours & set(theme.evidence)) >= 0.7 * len(theme.evidence)
    assert theme.topic == "roads" and theme.place == "p3"
    assert theme.authors >= 8 and theme.rate_now >= 0 and theme.rate_usual < 1


def test_it_is_raised_at_its_sixth_post_at_the_latest():
    detector, raised = Detector(), []
    for one in mixed(usual(), burst()):
        raised += detector.observe([one], one.at)
    assert raised[0].raised_at <= burst()[5].at


def test_an_ordinary_fortnight_raises_nothing():
    assert themes(usual(seed=4)) == {}


def test_a_rise_of_everything_raises_nothing():
    assert themes(usual(seed=2, lift=(290, 326, 3))) == {}


def test_one_loud_author_raises_nothing():
    loud = [msgspec.structs.replace(p, author="loud") for p in burst()]
    assert themes(mixed(usual(), loud)) == {}


def test_one_text_passed_on_by_many_raises_nothing():
    dice, words = (
        random.Random(3),
        [
            "so",
            "the",
            "mayor",
            "promised",
            "us",
            "clean",
            "water",
            "by",
            "may",
            "and",
            "what",
            "did",
            "we",
            "get",
            "nothing",
            "but",
            "empty",
            "pipes",
            "and",
            "talk",
        ],
    )
    passed = []
    for n in range(20):
        kept = [w for w in words if dice.random() > 0.15]
        passed.append(post(300 + n * 0.4, " ".join(kept), f"acc{n}", "roads", "p3"))
    assert themes(mixed(usual(), passed)) == {}


def test_the_organisations_own_campaign_raises_nothing():
    own = [post(300 + n, f"{text} #OurCanal", "city", "parks") for n, text in enumerate(BURST[:6])]
    passed = [post(300.5 + n * 0.5, f"RT @city: {BURST[n % 6]} #OurCanal", f"r{n}", "parks") for n in range(40)]
    assert themes(mixed(usual(), own, passed), own=("city",)) == {}
    assert themes(mixed(usual(), own, passed)) == {}, "even if nobody said which account is its own: it is one voice"


def test_what_comes_every_monday_is_a_habit():
    weeks = [burst(168 * week + 8, [f"{text} {week}" for text in BURST]) for week in range(4)]
    assert themes(mixed(usual(days=24), *weeks)) == {}


def test_nothing_is_raised_while_learning():
    assert themes(mixed(usual(days=6), burst(100))) == {}


def test_a_theme_that_goes_on_stays_one_theme_under_one_id():
    again = [f"{text}, still" for text in BURST]
    assert len(themes(mixed(usual(), burst(300), burst(310, again)))) == 1


def test_another_theme_a_day_later_is_another():
    lights = [
        "power cut in the whole quarter since noon", "no electricity at home, fridge is warming up", "electricity gone again, power cut number three",
        "is the power cut planned? no electricity in our block", "lifts stand still, power cut", "when does electricity return, children afraid",
        "power cut and no word from the supplier", "electricity supplier says the power cut lasts till night",
    ]  # fmt: skip
    second = [post(325 + 0.6 * n, text, f"dark{n}", "buses", "p7") for n, text in enumerate(lights)]
    assert len(themes(mixed(usual(), burst(), second))) == 2


def test_pages_may_be_cut_anywhere():
    posts = mixed(usual(), burst())
    one, other = themes(posts, page=1), themes(posts, page=400)
    assert {(t.id, t.raised_at) for t in one.values()} == {(t.id, t.raised_at) for t in other.values()}
    assert {t.id: t.evidence for t in one.values()} == {t.id: t.evidence for t in other.values()}


def test_later_posts_change_no_earlier_theme():
    posts = mixed(usual(), burst())
    until = burst()[6].at
    detector, raised = Detector(), []
    for one in [p for p in posts if p.at <= until]:
        raised += [(t.id, t.raised_at) for t in detector.observe([one], one.at)]
    whole = Detector()
    assert raised == [(t.id, t.raised_at) for p in posts for t in whole.observe([p], p.at) if t.updated_at <= until and p.at <= until]


def test_a_restart_neither_forgets_nor_repeats():
    posts = mixed(usual(), burst())
    middle = posts.index(burst()[7])
    detector = Detector()
    before = detector.observe(posts[:middle], posts[middle].at)
    detector = Detector.decode(detector.encode())
    after = detector.observe(posts[middle:], posts[-1].at)
    assert len({t.id for t in [*before, *after]}) == 1
    assert {t.id for t in before} == {t.id for t in after}
    assert max(after, key=lambda t: t.posts).evidence == next(iter(themes(posts).values())).evidence


def test_workers_that_count_their_own_pages_give_what_one_process_gives():
    posts = mixed(usual(), burst())
    alone = themes(posts, page=60)
    detector, together = Detector(), {}
    for begin in range(0, len(posts), 60):
        part = posts[begin : begin + 60]
        windows = [counts(part[worker::3]) for worker in range(3)]  # three workers, each its own posts
        sent = [msgspec.msgpack.decode(msgspec.msgpack.encode(w), type=type(w)) for w in windows]
        together |= {t.id: t for t in detector.step(join(sent), part[-1].at)}
    assert together == alone


def test_a_theme_fades_and_ends():
    detector = Detector()
    posts = mixed(usual(days=13), burst())
    raised = {t.id: t for t in detector.observe(posts, posts[-1].at)}
    assert len(raised) == 1
    states = [t.state for hours in (6, 12, 30) for t in detector.observe([], posts[-1].at + timedelta(hours=hours))]
    assert states[-1] is State.OVER


def test_memory_is_bounded_whatever_comes():
    detector = Detector(ThemeSettings(posts=600))
    posts = usual(days=30)
    for begin in range(0, len(posts), 100):
        detector.observe(posts[begin : begin + 100], posts[begin].at)
    memory = detector.memory
    assert len(posts) > 2000 and memory.stop <= 600
    assert sum(d is not None for d in memory.digests) <= 600


def test_a_post_that_comes_days_late_raises_nothing_and_is_passed_over():
    detector = Detector()
    posts = usual()
    detector.observe(posts, posts[-1].at)
    seen = detector.memory.seen
    assert detector.observe(burst(100), posts[-1].at) == []
    assert detector.memory.seen == seen


@pytest.mark.parametrize("texts", [[""], ["!!!"], ["12"], ["a b"], ["😀"]])
def test_posts_without_words_do_no_harm(texts: list[str]):
    assert themes(mixed(usual(days=9), [post(200 + n, text, f"e{n}") for n, text in enumerate(texts * 8)])) == {}


def test_a_post_is_observed_by_its_surest_topic_place_and_author():
    told = Post(
        id="x:1", platform="x", kind=Kind.MENTION, text="hello", created_at=START, observed_at=START, author=Author(id="x:7"),
        topics=(Claim(label="waste"), Claim(label="roads")), places=(Claim(label="north"),), intent=Claim(label="complaint"),
    )  # fmt: skip
    seen = from_post(told)
    assert (seen.author, seen.topic, seen.place, seen.intent, seen.is_own) == ("x:7", "waste", "north", "complaint", False)


def within_an_hour(hours: float = 200) -> list[Observation]:
    texts = [*BURST, *(" ".join(reversed(text.split())) for text in BURST)]
    return [post(hours + 0.05 * n, text, f"new{n}", "roads", "p3") for n, text in enumerate(texts)]


def test_a_burst_of_an_hour_in_a_busy_stream_is_told_while_it_lasts():
    detector, raised = Detector(ThemeSettings(posts=1500)), []
    for one in mixed(usual(days=9, rate=500), within_an_hour()):
        raised += detector.observe([one], one.at)
    assert detector.memory.longest == 18.0, "the longest windows do not fit beside what is usual"
    ours = {p.id for p in within_an_hour()}
    first = next(t for t in raised if len(ours & set(t.evidence)) * 2 > len(t.evidence))
    assert first.raised_at <= within_an_hour()[13].at


def test_a_restart_changes_no_window_of_a_busy_stream():
    posts = mixed(usual(days=9, rate=500), within_an_hour())
    middle = posts.index(within_an_hour()[3])
    detector = Detector(ThemeSettings(posts=1500))
    detector.observe(posts[:middle], posts[middle].at)
    again = Detector.decode(detector.encode())
    assert again.memory.windows == detector.memory.windows < 7
    assert again.observe(posts[middle:], posts[-1].at) == detector.observe(posts[middle:], posts[-1].at)


def test_when_a_stream_falls_silent_its_long_windows_come_back():
    detector = Detector(ThemeSettings(posts=1500))
    busy = usual(days=5, rate=500)
    quiet = [msgspec.structs.replace(p, at=p.at + timedelta(days=5), id=p.id + "q") for p in usual(days=9, rate=60)]
    detector.observe(busy, busy[-1].at)
    shorter = detector.memory.longest
    detector.observe(quiet, quiet[-1].at)
    assert shorter < 96.0 == detector.memory.longest


def test_what_is_gone_is_forgotten_wherever_it_was_counted_and_still_was_a_post():
    posts = mixed(usual(days=9), burst(200))
    detector, gone = Detector(), [p.id for p in burst(200)[:3]]
    detector.observe(posts, posts[-1].at)
    seen = detector.memory.seen
    pages = [msgspec.structs.replace(counts([]), gone=tuple(gone[:2])), msgspec.structs.replace(counts([]), gone=tuple(gone[1:]))]
    detector.step(join(pages), posts[-1].at)
    left = {d.post.id: d.post for d in detector.memory.digests if d is not None and d.post.id in gone}
    assert set(left) == set(gone) and not any(p.text or p.author for p in left.values())
    assert detector.memory.seen == seen
    state = detector.encode()
    assert not any(text.encode() in state for text in BURST[:3]) and BURST[3].encode() in state


@pytest.mark.parametrize("seed", range(4))
def test_what_was_raised_stays_the_same_when_all_later_posts_are_withheld(seed: int):
    """Wherever the stream is cut: every alert up to then is there, of the same posts, under the same id."""
    dice = random.Random(seed)
    posts = mixed(
        usual(days=15, rate=50, seed=seed),
        burst(dice.uniform(200, 250)),
        burst(dice.uniform(280, 330), [f"{t} still" for t in BURST[::-1]], "p5"),
    )
    whole = first_told(posts)
    assert whole
    for cut in dice.sample(range(len(posts) // 2, len(posts)), 2):
        assert first_told(posts[:cut]) == [told for told in whole if told[0] <= posts[cut - 1].at]


def first_told(posts: Sequence[Observation]) -> list[tuple[datetime, str, str, float, tuple[str, ...]]]:
    """When each theme was raised, with its id, name, probability and posts as they were first told; posts shown one by one."""
    detector, found = Detector(), {}
    for one in posts:
        for theme in detector.observe([one], one.at):
            found.setdefault(theme.id, (theme.raised_at, theme.id, theme.name, theme.probability, theme.evidence))
    return sorted(found.values())
