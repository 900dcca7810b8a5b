"""X: the real tweepy client against a local server, and what its bodies become."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from collectors import translating, x
from collectors.base import Answer, Context, Source
from core.deployment import Deployment, OfficialAccount, Watch
from core.errors import PlatformProblem
from core.post import Kind
from store.memory import MemoryStore
from stream import collecting
from tests.collectors.replay import Reply, replay
from tests.collectors.scenarios import ANSWERS, NOON, answer
from tests.make import post

CITY = OfficialAccount(platform="x", handle="CITY", id="1001")
MENTIONS = Source(id="x.mentions.CITY", platform="x", what="mentions", account="x:CITY", handle="CITY", native_id="1001")
OWN = msgspec.structs.replace(MENTIONS, id="x.own.CITY", what="own")
SEARCH = Source(id="x.search.1", platform="x", what="search", query="(water OR #lamp) -is:retweet")
ABOUT = Context(now=NOON, source=MENTIONS.id, account="x:CITY", native_id="1001", handle="CITY", what="mentions")


def body(name):
    return json.loads((ANSWERS / "x" / f"{name}.json").read_text(encoding="utf-8"))


def asked(routes, source, cursor=None, now=NOON, silence_s=20):
    """All answers of one pass, the problem that ended it, and what the server was asked."""
    found, problem = [], None
    with replay(routes) as server:
        try:
            for one in x.ask(x.connect("a-test-token", server.url, silence_s=silence_s), source, cursor, now):
                found.append(one)
        except PlatformProblem as trouble:
            problem = trouble
        return found, problem, server.asked


def many(number, first=2041000000000000000):
    """So many posts, newest first."""
    return [
        {"id": str(first - n), "text": f"post {n}", "author_id": "2002", "created_at": "2026-04-06T06:10:03.000Z"} for n in range(number)
    ]


def test_a_mention_becomes_a_post_with_everything_x_told():
    found = x.translate(body("mentions_1"), ABOUT)
    first = found.posts[0]
    assert (first.id, first.kind, first.account, first.conversation_id) == (
        "x:2041000000000000900",
        Kind.MENTION,
        "x:CITY",
        "x:2041000000000000900",
    )
    assert (
        first.created_at == datetime(2026, 4, 6, 6, 10, 3, tzinfo=UTC)
        and first.platform_language == "ar"
        and first.place_told == "Test Town, North"
    )
    assert (first.author.id, first.author.handle, first.author.name, first.author.followers) == ("x:2002", "resident_two", "ساكن الحي", 0)
    assert (first.likes, first.replies, first.reposts, first.quotes, first.views, first.saves) == (5, 2, 0, 0, 310, 1)
    assert (first.media[0].kind, first.media[0].url, first.media[0].text) == ("photo", "https://media.example/1.jpg", "wet road")
    assert first.url == "https://x.com/resident_two/status/2041000000000000900"


def test_a_long_post_is_whole_and_new_field_names_count_like_the_old():
    second = x.translate(body("mentions_1"), ABOUT).posts[1]
    assert second.text.endswith("to the last word.") and second.reposts == 3 and second.views is None and second.likes == 0
    assert second.kind == Kind.COMMENT and second.author.followers is None


def test_an_error_inside_a_200_is_told_and_costs_no_post():
    found = x.translate(body("mentions_1"), ABOUT)
    assert [(r.why, r.lost) for r in found.refused] == [("user in entities.mentions.username: not there", False)] and len(found.posts) == 2


def test_one_bad_post_leaves_the_rest_alone():
    found = x.translate(body("mentions_2"), ABOUT)
    assert [p.id[-3:] for p in found.posts] == ["700", "600"] and [r.lost for r in found.refused] == [True] and found.returned == 3


def test_arabic_digits_in_a_date_are_a_date():
    assert x.translate(body("mentions_2"), ABOUT).posts[0].created_at == datetime(2026, 4, 6, 4, tzinfo=UTC)


@pytest.mark.parametrize(("told", "at"), [
    ({"id": "1212092627178287104"}, datetime(2019, 12, 31, 19, 26, 16, 91000, tzinfo=UTC)),  # the id itself holds the time
    ({"id": "123"}, NOON),                                                                   # too old an id to hold one: when we saw it
    ({"id": "123", "created_at": "no date"}, NOON),
    ({"id": "1212092627178287104", "created_at": 7}, datetime(2019, 12, 31, 19, 26, 16, 91000, tzinfo=UTC)),
])  # fmt: skip
def test_a_post_without_a_date_gets_the_one_in_its_id(told, at):
    (found,) = x.translate({"data": {"text": "t", **told}}, ABOUT).posts
    assert abs(found.created_at - at) < timedelta(seconds=1)


@pytest.mark.parametrize(("told", "kind", "parent"), [
    ({"author_id": "1001"}, Kind.OWN, None),
    ({"author_id": "1001", "referenced_tweets": [{"type": "replied_to", "id": "5"}]}, Kind.OWN, "x:5"),
    ({"author_id": "7", "in_reply_to_user_id": "1001", "referenced_tweets": [{"type": "replied_to", "id": "5"}]}, Kind.COMMENT, "x:5"),
    ({"author_id": "7", "in_reply_to_user_id": "8", "referenced_tweets": [{"type": "replied_to", "id": "5"}]}, Kind.REPLY, "x:5"),
    ({"author_id": "7", "referenced_tweets": [{"type": "quoted", "id": "5"}]}, Kind.MENTION, None),
    ({"author_id": "7", "referenced_posts": [{"type": "replied_to", "id": "5"}]}, Kind.REPLY, "x:5"),
    ({}, Kind.MENTION, None),
])  # fmt: skip
def test_what_sort_of_post_it_is_and_what_it_answers(told, kind, parent):
    (found,) = x.translate({"data": [{"id": "9", "text": "t", **told}]}, ABOUT).posts
    assert (found.kind, found.parent_id) == (kind, parent)


@pytest.mark.parametrize(("told", "kind"), [
    ({"author_id": "1002"}, Kind.OWN), ({"author_id": "9"}, Kind.MENTION),
    ({"author_id": "9", "in_reply_to_user_id": "1001", "referenced_tweets": [{"type": "replied_to", "id": "5"}]}, Kind.COMMENT),
])  # fmt: skip
def test_a_search_knows_all_our_accounts(told, kind):
    about = Context(now=NOON, source="x.search.1", native_id="1001,1002", handle="CITY,Branch", what="search")
    assert x.translate({"data": [{"id": "9", "text": "t", **told}]}, about).posts[0].kind == kind


@pytest.mark.parametrize("id", ["2041000000000000900", 2041000000000000900])
def test_ids_stay_whole_whether_they_come_as_text_or_as_numbers(id):
    raw = json.dumps({"data": [{"id": id, "text": "t"}]}).encode()
    assert translating.translated(x, raw, ABOUT).posts[0].id == "x:2041000000000000900"


def test_what_comes_beside_the_posts_asked_for_comes_out_too_but_not_twice():
    one, other = {"id": "9", "text": "asked"}, {"id": "5", "text": "answered"}
    assert [p.text for p in x.translate({"data": [one], "includes": {"tweets": [one, other]}}, ABOUT).posts] == ["asked", "answered"]


def test_an_edit_says_which_post_it_replaces():
    found = x.translate(body("edited"), ABOUT)
    assert found.replaced == (("x:2041000000000000700", "x:2041000000000000777"),) and found.posts[0].edited_at == found.posts[0].created_at


@pytest.mark.parametrize(("told", "what"), [
    ({"id": "5", "action": "delete", "reason": "deleted"}, ("x:5",)),
    ({"data": {"event_type": "post.delete", "payload": {"id": "5"}}}, ("x:5",)),
    ({"data": {"delete": {"tweet": {"id": "5", "author_id": "7"}}}}, ("x:5",)),
])  # fmt: skip
def test_explicit_deletions_are_told_at_once(told, what):
    found = x.translate(told, ABOUT)
    assert found.deleted == what and found.posts == ()


def test_a_post_to_be_hidden_is_a_suspicion_and_no_deletion():
    found = x.translate({"data": {"drop": {"event_at": "2026-04-06T06:10:03.000Z", "tweet": {"id": "7", "author_id": "2002"}}}}, ABOUT)
    assert (found.missing, found.deleted, found.posts) == (("x:7",), (), ())


@pytest.mark.parametrize(("more", "beside", "media"), [
    ({"attachments": {"poll_ids": ["9"]}}, {"polls": [{"id": "9", "options": [{"label": "Yes"}, {"label": "No"}]}]}, [("poll", None, "Yes\nNo")]),
    ({"attachments": {"poll_ids": ["9"]}}, {}, [("poll", None, None)]),  # a poll that was not told beside it
    ({"entities": {"urls": [{"url": "https://t.co/a", "expanded_url": "https://news.example/a", "title": "A leak", "description": "In Mill Street"}]}}, {},
     [("link", "https://news.example/a", "A leak\nIn Mill Street")]),
    ({"entities": {"urls": [{"url": "https://t.co/a"}, None, {"url": "https://t.co/b", "title": "B"}, {"url": "https://t.co/b", "title": "B"}]}}, {},
     [("link", "https://t.co/b", "B")]),
    ({"note_tweet": {"text": "long", "entities": {"urls": [{"url": "https://t.co/c", "title": "C"}]}}}, {}, [("link", "https://t.co/c", "C")]),
    ({"article": {"title": "The long read", "plain_text": "All of it."}}, {}, [("link", None, "The long read\nAll of it.")]),
    ({"attachments": {"media_keys": "3_1", "poll_ids": {"a": 1}}, "entities": [], "article": "x"}, {}, []),
])  # fmt: skip
def test_what_a_poll_offers_and_what_a_linked_page_calls_itself_stand_beside_the_words(more, beside, media):
    (post,) = x.translate({"data": [{"id": "7", "text": "words", **more}], "includes": beside}, ABOUT).posts
    assert [(m.kind, m.url, m.text) for m in post.media] == media


def test_direct_messages_and_broadcast_chats_are_posts():
    message = {
        "id": "9",
        "created_timestamp": "1775467200000",
        "message_create": {"sender_id": "7", "message_data": {"text": "is the road open?"}},
    }
    (direct,) = x.translate({"data": {"event_type": "dm.received", "payload": {"direct_message_events": [message]}}}, ABOUT).posts
    assert (direct.kind, direct.text, direct.author.id, direct.created_at) == (
        Kind.DIRECT,
        "is the road open?",
        "x:7",
        datetime(2026, 4, 6, 9, 20, tzinfo=UTC),
    )
    chat = {"broadcast_id": "b1", "message_id": "8", "message": "louder please", "author": {"data": {"id": "7", "username": "r7"}}}
    (said,) = x.translate({"data": {"event_type": "broadcast.chat", "payload": chat}}, ABOUT).posts
    assert (said.kind, said.text, said.author.handle, said.parent_id) == (Kind.COMMENT, "louder please", "r7", "x:broadcast-b1")


def old(id="2041000000000000300", **more):
    """A post in the form of API v1.1."""
    user = {"id": 2002, "id_str": "2002", "screen_name": "resident_two", "name": "Resident Two", "followers_count": 0}
    return {
        "created_at": "Mon Apr 06 06:10:03 +0000 2026",
        "id": int(id),
        "id_str": id,
        "text": "cut in the mid…",
        "user": user,
        "favorite_count": 0,
        **more,
    }


def test_deliveries_of_the_account_activity_webhook_are_posts_and_deletions():
    long = {
        "full_text": "cut in the middle no more",
        "extended_entities": {"media": [{"type": "photo", "media_url_https": "https://media.example/2.jpg"}]},
    }
    made = old(
        extended_tweet=long,
        in_reply_to_status_id_str="5",
        in_reply_to_user_id_str="1001",
        place={"full_name": "North"},
        quoted_status=old("2041000000000000200"),
    )
    gone = {"status": {"id": "7", "user_id": "2002"}, "timestamp_ms": "1775467200000"}
    found = x.translate({"for_user_id": "1001", "tweet_create_events": [made], "tweet_delete_events": [gone]}, ABOUT)
    first, quoted = found.posts
    assert (first.text, first.kind, first.parent_id, first.place_told) == ("cut in the middle no more", Kind.COMMENT, "x:5", "North")
    assert (first.author.handle, first.author.followers, first.likes, first.reposts) == ("resident_two", 0, 0, None)
    assert first.media[0].url == "https://media.example/2.jpg" and first.created_at.year == 2026
    assert quoted.id == "x:2041000000000000200" and found.deleted == ("x:7",)


def test_a_message_of_that_webhook_knows_its_writer():
    message = {
        "id": "9",
        "created_timestamp": "1775467200000",
        "message_create": {"sender_id": "7", "message_data": {"text": "is it open?"}},
    }
    (said,) = x.translate({"direct_message_events": [message], "users": {"7": {"id": "7", "screen_name": "r7"}}}, ABOUT).posts
    assert (said.text, said.author.handle) == ("is it open?", "r7")


def test_an_encrypted_message_is_refused_and_said_so():
    found = x.translate({"data": {"event_type": "chat.received", "payload": {"id": "1", "encoded_event": "AAAA"}}}, ABOUT)
    assert found.posts == () and "encrypted" in found.refused[0].why


# Errors


@pytest.mark.parametrize(("told", "kind", "then", "until"), [
    (body("usage_cap")["response"], "usage cap", "stop", datetime(2026, 5, 1, tzinfo=UTC)),   # a month's cap, whatever the reset header says
    (body("rate_limit")["response"], "rate limit", "wait", NOON + timedelta(minutes=15)),     # its reset lies in the past: our own wait
    ({"status": 429, "headers": {"x-rate-limit-reset": str(int(NOON.timestamp()) + 412)}, "json": {}}, "rate limit", "wait", NOON + timedelta(seconds=413)),
    ({"status": 429, "headers": {"x-app-limit-24hour-remaining": "0", "x-app-limit-24hour-reset": str(int(NOON.timestamp()) + 7200),
                                 "x-rate-limit-reset": str(int(NOON.timestamp()) + 60)}, "json": {}}, "rate limit", "wait", NOON + timedelta(seconds=7201)),
    ({"status": 429, "headers": {"x-rate-limit-reset": "soon"}, "json": {}}, "rate limit", "wait", NOON + timedelta(minutes=15)),
    ({"status": 402, "headers": {}, "json": {"title": "CreditsDepleted"}}, "no credits", "stop", None),
    ({"status": 401, "headers": {}, "json": {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}}, "credential refused", "credential", None),
    ({"status": 503, "headers": {}, "text": "<html>over capacity</html>"}, "unavailable", "retry", None),
    ({"status": 400, "headers": {}, "json": {"errors": [{"parameters": {"query": [""]}, "message": "bad"}], "title": "Invalid Request",
                                              "type": "https://api.x.com/2/problems/invalid-request"}}, "bad question", "stop", None),
    ({"status": 401, "headers": {}, "json": {"errors": [{"code": 89, "message": "Invalid or expired token."}]}}, "credential refused", "credential", None),
])  # fmt: skip
def test_errors_land_on_their_line(told, kind, then, until):
    found = translating.translated(x, json.dumps({"response": told}).encode(), ABOUT).problem
    assert (found.kind, found.then, found.until) == (kind, then, until)


def test_a_usage_cap_without_a_reset_is_asked_once_and_not_a_thousand_times():
    reply = Reply(body("usage_cap")["response"]["json"], status=429)
    found, problem, seen = asked(lambda _: reply, MENTIONS)
    assert (found, problem.kind, len(seen)) == ([], "usage cap", 1)


def test_a_reset_header_that_is_no_number_does_not_crash_the_library():
    _, problem, _ = asked(lambda _: Reply({}, status=429, headers={"x-rate-limit-reset": "soon"}), MENTIONS)
    assert problem.then in ("wait", "retry")


def test_silence_ends_by_itself():
    began = time.monotonic()
    _, problem, _ = asked(lambda _: Reply(silent=True), MENTIONS, silence_s=0.3)
    assert (problem.kind, problem.then) == ("silence", "retry") and time.monotonic() - began < 10


def test_a_cut_page_keeps_what_came_before_it():
    routes = {"/2/users/1001/mentions": [answer("x/mentions_1"), Reply(answer("x/mentions_2").body, cut_after=100)]}
    found, problem, _ = asked(routes, MENTIONS)
    assert len(found) == 1 and (problem.kind, problem.then) == ("cut connection", "retry")


def test_a_page_of_ten_megabytes_is_read():
    page = {"data": [{"id": str(2041000000000000000 - n), "text": "ل" * 52_000} for n in range(100)], "meta": {"result_count": 100}}
    found, problem, _ = asked({"/2/users/1001/mentions": Reply(page)}, MENTIONS)
    assert problem is None and len(found[0].posts) == 100 and len(Reply(page).raw) > 10_000_000


# Asking


def test_the_cursor_is_the_newest_id_of_the_first_page_only():
    found, _, seen = asked(
        {"/2/users/1001/mentions": [answer("x/mentions_1"), answer("x/mentions_2")]}, MENTIONS, cursor="2041000000000000000"
    )
    assert [a.cursor for a in found] == ["2041000000000000900", None]
    assert [a.query.get("since_id") for a in seen] == ["2041000000000000000"] * 2 and seen[1].query["pagination_token"] == "second"
    assert seen[0].headers["authorization"] == "Bearer a-test-token" and "note_tweet" in seen[0].query["tweet.fields"]


def test_nothing_new_moves_nothing():
    found, problem, _ = asked({"/2/users/1001/mentions": answer("x/nothing_new")}, MENTIONS, cursor="2041000000000000900")
    assert problem is None and [(a.posts, a.cursor) for a in found] == [((), None)]


@pytest.mark.parametrize(("source", "reach"), [(MENTIONS, 800), (OWN, 3200)])
def test_beyond_what_x_hands_out_there_is_a_gap(source, reach):
    def page(request):
        at = int(request.query.get("pagination_token", 0))
        meta = {"next_token": str(at + 100)} if at + 100 < reach else {}
        return Reply({"data": many(100, 2041000000000000000 - at), "meta": meta})

    found, _, _ = asked(page, source, cursor="2040000000000000000")
    assert sum(a.returned for a in found) == reach
    assert found[-1].gap.cause == f"X hands out the last {reach} posts only" and found[-1].gap.since == x.time_of("2040000000000000000")


def test_a_search_reaches_seven_days_and_says_what_lies_before():
    stood = "2030000000000000000"  # weeks before NOON
    found, _, seen = asked({"/2/tweets/search/recent": answer("x/nothing_new")}, SEARCH, cursor=stood)
    assert found[0].gap.since == x.time_of(stood) and found[0].gap.until == NOON - timedelta(days=7) + timedelta(minutes=10)
    assert "since_id" not in seen[0].query and seen[0].query["start_time"] == "2026-03-30T12:10:00Z"


def test_a_cursor_x_calls_too_old_is_a_gap_and_the_search_begins_at_the_edge():
    too_old = Reply({"title": "Invalid Request", "type": "https://api.x.com/2/problems/invalid-request", "errors": [
        {"parameters": {"since_id": ["1"]}, "message": "'since_id' must be a tweet id created after the edge"}]}, status=400)  # fmt: skip
    found, problem, seen = asked({"/2/tweets/search/recent": [too_old, answer("x/own")]}, SEARCH, cursor=str(2041000000000000000))
    assert problem is None and [bool(a.gap) for a in found] == [True, False] and len(found[1].posts) == 1
    assert "since_id" in seen[0].query and "start_time" in seen[1].query


def test_searches_are_filled_up_to_512_characters():
    words = [f"word{n:03}" for n in range(200)]
    found = x.queries(words)
    assert all(len(query) <= x.LONGEST_QUERY for query in found) and len(found) < 6
    assert sorted(w for query in found for w in query.removesuffix(" -is:retweet").strip("()").split(" OR ")) == words


def test_a_deployments_accounts_and_words_become_sources():
    town = Deployment(id="t", name={}, timezone="UTC", languages=("en",), accounts=(CITY, OfficialAccount(platform="facebook", handle="city")),
                      watch=Watch(keywords=("water leak",), hashtags=("#lamp",)))  # fmt: skip
    found = {s.id: s for s in x.sources(town)}
    assert list(found) == ["x.mentions.CITY", "x.own.CITY", "x.accounts", "x.search.1"]
    assert found["x.search.1"].query == '("water leak" OR #lamp) -is:retweet' and found["x.mentions.CITY"].native_id == "1001"


def test_the_size_of_the_account_is_sampled():
    found, _, _ = asked({"/2/users/by": answer("x/users")}, Source(id="x.accounts", platform="x", what="accounts", query="city"))
    (sample,) = found[0].account_samples
    assert (sample.account, sample.followers, sample.following, sample.posts, found[0].cursor) == ("x:city", 40210, 12, 905, None)


def test_an_account_without_a_number_is_looked_up_once_a_process():
    routes = {"/2/users/by": answer("x/users"), "/2/users/1001/mentions": answer("x/nothing_new")}
    nameless = msgspec.structs.replace(MENTIONS, native_id=None)
    with replay(routes) as server:
        client = x.connect("a-test-token", server.url)
        for _ in range(3):
            list(x.ask(client, nameless, None, NOON))
        assert [a.path for a in server.asked].count("/2/users/by") == 1


def test_a_budget_is_never_overspent_and_its_end_is_a_hard_stop():
    def page(request):
        at, size = int(request.query.get("pagination_token", 0)), int(request.query["max_results"])
        return Reply({"data": many(size, 2041000000000000000 - at), "meta": {"next_token": str(at + size)}})

    store = MemoryStore()
    source = msgspec.structs.replace(MENTIONS, budget=250)
    with replay(page) as server:
        passes = [
            collecting.poll(store, x, x.connect("t", server.url), source, lambda p: p, lambda n=n: NOON + timedelta(minutes=n))
            for n in range(3)
        ]
        assert len(server.asked) == 3
    assert [p.spend for p in passes] == [250, 0, 0] and {p.state for p in passes} == {"stopped"}
    assert (
        passes[0].next_at == datetime(2026, 5, 1, tzinfo=UTC) and "budget of reads" in passes[0].error and store.cursor(source.id) is None
    )


def test_what_serves_all_accounts_has_the_smallest_of_their_budgets():
    ours = tuple(
        OfficialAccount(platform="x", handle=name, id=id, monthly_reads=reads)
        for name, id, reads in (("A", "1", 900), ("B", "2", 300), ("C", "3", None))
    )
    town = Deployment(id="t", name={}, timezone="UTC", languages=("en",), accounts=ours, watch=Watch(keywords=("leak",), stream=True))
    budgets = {source.id: source.budget for source in x.sources(town)}
    assert budgets == {"x.mentions.A": 900, "x.own.A": 900, "x.mentions.B": 300, "x.own.B": 300, "x.mentions.C": None, "x.own.C": None,
                       "x.accounts": 300, "x.stream": 300, "x.search.1": 300}  # fmt: skip


def test_sizes_are_asked_for_only_as_long_as_the_budget_allows():
    source = Source(id="x.accounts", platform="x", what="accounts", query="CITY,PARKS", budget=10, budget_left=1)
    found, problem, seen = asked({"/2/users/by": answer("x/users")}, source)
    assert (found, seen, problem.kind, problem.then) == ([], [], "budget", "stop")


# Looking again

OURS = post(
    1, id="x:2041000000000000100", kind=Kind.OWN, account="x:CITY", replies=1, quotes=1, likes=20, created_at=NOON - timedelta(hours=9)
)
THEIRS = tuple(post(n, id=f"x:2041000000000000{n}00") for n in (7, 6))


def looked(routes):
    with replay(routes) as server:
        found = list(x.refresh(x.connect("t", server.url), msgspec.structs.replace(OWN, what="again"), [OURS, *THEIRS], NOON))
        return found, server.asked


def test_a_second_look_brings_numbers_and_new_answers_and_a_suspicion():
    found, seen = looked({"/2/tweets": answer("x/lookup"), "/2/tweets/search/recent": answer("x/conversation")})
    assert found[0].posts[0].likes == 41 and found[0].samples[0].replies == 3 and found[0].cursor is None
    assert found[0].missing == ("x:2041000000000000700",)  # the hidden one is not called missing
    assert [p.text for p in found[1].posts] == ["until what hour?"] and found[1].posts[0].kind == Kind.COMMENT
    assert [a.path for a in seen] == ["/2/tweets", "/2/tweets/search/recent"] and seen[1].query[
        "query"
    ] == "(conversation_id:2041000000000000100)"


def spent(left, **replies):
    """What a second look at three posts spends where so much of the budget is left, and why it ended."""
    conversation = Reply({"data": many(replies.get("found", 10)), "meta": {"next_token": "more"}})
    source = msgspec.structs.replace(OWN, what="again", budget=500, budget_left=left)
    total = 0
    with replay({"/2/tweets": answer("x/lookup"), "/2/tweets/search/recent": conversation, "/2/tweets/*": conversation}) as server:
        try:
            for one in x.refresh(x.connect("t", server.url), source, [OURS, *THEIRS], NOON):
                total += one.spend
        except PlatformProblem as trouble:
            return total, trouble.kind, server.asked
        return total, None, server.asked


@pytest.mark.parametrize(("left", "calls"), [(0, 0), (2, 0), (3, 1), (12, 1), (13, 2), (40, 4)])
def test_a_second_look_stops_hard_where_the_budget_ends(left, calls):
    total, kind, seen = spent(left)
    assert kind == "budget" and total <= left and len(seen) == calls


def test_a_second_look_asks_for_no_more_answers_than_it_may_pay_for():
    _, _, seen = spent(20)
    assert [one.query.get("max_results") for one in seen] == [None, "17"]


NOTHING_SEEN = Reply({"errors": body("lookup")["errors"]})


def test_where_none_of_the_posts_is_seen_the_credential_is_tried_on_our_own_account():
    found, seen = looked({"/2/tweets": NOTHING_SEEN, "/2/users/by": answer("x/users")})
    assert found[0].missing == ("x:2041000000000000700",) and [a.path for a in seen] == ["/2/tweets", "/2/users/by"]


@pytest.mark.parametrize("account", [Reply({"errors": [{"title": "Not Found Error"}]}), Reply({}, status=401)])
def test_where_the_credential_sees_nothing_nothing_is_called_missing(account):
    with pytest.raises(PlatformProblem):
        looked({"/2/tweets": NOTHING_SEEN, "/2/users/by": account})


def test_a_hundred_posts_cost_one_call():
    with replay({"/2/tweets": Reply({"data": many(100)})}) as server:
        posts = [post(n, id=f"x:{2041000000000000000 - n}") for n in range(100)]
        answers: list[Answer] = list(x.refresh(x.connect("t", server.url), OWN, posts, NOON))
        assert len(server.asked) == 1 and len(answers[0].posts) == 100


# Checking


@pytest.mark.parametrize(
    "usage", [{}, {"data": None}, {"data": {"project_usage": "x"}}, {"data": {"project_usage": "5", "project_cap": "0"}}]
)
def test_where_x_does_not_say_what_is_used_the_check_says_so(usage):
    town = Deployment(
        id="t", name={}, timezone="UTC", languages=("en",), accounts=(OfficialAccount(platform="x", handle="CITY", id="1001"),)
    )
    with replay({"/2/users/by": answer("x/users"), "/2/usage/tweets": Reply(usage)}) as server:
        found = {f.what: f for f in x.check(x.connect("t", server.url), town, NOON)}
    assert found["x quota"].state == "warning" and "does not say" in found["x quota"].says


def test_check_says_what_the_token_reads_and_what_is_left():
    routes = {
        "/2/users/by": answer("x/users"),
        "/2/usage/tweets": Reply({"data": {"project_usage": "950", "project_cap": "1000", "cap_reset_day": 4}}),
    }
    town = Deployment(id="t", name={}, timezone="UTC", languages=("en",), accounts=(CITY, OfficialAccount(platform="x", handle="nobody")))
    with replay(routes) as server:
        found = list(x.check(x.connect("t", server.url), town, NOON))
    assert [(f.what, f.state) for f in found] == [("x credential", "ok"), ("x @nobody", "failed"), ("x quota", "warning")]
    assert "950 of 1,000 reads" in found[2].says


# Recorded answers


def test_every_recorded_body_becomes_posts_with_every_text_in_it(shared):
    folder = shared / "recordings" / "x"
    seen = 0
    for path in translating.files(folder):
        found = translating.translated(x, path.read_bytes(), Context(now=NOON))
        assert not any("shape we do not know" in r.why for r in found.refused), path
        have = {(p.id, p.text) for p in found.posts}
        for id, text in texts(json.loads(path.read_bytes())):
            assert (f"x:{id}", text) in have, path
            seen += 1
    assert seen > 500


def texts(told):
    """Every message in a recording: an object with an id and a text."""
    if isinstance(told, dict):
        if isinstance(told.get("text"), str) and "id" in told:
            yield told["id"], (told.get("note_tweet") or told)["text"]
        for value in told.values():
            yield from texts(value)
    elif isinstance(told, list):
        for value in told:
            yield from texts(value)


def test_recorded_pages_go_through_the_real_client_and_are_stored_once(shared):
    for path in sorted((shared / "recordings" / "x" / "pages").glob("*.json")):
        page = json.loads(path.read_bytes())
        page.get("meta", {}).pop("next_token", None)
        store = MemoryStore()
        with replay({"/2/users/1001/mentions": Reply(page)}) as server:
            line = collecting.poll(store, x, x.connect("t", server.url), MENTIONS, lambda posts: posts, lambda: NOON)
            again = collecting.poll(store, x, x.connect("t", server.url), MENTIONS, lambda posts: posts, lambda: NOON + timedelta(hours=1))
        replaced = {earlier for earlier, _ in x.translate(page, ABOUT).replaced}  # by an edit that came beside it
        wanted = {f"x:{one['id']}" for one in page["data"] if "text" in one} - replaced
        assert wanted <= {p.id for p in store.get(list(wanted))} and line.state == "ok", path.name
        assert again.stored == 0, path.name
