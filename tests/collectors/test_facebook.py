"""Facebook through facebook-sdk against a replay server, and its answers and webhooks as posts. Every text is invented."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from collectors import facebook, translating
from collectors.base import Answer, Context, Source
from collectors.inbox import Inbox
from core.deployment import Deployment, OfficialAccount
from core.errors import CredentialMissing, PlatformProblem
from core.post import Kind
from core.settings import Secret, Settings
from tests.collectors.replay import Reply, Server, by_path, replay

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
AT = "2026-05-01T10:00:00+0000"
PAGE = Source(id="facebook.feed.city", platform="facebook", what="feed", account="facebook:city", handle="city", native_id="10")
TOLD = Context(now=NOW, source=PAGE.id, account="facebook:city", native_id="10", what="feed")


def settings(server: Server, **credentials: str) -> Settings:
    told = {"FACEBOOK_TOKEN": "sesame", **credentials}
    return Settings(base_urls={"facebook": server.url}, credentials={k: Secret(v) for k, v in told.items()})


def source(what: str) -> Source:
    return Source(id=f"facebook.{what}.city", platform="facebook", what=what, account="facebook:city", handle="city", native_id="10")


def asked(answers: Any, what: str = "feed", cursor: str | None = None) -> tuple[list[Answer], Server]:
    with replay(answers) as server:
        return list(facebook.ask(facebook.client(settings(server)), source(what), cursor, NOW)), server


def post(id: str = "10_1", **more: Any) -> dict[str, Any]:
    return {"id": id, "created_time": AT, "message": "The lamp in Mill Street is out.", "from": {"id": "77", "name": "A Neighbour"}, **more}


def only(body: Any, told: Context = TOLD) -> Any:
    answer = facebook.translate(body, told)
    assert len(answer.posts) == 1 and not answer.refused
    return answer.posts[0]


def delivery(value: dict[str, Any], field: str = "feed", time: int = 1_777_629_600) -> dict[str, Any]:
    return {"object": "page", "entry": [{"id": "10", "time": time, "changes": [{"field": field, "value": value}]}]}


def pages(*bodies: dict[str, Any]) -> dict[str, Any]:
    return {"/v25.0/10/feed": [Reply(body) for body in bodies]}


# The questions


@pytest.mark.parametrize(("one", "text"), [
    ({"media_type": "link", "title": "A leak", "description": "In Mill Street", "unshimmed_url": "https://news.example/a"}, "A leak\nIn Mill Street"),
    ({"media_type": "photo", "title": "Photos from a post", "description": "The hole seen from above"}, "The hole seen from above"),
    ({"media_type": "photo", "description": "The lamp in Mill Street is out."}, None),  # the post's own words again
    ({"media_type": "album", "subattachments": {"data": [{"type": "photo", "description": "Before"}]}}, "Before"),
])  # fmt: skip
def test_the_words_on_what_is_attached_are_kept_beside_the_posts_own(one: dict[str, Any], text: str | None) -> None:
    (media,) = only(post(attachments={"data": [one]})).media
    assert media.text == text


def test_an_old_link_keeps_what_it_says_of_itself_beside_the_words() -> None:
    (media,) = only(post(type="link", link="https://news.example/a", name="A leak", description="In Mill Street")).media
    assert (media.kind, media.text) == ("link", "A leak\nIn Mill Street")


def test_paging_goes_on_through_an_empty_page_until_next_is_absent() -> None:
    following = {"next": "https://graph.facebook.com/v25.0/10/feed?limit=100&after=abc"}  # without a token, as it does come
    empty = {"data": [], "paging": {"next": "https://graph.facebook.com/v25.0/10/feed?access_token=sesame&after=def"}}
    answers, server = asked(pages({"data": [post()], "paging": following}, empty, {"data": [post("10_2")]}))
    assert [p.id for answer in answers for p in answer.posts] == ["facebook:10_1", "facebook:10_2"]
    assert [a.query.get("after") for a in server.asked] == [None, "abc", "def"]
    assert {a.query["access_token"] for a in server.asked} == {"sesame"}


def test_a_page_that_comes_again_is_a_gap_and_the_watermark_stays() -> None:
    again = {"data": [post()], "paging": {"next": "https://graph.facebook.com/v25.0/10/feed?after=abc"}}
    answers: list[Answer] = []
    with replay(pages(again)) as server, pytest.raises(PlatformProblem) as raised:
        answers.extend(facebook.ask(facebook.client(settings(server)), PAGE, None, NOW))
    assert len(server.asked) == 2 and raised.value.kind == "repeated page"
    assert answers[-1].gap is not None and "same page again" in answers[-1].gap.cause


def test_the_watermark_is_the_newest_time_and_the_next_pass_asks_from_a_little_before_it() -> None:
    answers, _ = asked(pages({"data": [post()]}))
    assert answers[-1].cursor == "2026-05-01T10:00:00+00:00"
    _, server = asked(pages({"data": []}), cursor=answers[-1].cursor)
    assert server.asked[0].query["since"] == str(int(datetime(2026, 5, 1, 9, tzinfo=UTC).timestamp()))


def test_an_empty_pass_keeps_the_old_watermark() -> None:
    answers, _ = asked(pages({"data": []}), cursor="2026-05-01T10:00:00+00:00")
    assert [a.cursor for a in answers] == ["2026-05-01T10:00:00+00:00"]


def test_a_clock_of_tomorrow_does_not_move_the_watermark() -> None:
    answers, _ = asked(pages({"data": [post(created_time="2031-01-01T00:00:00+0000")]}))
    assert answers[-1].cursor is None


def test_a_list_that_comes_empty_at_the_very_first_pass_is_a_gap_and_not_silence() -> None:
    answers, _ = asked(pages({"data": []}))
    assert answers[-1].gap is not None and "page's own token" in answers[-1].gap.cause


def test_a_page_with_too_much_in_it_is_asked_for_at_half_its_size() -> None:
    too_much = Reply({"error": {"code": 1, "message": "Please reduce the amount of data you're asking for, then retry"}}, status=500)
    answers, server = asked({"/v25.0/10/feed": [too_much, too_much, Reply({"data": [post()]})]})
    assert [a.query["limit"] for a in server.asked] == ["100", "50", "25"]
    assert len(answers[0].posts) == 1


def test_comments_and_replies_are_read_under_their_posts_until_the_watermark() -> None:
    def comment(id: str, at: str, **more: Any) -> dict[str, Any]:
        return {"id": id, "created_time": at, "message": f"comment {id}", "from": {"id": "78"}, "like_count": 0, **more}

    newest = comment("1_8", "2026-05-01T11:00:00+0000", parent={"id": "1_7"})
    nested = {"data": [newest], "paging": {"next": "https://graph.facebook.com/v25.0/10_1/comments?after=x"}, "summary": {"total_count": 3}}
    below = [Reply({"data": [comment("1_7", "2026-04-01T11:00:00+0000")],
                    "paging": {"next": "https://graph.facebook.com/v25.0/10_1/comments?after=y"}})]  # fmt: skip
    answers, server = asked(
        {"/v25.0/10/feed": Reply({"data": [{"id": "10_1", "comments": nested}]}), "/v25.0/10_1/comments": below},
        "comments", "2026-04-20T00:00:00+00:00",
    )  # fmt: skip
    found = [p for answer in answers for p in answer.posts]
    assert [(p.id, p.kind, p.parent_id, p.conversation_id) for p in found] == [
        ("facebook:1_8", Kind.REPLY, "facebook:1_7", "facebook:10_1"),
        ("facebook:1_7", Kind.COMMENT, "facebook:10_1", "facebook:10_1"),
    ]
    assert len(server.asked) == 2  # what follows is older than the watermark
    assert "filter(stream)" in server.asked[0].query["fields"]


def test_a_post_that_is_gone_meanwhile_leaves_the_other_posts_comments_alone() -> None:
    def under(id: str, comment: str) -> dict[str, Any]:
        following = {"next": f"https://graph.facebook.com/v25.0/{id}/comments?after=x"}
        return {"id": id, "comments": {"data": [{"id": comment, "message": "Hm", "created_time": AT}], "paging": following}}

    gone = Reply({"error": {"code": 100, "error_subcode": 33, "message": "Unsupported get request"}}, status=400)
    answers, _ = asked({"/v25.0/10/feed": Reply({"data": [under("10_1", "1_1"), under("10_2", "2_1")]}), "/v25.0/10_1/comments": gone,
                        "/v25.0/10_2/comments": Reply({"data": [{"id": "2_2", "message": "Yes", "created_time": AT}]})}, "comments")  # fmt: skip
    assert [p.id for a in answers for p in a.posts] == ["facebook:1_1", "facebook:2_1", "facebook:2_2"]
    assert [r.lost for a in answers for r in a.refused] == [False]


def test_a_figure_that_the_platform_took_away_leaves_the_others() -> None:
    def answer(asked: Any) -> Reply:
        if asked.query["metric"] != "page_follows":
            return Reply({"error": {"code": 100, "message": "(#100) The value must be a valid insights metric"}}, status=400)
        return Reply({"data": [{"name": "page_follows", "period": "day", "id": "10/insights/x", "values": [{"value": 5}]}]})

    answers, _ = asked(by_path({"/v25.0/10/insights": answer}), "insights")
    assert [s.followers for a in answers for s in a.account_samples] == [5]


def test_a_pages_size_is_its_followers_and_only_then_its_fans() -> None:
    told = {"id": "10", "name": "City", "username": "city", "fan_count": 8, "followers_count": 9}
    answers, _ = asked({"/v25.0/10": Reply(told)}, "account")
    assert [(s.account, s.followers, s.at) for s in answers[0].account_samples] == [("facebook:city", 9, NOW)]
    assert answers[0].accounts[0].native_id == "10"


def test_daily_figures_become_samples_at_the_ends_of_their_days() -> None:
    row = {"name": "page_follows", "period": "day", "id": "10/insights/page_follows/day",
           "values": [{"value": 5, "end_time": "2026-04-30T07:00:00+0000"}, {"value": 0, "end_time": "2026-05-01T07:00:00+0000"}]}  # fmt: skip
    answers, _ = asked({"/v25.0/10/insights": Reply({"data": [row]})}, "insights")
    assert [s.followers for s in answers[0].account_samples] == [5, 0]


def test_what_the_app_secret_proves_is_sent_and_the_secret_is_not() -> None:
    with replay(pages({"data": []})) as server:
        list(facebook.ask(facebook.client(settings(server, FACEBOOK_APP_SECRET="open")), PAGE, None, NOW))
    assert len(server.asked[0].query["appsecret_proof"]) == 64
    assert "open" not in str(server.asked)


def test_a_second_look_at_posts_halves_the_question_until_the_unseen_one_stands_alone() -> None:
    def answer(asked: Any) -> Reply:
        ids = asked.query["ids"].split(",")
        if "10_3" in ids:
            return Reply({"error": {"code": 100, "error_subcode": 33, "message": "Unsupported get request"}}, status=400)
        return Reply({id: {"id": id, "reactions": {"summary": {"total_count": 4}}} for id in ids})

    known = [only(post(f"10_{n}")) for n in (1, 2, 3, 4)]
    with replay(by_path({"/v25.0/": answer})) as server:
        found = list(facebook.refresh(facebook.client(settings(server)), PAGE, known, NOW))
    assert [id for a in found for id in a.missing] == ["facebook:10_3"]
    assert sorted((s.post_id, s.likes) for a in found for s in a.samples) == [(f"facebook:10_{n}", 4) for n in (1, 2, 4)]


@pytest.mark.parametrize(("page", "missing"), [(Reply({"id": "10"}), ["facebook:10_1"]), (Reply({}), [])])
def test_what_is_missing_counts_only_while_the_credential_still_sees_the_page(page: Reply, missing: list[str]) -> None:
    gone = Reply({"error": {"code": 100, "error_subcode": 33, "message": "Unsupported get request"}}, status=400)
    with replay({"/v25.0/": gone, "/v25.0/10": page}) as server:
        found = list(facebook.refresh(facebook.client(settings(server)), PAGE, [only(post())], NOW))
    assert [id for a in found for id in a.missing] == missing


def test_others_own_posts_and_ids_of_our_making_are_not_looked_at_again() -> None:
    tagged, nameless = only(post("79_5")), only({"data": [{"message": "No id", "created_time": AT}]})
    with replay({}) as server:
        assert list(facebook.refresh(facebook.client(settings(server)), PAGE, [tagged, nameless], NOW)) == []
    assert server.asked == []


def test_a_second_look_at_a_comment_puts_new_replies_into_its_conversation() -> None:
    answer = {"id": "1_9", "created_time": AT, "message": "Same here", "from": {"id": "79"}, "parent": {"id": "1_7"}}
    body = {"1_7": {"id": "1_7", "created_time": AT, "message": "Still dark", "like_count": 3, "comments": {"data": [answer]}}}
    told = Context(now=NOW, source="facebook.comments.city", account="facebook:city", native_id="10", path="/v25.0/10_1/comments")
    (known,) = facebook.translate({"data": [{"id": "1_7", "created_time": AT, "message": "Still dark"}]}, told).posts
    with replay({"/v25.0/": Reply(body)}) as server:
        found = [p for a in facebook.refresh(facebook.client(settings(server)), PAGE, [known], NOW) for p in a.posts]
    assert [(p.id, p.parent_id, p.conversation_id) for p in found][1] == ("facebook:1_9", "facebook:1_7", "facebook:10_1")
    assert found[1].kind == Kind.REPLY


def test_the_check_says_when_the_token_is_a_persons_and_not_the_pages() -> None:
    deployment = Deployment(id="t", name={"en": "T"}, timezone="UTC", languages=("en",),
                            accounts=(OfficialAccount(platform="facebook", handle="city", id="10"),))  # fmt: skip
    usage = {"X-App-Usage": '{"call_count":30,"total_time":5}'}
    with replay({"/v25.0/me": Reply({"id": "5", "name": "A"}, headers=usage), "/v25.0/10": Reply({"id": "10"})}) as server:
        found = list(facebook.check(facebook.client(settings(server)), deployment, NOW))
    assert [f.state for f in found] == ["ok", "warning"]
    assert "70 %" in found[0].says and "somebody else" in found[1].says


def test_without_a_token_it_says_which_key_it_waits_for() -> None:
    with pytest.raises(CredentialMissing, match=r"SADA_FACEBOOK_TOKEN.*docs/credentials.md#facebook"):
        facebook.client(Settings())


def test_every_page_of_a_deployment_is_asked_seven_questions() -> None:
    deployment = Deployment(id="t", name={"en": "T"}, timezone="UTC", languages=("en",), accounts=(
        OfficialAccount(platform="facebook", handle="city", id="10"), OfficialAccount(platform="x", handle="city")))  # fmt: skip
    found = facebook.sources(deployment)
    assert [s.what for s in found] == ["feed", "comments", "tagged", "mentions", "ratings", "account", "insights"]
    assert len({s.id for s in found}) == 7 and {s.account for s in found} == {"facebook:city"}


# What goes wrong on the way


@pytest.mark.parametrize(("reply", "then"), [
    (Reply({"error": {"code": 190, "error_subcode": 463, "message": "expired"}}, status=400), "credential"),
    (Reply({"error": {"code": 10, "message": "no"}}, status=403), "credential"),
    (Reply({"error": {"code": 230, "message": "no"}}, status=403), "credential"),
    (Reply({"error": {"code": 4, "message": "limit"}}, status=403), "wait"),
    (Reply({"error": {"code": 17, "message": "limit"}}, status=400), "wait"),
    (Reply({"error": {"code": 613, "message": "limit"}}, status=400), "wait"),
    (Reply({"error": {"code": 80001, "message": "limit"}}, status=400), "wait"),
    (Reply({"error": {"code": 2, "message": "down"}}, status=500), "retry"),
    (Reply({"error": {"code": 100, "error_subcode": 33, "message": "gone"}}, status=400), "skip"),
    (Reply({"error": {"code": 190, "message": "in a 200"}}), "credential"),
    (Reply("<!DOCTYPE html><html><body>Back soon</body></html>", headers={"Content-Type": "text/html"}), "retry"),
    (Reply("<html></html>", status=502, headers={"Content-Type": "text/html"}), "retry"),
    (Reply('{"data": [', cut_after=5), "retry"),
    (Reply('{"data": ['), "retry"),
    (Reply(b"", status=429), "wait"),
])  # fmt: skip
def test_a_problem_says_what_happens_next_and_never_shows_the_token(reply: Reply, then: str) -> None:
    with pytest.raises(PlatformProblem) as raised:
        asked({"/v25.0/10/feed": reply})
    assert raised.value.then == then
    assert "sesame" not in raised.value.says and "http" not in raised.value.says.lower().replace("http ", "")


def test_a_limit_that_names_its_end_is_waited_for_until_then() -> None:
    headers = {"X-Business-Use-Case-Usage": '{"10":[{"call_count":101,"type":"pages","estimated_time_to_regain_access":19}]}'}
    found = facebook.problem(400, headers, {"error": {"code": 80001, "message": "m"}}, NOW)
    assert found.until is not None and NOW + timedelta(minutes=19) <= found.until <= NOW + timedelta(minutes=20)


def test_the_pass_rests_before_the_hours_calls_are_used_up() -> None:
    nearly = {"X-App-Usage": '{"call_count":96,"total_time":5}'}
    first = Reply({"data": [post()], "paging": {"next": "https://graph.facebook.com/v25.0/10/feed?after=x"}}, headers=nearly)
    with replay({"/v25.0/10/feed": first}) as server:
        answers = facebook.ask(facebook.client(settings(server)), PAGE, None, NOW)
        assert len(next(answers).posts) == 1
        with pytest.raises(PlatformProblem) as raised:
            list(answers)
    assert raised.value.then == "wait" and len(server.asked) == 1


# What its objects become


@pytest.mark.parametrize(("told", "counts"), [
    ({}, (None, None, None, None)),
    ({"reactions": {"data": [], "summary": {"total_count": 0}}, "comments": {"summary": {"total_count": 0}}}, (0, 0, None, None)),
    ({"likes": {"data": [], "summary": {"total_count": 3}}, "reactions": {"summary": {"total_count": 5}}}, (5, None, None, None)),
    ({"likes": {"data": [{"id": "1"}], "count": 3}, "comments": {"count": 2}}, (3, 2, None, None)),
    ({"likes": {"data": [{"id": "1"}]}, "comments": []}, (None, None, None, None)),  # a list's length is no total
    ({"shares": {"count": 6}, "comments": {"total_count": 1}}, (None, 1, 6, None)),
    ({"like_count": 0, "comment_count": 2}, (0, 2, None, None)),
    ({"insights": {"data": [{"name": "post_impressions", "period": "lifetime", "values": [{"value": 40}]}]}}, (None, None, None, 40)),
])  # fmt: skip
def test_numbers_not_told_are_none_and_nobody_is_zero(told: dict[str, Any], counts: tuple[int | None, ...]) -> None:
    found = only(post(**told))
    assert (found.likes, found.replies, found.reposts, found.views) == counts


@pytest.mark.parametrize(("told", "kind"), [
    ({"from": {"id": "10"}}, Kind.OWN),
    ({"from": {"id": "77"}}, Kind.MENTION),
    ({"from": None, "status_type": "wall_post"}, Kind.MENTION),  # a visitor whose name Facebook hides
    ({"from": None, "status_type": "added_photos"}, Kind.OWN),
    ({"can_hide": True}, Kind.COMMENT),
    ({"parent": {"id": "1_5"}}, Kind.REPLY),
    ({"parent": {"id": "1_5"}, "from": {"id": "10"}}, Kind.OWN),
])  # fmt: skip
def test_who_wrote_it_and_where_decides_its_kind(told: dict[str, Any], kind: Kind) -> None:
    assert only(post(**told)).kind == kind


def test_one_bad_post_in_a_page_is_refused_without_its_text_and_the_rest_stands() -> None:
    rows = [post(f"10_{n}") for n in range(99)] + [post("10_99", created_time="soon", message="a secret")]
    answer = facebook.translate({"data": rows}, TOLD)
    assert (len(answer.posts), len(answer.refused), answer.returned) == (99, 1, 100)
    assert "secret" not in answer.refused[0].why and answer.refused[0].lost


def test_a_bad_comment_leaves_its_post_and_its_neighbours_alone() -> None:
    told = [{"id": "1_1", "message": "a secret", "created_time": "soon"}, {"id": "1_2", "message": "Fine", "created_time": AT}]
    answer = facebook.translate({"data": [post(comments={"data": told})]}, TOLD)
    assert ([p.id for p in answer.posts], len(answer.refused), answer.returned) == (["facebook:10_1", "facebook:1_2"], 1, 3)


def test_text_stays_as_it_was_published() -> None:
    said = "  شارع النخيل\u200f ‏مظلم منذ أسبوع 😔\n\n#مدينتنا &amp; "
    assert only(post(message=said)).text == said


def test_dates_in_arabic_digits_are_read() -> None:
    assert only(post(created_time="٢٠٢٦-٠٥-٠١T١٠:٠٠:٠٠+0300")).created_at == datetime(2026, 5, 1, 7, tzinfo=UTC)


def test_a_comment_without_an_id_keeps_the_same_one_of_ours() -> None:
    nameless = {"message": "No water since Monday", "created_time": AT}  # as apps with public content access get them
    first, second = only({"data": [nameless]}), only({"data": [nameless]})
    assert first.id == second.id and first.id.startswith("facebook:")


def test_a_review_brings_its_words_and_the_comments_under_it() -> None:
    review = {"created_time": AT, "reviewer": {"id": "7", "name": "R"}, "review_text": "The counter was quick.", "has_review": True,
              "open_graph_story": {"id": "900", "comments": {"data": [{"id": "900_1", "message": "Thank you", "from": {"id": "10"}}]}}}  # fmt: skip
    answer = facebook.translate({"data": [review]}, TOLD)
    assert [(p.id, p.text, p.parent_id, p.kind) for p in answer.posts] == [
        ("facebook:900", "The counter was quick.", None, Kind.MENTION), ("facebook:900_1", "Thank you", "facebook:900", Kind.OWN),
    ]  # fmt: skip


def test_an_album_of_a_post_is_its_pictures() -> None:
    parts = [{"type": "photo", "media": {"image": {"src": f"https://pictures.example/{n}.jpg"}}} for n in (1, 2)]
    found = only(post(attachments={"data": [{"type": "album", "subattachments": {"data": parts}}]}))
    assert [(m.kind, m.url) for m in found.media] == [
        ("photo", "https://pictures.example/1.jpg"),
        ("photo", "https://pictures.example/2.jpg"),
    ]


def test_posts_and_messages_asked_for_inside_of_a_page_come_out_too() -> None:
    talk = {"id": "t_5", "messages": {"data": [{"id": "m_1", "message": "Is anybody there?", "from": {"id": "55"}, "created_time": AT},
                                               {"id": "m_2", "message": "Yes.", "from": {"id": "10"}, "created_time": AT}]}}  # fmt: skip
    answer = facebook.translate({"id": "10", "fan_count": 3, "feed": {"data": [post()]}, "conversations": {"data": [talk]}}, TOLD)
    assert [(p.id, p.kind, p.conversation_id) for p in answer.posts] == [
        ("facebook:10_1", Kind.MENTION, None), ("facebook:m_1", Kind.DIRECT, "facebook:t_5"), ("facebook:m_2", Kind.OWN, "facebook:t_5"),
    ]  # fmt: skip
    assert [s.followers for s in answer.account_samples] == [3]


def test_a_message_in_a_place_we_do_not_know_is_not_lost() -> None:
    answer = facebook.translate({"id": "5", "object_story_spec": {"page_id": "10", "link_data": {"message": "Come to the fair"}}}, TOLD)
    assert [p.text for p in answer.posts] == ["Come to the fair"]


def test_one_failed_answer_of_a_batch_leaves_the_others_alone() -> None:
    batch = [
        {"code": 400, "body": '{"error": {"code": 100, "message": "m"}}'},
        {"code": 200, "body": '{"data": [{"id": "10_1", "message": "Hi"}]}'},
    ]
    answer = facebook.translate(batch, TOLD)
    assert [p.text for p in answer.posts] == ["Hi"] and [r.lost for r in answer.refused] == [False]


def test_an_export_of_crowdtangle_is_read() -> None:
    old = {"platformId": "10_9", "date": "2016-02-09 15:00:00", "message": "Old news", "account": {"platformId": "10", "name": "City"},
           "statistics": {"actual": {"likeCount": 3, "loveCount": 0, "shareCount": 0}}}  # fmt: skip
    found = only({"status": 200, "result": {"posts": [old]}})
    assert (found.id, found.kind, found.likes, found.replies, found.reposts) == ("facebook:10_9", Kind.OWN, 3, None, 0)


def test_an_error_that_the_platform_says_will_pass_is_tried_again() -> None:
    unknown = {"error": {"code": 99999, "is_transient": True, "message": "m"}}
    assert facebook.problem(400, {}, unknown, NOW).then == "retry"


def test_where_the_next_page_begins_is_told_without_the_token() -> None:
    answer = facebook.translate(
        {"data": [], "paging": {"next": "https://graph.facebook.com/v9.0/1/feed?access_token=sesame&after=q"}}, TOLD
    )
    assert answer.next == "1/feed?after=q"


# What the page's webhook tells


def test_a_comment_told_by_the_webhook_is_the_comment_a_poll_finds() -> None:
    value = {"item": "comment", "verb": "add", "comment_id": "1_7", "post_id": "10_1", "parent_id": "10_1", "from": {"id": "78", "name": "N"},
             "created_time": 1_777_629_500, "message": "Still dark."}  # fmt: skip
    found = only(delivery(value))
    polled = only({"data": [{"id": "1_7", "message": "Still dark.", "created_time": 1_777_629_500, "from": {"id": "78", "name": "N"}}]},
                  Context(now=NOW, source=PAGE.id, account="facebook:city", native_id="10", path="/v25.0/10_1/comments"))  # fmt: skip
    for name in ("id", "kind", "text", "created_at", "author", "account", "parent_id", "conversation_id"):
        assert getattr(found, name) == getattr(polled, name), name
    assert found.kind == Kind.COMMENT


def test_a_mention_told_without_its_text_is_asked_for_once(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    for number, (page, post_id) in enumerate((("10", "79_5"), ("99", "79_6"))):
        told = {"object": "page", "entry": [{"id": page, "changes": [{"field": "mention", "value": {"item": "post", "post_id": post_id}}]}]}
        inbox.keep("facebook", "", json.dumps(told).encode(), NOW)
        inbox.done([], [number + 1])  # read, and nothing could be made of it
    inbox.close()
    with replay({"/v25.0/79_5": Reply(post("79_5", **{"from": None}))}) as server:
        client = facebook.client(msgspec.structs.replace(settings(server), data=tmp_path))
        first = list(facebook.ask(client, source("mentions"), None, NOW))
        second = list(facebook.ask(client, source("mentions"), first[-1].cursor, NOW))
    assert [(p.id, p.kind, p.account) for a in first for p in a.posts] == [("facebook:79_5", Kind.MENTION, "facebook:city")]
    assert [p for a in second for p in a.posts] == [] and len(server.asked) == 1


def test_an_edit_is_a_later_observation_of_the_same_post() -> None:
    value = {
        "item": "status",
        "verb": "edited",
        "post_id": "10_1",
        "from": {"id": "10"},
        "created_time": 1_777_600_000,
        "message": "mended",
    }
    found = only(delivery(value))
    assert found.edited_at == found.observed_at == datetime.fromtimestamp(1_777_629_600, UTC) > found.created_at


@pytest.mark.parametrize(("value", "gone"), [
    ({"item": "comment", "verb": "remove", "comment_id": "1_7", "post_id": "10_1"}, "facebook:1_7"),
    ({"item": "post", "verb": "remove", "post_id": "10_1"}, "facebook:10_1"),
    ({"item": "rating", "verb": "remove", "open_graph_story_id": 904}, "facebook:904"),
    ({"item": "photo", "verb": "remove", "post_id": "10_1"}, "facebook:10_1"),  # as it is told of a post that is one picture
    ({"item": "photo", "verb": "remove", "post_id": "10_1", "photo_id": 1}, "facebook:10_1"),
    ({"item": "video", "verb": "remove", "post_id": "10_1"}, "facebook:10_1"),
    ({"item": "photo", "verb": "remove", "photo_id": 7}, "facebook:7"),
])  # fmt: skip
def test_a_removal_deletes_what_it_names(value: dict[str, Any], gone: str) -> None:
    assert facebook.translate(delivery(value), TOLD).deleted == (gone,)


@pytest.mark.parametrize("item", ["photo", "video"])
def test_one_picture_taken_out_of_a_post_leaves_the_post(item: str) -> None:
    answer = facebook.translate(delivery({"item": item, "verb": "remove", "post_id": "10_1", f"{item}_id": 99}), TOLD)
    assert answer.deleted == ()
    assert [(r.why, r.lost) for r in answer.refused] == [(f"a {item} of a post was removed; the post was not", False)]


def test_a_removal_of_nothing_is_told_and_deletes_nothing() -> None:
    answer = facebook.translate(delivery({"item": "status", "verb": "remove"}), TOLD)
    assert answer.deleted == () and [r.why for r in answer.refused] == ["a removal of status without its id"]


@pytest.mark.parametrize("value", [
    {"item": "like", "verb": "add", "post_id": "10_1"}, {"item": "reaction", "verb": "remove", "post_id": "10_1", "reaction_type": "love"},
    {"item": "photo", "verb": "hide", "post_id": "10_1"},
])  # fmt: skip
def test_a_like_or_a_hidden_post_is_neither_a_message_nor_a_removal(value: dict[str, Any]) -> None:
    answer = facebook.translate(delivery(value), TOLD)
    assert not answer.posts and not answer.deleted and not answer.refused


def test_a_direct_message_its_picture_and_its_withdrawal() -> None:
    def event(message: dict[str, Any]) -> dict[str, Any]:
        entry = {
            "id": "10",
            "time": 1,
            "messaging": [{"sender": {"id": "55"}, "recipient": {"id": "10"}, "timestamp": 1_777_629_600_123, **message}],
        }
        return {"object": "page", "entry": [entry]}

    picture = {"type": "image", "payload": {"url": "https://pictures.example/1.jpg"}}
    found = only(event({"message": {"mid": "m1", "text": "A picture of the hole", "attachments": [picture]}}))
    assert (found.id, found.kind, found.conversation_id, found.media[0].kind) == ("facebook:m1", Kind.DIRECT, "facebook:t_55", "photo")
    assert facebook.translate(event({"message": {"mid": "m1", "is_deleted": True}}), TOLD).deleted == ("facebook:m1",)
    assert facebook.translate(event({"read": {"watermark": 5}}), TOLD).posts == ()


def test_a_body_that_is_an_error_is_a_problem_whatever_its_status() -> None:
    with pytest.raises(PlatformProblem) as raised:
        facebook.translate({"error": {"code": 190, "error_subcode": 460, "message": "m"}}, TOLD)
    assert raised.value.then == "credential"


# The recorded answers beside the project


def test_every_recorded_message_comes_out_and_every_error_is_one_we_know(shared: Path) -> None:
    folder = shared / "recordings" / "facebook"
    found = list(translating.files(folder))
    assert len(found) > 100
    for path in found:
        raw = path.read_bytes()
        made = translating.translated(facebook, raw, Context(now=NOW))
        name = path.relative_to(folder)
        assert not made.problem or made.problem.kind != "unknown", name
        assert made.problem if name.parts[0] == "errors" else not made.problem or "error" in path.name, name
        if not made.problem:
            said = "\n".join(post.text for post in made.posts)
            assert [m for m in messages(translating.recording(raw).body) if m not in said] == [], name


def messages(body: Any) -> Iterator[str]:
    """Everything a person wrote in a recorded body."""
    if isinstance(body, dict):
        yield from (v for k, v in body.items() if k in ("message", "review_text") and isinstance(v, str))
    for part in body.values() if isinstance(body, dict) else body if isinstance(body, list) else ():
        yield from messages(part)
