"""Feeds against a replay server, and what stands in them as posts. Every text is invented."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from collectors import feeds
from collectors.base import Answer, Context, Source
from core.deployment import Deployment, OfficialAccount
from core.errors import PlatformProblem
from tests.collectors.replay import Reply, Server, replay

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)
TOLD = Context(now=NOW, source="rss.feed.news", account="rss:news", handle="news", headers={"content-type": "application/rss+xml"})
FEED = Source(id="rss.feed.news", platform="rss", what="feed", account="rss:news", handle="news", url="https://news.example/all.xml?a=1")


def rss(*items: str, attributes: str = "") -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0" {attributes}><channel><title>News</title><link>https://news.example/</link><language>ar</language>{inside}</channel></rss>'


def item(number: int = 1, **more: str) -> str:
    usual = {"title": f"Road {number} closed", "link": f"https://news.example/{number}", "pubDate": "Mon, 06 Apr 2026 08:00:00 GMT"}
    return "".join(f"<{name}>{value}</{name}>" for name, value in {**usual, **more}.items() if value)


def only(inside: str, attributes: str = "") -> Any:
    answer = feeds.translate(rss(inside, attributes=attributes), TOLD)
    assert len(answer.posts) == 1 and not answer.refused
    return answer.posts[0]


def asked(answers: Any, cursor: str | None = None, now: datetime = NOW, **limits: Any) -> tuple[list[Answer], Server]:
    with replay(answers) as server:
        return list(feeds.ask(feeds.connect(server.url, **limits), FEED, cursor, now)), server


# Entries as posts


def test_an_entry_is_its_title_and_what_stands_under_it_without_markup():
    post = only(item(description="&lt;p&gt;Until &lt;b&gt;Friday&lt;/b&gt;.&lt;/p&gt;&lt;p&gt;Take road 2 &amp;amp; 3.&lt;/p&gt;"))
    assert post.text == "Road 1 closed\n\nUntil Friday.\nTake road 2 & 3."
    assert (post.id, post.url, post.account, post.platform_language) == (
        "rss:https://news.example/1",
        "https://news.example/1",
        "rss:news",
        "ar",
    )


@pytest.mark.parametrize(("more", "text"), [
    ({"description": "Road 1 closed until Friday"}, "Road 1 closed until Friday"),  # the title stands in it
    ({"description": ""}, "Road 1 closed"),
    ({"title": "", "description": "just words"}, "just words"),
    ({"title": "مياه &lt;٣ أيام", "description": ""}, "مياه <٣ أيام"),
])  # fmt: skip
def test_what_is_said_twice_stands_once_and_text_stays_text(more, text):
    assert only(item(**more)).text == text


def test_summary_and_content_both_stand_where_they_differ():
    content = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    post = only(item(description="In short: closed.") + "<content:encoded>&lt;p&gt;The long story.&lt;/p&gt;</content:encoded>", content)
    assert post.text == "Road 1 closed\n\nIn short: closed.\n\nThe long story."


@pytest.mark.parametrize(("guid", "link", "id"), [
    ("https://news.example/g", "https://news.example/1", "rss:https://news.example/g"), ("tag:news.example,2026:7", "", "rss:tag:news.example,2026:7"),
    ("7", "https://news.example/1", "rss:news#7"),  # a number counts in its own feed only
    ("", "https://news.example/1", "rss:https://news.example/1"),
])  # fmt: skip
def test_an_id_is_one_for_the_whole_world(guid, link, id):
    assert only(item(guid=guid, link=link)).id == id


def test_an_entry_without_id_and_link_gets_the_same_id_every_time():
    first, again = only(item(link="")), only(item(link=""))
    assert first.id == again.id and only(item(link="", title="Another")).id != first.id


@pytest.mark.parametrize(("written", "at"), [
    ("Mon, 06 Apr 2026 11:00:00 +0300", datetime(2026, 4, 6, 8, tzinfo=UTC)), ("2026-04-06T08:00:00Z", datetime(2026, 4, 6, 8, tzinfo=UTC)),
    ("٢٠٢٦-٠٤-٠٦T٠٨:٠٠:٠٠Z", datetime(2026, 4, 6, 8, tzinfo=UTC)), ("Mon, ٠٦ Apr ٢٠٢٦ ٠٨:٠٠:٠٠ GMT", datetime(2026, 4, 6, 8, tzinfo=UTC)),
    ("", NOW), ("some day in spring", NOW), ("Mon, 06 Apr 2099 11:00:00 GMT", NOW),  # a clock gone wrong
])  # fmt: skip
def test_a_date_is_read_in_any_form_and_one_that_cannot_be_is_when_we_saw_it(written, at):
    assert only(item(pubDate=written)).created_at == at


def test_numbers_told_and_not_told_stay_distinct():
    slash = 'xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
    assert only(item() + "<slash:comments>0</slash:comments>", slash).replies == 0 and only(item()).replies is None


def test_files_that_come_with_an_entry_are_named():
    post = only(item() + '<enclosure url="https://news.example/a.mp3" type="audio/mpeg" length="1"/>')
    assert [(m.kind, m.url) for m in post.media] == [("audio", "https://news.example/a.mp3")]


def test_an_atom_entry_that_was_updated_says_when():
    atom = ('<feed xmlns="http://www.w3.org/2005/Atom"><title>N</title><entry><id>urn:a</id><title type="html">A &amp;lt;b&amp;gt; sign</title>'
            "<author><name>Desk</name></author><published>2026-04-06T08:00:00Z</published><updated>2026-04-06T09:00:00Z</updated></entry></feed>")  # fmt: skip
    (post,) = feeds.translate(atom.encode(), TOLD).posts
    assert (post.edited_at, post.author.name) == (datetime(2026, 4, 6, 9, tzinfo=UTC), "Desk")


def test_an_entry_with_nothing_in_it_is_refused_and_leaves_the_others_alone():
    answer = feeds.translate(rss("<category>roads</category>", item()), TOLD)
    assert len(answer.posts) == 1 and len(answer.refused) == 1 and answer.returned == 2


@pytest.mark.parametrize(("body", "kind"), [
    ("<!doctype html><html><head><title>Welcome</title></head><body><p>x</p></body></html>", "not readable"), ("", "not readable"),
    ("just words", "not readable"), ('{"data": []}', "not readable"),
])  # fmt: skip
def test_what_is_no_feed_is_a_problem(body, kind):
    with pytest.raises(PlatformProblem) as caught:
        feeds.translate(body, TOLD)
    assert caught.value.kind == kind


def test_an_empty_feed_is_a_feed_and_a_cut_one_gives_what_it_has():
    assert feeds.translate(rss(), TOLD).posts == ()
    assert [p.id for p in feeds.translate(rss(item(1), item(2))[:-60], TOLD).posts][:1] == ["rss:https://news.example/1"]


def test_a_feed_in_an_old_encoding_is_read():
    body = ('<?xml version="1.0" encoding="windows-1256"?>' + rss(item(title="انقطاع المياه"))).encode("cp1256")
    assert feeds.translate(body, TOLD).posts[0].text == "انقطاع المياه"


@pytest.mark.parametrize("encoding", ["punycode", "undefined"])
def test_a_feed_in_an_encoding_that_is_none_is_a_problem_and_no_crash(encoding):
    with pytest.raises(PlatformProblem) as caught:
        feeds.translate(f'<?xml version="1.0" encoding="{encoding}"?>{rss(item())}'.encode(), TOLD)
    assert caught.value.kind == "not readable"


def test_one_entry_that_the_parser_stumbles_over_leaves_ninety_nine_alone():
    bad = item(7) + '<gml:pos srsDimension="two">24.7 46.6</gml:pos>'
    answer = feeds.translate(
        rss(*map(item, range(1, 7)), bad, *map(item, range(8, 101)), attributes='xmlns:gml="http://www.opengis.net/gml"'), TOLD
    )
    assert len(answer.posts) == 99 and [r.lost for r in answer.refused] == [True] and answer.returned == 100


TOMBSTONES = 'xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"'


@pytest.mark.parametrize(("ref", "id"), [("tag:news.example,2026:7", "rss:tag:news.example,2026:7"), ("7", "rss:news#7")])
def test_an_entry_the_feed_says_is_gone_is_deleted_under_the_id_it_came_with(ref, id):
    atom = f'<feed {TOMBSTONES}><title>N</title><at:deleted-entry ref="{ref}" when="2026-04-06T09:00:00Z"/></feed>'
    before = feeds.translate(f"<feed {TOMBSTONES}><title>N</title><entry><id>{ref}</id><title>t</title></entry></feed>".encode(), TOLD)
    answer = feeds.translate(atom.encode(), TOLD)
    assert answer.deleted == (id,) == (before.posts[0].id,) and answer.posts == ()


@pytest.mark.parametrize("body", [
    "<!DOCTYPE feed [<!ENTITY a 'b'>]>" + f'<feed {TOMBSTONES}><title>N</title><at:deleted-entry ref="tag:a"/></feed>',
    f'<feed {TOMBSTONES}><title>N</title><entry><id>x:1</id><title>about &lt;deleted-entry ref="x:2"&gt;</title></entry></feed>',
    f'<feed {TOMBSTONES}><title>N</title><entry><id>x:1</id><title>t</title></entry><at:deleted-entry ref="x:1"',
])  # fmt: skip
def test_what_is_no_sound_tombstone_deletes_nothing(body):
    assert feeds.translate(body.encode(), TOLD).deleted == ()


def test_a_recorded_feed_that_was_decoded_already_is_not_decoded_again():
    text = '<?xml version="1.0" encoding="windows-1256"?>' + rss(item(title="انقطاع المياه"))
    told = msgspec.structs.replace(TOLD, headers={"content-type": "text/xml; charset=windows-1256"})
    assert feeds.translate(text, told).posts[0].text == "انقطاع المياه"


# The questions


def test_a_feed_is_asked_for_only_if_it_changed():
    (first,), server = asked({"/all.xml": Reply(rss(item()), headers={"ETag": '"abc"', "Last-Modified": "Mon, 06 Apr 2026 09:00:00 GMT"})})
    assert server.asked[0].query == {"a": "1"} and "if-none-match" not in server.asked[0].headers
    (second,), server = asked({"/all.xml": Reply(status=304)}, first.cursor)
    assert (
        server.asked[0].headers["if-none-match"] == '"abc"'
        and server.asked[0].headers["if-modified-since"] == "Mon, 06 Apr 2026 09:00:00 GMT"
    )
    assert second.posts == () and second.cursor == first.cursor


def test_only_new_and_changed_entries_come_again():
    (first,), _ = asked({"/all.xml": Reply(rss(item(1), item(2)))})
    (second,), _ = asked({"/all.xml": Reply(rss(item(3), item(2, title="Road 2 open"), item(1)))}, first.cursor)
    assert [p.text for p in second.posts] == ["Road 3 closed", "Road 2 open"] and second.returned == 3 and second.gap is None


def test_where_no_known_entry_is_left_some_may_have_been_missed():
    (first,), _ = asked({"/all.xml": Reply(rss(item(1)))}, now=NOW - timedelta(hours=8))
    (second,), _ = asked({"/all.xml": Reply(rss(item(2)))}, first.cursor)
    assert (second.gap.since, second.gap.until) == (NOW - timedelta(hours=8), datetime(2026, 4, 6, 8, tzinfo=UTC))


@pytest.mark.parametrize(("status", "then"), [(410, "stop"), (404, "wait"), (403, "wait"), (500, "retry"), (429, "wait")])
def test_every_known_error_lands_on_its_line(status, then):
    with pytest.raises(PlatformProblem) as caught:
        asked({"/all.xml": Reply("<html>", status)})
    assert caught.value.then == then


def test_a_busy_server_says_until_when():
    problem = feeds.problem(503, {"retry-after": "120"}, b"", NOW)
    assert problem.then == "retry"
    assert feeds.problem(429, {"retry-after": "120"}, b"", NOW).until == NOW + timedelta(seconds=121)


def test_a_few_redirects_are_followed_and_endless_ones_are_not():
    there = {"/all.xml": Reply(status=301, headers={"Location": "/new.xml"}), "/new.xml": Reply(rss(item()))}
    assert len(asked(there)[0][0].posts) == 1
    with pytest.raises(PlatformProblem):
        asked(lambda _: Reply(status=302, headers={"Location": "/all.xml"}))


@pytest.mark.parametrize("body", [rss(item(title="x" * 5000)), gzip.compress(b" " * 2_000_000, mtime=0)])
def test_more_bytes_than_we_take_are_not_taken(body):
    packed = {"Content-Encoding": "gzip"} if isinstance(body, bytes) else {}
    with pytest.raises(PlatformProblem) as caught:
        asked({"/all.xml": Reply(body, headers=packed)}, most_bytes=4000)
    assert caught.value.kind == "too big"


def test_silence_and_cut_connections_end():
    with pytest.raises(PlatformProblem) as silent:
        asked(lambda _: Reply(silent=True), silence_s=0.2)
    with pytest.raises(PlatformProblem) as cut:
        asked({"/all.xml": Reply(rss(item()), cut_after=20)})
    assert (silent.value.kind, cut.value.kind) == ("silence", "cut connection")


@pytest.mark.parametrize("address", ["", "ftp://news.example/x", "file:///etc/passwd", "not an address", "http://"])
def test_an_address_that_is_none_stops_the_source(address):
    with pytest.raises(PlatformProblem) as caught:
        list(feeds.ask(feeds.connect(), msgspec.structs.replace(FEED, url=address), None, NOW))
    assert caught.value.then in ("stop", "retry")


def test_the_check_names_a_feed_without_an_address():
    town = Deployment(id="t", name={}, timezone="UTC", languages=("en",), accounts=(OfficialAccount(platform="rss", handle="news"),))
    assert [f.state for f in feeds.check(feeds.connect(), town, NOW)] == ["failed"]


def test_a_name_longer_than_any_engine_keeps_becomes_one_that_is_always_the_same():
    long = "https://news.example/?" + "utm_source=somebody;" * 60
    first, again, other = (only(f"<guid>{id}</guid><title>No water</title>").id for id in (long, long, long + "2"))
    assert first == again != other and max(len(first), len(other)) < 100
