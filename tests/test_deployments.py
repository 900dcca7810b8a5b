"""Each shipped deployment says what the operation it was made for says of itself."""

import re

import pytest

from core.deployment import BASE_TOPICS, Deployment
from tests.demos import DEPLOYMENTS, SHIPPED, demo, deployment

OPERATIONS = [deployment(name) for name in SHIPPED]
each = pytest.mark.parametrize("shipped", OPERATIONS, ids=SHIPPED)


def reached(shipped: Deployment, topic: str) -> set[str]:
    return {line.department for line in shipped.routing if line.topic in (topic, None)}


@each
def test_every_topic_is_somebodys(shipped):
    assert [t.id for t in shipped.topics if not reached(shipped, t.id)] == []


@each
def test_every_department_is_reached(shipped):
    routed = {line.department for line in shipped.routing}
    assert [d.id for d in shipped.departments if d.id not in routed] == []


@each
def test_every_label_is_there_in_every_language(shipped):
    named = (*shipped.topics, *shipped.departments, *shipped.places, *shipped.branches, *shipped.campaigns)
    assert [row.id for row in named if not row.name.keys() >= {*shipped.languages, "en"}] == []
    assert shipped.name.keys() >= {*shipped.languages, "en"}


@each
def test_every_topic_is_recognised_by_something(shipped):
    assert [t.id for t in shipped.topics if not t.like and not t.seeds] == []


@each
def test_no_place_is_spelt_as_another(shipped):
    spelt = [s for p in shipped.places for s in {*p.name.values(), *(x for some in p.spellings.values() for x in some)}]
    assert sorted({s for s in spelt if spelt.count(s) > 1}) == []


@each
def test_every_place_stands_on_the_map(shipped):
    assert all(p.latitude and p.longitude for p in shipped.places)


@each
def test_the_week_end_is_two_days_that_follow_each_other(shipped):
    assert shipped.weekend in (("friday", "saturday"), ("saturday", "sunday"), ("thursday", "friday"))


@each
def test_no_file_holds_a_telephone_number_a_mail_address_or_a_secret(shipped):
    text = (DEPLOYMENTS / f"{shipped.id}.toml").read_text(encoding="utf-8")
    assert re.findall(r"\+?\d{9,}|[\w.]+@[\w.]+\.\w+", text) == []
    assert {to for rule in shipped.alerts for to in rule.to} == {"$ALERTS_TO"}


@each
def test_what_people_may_be_told_is_in_the_file(shipped):
    assert {rule.when for rule in shipped.alerts} >= {"theme", "target_near", "source_silent"}
    assert shipped.targets and shipped.holidays


# deployment → its calendar, time zone, platforms
FACTS = {
    "momra": ("hijri", "Asia/Riyadh", {"x", "facebook", "instagram", "youtube"}),
    "gaza": ("gregorian", "Asia/Gaza", {"facebook", "x", "flickr", "whatsapp", "instagram", "form"}),
    "saryarka": ("gregorian", "Asia/Almaty", {"whatsapp", "hotline", "telegram", "facebook", "instagram"}),
    "eastern-province": ("hijri", "Asia/Riyadh", {"hotline", "whatsapp", "form", "x", "instagram", "facebook", "youtube"}),
    "tehran-1": ("jalali", "Asia/Tehran", {"form", "hotline", "instagram", "telegram", "x", "whatsapp"}),
}


@pytest.mark.parametrize("name", FACTS)
def test_calendar_zone_and_platforms_are_the_operations(name):
    shipped = deployment(name)
    assert (shipped.calendar, shipped.timezone, {a.platform for a in shipped.accounts}) == FACTS[name]


def test_the_ministry_has_its_amanas_and_a_reply_team_round_the_clock():
    momra = deployment("momra")
    assert {"riyadh", "makkah", "madinah", "eastern", "asir"} <= {b.id for b in momra.branches}
    assert {a.branch for a in momra.accounts if a.branch} == {b.id for b in momra.branches}
    assert momra.hours.always_on


def test_gaza_verifies_before_it_refers():
    assert [name for name in SHIPPED if deployment(name).verify_first] == ["gaza"]


def test_saryarka_has_its_three_chats_and_weekly_broadcasts():
    saryarka = deployment("saryarka")
    assert {a.name["ru"] for a in saryarka.accounts if a.platform == "telegram"} == {"Акимат Сарыарка", "Правопорядок района", "КСК района"}
    assert [c.kind for c in saryarka.demo.channels if c.weekly] == ["own", "comment"]


def test_tehran_has_27_neighbourhoods_and_its_campaign():
    tehran = deployment("tehran-1")
    assert len(tehran.places) == 27
    campaign = tehran.campaigns[0]
    assert (campaign.name["fa"], campaign.starts.isoformat()) == ("من شهردارم", "2025-11-26")
    assert campaign.ambassadors > 30
    assert set(campaign.places) == {p.id for p in tehran.places}


def test_the_eastern_province_has_its_six_categories():
    told = {c.topic: (c.received, c.share_handled) for c in deployment("eastern-province").demo.categories}
    assert told["markets"] == (4006, 0.9)
    assert told["sanitation-pests"] == (2142, 0.95)
    assert told["cleaning"] == (4367, 0.85)
    assert told["lighting-billboards"] == (3281, 0.95)
    assert (told["parks"][0], told["roads-utilities"][0], sum(n for n, _ in told.values())) == (564, 3174, 17534)


@each
def test_every_demo_has_its_history(shipped):
    assert len(demo(shipped.id).posts) > 10_000


def test_base_topics_are_all_in_use():
    assert {base for d in OPERATIONS for t in d.topics for base in t.like} == set(BASE_TOPICS)
