"""Post cards for those who signed in: what is said of a post is kept, seen at once and in the audit; a case is opened once."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cases import corrections, users
from cases.roles import Person, Right, Role, may
from cases.store import CaseStore, open_cases
from core.deployment import Deployment
from core.deployment_file import load
from core.post import Kind, Post
from core.settings import Settings
from dashboard.words import words
from store.base import Batch
from store.embedded import EmbeddedStore
from store.query import Filter
from tests.dashboard import factory, staff
from tests.dashboard.staff import sound

EN, NOW = words("en"), factory.NOW
PASSWORD = "a very long password"


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    st.cache_data.clear()
    st.cache_resource.clear()
    (tmp_path / "city.toml").write_text(factory.DEPLOYMENT, encoding="utf-8")
    for key, value in {"SADA_DATA": tmp_path, "SADA_DEPLOYMENT": tmp_path / "city.toml", "SADA_NOW": NOW.isoformat()}.items():
        monkeypatch.setenv(key, str(value))
    about = load(tmp_path / "city.toml")
    store = EmbeddedStore(tmp_path / "posts.db", about.timezone)
    made = list(factory.posts(days=1, a_day=3))
    store.save(Batch(posts=(*[p for p in made if p.kind != Kind.OWN][:3], next(p for p in made if p.kind == Kind.OWN))))
    store.close()
    return about


@pytest.fixture
def cases(city: Deployment, tmp_path: Path) -> CaseStore:
    store = open_cases(Settings(data=tmp_path))
    for role in Role:
        if role != Role.CITIZEN:
            users.add(store, role.value, role, ("water",) if role == Role.DEPARTMENT else (), PASSWORD, NOW, "test")
    return store


def page(store: CaseStore, role: Role | None, name: str = "posts", **address: str) -> AppTest:
    """A page as somebody of this role sees it, or somebody who did not sign in."""
    return staff.page(store, name, role, **address)


def press(at: AppTest, key: str) -> AppTest:
    return sound(next(b for b in at.button if b.key == key).click().run())


def keep(at: AppTest) -> AppTest:
    return sound(next(b for b in at.button if b.label == EN("correct.keep")).click().run())


def keys(at: AppTest) -> set[str]:
    return {b.key.partition("_")[0] for b in at.button if b.key}


def a_post(tmp_path: Path) -> Post:
    found = EmbeddedStore(tmp_path / "posts.db", "Asia/Riyadh", read_only=True).posts(Filter())
    return next(post for post in found if post.kind != Kind.OWN)


@pytest.mark.parametrize("role", [None, *(r for r in Role if r != Role.CITIZEN)])
def test_only_those_who_may_triage_are_offered_anything(cases: CaseStore, role: Role | None) -> None:
    offered = {"correct", "open"} & keys(page(cases, role))
    assert offered == ({"correct", "open"} if role and may_triage(role) else set())


def may_triage(role: Role) -> bool:
    return may(Person(name="x", role=role), Right.TRIAGE)


def test_what_is_corrected_is_kept_and_seen_on_the_card_at_once(cases: CaseStore, tmp_path: Path) -> None:
    post = a_post(tmp_path)
    at = press(page(cases, Role.OFFICER), f"correct_{post.id}")
    at.selectbox(key=f"correct_sentiment_{post.id}").select("positive")
    at.multiselect(key=f"correct_topics_{post.id}").set_value(["parks", "roads"])
    at.multiselect(key=f"correct_places_{post.id}").set_value(["hill"])
    keep(at)
    said = {c.field: (c.labels, c.who) for c in corrections.of(cases, [post.id])[post.id]}
    assert said["topics"] == (("parks", "roads"), "officer")
    badges = next(m.value for m in at.markdown if EN("post.corrected") in m.value)
    assert all(word in badges for word in ("positive", "Parks", "Roads", "The Hill"))
    assert [(line.who, line.about) for line in cases.audit() if line.what == "corrected"] == [("officer", post.id)]
    assert f"correct_sentiment_{post.id}" not in {box.key for box in at.selectbox}  # the dialog is put away


def test_keeping_it_as_it_is_corrects_nothing(cases: CaseStore, tmp_path: Path) -> None:
    post = a_post(tmp_path)
    keep(press(page(cases, Role.OFFICER), f"correct_{post.id}"))
    assert corrections.after(cases, 0) == []


def test_a_case_is_opened_once_and_the_card_then_leads_to_it(cases: CaseStore, tmp_path: Path) -> None:
    post = a_post(tmp_path)
    at = press(page(cases, Role.OFFICER), f"open_case_{post.id}")
    press(at, f"open_case_complaint_{post.id}")
    (case,) = cases.all()
    assert (case.posts, case.intent) == ((post.id,), "complaint")
    assert f"open_case_{post.id}" not in {b.key for b in at.button}
    assert any(f"case={case.id}" in link.proto.query_string for link in at.get("page_link"))


def test_own_posts_may_be_corrected_and_are_no_case(cases: CaseStore) -> None:
    at = page(cases, Role.OFFICER, kind="own", period="30d")
    assert "correct" in keys(at)
    assert "open" not in keys(at)


def test_the_live_page_offers_the_same(cases: CaseStore) -> None:
    assert {"correct", "open"} <= keys(page(cases, Role.SUPERVISOR, "now", period="7d"))
