"""Shares of negatives on Engagement and Themes: with their interval, wide without labels and narrower with them, and none of few posts."""

import json
import re
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from cases import sampling
from cases.roles import Person, Role
from cases.store import CaseStore
from core.post import Claim
from dashboard.trusted import LEAST
from dashboard.words import words
from store.embedded import EmbeddedStore
from store.query import CountPosts, Filter
from tests.cases.factory import complaint
from tests.dashboard.factory import NOW
from tests.dashboard.staff import page

OFFICER = Person(name="officer", role=Role.OFFICER)
INTERVAL = re.compile(r"(\d+)% \((\d+)%–(\d+)%\)")


def shares(at: AppTest) -> list[tuple[int, int, int]]:
    """Each share that stands below a topic, with its interval."""
    return [tuple(map(int, found.groups())) for c in at.caption if c.value.startswith("Negative") and (found := INTERVAL.search(c.value))]  # type: ignore[misc]


def test_every_topic_tells_its_share_with_an_interval(staffed: CaseStore) -> None:
    found = shares(page(staffed, "themes", period="7d"))
    assert len(found) >= 4
    assert all(low <= share <= high and high > low for share, low, high in found)


def test_without_labels_the_interval_is_wide_and_the_page_says_why(staffed: CaseStore) -> None:
    at = page(staffed, "themes", period="7d")
    assert any(c.value == words("en")("trusted.none") for c in at.caption)
    assert max(high - low for _, low, high in shares(at)) > 20


def test_labels_make_the_intervals_narrower(staffed: CaseStore) -> None:
    before = shares(page(staffed, "themes", period="7d"))
    for i, said in enumerate(("negative", "neutral", "positive")):
        for j in range(40):
            post = complaint(i * 40 + j, sentiment=Claim(label=said, confidence=0.9, by="test@1"), language=Claim(label="ar", by="test@1"))
            sampling.label(staffed, OFFICER, post, said, NOW)
    from dashboard import trusted

    trusted.forget()
    after = shares(page(staffed, "themes", period="7d"))
    assert sum(high - low for _, low, high in after) < 0.8 * sum(high - low for _, low, high in before)


def answers(at: AppTest) -> dict[str, tuple[str, str]]:
    """The table of comments and replies on Engagement."""
    for table in at.table:
        if words("en")("engagement.answers") in table.value.columns:
            return {row[0]: (row[1], row[2]) for row in table.value.itertuples(index=False)}
    return {}


def test_engagement_tells_how_people_answer_with_the_stores_numbers(staffed: CaseStore, store: EmbeddedStore) -> None:
    found = answers(page(staffed, "engagement", period="30d"))
    since = NOW.replace(hour=21, minute=0) - timedelta(days=30)
    asked = CountPosts(filter=Filter(kinds=("comment", "reply"), since=since), by=("account",))
    expected = {c.keys[0]: c.posts for c in store.count(asked)}
    assert expected
    assert sorted(int(posts.replace(",", "")) for posts, _ in found.values()) == sorted(expected.values())
    for posts, share in found.values():
        assert (share == "–") == (int(posts.replace(",", "")) < LEAST)
        assert share == "–" or INTERVAL.fullmatch(share)


def test_an_account_opens_what_people_wrote_below_it(staffed: CaseStore) -> None:
    found = answers(page(staffed, "engagement", period="30d"))
    assert all("kind=comment" in name and "kind=reply" in name and "account=" in name for name in found)


@pytest.mark.parametrize("code", ["ar", "fa"])
def test_shares_are_said_in_the_languages_own_digits(staffed: CaseStore, code: str) -> None:
    w = words(code)
    said = [c.value for c in page(staffed, "themes", lang=code, period="7d").caption if c.value.startswith(w("now.negative"))]
    assert said
    assert not re.search("[0-9]", json.dumps(said, ensure_ascii=False))
