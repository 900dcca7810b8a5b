"""The demo's history: the same for the same seed, honest about gaps, and with a truth beside it."""

from collections import Counter, defaultdict
from datetime import timedelta

import msgspec
import pytest

from collectors.demo.history import clock_of, history
from collectors.demo.ledger import source_id
from core.deployment import Deployment
from core.errors import BadDeployment
from core.post import Post, encode
from tests.demos import NOW, SHIPPED, demo, deployment, small

each = pytest.mark.parametrize("name", SHIPPED)


def test_the_same_seed_and_clock_make_the_very_same_history():
    assert history(small(), NOW, 7) == history(small(), NOW, 7)


def test_another_seed_has_other_ids_and_the_same_totals():
    one, two = history(small(), NOW, 1), history(small(), NOW, 2)
    assert {p.id for p in one.posts}.isdisjoint(p.id for p in two.posts)
    assert one.truth.posts == two.truth.posts == 260


def test_a_deployment_without_a_demo_says_so():
    with pytest.raises(BadDeployment, match="plain: has no"):
        history(Deployment(id="plain", name={"en": "Plain"}, timezone="UTC", languages=("en",)), NOW, 7)


@each
def test_observations_come_in_order_of_time_and_none_is_later_than_the_clock(name):
    posts = demo(name).posts
    times = [p.edited_at or p.created_at for p in posts]
    assert times == sorted(times)
    assert max(p.observed_at for p in posts) <= NOW
    assert NOW - max(p.created_at for p in posts) < timedelta(hours=1), "the Now page would be empty"


@each
def test_ids_are_unique_but_for_edits_and_nothing_is_understood_yet(name):
    told = Counter(p.id for p in demo(name).posts)
    edits = Counter(p.id for p in demo(name).posts if p.edited_at)
    assert {id for id, times in told.items() if times > 1} == set(edits)
    assert all(p.normal is None and p.sentiment is None and p.intent is None and not p.topics for p in demo(name).posts)


@each
def test_a_comment_stands_under_an_own_post_of_its_account_that_came_before_it(name):
    own = {p.id: p for p in demo(name).posts if p.kind == "own"}
    comments = [p for p in demo(name).posts if p.kind == "comment" and p.parent_id]
    assert len(comments) > 500
    assert all(own[c.parent_id].account == c.account and own[c.parent_id].created_at <= c.created_at for c in comments)


@each
def test_themes_are_planted_and_their_truth_is_told(name):
    posts = {p.id: p for p in demo(name).posts}
    themes = demo(name).truth.themes
    assert len(themes) == deployment(name).demo.themes
    for theme in themes:
        told = [posts[id] for id in theme.posts]
        assert len(told) >= 12
        assert theme.authors > 0.8 * len(told)
        assert (theme.starts, theme.ends) == (min(p.created_at for p in told), max(p.created_at for p in told))
        assert theme.ends - theme.starts < timedelta(hours=45)
    assert NOW - themes[-1].ends < timedelta(hours=2), "one is rising as the history ends"


@each
def test_no_text_is_said_too_often_and_most_are_said_once(name):
    told = Counter(p.text for p in demo(name).posts)
    assert len(told) > 0.6 * len(demo(name).posts)


@each
def test_few_write_much_and_many_write_once(name):
    written = sorted(Counter(p.author.id for p in demo(name).posts if p.kind != "own").values(), reverse=True)
    assert sum(written[: len(written) // 10]) > 0.3 * sum(written)
    assert sum(n == 1 for n in written) > 0.3 * len(written)


@each
def test_what_a_platform_does_not_tell_is_none(name):
    for post in demo(name).posts:
        if post.platform in ("hotline", "form", "whatsapp"):
            assert post.likes is None and post.views is None
        if post.platform in ("facebook", "instagram"):
            assert post.views is None and post.likes is not None


@each
def test_some_are_edited_and_some_deleted_but_none_that_is_a_case(name):
    cases = {a.post.id for a in demo(name).appeals}
    edited, deleted = {p.id for p in demo(name).posts if p.edited_at}, {id for id, _ in demo(name).deleted}
    assert edited and deleted
    assert not cases & (edited | deleted)


@each
def test_the_ledger_counts_every_post_once_and_its_gaps_hold_none(name):
    made = demo(name)
    written = Counter(p.source for p in made.posts if not p.edited_at)
    stored = defaultdict(int)
    for line in made.passes:
        stored[line.source] += line.stored
    assert stored == {source_id(c): written[source_id(c)] for c in deployment(name).demo.channels}
    gaps = [(line.source, gap) for line in made.passes for gap in line.gaps]
    assert gaps and all("demo" in gap.cause for _, gap in gaps)
    times = defaultdict(list)
    for post in made.posts:
        if not post.edited_at and not _of_a_theme(made, post.id):
            times[post.source].append(post.created_at)
    assert [gap for source, gap in gaps if any(gap.since <= t < gap.until for t in times[source])] == []


def _of_a_theme(made, id):
    return any(id in theme.posts for theme in made.truth.themes)


@each
def test_every_source_says_that_it_is_the_demos(name):
    assert {p.source.split(".")[0] for p in demo(name).posts} == {"demo"}
    assert len({source_id(c) for c in deployment(name).demo.channels}) == len(deployment(name).demo.channels)


@each
def test_followers_are_asked_daily_with_some_polls_missed(name):
    days = (clock_of(deployment(name), NOW).until - clock_of(deployment(name), NOW).since).days + 31
    per_account = Counter(s.account for s in demo(name).account_samples)
    assert per_account and all(0.9 * days < n <= days for n in per_account.values())
    assert any(n < days for n in per_account.values())
    assert max(s.at for s in demo(name).account_samples) == NOW


@each
def test_numbers_of_own_posts_only_grow(name):
    samples = defaultdict(list)
    for s in demo(name).samples:
        samples[s.post_id].append(s)
    assert len(samples) > 300
    for told in samples.values():
        assert [s.at for s in told] == sorted(s.at for s in told)
        assert [s.likes or 0 for s in told] == sorted(s.likes or 0 for s in told)


def test_every_post_can_be_sent():
    assert all(msgspec.json.decode(encode(p), type=Post) == p for p in demo("gaza").posts[::50])
