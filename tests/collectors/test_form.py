"""Reports of our own forms as posts. Every text is invented."""

from datetime import UTC, datetime, timedelta

import pytest

from collectors import form
from collectors.base import Context
from collectors.inbox import Inbox
from core.deployment import Deployment
from core.errors import CredentialMissing, PlatformProblem
from core.post import Kind
from core.settings import Settings

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)
TOLD = Context(now=NOW, source="form.inbox", account="form:web", handle="app")


def only(body):
    answer = form.translate(body, TOLD)
    assert len(answer.posts) == 1 and not answer.refused
    return answer.posts[0]


def test_an_apps_report_becomes_a_report():
    post = only({"id": 7, "text": "بلاطة مكسورة", "category": "roads", "place": "Lane 7", "latitude": 26.4, "longitude": 50.1,
                 "media": ["https://t.example/1.jpg", "javascript:alert(1)"], "created_at": "2026-04-06T11:00:00+03:00", "name": "Lina", "user_id": "u9"})  # fmt: skip
    assert (post.id, post.kind, post.text, post.account) == ("form:app/7", Kind.REPORT, "بلاطة مكسورة", "form:app")
    assert (post.topic_told, post.place_told, post.created_at) == ("roads", "Lane 7", datetime(2026, 4, 6, 8, tzinfo=UTC))
    assert [(m.kind, m.url) for m in post.media] == [("photo", "https://t.example/1.jpg"), ("location", None)]


@pytest.mark.parametrize("field", ["text", "message", "description", "body"])
def test_the_words_may_have_any_usual_name(field):
    assert only({field: " a lamp is dark "}).text == " a lamp is dark "


def test_a_page_sends_pairs_and_an_empty_one_is_nothing_told():
    post = only("text=%D8%AD%D9%81%D8%B1%D8%A9+%26+%D9%85%D8%A7%D8%A1&place=&phone=&token=x")
    assert (post.text, post.place_told, post.author) == ("حفرة & ماء", None, None)


@pytest.mark.parametrize("claim", ["id=7", "form=other", "user_id=u9", "author_id=u9", "created_at=2020-01-01"])
def test_who_fills_in_the_page_cannot_take_anothers_report_name_or_time(claim):
    assert only(f"text=a+lamp&token=x&{claim}") == only("text=a+lamp&token=x")


def test_who_reports_is_known_again_without_their_number_being_shown():
    first, again, other = (only({"text": str(n), "phone": phone}) for n, phone in enumerate(("0500", "0500", "0501")))
    assert first.author.id == again.author.id != other.author.id and "0500" not in first.author.id


def test_without_an_id_the_same_sending_is_the_same_report_and_another_is_not():
    assert only({"text": "a", "token": "1"}).id == only({"text": "a", "token": "1"}).id != only({"text": "a", "token": "2"}).id


def test_a_clock_ahead_does_not_put_a_report_into_the_future():
    assert only({"text": "a", "created_at": (NOW + timedelta(days=3)).isoformat()}).created_at == NOW


@pytest.mark.parametrize("bad", [{}, {"text": "  "}, {"text": ["a"]}, {"text": "x" * 20_001}, {"text": "\ud800"}])
def test_a_report_nobody_can_read_is_refused_and_the_next_one_is_not(bad):
    answer = form.translate([bad, {"text": "fine"}], TOLD)
    assert [p.text for p in answer.posts] == ["fine"] and len(answer.refused) == 1 and "x" * 50 not in answer.refused[0].why


def test_a_web_page_is_no_report():
    with pytest.raises(PlatformProblem):
        form.translate("<html><body>x</body></html>", TOLD)


def test_without_a_secret_it_says_what_it_waits_for():
    with pytest.raises(CredentialMissing, match="SADA_FORM_SECRET"):
        form.client(Settings())


def test_the_check_says_whether_a_report_ever_came(tmp_path):
    inbox, town = Inbox(tmp_path), Deployment(id="t", name={}, timezone="UTC", languages=("en",))
    before = [f.state for f in form.check(inbox, town, NOW)]
    inbox.keep("form", "web", b"{}", NOW)
    assert before == ["warning"] and [f.state for f in form.check(inbox, town, NOW)] == ["ok"]
