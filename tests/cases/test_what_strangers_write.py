"""What a stranger can put into a post stops neither the desk nor what comes after it, in each engine."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from cases import campaigns, desk, entering, subscribing, users, work
from cases.entering import Entry
from cases.identity import case_id
from core.case import Status
from core.deployment import Campaign
from core.errors import NotAllowed
from core.post import Author, Claim, Kind
from tests.cases.factory import CITY, OFFICER, SUNDAY_NOON, complaint

NOW = SUNDAY_NOON + timedelta(hours=1)
NUL = "no water \0 since noon"
GREEN = msgspec.structs.replace(CITY, campaigns=(Campaign(id="green", name={}, hashtags=("#green",)),))


@pytest.mark.parametrize("post", [
    complaint(1, text=NUL), complaint(1, author=Author(id="x:\0", handle="\0")), complaint(1, place_told="\0"), complaint(1, conversation_id="x:\0"),
])  # fmt: skip
def test_a_nul_anywhere_in_a_post_opens_its_case_and_the_next_posts_too(store, post):
    assert desk.receive([post, complaint(2)], CITY, store, NOW, 1).opened == 2
    assert desk.receive([post, complaint(2)], CITY, store, NOW, 2).opened == 0


def test_a_nul_in_a_proposal_a_subscription_a_call_and_a_name_is_taken_too(store):
    wish = complaint(3, text=f"#green {NUL}", intent=Claim(label="suggestion", confidence=0.9, by="test@1"), place_told="\0")
    campaigns.receive([wish], GREEN, store, NOW, 7)
    assert store.place(campaigns.FOLLOWER) == 7
    with store.writing() as db:
        hello = complaint(4, platform="whatsapp", kind=Kind.DIRECT, text="subscribe", author=Author(id="whatsapp:\0"))
        subscribing.hear(db, store, [hello], NOW)
    assert subscribing.subscribed(store) == {"whatsapp": 1}
    assert entering.enter(store, OFFICER, Entry(channel="phone", text=NUL, name="\0"), NOW, CITY).summary == NUL
    with pytest.raises(NotAllowed, match="name or password"):
        users.sign_in(store, "olya\0", "a long password", NOW)


@pytest.mark.parametrize("ahead", [timedelta(seconds=5), timedelta(days=2), datetime(9999, 12, 31, tzinfo=UTC) - NOW])
def test_a_post_from_the_future_opens_a_case_that_can_be_worked_on_today(store, ahead):
    desk.receive([complaint(1, created_at=NOW + ahead)], CITY, store, NOW, 1)
    case = work.move(store, OFFICER, case_id("x:1"), 1, Status.REFERRED, "", NOW + timedelta(minutes=1), CITY, "cleaning")
    assert (case.opened_at, case.steps[0].at) == (NOW, NOW) and case.answer_due > NOW


def test_an_own_post_from_the_future_does_not_lock_the_case_it_answers(store):
    desk.receive([complaint(1)], CITY, store, NOW, 1)
    desk.receive([complaint(2, kind=Kind.OWN, parent_id="x:1", created_at=NOW + timedelta(days=400))], CITY, store, NOW, 2)
    case = work.annotate(store, OFFICER, case_id("x:1"), "seen", NOW + timedelta(minutes=1), CITY)
    assert (case.first_answer_at, case.steps[-1].why) == (NOW, "seen")


@pytest.mark.parametrize("number", ["050 123", "٠٥٠ ١٢٣", "۰۵۰-۱۲۳", "+050123"])
def test_a_caller_is_the_same_citizen_in_whatever_digits_the_number_is_typed(sqlite_store, number):
    assert (
        entering.enter(sqlite_store, OFFICER, Entry(channel="phone", text="no water", telephone=number), NOW, CITY).citizen
        == "phone:050123"
    )
