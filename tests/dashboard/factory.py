"""A small invented city, seeded: a deployment in five languages, three weeks of posts, samples, passes with gaps and two themes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.account import AccountSample
from core.deployment import Deployment
from core.deployment_file import parse
from core.post import Author, Claim, Kind, Post, Span
from core.theme import State, Theme
from store.base import Batch, Gap, Pass
from store.embedded import EmbeddedStore

NOW = datetime(2026, 11, 22, 9, 20, tzinfo=UTC)  # a Sunday, 12:20 in Riyadh
HOSTILE = "<script>alert(1)</script> **bold** [x](javascript:alert(1)) @CityHelp \u202egnorw :red[x] $a$ #مياه https://example.org/a_b"
FORMULA = '=HYPERLINK("http://example.org","x")'

DEPLOYMENT = """
id = "madina"
name = { en = "Rivertown Municipality", ar = "بلدية مدينة النهر", fa = "شهرداری شهر رود", ru = "Администрация Речного", kk = "Өзенкент әкімдігі" }
timezone = "Asia/Riyadh"
languages = ["ar", "en", "fa", "ru", "kk"]
calendar = "gregorian"

[[branches]]
id = "north"
name = { en = "North branch", ar = "فرع الشمال" }
[[branches]]
id = "south"
name = { en = "South branch", ar = "فرع الجنوب" }

[[accounts]]
platform = "x"
handle = "rivertown"
name = { en = "Rivertown on X", ar = "مدينة النهر على إكس" }
branch = "north"
[[accounts]]
platform = "facebook"
handle = "rivertown.page"
name = { en = "Rivertown page", ar = "صفحة مدينة النهر" }
branch = "south"
[[accounts]]
platform = "instagram"
handle = "rivertown.pics"
name = { en = "Rivertown pictures", ar = "صور مدينة النهر" }
branch = "south"

[[topics]]
id = "water"
name = { en = "Water", ar = "المياه", fa = "آب", ru = "Вода", kk = "Су" }
[[topics]]
id = "waste"
name = { en = "Waste", ar = "النظافة", fa = "پسماند", ru = "Мусор", kk = "Қоқыс" }
[[topics]]
id = "roads"
name = { en = "Roads", ar = "الطرق", fa = "راه‌ها", ru = "Дороги", kk = "Жолдар" }
[[topics]]
id = "lighting"
name = { en = "Lighting", ar = "الإنارة", fa = "روشنایی", ru = "Освещение", kk = "Жарық" }
[[topics]]
id = "parks"
name = { en = "Parks", ar = "الحدائق", fa = "پارک‌ها", ru = "Парки", kk = "Саябақтар" }

