"""Our own sentences: enough of them, different, rightly labelled, and nobody's."""

import re
from collections import Counter

import pytest

from collectors.demo.sentences import FOLDER, phrasebook
from core.deployment import BASE_TOPICS, LANGUAGES
from core.spelling import normal
from tests.demos import SHIPPED, deployment

ENOUGH = {"ar": 320, "fa": 250, "ru": 250, "kk": 250, "en": 250}
KNOWN = {
    "voice": {"citizen", "clerk", "office", "broadcast"},
    "intent": {"complaint", "inquiry", "suggestion", "thanks", "news", "other"},
    "topic": {*BASE_TOPICS, "none"},
    "sentiment": {"negative", "neutral", "positive"},
}


def lines(name: str) -> list[dict[str, str]]:
    header, *rows = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [dict(zip(header.split("\t"), row.split("\t"), strict=True)) for row in rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_and_each_is_rightly_labelled(language):
    said = lines(f"{language}.tsv")
    assert len(said) >= ENOUGH[language]
    assert [line for line in said if any(line[name] not in known for name, known in KNOWN.items())] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_of_a_kind_are_the_same_in_normal_spelling(language):
    told = Counter((line["voice"], line["intent"], re.sub(r"\W", "", normal(line["text"]))) for line in lines(f"{language}.tsv"))
    assert [text for text, times in told.items() if times > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_is_without_numbers_addresses_and_handles_of_anybody(language):
    for part in ("", "-edges", "-themes"):
        text = (FOLDER / f"{language}{part}.tsv").read_text(encoding="utf-8")
        assert re.findall(r"\d{6,}|@\w+|https?://\S+", text) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_every_topic_of_a_demo_has_complaints_of_its_own_in_each_language(name):
    shipped = deployment(name)
    likes = {t.id: t.like for t in shipped.topics}
    for language in shipped.demo.languages or shipped.languages[:1]:
        book = phrasebook(language, shipped.demo.varieties)
        told = {s.topic for s in book.sentences("citizen", "complaint", BASE_TOPICS)}
        assert [t for t in shipped.demo.topics if not set(likes[t]) & told] == []


def test_a_dialect_is_spoken_where_it_is_at_home_only():
    gulf, gaza = phrasebook("ar", ("gulf",)), phrasebook("ar", ("gaza",))
    assert {s.variety for some in gulf.said.values() for s in some} == {"any", "gulf"}
    assert {s.variety for some in gaza.said.values() for s in some} == {"any", "gaza"}


def test_asked_for_a_topic_without_sentences_it_gives_some_of_the_same_intent():
    found = phrasebook("en").sentences("citizen", "thanks", ("building",))
    assert found and {s.intent for s in found} == {"thanks"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_planted_matter_is_told_in_many_ways(language):
    for matter, said in phrasebook(language).matters.items():
        assert len(said) >= 4, matter
        assert len({s.topic for s in said}) == 1
        assert all("{place}" in s.text for s in said)
