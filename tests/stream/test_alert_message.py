"""Messages in every language: the same things said, in its own digits, and nothing a stranger wrote but a theme's name."""

import string
from datetime import UTC, datetime, timedelta

import pytest

from cases.alerts import Alert
from core.deployment import LANGUAGES, Department, Deployment, OfficialAccount
from stream.alert_message import MOST_IN_DIGEST, Reader, compose, words

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CITY = Deployment(id="c", name={"en": "City", "ar": "المدينة"}, timezone="Asia/Riyadh", languages=("ar",),
                  accounts=(OfficialAccount(platform="x", handle="city", name={"en": "City on X"}),),
                  departments=(Department(id="roads", name={"en": "Roads"}),))  # fmt: skip


def alert(when: str = "theme", **told: object) -> Alert:
    usual = {"id": "a-1", "rule": "r", "when": when, "matter": "x:city", "raised_at": NOW, "name": "no water", "count": 1234, "authors": 31,
             "now": 0.61, "usual": 0.4, "since": NOW - timedelta(hours=3), "until": NOW}  # fmt: skip
    return Alert(**(usual | told))  # type: ignore[arg-type]


def said(one: Alert, language: str = "en", step: str = "first", dashboard: str | None = None) -> str:
    message = compose([(one, step)], Reader(deployment=CITY, language=language, dashboard=dashboard), NOW)
    return f"{message.title}\n{message.body}"


def names(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_says_the_same_things(language):
    told, english = words()[language], words()["en"]
    assert told.keys() == english.keys()
    assert {k: names(v) for k, v in told.items()} == {k: names(v) for k, v in english.items()}
    assert language == "en" or not {k for k, v in told.items() if v == english[k]} - {"numbers", "where"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("when", ["theme", "sentiment_fall", "follower_drop", "source_silent", "target_near"])
def test_every_kind_can_be_said_in_every_language(language, when):
    told = said(alert(when, department="roads", probability=0.8), language, "escalated", "https://sada.example/")
    assert "{" not in told and "None" not in told
    assert f"https://sada.example/alerts?lang={language}" in told


@pytest.mark.parametrize(("language", "number", "share"), [("en", "1,234", "61%"), ("ar", "١٬٢٣٤", "٦١"), ("fa", "۱٬۲۳۴", "۶۱"), ("ru", "1\xa0234", "61\xa0%"), ("kk", "1\xa0234", "61%")])  # fmt: skip
def test_numbers_stand_in_the_languages_own_digits(language, number, share):
    told = said(alert("sentiment_fall"), language)
    assert number in told and share in told


def test_names_of_the_deployment_are_said_and_ids_where_it_has_none():
    assert "City on X" in said(alert("follower_drop"))
    assert "Roads" in said(alert("target_near", department="roads")) and "between 12:00 and 15:00" in said(alert("target_near"))


def test_a_themes_name_stays_short_on_its_line_and_in_its_direction():
    told = said(alert(name="\u202enever\nending " * 40))
    title = told.splitlines()[0]
    assert "\u202e" not in told and len(title) < 120 and title.endswith("…\u2069")


def test_without_an_address_of_the_dashboard_there_are_no_links():
    assert "http" not in said(alert())


def test_a_source_that_was_never_read_is_said_to_be_so():
    assert "not been read completely yet" in said(alert("source_silent", since=None))


ENGLISH = Reader(deployment=CITY, language="en", dashboard="https://sada.example")


def themes(count: int, **told: object):
    return [(alert(id=f"a-{n}", matter=f"t{n}", name=f"theme {n}", count=n, **told), "first") for n in range(count)]


def test_a_digest_is_bounded_tells_the_largest_and_says_how_many_more_there_are():
    message = compose(themes(100), Reader(deployment=CITY, language="en"), NOW)
    told = message.body.count("Rising:")
    assert message.title == "100 alerts from City"
    assert 1 < told <= MOST_IN_DIGEST and message.body.endswith(f"… and {100 - told} more on the page Alerts")
    assert message.body.startswith("Rising: \u2068theme 99\u2069") and "theme 1\u2069" not in message.body


@pytest.mark.parametrize("language", ["ar", "en", "fa", "ru", "kk"])
def test_a_digest_of_long_names_fits_where_least_fits_and_keeps_its_way_to_the_page(language):
    many = [(alert(id=f"a-{n}", name=f"{n} " + "ماء " * 60), "first") for n in range(300)]
    body = compose(many, Reader(deployment=CITY, language=language, dashboard="https://sada.example"), NOW).body
    assert len(body) <= 4000 and f"https://sada.example/alerts?lang={language}" in body


def test_what_two_rules_say_of_the_same_theme_is_said_once():
    twice = [(alert(id="a-1"), "first"), (alert(id="a-2", rule="water"), "first")]
    assert compose(twice, ENGLISH, NOW) == compose(twice[:1], ENGLISH, NOW)


def test_what_nobody_answered_stands_above_what_is_new_and_is_not_said_twice():
    [(small, _), (large, _)] = themes(2)
    body = compose([(small, "first"), (large, "first"), (small, "escalated")], ENGLISH, NOW).body
    assert body.startswith("Not yet acknowledged: Rising: \u2068theme 0") and body.count("theme 0") == 1
