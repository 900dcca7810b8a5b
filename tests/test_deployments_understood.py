"""Everything a shipped deployment names is recognised in what people write, reaches a department, and is listened to."""

import unicodedata
from datetime import timedelta
from functools import cache

import pytest

from cases.clocks import due, office, reply_team
from cases.routing import route
from collectors.every import COLLECTORS
from core.deployment import Deployment, label
from enrich.knowledge import learn
from enrich.pipeline import understand
from tests.demos import SHIPPED, deployment
from tests.make import NOON, post

each = pytest.mark.parametrize("shipped", [deployment(name) for name in SHIPPED], ids=SHIPPED)


@cache
def knowledge(name: str):
    return learn(deployment(name))


def understood(shipped: Deployment, texts: list[str]):
    return understand([post(n, text=text) for n, text in enumerate(texts)], knowledge(shipped.id))


# a place as people write it
WAYS = {
    "alone": str,
    "between commas": lambda spelt: f"متى، {spelt}، …",
    "in capitals": str.upper,
    "as a hashtag": lambda spelt: "#" + spelt.replace(" ", "_"),
    "with letters made of two signs": lambda spelt: unicodedata.normalize("NFD", spelt),
    "between marks of direction": lambda spelt: f"\u2067{spelt}\u2069",
    "with Persian letters": lambda spelt: spelt.replace("ي", "ی").replace("ك", "ک"),
    "stretched": lambda spelt: spelt.replace("ا", "اـ"),
}


@each
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_every_place_is_found_under_each_of_its_names(shipped, way):
    named = [
        (place.id, spelt)
        for place in shipped.places
        for spelt in (*place.name.values(), *(s for some in place.spellings.values() for s in some))
    ]
    found = understood(shipped, [way(spelt) for _, spelt in named])
    assert [(id, spelt) for (id, spelt), one in zip(named, found, strict=True) if id not in {claim.label for claim in one.places}] == []


@each
def test_every_topic_is_found_by_each_of_its_own_words(shipped):
    named = [(topic.id, word) for topic in shipped.topics for words in topic.seeds.values() for word in words]
    found = understood(shipped, [word for _, word in named])
    assert [(id, word) for (id, word), one in zip(named, found, strict=True) if id not in {claim.label for claim in one.topics}] == []


@each
def test_every_topic_at_every_place_reaches_a_department_that_is_there_and_says_why(shipped):
    known = {department.id for department in shipped.departments}
    for topic in [None, *(t.id for t in shipped.topics)]:
        for place in [None, *(p.id for p in shipped.places)]:
            routed = route(topic, place, shipped)
            assert routed.because
            if topic:
                assert routed.department in known, (topic, place)


@each
def test_every_account_of_a_platform_that_is_polled_is_a_source_and_no_two_share_a_name(shipped):
    sources = {collector.PLATFORM: collector.sources(shipped) for collector in COLLECTORS}
    ids = [source.id for some in sources.values() for source in some]
    assert len(set(ids)) == len(ids)
    for account in shipped.accounts:
        if account.platform in ("x", "facebook", "instagram", "youtube", "rss", "open311"):
            assert [s.id for s in sources[account.platform] if s.account == account.key], account.key
        elif account.platform != "hotline":
            assert sources[account.platform], account.key
    assert all(source.every_minutes >= 1 for some in sources.values() for source in some)


@each
def test_both_clocks_run_out_within_some_weeks(shipped):
    for clock in (office(shipped), reply_team(shipped)):
        for line in shipped.targets:
            assert NOON < due(clock, NOON, line.first_answer_hours) < due(clock, NOON, line.closing_hours) + timedelta(seconds=1)
            assert due(clock, NOON, line.closing_hours) < NOON + timedelta(days=120)


@each
def test_no_department_topic_or_place_is_named_as_another(shipped):
    for rows in (shipped.departments, shipped.topics, shipped.places, shipped.branches, shipped.campaigns):
        for language in shipped.languages:
            names = [label(row.name, language) for row in rows]
            assert sorted({name for name in names if names.count(name) > 1}) == [], language
