"""What the tests of the enrichers share: posts of invented texts, and a small deployment with places and seeds."""

from datetime import UTC, datetime

import pytest

from core.deployment import Deployment, Place, Topic
from core.post import Author, Kind, Post
from enrich.knowledge import Knowledge, learn, neutral

AT = datetime(2025, 5, 1, tzinfo=UTC)


def post(text: str, number: int = 1, author: str | None = None) -> Post:
    who = Author(id=author) if author else None
    return Post(id=f"x:{number}", platform="x", kind=Kind.MENTION, text=text, created_at=AT, observed_at=AT, author=who)


CITY = Deployment(
    id="city", name={"en": "City"}, timezone="UTC", languages=("ar", "ru", "kk", "fa", "en"),
    topics=(
        Topic(id="cleaning", name={"en": "Cleaning"}, like=("waste", "sewage")),
        Topic(id="lamps", name={"en": "Lamps"}, like=("lighting",)),
        Topic(id="cable-car", name={"en": "Cable car"}, seeds={"en": ("cable car",), "ru": ("канатная дорога",)}),
    ),
    places=(
        Place(id="sands", name={"ar": "الرمال"}),
        Place(id="nur", name={"ar": "حي النور"}),
        Place(id="victory", name={"ru": "улица Победы"}),
        Place(id="yellow-ridge", name={"ru": "Сарыжота", "kk": "Сарыжота"}),
        Place(id="lower", name={"ru": "Заречный"}, spellings={"ru": ("Заречье",)}),
        Place(id="lower-village", name={"ru": "Заречный посёлок"}),
        Place(id="garden-east", name={"fa": "باغستان"}),
        Place(id="garden-west", name={"fa": "باغستان"}),
    ),
)  # fmt: skip


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return learn(neutral())


@pytest.fixture(scope="session")
def city() -> Knowledge:
    return learn(CITY)