[[places]]
id = "olive"
name = { en = "Olive Quarter", ar = "حي الزيتون" }
[[places]]
id = "harbour"
name = { en = "Harbour", ar = "الميناء" }
[[places]]
id = "hill"
name = { en = "The Hill", ar = "التل" }
"""

TEXTS: dict[str, tuple[tuple[str, str, str, str], ...]] = {  # language → (text, sentiment, intent, topic)
    "ar": (
        ("المويه مقطوعة من أمس في حي الزيتون والله تعبنا 😞", "negative", "complaint", "water"),
        ("متى يرجع الماء؟ كل يوم نفس الحال #انقطاع_المياه", "negative", "inquiry", "water"),
        ("الحاويات ممتلئة والرائحة لا تُطاااق يا @CityHelp", "negative", "complaint", "waste"),
        ("شكرًا لعمال النظافة على مجهودهم الطيب 🌷", "positive", "thanks", "waste"),
        ("حفرة كبيرة أمام المدرسة، خربت السيارات", "negative", "complaint", "roads"),
        ("أعمدة الإنارة طافية في الشارع كله", "negative", "complaint", "lighting"),
        ("الحديقة الجديدة جميلة جدًا، الأولاد مبسوطين", "positive", "thanks", "parks"),
        ("أقترح زراعة أشجار على طول الكورنيش", "neutral", "suggestion", "parks"),
        ("بدأت أعمال سفلتة الطريق الدائري صباح اليوم", "neutral", "news", "roads"),
    ),
    "en": (
        ("No water again in Olive Quarter, third day now", "negative", "complaint", "water"),
        ("When will bins on the Hill be emptied? @CityHelp", "neutral", "inquiry", "waste"),
        ("The new park by the harbour is lovely, thank you!", "positive", "thanks", "parks"),
    ),
    "fa": (("آسفالت کوچه خراب است، لطفاً رسیدگی کنید", "negative", "complaint", "roads"), ("ممنون از پاک‌سازی پارک", "positive", "thanks", "parks")),
    "ru": (("Во дворе третий день не горит фонарь", "negative", "complaint", "lighting"), ("Спасибо за новую дорогу!", "positive", "thanks", "roads")),
    "kk": (("Көшеде жарық жоқ, қашан жөндейсіздер?", "negative", "inquiry", "lighting"), ("Саябақ өте әдемі болыпты, рахмет", "positive", "thanks", "parks")),
}  # fmt: skip
OWN = ("بدأنا اليوم صيانة شبكة المياه في حي الزيتون", "حملة نظافة هذا الأسبوع في التل", "Road works on the ring road begin on Monday")
ACCOUNTS = ("x:rivertown", "facebook:rivertown.page", "instagram:rivertown.pics")
FOLLOWERS = {"x:rivertown": 412_000, "facebook:rivertown.page": 120_500, "instagram:rivertown.pics": 88_300}
PLACES = ("olive", "harbour", "hill")


def deployment() -> Deployment:
    """The invented city."""
    return parse(DEPLOYMENT, "factory")


def posts(days: int = 21, a_day: int = 90, seed: int = 7, now: datetime = NOW) -> Iterator[Post]:
    """Posts of so many days: quiet nights, busy evenings, and a burst about water in the last six hours."""
    rng = random.Random(seed)
    number = 0
    for day in range(days):
        for _ in range(a_day):
            at = now - timedelta(days=day, hours=_hour(rng), minutes=rng.random() * 60)
            number += 1
            yield citizen(rng, number, at)
        for account in ACCOUNTS:
            number += 1
            yield own(rng, number, now - timedelta(days=day, hours=rng.choice((1, 5, 9, 16))), account)
    for _ in range(40):
        number += 1
        yield citizen(rng, number, now - timedelta(hours=6 * rng.random() ** 1.5), burst=True)
    yield hostile(number + 1, now - timedelta(minutes=9))


def _hour(rng: random.Random) -> float:
    return rng.choices(range(24), weights=[5 + 4 * ((h * 7) % 5) + (12 if h < 6 or h > 20 else 0) for h in range(24)])[0]


def citizen(rng: random.Random, number: int, at: datetime, burst: bool = False) -> Post:
    """One citizen's post, already understood."""
    language = "ar" if burst else rng.choices(tuple(TEXTS), weights=(6, 2, 1, 1, 1))[0]
    text, sentiment, intent, topic = rng.choice(TEXTS[language][:2] if burst else TEXTS[language])
    account = rng.choices(ACCOUNTS, weights=(5, 3, 2))[0]
    platform = account.split(":")[0]
    place = "olive" if burst else rng.choice((*PLACES, None, None))
    return Post(
        id=f"{platform}:{number}", platform=platform, kind=Kind.COMMENT if platform != "x" else Kind.MENTION, text=text, created_at=at,
        observed_at=at + timedelta(minutes=2), source=account, account=account, author=Author(id=f"{platform}:a{rng.randrange(900)}", name=_name(rng, language), handle=f"person_{rng.randrange(900)}"),
        url=f"https://example.org/{platform}/{number}", likes=rng.randrange(30), replies=rng.randrange(5), views=rng.randrange(50, 4000) if platform == "x" else None,
        language=Claim(label=language, confidence=0.97, by="factory@1"), sentiment=_sentiment(rng, sentiment),
        intent=Claim(label=intent, confidence=0.8, by="factory@1"), topics=(Claim(label=topic, confidence=0.8, by="factory@1"),),
        places=(Claim(label=place, confidence=0.9, by="factory@1"),) if place else (),
    )  # fmt: skip


def _sentiment(rng: random.Random, label: str) -> Claim | None:
    drawn = rng.random()
    return None if drawn < 0.03 else Claim(label="unsure" if drawn < 0.08 else label, confidence=0.5 + rng.random() / 2, by="factory@1")


def _name(rng: random.Random, language: str) -> str:
    names = {
        "ar": ("سالم المثال", "نورة التجربة"),
        "en": ("Sam Sample", "Ann Example"),
        "fa": ("رضا نمونه",),
        "ru": ("Пётр Примеров",),
        "kk": ("Мысал Үлгіев",),
    }
    return rng.choice(names[language])


