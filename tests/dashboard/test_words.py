"""Every page speaks every language fully."""

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.deployment import BASE_TOPICS
from core.post import Kind
from dashboard import filters
from dashboard.frame import PAGES
from dashboard.words import LANGUAGES, words

SOURCE = Path(__file__).parents[2] / "dashboard"
CALL = re.compile(
    r"""(?:\bw|\bwords|desk\.words|frame\.empty\(desk,|frame\.chart\(desk, \w+,|clickable\(desk, \w+,|key=)\(?\s*["']([a-z_]+\.[a-z_0-9]+)["']"""
)


def flat(table: dict, before: str = "") -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{key}.")
        else:
            yield before + key, value


EVERY = {code: dict(flat(dict(words(code).table))) for code in LANGUAGES}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_key_exists_in_every_language(code: str) -> None:
    assert EVERY[code].keys() == EVERY["en"].keys()


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_fills_in_the_same_values(code: str) -> None:
    names = {
        c: {k: {f[1] for f in string.Formatter().parse(v) if f[1]} for k, v in EVERY[c].items() if isinstance(v, str)} for c in (code, "en")
    }
    assert names[code] == names["en"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_word_is_empty_and_only_marks_and_names_stay_untranslated(code: str) -> None:
    assert all(EVERY[code].values())
    same = {k for k, v in EVERY[code].items() if v == EVERY["en"][k]}
    allowed = {
        k
        for k in same
        if k.split(".")[0] in ("platform", "figure")
        or k in ("posts.page", "engagement.at", "numbers", "digits", "percent", "direction", "sentiment", "growth.percent")
    }
    assert code == "en" or same == allowed


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_sentence_has_the_digits_of_its_language(code: str) -> None:
    latin = re.compile(r"(?<![A-Za-z0-9_/{])[0-9%]+(?![A-Za-z0-9_}])")
    foreign = {
        key for key, said in EVERY[code].items() if isinstance(said, str) and key not in ("digits", "percent") and latin.search(said)
    }
    assert words(code).numbers == "latn" or not foreign


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_calendar_has_twelve_months(code: str) -> None:
    assert [len(words(code).list(f"months.{c}")) for c in ("hijri", "jalali")] == [12, 12]


def test_whatever_a_page_says_is_in_the_words() -> None:
    said = {key for file in SOURCE.rglob("*.py") for key in CALL.findall(file.read_text())}
    assert len(said) > 100
    assert {key for key in said if not words("en").has(key)} == set()


def test_whatever_data_can_say_is_in_the_words() -> None:
    lists = {"sentiment": filters.SENTIMENTS, "intent": filters.INTENTS, "kind": Kind, "topic": BASE_TOPICS, "order": filters.ORDERS,
             "state": ("rising", "height", "fading", "over"), "pass": ("ok", "partial", "waiting", "stopped", "credential", "failed")}  # fmt: skip
    assert all(words("en").has(f"{table}.{key}") for table, keys in lists.items() for key in keys)
    assert all(words("en").has(f"{page}.{key}") for page in PAGES for key in ("title", "asks"))


def test_a_counted_word_takes_the_plural_of_its_language() -> None:
    from dashboard.words import Words

    russian = Words("ru", {"locale": "ru", "direction": "ltr", "numbers": "latn", "digits": "0123456789", "percent": "%",
                           "post": {"one": "{n} пост", "few": "{n} поста", "many": "{n} постов", "other": "{n} поста"}})  # fmt: skip
    assert [russian("post", n=n).format(n=n) for n in (1, 3, 5, 21)] == ["1 пост", "3 поста", "5 постов", "21 пост"]
