"""Every page, in every language, on the invented city: it opens, its numbers are the store's, and strangers' text stays text."""

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.bidi import isolate
from dashboard.frame import PAGES
from dashboard.words import LANGUAGES, words
from store.embedded import EmbeddedStore
from store.query import CountPosts, Filter, FindPosts
from tests.dashboard import factory

APP = str(Path(__file__).parents[2] / "dashboard" / "app.py")


def opened(page: str = "now", **address: str | list[str]) -> AppTest:
    """A page as a reader sees it who opens this address."""
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params.update(address)
    at.run()
    if page != "now":
        at.switch_page(f"pages/{page}.py")
        at.query_params.update(address)
        at.run()
    assert not at.exception, at.exception[0].value
    return at


def shown(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


@pytest.mark.usefixtures("desk_here")
@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_in_every_language(page: str, code: str) -> None:
    at = opened(page, lang=code)
    assert at.title[0].value == words(code)(f"{page}.title")
    assert 1 <= len(at.metric) <= 4
    assert not at.error
    assert at.query_params["lang"] == code


@pytest.mark.usefixtures("desk_here")
@pytest.mark.parametrize(("code", "direction"), [("ar", "rtl"), ("fa", "rtl"), ("en", "ltr"), ("ru", "ltr"), ("kk", "ltr")])
def test_the_document_is_told_its_direction(code: str, direction: str) -> None:
    scripts = [h.proto.body for h in opened(lang=code).get("html")]
    assert any(f"dir = '{direction}'" in s and f"lang = '{code}'" in s for s in scripts)


@pytest.mark.usefixtures("desk_here")
def test_the_numbers_of_now_are_the_stores(store: EmbeddedStore) -> None:
    day = Filter(since=factory.NOW - timedelta(hours=24), until=factory.NOW)
    posts = sum(c.posts for c in store.count(CountPosts(filter=day)))
    sentiments = {c.keys[0]: c.posts for c in store.count(CountPosts(filter=day, by=("sentiment",)))}
    known = sum(sentiments[s] for s in ("negative", "neutral", "positive"))
    numbers = shown(opened(lang="en", period="24h"))
    assert numbers["Posts"] == str(posts)
    low, high = (int(side.rstrip("%")) for side in numbers["Negative"].partition("(")[2].rstrip(")").split("–"))
    assert low <= 100 * sentiments["negative"] / known <= high


@pytest.mark.usefixtures("desk_here")
def test_filters_in_the_address_narrow_the_numbers(store: EmbeddedStore) -> None:
    day = Filter(since=factory.NOW - timedelta(hours=24), until=factory.NOW, topics=("water",), languages=("ar",))
    posts = sum(c.posts for c in store.count(CountPosts(filter=day)))
    at = opened(lang="en", period="24h", topic="water", tongue="ar")
    assert shown(at)["Posts"] == str(posts) != shown(opened(lang="en", period="24h"))["Posts"]
    assert at.multiselect(key="filter_topic").value == ["water"]


@pytest.mark.usefixtures("desk_here")
def test_choosing_a_filter_writes_it_into_the_address() -> None:
    at = opened(lang="en")
    at.multiselect(key="filter_topic").select("roads").run()
    assert at.query_params["topic"] == "roads"
    at.segmented_control(key="choose_period").set_value("6h").run()
    assert (at.query_params["topic"], at.query_params["period"]) == ("roads", "6h")
    at.selectbox(key="choose_lang").select("ar").run()
    assert at.title[0].value == words("ar")("now.title")
    assert at.query_params["topic"] == "roads"


@pytest.mark.usefixtures("desk_here")
def test_another_page_keeps_language_and_filters() -> None:
    at = opened(lang="fa", topic="roads")
    at.query_params.clear()  # as the navigation does
    at.switch_page("pages/posts.py").run()
    assert (at.query_params["lang"], at.query_params["topic"]) == ("fa", "roads")


@pytest.mark.usefixtures("desk_here")
def test_strangers_text_is_shown_as_text_with_personal_data_hidden() -> None:
    at = opened("posts", lang="en", sentiment="unsure", period="24h")
    hostile = next(t.value for t in at.text if "script" in t.value)
    assert hostile == isolate(factory.HOSTILE) + " [phone number]"
    assert "0500000000" not in str([*at.text, *at.markdown, *at.caption])
    assert not any("<img" in m.value.replace("\\<img", "") for m in [*at.markdown, *at.caption])


@pytest.mark.usefixtures("desk_here")
def test_an_address_of_a_post_is_a_link_only_if_it_leads_to_a_web_page() -> None:
    at = opened("posts", lang="en", period="1h")
    links = [link.proto.url for link in at.get("link_button")]
    assert links
    assert all(link.startswith("https://") for link in links)


@pytest.mark.usefixtures("desk_here")
def test_the_search_finds_what_the_store_finds(store: EmbeddedStore) -> None:
    at = opened("posts", lang="en", period="7d", q="الماء")
    since = factory.NOW.replace(hour=21, minute=0) - timedelta(days=7)
    found = store.find(FindPosts(filter=Filter(search="الماء", since=since)))
    assert shown(at)["Posts found"] == str(found.total) != "0"
    at.text_input(key="asked").set_value("nothing has this word").run()
    assert shown(at)["Posts found"] == "0"
    assert at.query_params["q"] == "nothing has this word"


@pytest.mark.usefixtures("desk_here")
def test_turning_the_page_shows_other_posts() -> None:
    at = opened("posts", lang="en", period="30d", order="oldest")
    first = [t.value for t in at.text]
    at.button(key="turn_1").click().run()
    assert at.query_params["page"] == "2"
    assert [t.value for t in at.text] != first


@pytest.mark.usefixtures("desk_here")
def test_a_theme_opens_exactly_its_posts(store: EmbeddedStore) -> None:
    theme = store.themes()[0]
    at = opened("posts", lang="ar", theme=theme.id)
    assert shown(at)[words("ar")("posts.found")] == words("ar").digits(str(len(theme.evidence)))


@pytest.mark.usefixtures("desk_here")
def test_growth_tells_missing_polls_as_gaps() -> None:
    numbers = shown(opened("growth", lang="en", period="90d"))
    assert numbers["Gaps"] == "1"
    assert numbers["Followers"] == f"{sum(factory.FOLLOWERS.values()):,}"


@pytest.mark.usefixtures("desk_here")
@pytest.mark.parametrize("page", PAGES)
def test_every_number_is_defined_at_the_foot(page: str) -> None:
    at = opened(page, lang="en")
    defined = " ".join(m.value for m in at.markdown)
    assert all(f"**{metric.label}**" in defined for metric in at.metric)


@pytest.mark.usefixtures("desk_here")
def test_the_query_behind_a_page_is_shown() -> None:
    assert any("SELECT" in code.value and "GROUP BY" in code.value for code in opened(lang="en").code)


@pytest.mark.usefixtures("desk_here")
@pytest.mark.parametrize("page", PAGES)
def test_a_page_without_anything_to_show_says_what_will_appear(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    EmbeddedStore(tmp_path / "posts.db", "Asia/Riyadh").close()
    monkeypatch.setenv("SADA_DATA", str(tmp_path))
    at = opened(page, lang="en")
    assert not at.error
    assert any("hourglass" in m.value for m in at.markdown)


@pytest.mark.usefixtures("desk_here")
def test_before_the_first_data_the_page_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SADA_DATA", str(tmp_path))
    at = opened(lang="ar")
    assert at.info[0].value == words("ar")("state.no_data")


@pytest.mark.usefixtures("desk_here")
def test_a_broken_store_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "posts.db").write_bytes(b"this is no database" * 100)
    monkeypatch.setenv("SADA_DATA", str(tmp_path))
    assert "SQLite" in opened(lang="en").error[0].value


@pytest.mark.usefixtures("desk_here")
def test_a_broken_deployment_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad.toml").write_text('id = "x"\nnmae = {}\n')
    monkeypatch.setenv("SADA_DEPLOYMENT", str(tmp_path / "bad.toml"))
    assert "nmae" in opened(lang="ru").error[0].value


@pytest.mark.usefixtures("desk_here")
def test_the_number_of_themes_opens_the_posts_of_all_of_them(store: EmbeddedStore) -> None:
    both = store.themes()
    at = opened("posts", lang="en", theme=",".join(theme.id for theme in both))
    assert shown(at)["Posts found"] == str(len({id for theme in both for id in theme.evidence}))
