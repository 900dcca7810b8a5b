"""Where pages get their answers: the time, the store, and a cache that two stores never share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st

from core.errors import BadSettings, StoreFailed
from core.settings import Settings, read
from dashboard import data
from store.base import Batch
from store.embedded import EmbeddedStore
from store.memory import MemoryStore
from store.query import AccountHistory, CountPosts, Filter, FindPosts, WeekHours
from tests.dashboard import factory
from tests.make import NOON, post


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    st.cache_resource.clear()


def at(told: str) -> datetime:
    return data.now(read({"SADA_NOW": told}))


@pytest.mark.parametrize("told", ["2026-11-22T12:20:00+03:00", "2026-11-22T09:20:00", "2026-11-22T09:20:00Z"])
def test_a_time_that_is_held_still_is_utc_unless_it_says_otherwise(told: str) -> None:
    assert at(told) == factory.NOW


@pytest.mark.parametrize("told", ["yesterday", "22.11.2026", "12:20"])
def test_a_time_that_is_none_is_told_in_a_sentence(told: str) -> None:
    with pytest.raises(BadSettings, match="SADA_NOW"):
        at(told)


def test_the_present_is_cut_so_that_two_readers_ask_the_same() -> None:
    now = data.now(Settings())
    assert (now.second % data.TICK, now.microsecond) == (0, 0)
    assert timedelta() <= datetime.now(UTC) - now < timedelta(minutes=5)


def test_without_a_file_there_is_no_data_yet_and_looking_makes_none(tmp_path: Path) -> None:
    with pytest.raises(data.NoDataYet, match="no data yet"):
        data.open_store(Settings(data=tmp_path), factory.deployment())
    assert list(tmp_path.iterdir()) == []


def test_a_store_is_opened_for_reading_only(tmp_path: Path) -> None:
    EmbeddedStore(tmp_path / "posts.db", "Asia/Riyadh").close()
    opened = data.open_store(Settings(data=tmp_path), factory.deployment())
    with pytest.raises(StoreFailed):
        opened.save(Batch(posts=(post(1),)))


def test_a_file_that_was_put_anew_is_opened_anew(tmp_path: Path) -> None:
    settings, about = Settings(data=tmp_path), factory.deployment()
    for number in (1, 2):
        made = EmbeddedStore(tmp_path / "new.db", "Asia/Riyadh")
        made.save(Batch(posts=tuple(post(n) for n in range(number))))
        made.close()
        (tmp_path / "new.db").rename(tmp_path / "posts.db")
        assert sum(c.posts for c in data.open_store(settings, about).count(CountPosts())) == number


def asker(name: str, *numbers: int) -> data.Asker:
    store = MemoryStore()
    store.save(Batch(posts=tuple(post(n) for n in numbers)))
    return data.Asker(store, name)


def test_two_stores_never_share_an_answer() -> None:
    one, other = asker("one", 1), asker("other", 1, 2, 3)
    question = FindPosts(filter=Filter(since=NOON))
    assert (one.find(question).total, other.find(question).total) == (1, 3)


def test_a_kept_answer_is_given_again_and_another_question_is_asked() -> None:
    here = asker("here", 1, 2)
    first = here.count(CountPosts(filter=Filter(platforms=("x",))))
    assert here.count(CountPosts(filter=Filter(platforms=("x",)))) is first
    assert here.count(CountPosts(filter=Filter(platforms=("facebook",)))) == []


def test_every_kind_of_question_goes_through() -> None:
    here = asker("here", 1)
    assert [p.id for p in here.get(("x:1",))] == ["x:1"]
    assert here.week_hours(WeekHours())[0].posts == 1
    assert here.history(AccountHistory()) == here.passes() == here.themes(None) == here.accounts() == []
    assert list(here.newest()) == ["x.mentions.city"]
    assert [p.id for p in here.posts(Filter())] == ["x:1"]
    assert here.explain(CountPosts())


def test_a_post_is_as_it_stands_however_long_a_page_showed_it():
    store = MemoryStore()
    store.save(Batch(posts=(post(1),)))
    asked = data.Asker(store, "one that is deleted from")
    (shown,) = asked.get(("x:1",))
    store.save(Batch(deleted=(("x:1", shown.created_at + timedelta(hours=1)),)))
    assert asked.as_it_stands(shown).deleted_at and not shown.deleted_at
    assert asked.as_it_stands(post(7)) == post(7)  # what was entered by hand a moment ago may not be stored yet
