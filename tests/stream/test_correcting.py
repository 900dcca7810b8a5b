"""What people corrected reaches the store of posts: counts, searches and cases follow."""

from datetime import timedelta
from pathlib import Path

import pytest

from cases import corrections
from cases.store import CaseStore, open_cases
from core.settings import Settings
from store.base import Batch
from store.embedded import EmbeddedStore
from store.query import CountPosts, Filter
from stream.correcting import take_in_corrections
from stream.following import receive_cases
from tests.cases.factory import CITY, OFFICER, SUNDAY_NOON, complaint
from tests.make import claim


@pytest.fixture
def stores(tmp_path: Path) -> tuple[EmbeddedStore, CaseStore]:
    return EmbeddedStore(tmp_path / "posts.db"), open_cases(Settings(data=tmp_path))


def topics(store: EmbeddedStore) -> dict[str, int]:
    return {c.keys[0]: c.posts for c in store.count(CountPosts(by=("topic",)))}


def test_counts_follow_a_correction_and_doing_it_again_changes_nothing(stores) -> None:  # type: ignore[no-untyped-def]
    posts, cases = stores
    posts.save(Batch(posts=(complaint(1), complaint(2))))
    corrections.correct(cases, OFFICER, complaint(1), {"topics": ("roads",)}, SUNDAY_NOON, CITY)
    place = take_in_corrections(posts, cases)
    assert topics(posts) == {"roads": 1, "waste": 1}
    changed = posts.changes(0, 10)
    assert take_in_corrections(posts, cases) == place
    corrections.place(cases, 0)  # as if it had been cut off before it remembered
    assert take_in_corrections(posts, cases) == place
    assert posts.changes(0, 10) == changed


def test_a_topic_that_people_took_away_is_gone(stores) -> None:  # type: ignore[no-untyped-def]
    posts, cases = stores
    posts.save(Batch(posts=tuple(complaint(n) for n in range(1, 9))))
    for n in range(1, 9):
        corrections.correct(cases, OFFICER, complaint(n), {"topics": ()}, SUNDAY_NOON, CITY)
    take_in_corrections(posts, cases)
    assert topics(posts) == {"": 8}


def test_a_new_reading_of_the_platform_keeps_what_people_said(stores) -> None:  # type: ignore[no-untyped-def]
    posts, cases = stores
    posts.save(Batch(posts=(complaint(1),)))
    corrections.correct(cases, OFFICER, complaint(1), {"topics": ("lighting",)}, SUNDAY_NOON, CITY)
    take_in_corrections(posts, cases)
    posts.save(Batch(posts=(complaint(1, likes=7, observed_at=SUNDAY_NOON + timedelta(days=2)),)))
    (kept,) = posts.get(["x:1"])
    assert (kept.likes, [c.label for c in kept.topics]) == (7, ["lighting"])


def test_what_is_corrected_to_a_complaint_gets_its_case(stores) -> None:  # type: ignore[no-untyped-def]
    posts, cases = stores
    posts.save(Batch(posts=(complaint(1, intent=claim("news")),)))
    receive_cases(posts, cases, CITY, SUNDAY_NOON + timedelta(hours=1))
    assert list(cases.all()) == []
    (post,) = posts.posts(Filter())
    corrections.correct(cases, OFFICER, post, {"intent": ("complaint",)}, SUNDAY_NOON, CITY)
    take_in_corrections(posts, cases)
    receive_cases(posts, cases, CITY, SUNDAY_NOON + timedelta(hours=1))
    assert [case.posts for case in cases.all()] == [("x:1",)]


def test_a_correction_of_a_post_that_is_nowhere_stops_nothing(stores) -> None:  # type: ignore[no-untyped-def]
    posts, cases = stores
    posts.save(Batch(posts=(complaint(2),)))
    for n in (1, 2):
        corrections.correct(cases, OFFICER, complaint(n), {"topics": ("roads",)}, SUNDAY_NOON, CITY)
    take_in_corrections(posts, cases)
    assert topics(posts) == {"roads": 1}
