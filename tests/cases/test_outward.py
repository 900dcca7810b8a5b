"""What goes out to citizens and departments: links, news, the road map, campaigns, the guide."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import select

from cases import ambassadors, broadcasting, campaigns, desk, guide, links, proposals, roadmap, subscribing, work
from cases.guide import Procedure
from cases.history import derived
from cases.roadmap import Plan
from cases.tables import subscribers
from core.case import Status
from core.deployment import Campaign, Desk
from core.errors import AskedWrongly, NotAllowed, PlatformProblem
from core.post import Author, Claim, Kind, tombstone
from core.settings import Secret, Settings
from tests.cases.factory import CITY, OFFICER, SUNDAY_NOON, SUPERVISOR, WORKER, case, complaint

NOW = SUNDAY_NOON + timedelta(hours=1)
KEY = "a key for tests"


# A department's link


@pytest.fixture
def referred(store):
    store.put_many([derived(case(n), CITY) for n in (1, 2)])
    for n in (1, 2):
        work.move(store, OFFICER, f"c-{n}", 1, Status.REFERRED, "", NOW, CITY, "cleaning")
    return store


def test_a_link_opens_its_own_case_and_no_other(referred):
    person, id = links.follow(referred, KEY, links.make(referred, KEY, OFFICER, "c-1", NOW), NOW)
    assert (person.name, id) == ("link:cleaning", "c-1")
    moved = work.move(referred, person, id, 2, Status.IN_HAND, "", NOW, CITY)
    assert (moved.status, moved.citizen, moved.steps[-1].who) == (Status.IN_HAND, None, "link:cleaning")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda s, t: (t[:-2] + "xx", NOW), None),  # forged
        (lambda s, t: (t, NOW + links.FOR), "expired"),
        (lambda s, t: (links.revoke(s, OFFICER, "c-1", NOW) and t, NOW), "revoked"),
        (lambda s, t: ("", NOW), None),
    ],
)
def test_a_link_that_opens_nothing(spoil, why, referred):
    token, at = spoil(referred, links.make(referred, KEY, OFFICER, "c-1", NOW))
    with pytest.raises(NotAllowed, match="does not open anything"):
        links.follow(referred, KEY, token, at)
    assert [line.detail for line in referred.audit("c-1") if line.what == "link_refused"] == ([why] if why else [])


def test_another_key_opens_nothing(referred):
    token = links.make(referred, KEY, OFFICER, "c-1", NOW)
    with pytest.raises(NotAllowed):
        links.follow(referred, "another key", token, NOW)


def test_only_a_referred_case_has_a_link_and_only_some_make_it(referred):
    referred.put_many([case(3, department=None)])
    with pytest.raises(AskedWrongly, match="referred to no department"):
        links.make(referred, KEY, OFFICER, "c-3", NOW)
    with pytest.raises(NotAllowed):
        links.make(referred, KEY, WORKER, "c-1", NOW)


def test_the_key_is_the_settings_or_made_once_for_its_owner_only(tmp_path):
    assert links.key(Settings(credentials={"SECRET_KEY": Secret("told")})) == "told"
    made = links.key(Settings(data=tmp_path / "new"))
    assert (len(made) > 40, links.key(Settings(data=tmp_path / "new"))) == (True, made)
    assert (tmp_path / "new" / "secret.key").stat().st_mode & 0o077 == 0


# News


class Messenger:
    def __init__(self, fails=()):
        self.fails, self.told = list(fails), []

    def tell(self, citizen, text, template):
        if self.fails:
            raise self.fails.pop(0)
        self.told.append(citizen)
        return f"m{len(self.told)}"


@pytest.fixture
def news(store):
    for n in (1, 2, 3):
        subscribing.subscribe(store, "whatsapp", f"whatsapp:{n}", "form", NOW)
    return store


def send(store, messenger):
    return broadcasting.send(store, {"whatsapp": messenger}, NOW)


def states(store, id):
    return broadcasting.figures(store, id).states


def test_news_goes_to_each_subscriber_once(news):
    id, messenger = broadcasting.write(news, SUPERVISOR, "The park opens.", NOW, CITY), Messenger()
    assert (send(news, messenger), send(news, messenger)) == (3, 0)
    assert (messenger.told, states(news, id)) == (["whatsapp:1", "whatsapp:2", "whatsapp:3"], {"sent": 3})


def test_without_a_sender_nobody_is_told(news):
    id = broadcasting.write(news, SUPERVISOR, "The park opens.", NOW, CITY)
    assert (broadcasting.send(news, {}, NOW), states(news, id)) == (0, {"waiting": 3})


@pytest.mark.parametrize("said", ["STOP", "إيقاف", "لغو", "стоп", "тоқтату", "Stop!"])
def test_who_says_stop_gets_nothing_more_at_once(said, news):
    id, messenger = broadcasting.write(news, SUPERVISOR, "The park opens.", NOW, CITY), Messenger()
    stop = complaint(1, id="whatsapp:m9", platform="whatsapp", kind=Kind.DIRECT, text=said, author=Author(id="whatsapp:2"), intent=None)
    desk.receive([stop], CITY, news, NOW, 1)
    send(news, messenger)
    assert (messenger.told, states(news, id)) == (["whatsapp:1", "whatsapp:3"], {"sent": 2, "opted_out": 1})
    broadcasting.write(news, SUPERVISOR, "Again.", NOW, CITY)
    send(news, messenger)
    assert messenger.told.count("whatsapp:2") == 0


@pytest.mark.parametrize("said", ["/stop", "STOP 🙏", "«إيقاف»", "لغو عضویت!", "Stop promotions", "…стоп…", "/unsubscribe"])
def test_stop_is_understood_as_a_bots_command_a_buttons_words_and_with_signs_around_it(said):
    assert subscribing.stops(complaint(kind=Kind.DIRECT, text=said))


@pytest.mark.parametrize("then", ["retry", "wait", "credential"])
def test_who_says_stop_while_their_message_is_under_way_is_not_tried_again(then, news):
    class Leaves(Messenger):
        def tell(self, citizen, text, template):
            if citizen == "whatsapp:2":
                with news.writing() as db:
                    subscribing.opt_out(db, news, "whatsapp", "whatsapp:2", NOW)
                raise PlatformProblem("cut connection", "whatsapp: cut", then)
            return super().tell(citizen, text, template)

    id, messenger = broadcasting.write(news, SUPERVISOR, "The park opens.", NOW, CITY), Leaves()
    send(news, messenger)
    broadcasting.send(news, {"whatsapp": messenger}, NOW + timedelta(days=1))
    assert messenger.told == ["whatsapp:1", "whatsapp:3"]
    assert states(news, id) == {"sent": 2, "opted_out": 1}


def test_who_left_may_come_back(news):
    with news.writing() as db:
        subscribing.opt_out(db, news, "whatsapp", "whatsapp:2", NOW)
    subscribing.subscribe(news, "whatsapp", "whatsapp:2", "form again", NOW)
    assert states(news, broadcasting.write(news, SUPERVISOR, "Hello.", NOW, CITY)) == {"waiting": 3}


def direct(number, text, minutes):
    at = NOW + timedelta(minutes=minutes)
    return complaint(number, id=f"whatsapp:m{number}", platform="whatsapp", kind=Kind.DIRECT, text=text, author=Author(id="whatsapp:7"), intent=None,
                     created_at=at, observed_at=at)  # fmt: skip


# the messages as the desk hears them (words, minute) → whether their author is told news afterwards
HEARD = [
    ([("subscribe", 1), ("stop", 2)], False),
    ([("subscribe", 1), ("stop", 2), ("subscribe", 1)], False),  # told twice, as after a worker's death, it is no new wish
    ([("stop", 2), ("subscribe", 1)], False),  # overtaken by what was said after it
    ([("subscribe", 1), ("stop", 2), ("subscribe", 3)], True),
    ([("stop", 1), ("stop", 3), ("subscribe", 2)], False),
    ([("stop", 2), ("subscribe", 3)], True),
]


@pytest.mark.parametrize(("said", "is_in"), HEARD)
def test_the_last_wish_counts_by_when_it_was_said_and_not_by_when_it_was_heard(store, said, is_in):
    for text, minutes in said:
        desk.receive([direct(minutes, text, minutes)], CITY, store, NOW + timedelta(hours=1), 1)
    assert subscribing.subscribed(store) == ({"whatsapp": 1} if is_in else {})


def test_a_post_that_only_says_stop_on_a_channel_without_news_is_written_down_nowhere(store):
    desk.receive([complaint(1, kind=Kind.DIRECT, text="stop", intent=None)], CITY, store, NOW, 1)
    with store.reading() as db:
        assert db.execute(select(subscribers)).all() == []


def test_a_sentence_with_stop_in_it_is_no_opt_out():
    assert not subscribing.stops(complaint(kind=Kind.DIRECT, text="the bus does not stop here"))


def test_receipts_only_go_forward(news):
    id = broadcasting.write(news, SUPERVISOR, "The park opens.", NOW, CITY)
    send(news, Messenger())
    for native_id, state in (("m1", "read"), ("m1", "delivered"), ("m2", "delivered"), ("m3", "failed"), ("m99", "read")):
        broadcasting.receipt(news, "whatsapp", native_id, state, NOW)
    assert states(news, id) == {"read": 1, "delivered": 1, "failed": 1}


def test_a_limit_is_waited_for_and_a_refusal_is_final(news):
    id = broadcasting.write(news, SUPERVISOR, "The park opens.", NOW, CITY)
    messenger = Messenger([PlatformProblem("gone", "no such number", "skip"), PlatformProblem("limit", "wait", "wait")])
    send(news, messenger)
    assert states(news, id) == {"waiting": 2, "failed": 1}  # whoever says wait is not asked for the next one at once
    send(news, messenger)
    assert states(news, id) == {"waiting": 1, "failed": 1, "sent": 1}
    assert broadcasting.send(news, {"whatsapp": messenger}, NOW + broadcasting.RETRY_AFTER) == 1


@pytest.mark.parametrize(
    ("kind", "then", "state"), [("no receipt", "stop", "sending"), ("token expired", "credential", "waiting"), ("down", "retry", "waiting")]
)
def test_what_may_have_arrived_is_told_to_nobody_twice(kind, then, state, news):
    id, messenger = broadcasting.write(news, SUPERVISOR, "The park opens.", NOW, CITY), Messenger([PlatformProblem(kind, "hm", then)] * 3)
    send(news, messenger)
    told = states(news, id)
    assert told.get(state, 0) >= 1 and "failed" not in told
    later = NOW + broadcasting.RETRY_AFTER
    messenger.fails.clear()
    broadcasting.send(news, {"whatsapp": messenger}, later)
    assert states(news, id) == ({"sending": 3} if state == "sending" else {"sent": 3})


@pytest.mark.parametrize("said", ["Subscribe", "اشتراك", "عضویت", "подписаться", "жазылу"])
def test_who_asks_for_the_news_gets_them_from_then_on(said, store):
    asks = complaint(1, id="whatsapp:m1", platform="whatsapp", kind=Kind.DIRECT, text=said, author=Author(id="whatsapp:7"), intent=None)
    desk.receive([asks], CITY, store, NOW, 1)
    assert subscribing.subscribed(store) == {"whatsapp": 1}


@pytest.mark.parametrize("more", [{"kind": Kind.COMMENT}, {"platform": "x"}, {"text": "how do I subscribe to water?"}, {"author": None}])
def test_no_other_word_is_taken_for_consent(more, store):
    told = {
        "id": "whatsapp:m1",
        "platform": "whatsapp",
        "kind": Kind.DIRECT,
        "text": "subscribe",
        "author": Author(id="whatsapp:7"),
        "intent": None,
    }
    desk.receive([complaint(1, **(told | more))], CITY, store, NOW, 1)
    assert subscribing.subscribed(store) == {}


def test_consent_given_on_paper_is_written_down_and_withdrawn(store):
    subscribing.enrol(store, SUPERVISOR, "whatsapp", "+٩٦٦ 5", "form 12", NOW)
    assert subscribing.subscribed(store) == {"whatsapp": 1}
    assert "9665" not in str(store.audit())
    subscribing.leave(store, SUPERVISOR, "whatsapp", "9665", NOW)
    assert subscribing.subscribed(store) == {}
    for wrong in (("x", "9665", "form"), ("whatsapp", "", "form"), ("whatsapp", "9665", " ")):
        with pytest.raises(AskedWrongly):
            subscribing.enrol(store, SUPERVISOR, *wrong, NOW)
    with pytest.raises(NotAllowed):
        subscribing.enrol(store, OFFICER, "whatsapp", "9665", "form", NOW)


def test_the_delivery_ledger_tells_what_became_of_each_message_and_why_not(news):
    id = broadcasting.write(news, SUPERVISOR, "The park opens.", NOW, CITY)
    send(news, Messenger([PlatformProblem("gone", "whatsapp: no such number", "skip")]))
    (told,) = broadcasting.every(news, SUPERVISOR)
    assert (told.id, told.by, told.approved_by, told.states, told.problem) == (
        id,
        "sami",
        "sami",
        {"failed": 1, "sent": 2},
        "whatsapp: no such number",
    )
    with pytest.raises(NotAllowed):
        broadcasting.every(news, OFFICER)


def test_a_second_person_lets_the_news_out_where_answers_need_one(news):
    careful = msgspec.structs.replace(CITY, desk=Desk(approve_answers=True))
    id, messenger = broadcasting.write(news, SUPERVISOR, "The park opens.", NOW, careful), Messenger()
    assert send(news, messenger) == 0
    with pytest.raises(NotAllowed, match="somebody else"):
        broadcasting.approve(news, SUPERVISOR, id, NOW)
    broadcasting.approve(news, msgspec.structs.replace(SUPERVISOR, name="sara"), id, NOW)
    assert send(news, messenger) == 3


# The road map


def test_the_public_sees_plans_with_how_many_asked_and_nothing_of_a_person(store):
    store.put_many([case(n, place="quay") for n in range(5)] + [case(9, category="roads", place="port", summary="I am R. of lane 9")])
    plans = [Plan(id="bins", title={"en": "More bins"}, state="planned", category="waste", place="quay", promised=date(2026, 2, 1), published=True),
             Plan(id="road", title={"en": "A new road"}, category="roads", published=True), Plan(id="secret", title={"en": "Not yet"})]  # fmt: skip
    for plan in plans:
        roadmap.keep(store, SUPERVISOR, plan, NOW, CITY)
    shown = roadmap.public(store, CITY, "en", date(2026, 3, 1))
    assert [(p.title, p.requests, p.late) for p in shown] == [("More bins", 5, True), ("A new road", None, False)]
    assert "lane" not in msgspec.json.encode(shown).decode()


@pytest.mark.parametrize("wrong", [{"category": "potholes"}, {"place": "moon"}, {"state": "maybe"}, {"title": {}}])
def test_a_plan_that_cannot_be(wrong, store):
    with pytest.raises(AskedWrongly):
        roadmap.keep(store, SUPERVISOR, Plan(**({"id": "p", "title": {"en": "x"}} | wrong)), NOW, CITY)


def test_a_done_plan_is_never_late(store):
    roadmap.keep(store, SUPERVISOR, Plan(id="p", title={"en": "x"}, state="done", promised=date(2020, 1, 1), published=True), NOW, CITY)
    assert not roadmap.public(store, CITY, "en", date(2026, 3, 1))[0].late


# Campaigns

MAYOR = Campaign(
    id="mayor", name={"en": "I am mayor"}, hashtags=("#من_شهردارم", "IAmMayor"), starts=date(2026, 2, 1), places=("port", "hill")
)
TOWN = msgspec.structs.replace(CITY, campaigns=(MAYOR,))
SUGGESTS = Claim(label="suggestion", confidence=0.9)


def idea(number, text, place="port", **more):
    told = {"text": f"#من_شهردارم {text}", "place_told": place, "intent": SUGGESTS, "views": 10 * number}
    return complaint(number, **(told | more))


@pytest.mark.parametrize(
    ("text", "created", "takes_part"),
    [
        ("#من_شهردارم", NOW, True),
        ("great #iammayor idea", NOW, True),
        ("من شهردارم", NOW, False),  # words alone are no hashtag
        ("#من_شهردارم", datetime(2026, 1, 31, 20, tzinfo=UTC), False),  # 23:00 of the day before, in Riyadh
        ("#من_شهردارم", datetime(2026, 1, 31, 21, tzinfo=UTC), True),
    ],
)
def test_who_takes_part(text, created, takes_part):
    assert bool(campaigns.taking_part(complaint(text=text, created_at=created), TOWN)) is takes_part


def test_proposals_that_say_the_same_are_joined_and_votes_counted_once_a_citizen(store):
    posts = [idea(1, "plant more trees along the quay road"), idea(2, "please plant trees along the quay road"),
             idea(3, "a library for children"), idea(4, "plant more trees along the quay road", place="hill"),
             idea(5, "trees along the quay road, plant more", author=Author(id="x:u1"))]  # fmt: skip
    campaigns.receive(posts, TOWN, store, NOW, 9)
    campaigns.receive(posts, TOWN, store, NOW, 9)
    proposals.vote(store, "x:3", "x:u8", NOW)
    assert [proposals.vote(store, "x:2", "x:u9", NOW), proposals.vote(store, "x:1", "x:u9", NOW)] == [True, False]  # x:2 was joined to x:1
    hill, port = campaigns.standing(store, "mayor")
    assert [(p.text, p.said, p.votes, p.rank) for p in port.first] == [
        ("plant more trees along the quay road", 3, 3, 1), ("a library for children", 1, 2, 2)]  # fmt: skip
    assert (port.place, port.views, port.citizens, port.proposals, hill.votes) == ("port", 4, 3, 4, 1)
    assert store.place(campaigns.FOLLOWER) == 9


@pytest.mark.parametrize("digits", ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"])
def test_a_proposal_is_voted_for_by_its_digits_once_a_citizen(digits, store):
    campaigns.receive([idea(1, "plant more trees along the quay"), idea(2, "a library for children")], TOWN, store, NOW, 2)
    wanted = proposals.code("x:1").translate(str.maketrans("0123456789", digits))
    votes = [complaint(n, text=f"#IAmMayor {wanted}", intent=None, author=Author(id=f"x:v{min(n, 4)}")) for n in (3, 4, 5)]
    campaigns.receive([*votes, complaint(6, text=f"#IAmMayor {wanted}", author=Author(id="x:u1"))], TOWN, store, NOW, 3)
    (port, *_) = [hood for hood in campaigns.standing(store, "mayor") if hood.place == "port"]
    assert next((p.text, p.votes, p.code) for p in port.first) == ("plant more trees along the quay", 3, proposals.code("x:1"))


@pytest.mark.parametrize("text", ["#IAmMayor {}0", "#IAmMayor 000000", "{}", "#IAmMayor"])
def test_other_numbers_are_no_vote(text, store):
    campaigns.receive([idea(1, "plant more trees")], TOWN, store, NOW, 1)
    campaigns.receive([complaint(2, text=text.format(proposals.code("x:1")), intent=None)], TOWN, store, NOW, 2)
    assert [hood.votes for hood in campaigns.standing(store, "mayor") if hood.place == "port"] == [1]


def test_a_vote_for_what_was_joined_counts_for_what_it_was_joined_to(store):
    campaigns.receive([idea(1, "plant more trees along the quay"), idea(2, "please plant more trees along the quay")], TOWN, store, NOW, 2)
    campaigns.receive([complaint(3, text=f"#IAmMayor {proposals.code('x:2')}", intent=None)], TOWN, store, NOW, 3)
    assert [(p.id, p.votes) for hood in campaigns.standing(store, "mayor") for p in hood.first] == [("x:1", 3)]


def test_who_signs_up_waits_until_somebody_has_looked_and_is_known_by_their_first_post(store):
    citizen = ambassadors.account_of("x", "@Resident1")
    ambassadors.sign_up(store, MAYOR, citizen, "  R.   of the port ", "port", None, NOW)
    ambassadors.sign_up(store, MAYOR, citizen, "somebody else", "hill", None, NOW)
    assert [(a.citizen, a.name, a.accepted) for a in ambassadors.reach(store, "mayor")] == [("x:@resident1", "R. of the port", False)]
    with pytest.raises(NotAllowed):
        ambassadors.accept(store, OFFICER, "mayor", citizen, NOW)
    ambassadors.accept(store, SUPERVISOR, "mayor", citizen, NOW)
    for n, followers in ((1, 100), (2, 130)):
        campaigns.receive([idea(n, "trees", author=Author(id="x:u1", handle="resident1", followers=followers))], TOWN, store, NOW, n)
    (known,) = ambassadors.reach(store, "mayor")
    assert (known.citizen, known.posts, known.gained, known.accepted) == ("x:u1", 2, 30, True)
    ambassadors.refuse(store, SUPERVISOR, "mayor", "x:u1", NOW)
    assert ambassadors.reach(store, "mayor") == []


@pytest.mark.parametrize("handle", ["", "@", "a b", "<b>", "x" * 50])
def test_an_account_has_a_name_that_can_be(handle):
    with pytest.raises(AskedWrongly):
        ambassadors.account_of("x", handle)


def test_a_flood_of_sign_ups_ends(store, monkeypatch):
    monkeypatch.setattr(ambassadors, "MOST_WAITING", 2)
    for n in range(2):
        ambassadors.sign_up(store, MAYOR, f"x:@r{n}", "R.", "port", None, NOW)
    with pytest.raises(AskedWrongly, match="try again tomorrow"):
        ambassadors.sign_up(store, MAYOR, "x:@r9", "R.", "port", None, NOW)
    ambassadors.sign_up(store, MAYOR, "x:@r9", "R.", "port", None, NOW, accepted_by="sami")
    with pytest.raises(AskedWrongly):
        ambassadors.sign_up(store, MAYOR, "x:@r7", "R" * 81, "port", None, NOW)


def test_equal_votes_are_one_rank():
    tied = [
        proposals.Proposal(id=i, place="port", text=i, code="000000", said=1, votes=v, rank=0)
        for i, v in (("a", 2), ("b", 3), ("c", 2), ("d", 1))
    ]
    assert [(p.id, p.rank) for p in proposals.ranked(tied)["port"]] == [("b", 1), ("a", 2), ("c", 2), ("d", 4)]


def test_a_deleted_proposal_leaves_no_words_and_no_vote(store):
    post = idea(1, "plant more trees")
    campaigns.receive([post], TOWN, store, NOW, 1)
    campaigns.receive([tombstone(post, NOW)], TOWN, store, NOW, 2)
    (port,) = campaigns.standing(store, "mayor")
    assert (port.first, port.votes, port.citizens, port.views) == ((), 0, 0, 1)


def test_a_deleted_proposal_that_others_said_too_goes_on_as_theirs_with_their_votes(store):
    first, second, third = (idea(n, f"{please}plant more trees along the quay") for n, please in ((1, ""), (2, "please "), (3, "do ")))
    campaigns.receive([first, second, third], TOWN, store, NOW, 1)
    vote = complaint(4, text=f"#IAmMayor {proposals.code('x:1')}", intent=None)
    campaigns.receive([vote], TOWN, store, NOW, 2)
    campaigns.receive([tombstone(first, NOW)], TOWN, store, NOW, 3)
    (port, *_) = [hood for hood in campaigns.standing(store, "mayor") if hood.place == "port"]
    assert [(p.id, p.text, p.said, p.votes) for p in port.first] == [("x:2", "please plant more trees along the quay", 3, 3)]
    late = complaint(
        5, text=f"#IAmMayor {proposals.code('x:1')} {proposals.code('x:3')}", intent=None
    )  # digits that stand on leaflets still count
    campaigns.receive([late], TOWN, store, NOW, 4)
    assert [p.votes for hood in campaigns.standing(store, "mayor") for p in hood.first] == [4]


def test_who_deletes_all_they_said_has_voted_for_nothing_and_is_named_nowhere(store):
    campaigns.receive([idea(1, "plant more trees"), idea(2, "a library for children")], TOWN, store, NOW, 1)
    votes = [complaint(n, text=f"#IAmMayor {proposals.code(f'x:{n - 2}')}", intent=None, author=Author(id="x:v")) for n in (3, 4)]
    campaigns.receive(votes, TOWN, store, NOW, 2)

    def standing():
        return {p.id: p.votes for hood in campaigns.standing(store, "mayor") for p in hood.first}

    assert standing() == {"x:1": 2, "x:2": 2}
    campaigns.receive([tombstone(votes[0], NOW)], TOWN, store, NOW, 3)
    assert standing() == {"x:1": 2, "x:2": 2}  # they still take part
    campaigns.receive([tombstone(votes[1], NOW)], TOWN, store, NOW, 4)
    assert standing() == {"x:1": 1, "x:2": 1}
    campaigns.receive([votes[0]], TOWN, store, NOW, 5)
    campaigns.receive([votes[0]], TOWN, store, NOW, 6)
    assert standing()["x:1"] == 2  # and may begin anew, with one vote


def test_ambassadors_are_told_by_their_reach(store):
    ambassadors.sign_up(store, MAYOR, "x:u1", "R.", "port", 100, NOW)
    ambassadors.sign_up(store, MAYOR, "x:u2", "S.", "hill", None, NOW)
    campaigns.receive(
        [idea(1, "trees", author=Author(id="x:u1", followers=160)), idea(2, "benches", author=Author(id="x:u1", followers=170))],
        TOWN,
        store,
        NOW,
        1,
    )
    assert [(a.name, a.posts, a.reach, a.gained) for a in ambassadors.reach(store, "mayor")] == [("R.", 2, 30, 70), ("S.", 0, 0, None)]
    with pytest.raises(AskedWrongly):
        ambassadors.sign_up(store, MAYOR, "x:u3", "T.", "quay", None, NOW)


def test_a_neighbourhood_that_does_not_take_part_proposes_nothing(store):
    with pytest.raises(AskedWrongly):
        proposals.propose(store, MAYOR, "quay", "trees", "x:u1", NOW)
    assert proposals.propose(store, MAYOR, "port", "trees by the sea", "x:u1", NOW) == proposals.propose(
        store, MAYOR, "port", "trees by the sea", "x:u1", NOW
    )


# The procedure guide

PERMIT = Procedure(
    id="permit",
    language="en",
    name="Building permit",
    steps=("Fill in the form", "Pay"),
    papers=("Title deed",),
    days=10,
    words=("licence", "build"),
)
SHOP = Procedure(id="shop", language="en", name="Shop licence", steps=("Apply",), words=("shop", "market"))
WATER = Procedure(id="water", language="ar", name="اشتراك المياه", steps=("قدّم الطلب",), words=("عداد", "ماء", "مياه"))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("What papers do I need to open a shop in the market?", ["shop"]),
        ("how long does a building permit take", ["permit"]),
        ("كيف أركب عداد مياه جديد؟", ["water"]),
        ("when does the bus come", []),
    ],
)
def test_the_entry_that_fits_is_suggested(asked, found):
    assert [p.id for p in guide.fitting(asked, [PERMIT, SHOP, WATER], 1)] == found


def test_a_procedure_is_an_answer():
    assert guide.as_text(PERMIT, "Papers", "It takes {n} working days.") == (
        "Building permit\n1. Fill in the form\n2. Pay\nPapers: Title deed\nIt takes 10 working days."
    )


def test_procedures_are_kept_by_language(store):
    for procedure in (PERMIT, WATER, msgspec.structs.replace(PERMIT, days=12)):
        guide.keep(store, SUPERVISOR, procedure, NOW)
    assert [(p.id, p.days) for p in guide.every(store)] == [("permit", 12), ("water", None)]
    assert [p.id for p in guide.every(store, "ar")] == ["water"]
    with pytest.raises(AskedWrongly):
        guide.keep(store, SUPERVISOR, Procedure(id="x", language="en", name="No steps"), NOW)
    with pytest.raises(NotAllowed):
        guide.keep(store, OFFICER, PERMIT, NOW)
