"""The demo's counts are the operations' own, whatever the seed."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from collectors.demo.history import clock_of
from collectors.demo.ledger import blind_hours
from collectors.demo.plan import plan
from collectors.demo.rhythm import Clock, generator, period
from core.deployment_file import parse
from core.errors import BadDeployment
from tests.demos import NOW, SMALL, demo, deployment, small

RIYADH = ZoneInfo("Asia/Riyadh")
CLOCK = Clock(NOW - timedelta(days=60), NOW, RIYADH, ("friday", "saturday"))


def planned(seed: int):
    return plan(small(), small().demo, clock_of(small(), NOW), seed)


@pytest.mark.parametrize("seed", [0, 7, 12345])
def test_every_channel_and_category_has_exactly_its_count(seed):
    slots = planned(seed)
    assert Counter(s.channel for s in slots) == {0: 100, 1: 80, 2: 20, 3: 60}
    assert Counter(s.topic for s in slots if s.registered) == {"roads": 90, "waste": 60}
    assert Counter((s.channel, s.intent) for s in slots if s.registered) == {(0, "complaint"): 100, (1, "complaint"): 50}


def test_what_is_not_registered_asks_for_nothing_where_the_count_is_fixed():
    assert {s.intent for s in planned(7) if s.channel == 1 and not s.registered} <= {"thanks", "news", "other"}


def test_another_seed_is_another_stream():
    assert [s.at for s in planned(1)] != [s.at for s in planned(2)]


def test_every_call_says_where():
    assert all(s.place for s in planned(7) if s.channel == 0)


def test_categories_that_the_channels_do_not_bring_are_refused():
    with pytest.raises(BadDeployment, match=r"150 are received in all, but demo\.channels bring 140 complaints"):
        parse(SMALL.replace("complaints = 50", "complaints = 40"), "smallton.toml")


def test_nights_are_quiet_and_evenings_busy():
    times = CLOCK.times(20_000, "citizen", generator(1, "t"))
    hours = Counter(datetime.fromtimestamp(t, RIYADH).hour for t in times)
    assert hours[3] * 8 < hours[20]
    assert all(CLOCK.since.timestamp() <= t <= NOW.timestamp() for t in times)
    assert (np.diff(times) >= 0).all()


def test_the_office_rests_at_week_ends():
    days = Counter(datetime.fromtimestamp(t, RIYADH).weekday() for t in CLOCK.times(20_000, "office", generator(1, "t")))
    assert days[4] < days[6] / 2 > days[5]  # Friday and Saturday against Sunday


def test_nothing_is_read_in_blind_hours():
    blind = blind_hours("x:smallton", CLOCK, 7)
    assert blind and blind_hours("hotline:940", CLOCK, 7) == ()
    times = CLOCK.times(50_000, "citizen", generator(1, "t"), blind)
    assert [t for t in times if any(a <= t < b for a, b in blind)] == []


# (starts, days, from New Year, now) → days of the period
PERIODS = [
    (None, 365, False, NOW, 365),
    (datetime(2025, 11, 26, tzinfo=RIYADH), 361, False, NOW, 361),
    (datetime(2025, 11, 26, tzinfo=RIYADH), 361, False, datetime(2025, 10, 1, tzinfo=UTC), 361),  # before it began
    (datetime(2025, 11, 26, tzinfo=RIYADH), 100, False, datetime(2030, 1, 1, tzinfo=UTC), 100),  # long after
    (None, 300, True, NOW, 325),
    (None, 300, True, datetime(2027, 1, 5, tzinfo=UTC), 300),  # a year just begun has no history
]


@pytest.mark.parametrize(("starts", "days", "new_year", "now", "long"), PERIODS)
def test_the_period_begins_where_the_deployment_says_if_the_clock_allows(starts, days, new_year, now, long):
    since, until = period(starts, days, new_year, now, RIYADH)
    assert ((until - since).days, until) == (long, now)


# What each operation says of itself.
def kinds(name: str) -> Counter:
    posts = {p.id: p for p in demo(name).posts}
    return Counter((p.account, p.kind.value) for p in posts.values())


def test_gaza_has_850_complaints_through_facebook_since_the_year_began():
    told = [a for a in demo("gaza").appeals if a.post.platform == "facebook" and a.intent == "complaint"]
    assert len(told) == 850
    assert min(a.post.created_at for a in told).year == NOW.year
    assert {p.platform for p in demo("gaza").posts} == {"facebook", "x", "instagram", "flickr", "whatsapp", "form"}


def test_saryarka_has_its_messages_calls_and_appeals():
    counted = kinds("saryarka")
    assert counted["whatsapp:saryarka", "direct"] == 10_266
    assert counted["hotline:saryarka", "call"] > 5_000
    assert sum(a.post.platform == "telegram" for a in demo("saryarka").appeals) == 9_092


def test_saryarkas_broadcasts_are_weekly_and_are_commented_on_while_they_run():
    channels = deployment("saryarka").demo.channels
    live = {n for n, c in enumerate(channels) if c.weekly}
    posts = {p.id: p for p in demo("saryarka").posts if int(p.id.split("-")[1]) in live}
    shows = sorted(p.created_at for p in posts.values() if p.kind == "own")
    assert len(shows) == 52
    assert {gap.days for gap in np.diff(shows)} == {7}
    late = [
        p
        for p in posts.values()
        if p.kind == "comment" and not timedelta(0) <= p.created_at - posts[p.parent_id].created_at <= timedelta(minutes=75)
    ]
    assert late == []


def test_the_eastern_province_has_17534_reports_over_7000_through_smart_channels():
    told = Counter(a.post.platform for a in demo("eastern-province").appeals)
    assert sum(told.values()) == 17_534
    assert sum(told.values()) - told["hotline"] > 7_000
    shipped = {c.topic: c.received for c in deployment("eastern-province").demo.categories}
    assert Counter(a.post.topic_told for a in demo("eastern-province").appeals) == shipped


def test_momra_has_850000_followers_and_its_facebook_page_doubles():
    samples = demo("momra").account_samples
    first = {s.account: s.followers for s in reversed(samples)}
    last = {s.account: s.followers for s in samples}
    assert 850_000 <= sum(last.values()) < 860_000
    assert last["facebook:SAUDIMOMRA"] == 2 * first["facebook:SAUDIMOMRA"]


def test_momra_keeps_suggestions_apart_from_complaints():
    assert {"suggestion", "complaint", "inquiry"} == {a.intent for a in demo("momra").appeals}


def test_tehrans_campaign_has_proposals_from_every_neighbourhood_and_over_30_ambassadors():
    posts = demo("tehran-1").posts
    proposals = [a for a in demo("tehran-1").appeals if a.post.account == "form:man-shahrdaram" and a.intent == "suggestion"]
    assert {a.place for a in proposals} == {p.id for p in deployment("tehran-1").places}
    ambassadors = {p.author.id for p in posts if p.account == "instagram:tehran_mantaghe1" and p.kind == "mention"}
    assert 30 < len(ambassadors) < 40
    assert all("#من_شهردارم" in p.text for p in posts if p.author and p.author.id in ambassadors and p.kind == "mention")
    assert min(p.created_at for p in posts).astimezone(ZoneInfo("Asia/Tehran")).date().isoformat() >= "2025-11-26"
