"""A demo's campaign and road map: ambassadors, proposals by neighbourhood, and lines for what is asked for most."""

import pytest

from cases import ambassadors, campaigns, roadmap
from cases.store import open_cases
from collectors.demo.history import history
from core.deployment_file import parse
from core.settings import Settings
from store.embedded import EmbeddedStore
from store.query import Filter
from stream import demo, demo_outreach
from tests.demos import NOW, SMALL, deployment
from tests.demos import demo as shipped
from tests.stream.test_demo import enriched

CAMPAIGN = """
[[campaigns]]
id = "mayor"
name = { en = "I am the mayor" }
hashtags = ["mayor"]
starts = 2026-01-01
ambassadors = 5
"""
CHANNELS = """
[[demo.channels]]
account = "x:smallton"
kind = "direct"
posts = 30
mix = { suggestion = 1.0 }
campaign = "mayor"
registered = false
[[demo.channels]]
account = "x:smallton"
kind = "reply"
posts = 30
mix = { suggestion = 0.5, thanks = 0.5 }
campaign = "mayor"
authors = 5
registered = false
"""


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mayor")
    about = parse(SMALL.replace("[demo]", CAMPAIGN + "[demo]") + CHANNELS, "smallton.toml")
    store, cases = EmbeddedStore(folder / "posts.db", "Asia/Riyadh"), open_cases(Settings(data=folder))
    demo.loaded(store, cases, about, 7, NOW, enriched, lambda done, of: None, folder)
    return about, store, cases


def test_everybody_of_the_campaigns_own_channel_is_an_ambassador(played):
    _, _, cases = played
    told = ambassadors.reach(cases, "mayor")
    assert len(told) == 5
    assert {a.place for a in told} == {"hill"}
    assert sum(a.posts for a in told) == 30


def test_suggestions_with_its_hashtag_are_proposals_with_votes(played):
    _, store, cases = played
    standing = campaigns.standing(cases, "mayor")
    assert sum(n.views for n in standing) == 60
    understood = [p for p in store.posts(Filter()) if "#mayor" in p.text and p.intent and p.intent.label == "suggestion"]
    assert sum(n.proposals for n in standing) == len(understood) > 3
    assert all(n.votes for n in standing if n.proposals)


def test_what_is_asked_for_most_stands_on_the_road_map(played):
    about, _, cases = played
    lines = roadmap.public(cases, about, "ar", NOW.date())
    assert {(line.category, line.place) for line in lines} == {("الطرق", "حي التل"), ("النظافة", "حي التل")}
    assert all(line.requests for line in lines)


def test_done_again_it_changes_nothing(played):
    about, store, cases = played
    before = campaigns.standing(cases, "mayor"), ambassadors.reach(cases, "mayor"), roadmap.every(cases)
    demo_outreach.begin(store, cases, history(about, NOW, 7), about, NOW, 7)
    assert (campaigns.standing(cases, "mayor"), ambassadors.reach(cases, "mayor"), roadmap.every(cases)) == before


def test_tehrans_ambassadors_have_a_neighbourhood_each():
    about = deployment("tehran-1")
    told = demo_outreach.carriers(shipped("tehran-1"), about.campaigns[0], about)
    assert len(told) > 30
    assert {place for _, _, place, _, _ in told} == {p.id for p in about.places}


def test_every_line_of_a_road_map_is_one_that_may_be_kept():
    about = deployment("saryarka")
    asked = {(t.id, p.id): 10 for t in about.topics for p in about.places}
    lines = demo_outreach.plans(asked, about, NOW, 7)
    assert len(lines) == demo_outreach.PLANS
    assert {line.state for line in lines} <= set(roadmap.STATES)
    assert all(
        line.title.keys() >= {"ru", "kk"} and (line.promised is not None) == (line.state in demo_outreach.PROMISED) for line in lines
    )