def own(rng: random.Random, number: int, at: datetime, account: str) -> Post:
    """One post of the organisation."""
    platform = account.split(":")[0]
    return Post(
        id=f"{platform}:{number}", platform=platform, kind=Kind.OWN, text=rng.choice(OWN), created_at=at, observed_at=at + timedelta(hours=1),
        source=account, account=account, author=Author(id=f"{platform}:own", name="بلدية مدينة النهر", handle=account.split(":")[1]),
        url=f"https://example.org/{platform}/{number}", likes=rng.randrange(40, 900), replies=rng.randrange(90), reposts=rng.randrange(60),
        views=rng.randrange(4_000, 90_000) if platform != "instagram" else None, language=Claim(label="ar", by="factory@1"),
    )  # fmt: skip


def hostile(number: int, at: datetime) -> Post:
    """A text that tries everything a page must withstand, with a telephone number that must not be shown."""
    text = HOSTILE + " 0500000000"
    return Post(
        id=f"x:{number}", platform="x", kind=Kind.MENTION, text=text, created_at=at, observed_at=at, source="x:rivertown", account="x:rivertown",
        author=Author(id="x:bad", name='<img src=x onerror="alert(1)"> **B**', handle="bad_one"), url="javascript:alert(1)",
        private=(Span(len(text) - 10, len(text), "phone"),), sentiment=Claim(label="unsure", by="factory@1"),
    )  # fmt: skip


def samples(days: int = 120, now: datetime = NOW) -> Iterator[AccountSample]:
    """One sample an account and day; the second account misses five days, the third doubles."""
    for day in range(days, -1, -1):
        for account, last in FOLLOWERS.items():
            if account == "facebook:rivertown.page" and 40 <= day < 45:
                continue
            start = last * (0.5 if account.startswith("instagram") else 0.93)
            yield AccountSample(
                account=account, at=now - timedelta(days=day, hours=2), followers=round(start + (last - start) * (days - day) / days)
            )


def passes(now: datetime = NOW) -> Iterator[Pass]:
    """Regular passes of two sources, one of them with a gap yesterday; the third has been silent for a day."""
    for i in range(24):
        for source, late in (("x:rivertown", 0), ("facebook:rivertown.page", 0), ("instagram:rivertown.pics", 26)):
            end = now - timedelta(minutes=5, hours=i + late)
            gap = (
                Gap(since=end - timedelta(hours=2), until=end - timedelta(minutes=20), cause="rate limit")
                if source[0] == "f" and i == 11
                else None
            )
            yield Pass(
                id=f"{source}/{i}", source=source, platform=source.split(":")[0], started=end - timedelta(seconds=20), finished=end, pages=2, returned=40 - i,
                stored=30 - i, duplicates=10, gaps=(gap,) if gap else (), state="partial" if gap else "failed" if source[0] == "i" and i == 0 else "ok",
                error="instagram: the token has expired; make a new one" if source[0] == "i" and i == 0 else None,
            )  # fmt: skip


def themes(found: list[Post], now: datetime = NOW) -> list[Theme]:
    """One rising theme with its evidence, and one that is over."""
    water = [p for p in found if p.topics and p.topics[0].label == "water" and now - p.created_at < timedelta(hours=6)]
    parks = [p for p in found if p.topics and p.topics[0].label == "parks" and now - p.created_at > timedelta(days=4)][:20]
    return [
        Theme(id="t-water", name="انقطاع المياه في حي الزيتون", first_seen=now - timedelta(hours=6), raised_at=now - timedelta(hours=2), updated_at=now,
              language="ar", topic="water", place="olive", is_complaint=True, probability=0.86, posts=len(water), authors=len({p.author.id for p in water if p.author}),
              negative=len(water), rate_now=6.8, rate_usual=0.4, evidence=tuple(p.id for p in water)),
        Theme(id="t-park", name="new park", first_seen=now - timedelta(days=6), raised_at=now - timedelta(days=5), updated_at=now - timedelta(days=3), state=State.OVER,
              language="en", topic="parks", posts=len(parks), authors=12, rate_now=0.9, rate_usual=0.5, probability=0.61, evidence=tuple(p.id for p in parks)),
    ]  # fmt: skip


def build(folder: Path, now: datetime = NOW) -> Path:
    """Write deployment and store into `folder`; returns the deployment's path. The store lies in folder/var/posts.db."""
    path = folder / "madina.toml"
    path.write_text(DEPLOYMENT, encoding="utf-8")
    store = EmbeddedStore(folder / "var" / "posts.db", "Asia/Riyadh")
    made = list(posts(now=now))
    store.save(Batch(posts=tuple(made), account_samples=tuple(samples(now=now)), passes=tuple(passes(now))))
    store.save_themes(themes(made, now))
    store.close()
    return path
