"""A post goes through all enrichers: what is told, what is left untold, and that order and batch do not matter."""

import msgspec
import pytest

from core.post import Post, tombstone
from enrich.pipeline import ENRICHERS, understand
from tests.enrich.conftest import AT, post

TEXTS = [
    "الشارع مظلم من أسبوع ومحد رد علينا!!",
    "Спасибо, свет починили, всё отлично",
    "when does the library open?",
    "жаңа саябақ өте әдемі, рахмет",
    "",
]


def test_every_enricher_stands_once_and_private_data_last_but_one():
    names = [enrich.__name__ for enrich in ENRICHERS]
    assert len(set(names)) == len(names)
    assert names.index("add_language") < names.index("part_by_language") < names.index("add_sentiment")


def test_a_complaint_is_understood_as_one(knowledge):
    seen = understand([post("The street lamp outside our house has been broken for two weeks and nobody answers!")], knowledge)[0]
    assert (seen.language.label, seen.sentiment.label, seen.intent.label) == ("en", "negative", "complaint")
    assert seen.topics[0].label == "lighting"
    assert "lamp" in seen.normal


def test_every_claim_names_its_claimant_and_is_a_probability(knowledge):
    for seen in understand([post(t, i) for i, t in enumerate(TEXTS)], knowledge):
        for claim in (seen.language, seen.sentiment, seen.intent, *seen.topics, *seen.places):
            if claim:
                assert "@" in claim.by
                assert 0 <= claim.confidence <= 1


def test_the_same_alone_and_in_a_batch(knowledge):
    posts = [post(t, i) for i, t in enumerate(TEXTS)]
    alone = [understand([p], knowledge)[0] for p in posts]
    for one, together in zip(alone, understand(posts, knowledge), strict=True):
        assert (one.language, one.sentiment, one.intent, one.topics, one.copy_of) == (
            together.language, together.sentiment, together.intent, together.topics, together.copy_of)  # fmt: skip


def test_what_cannot_be_told_is_none_and_never_neutral(knowledge):
    empty, turkish = understand([post("", 1), post("Sokağımız bir haftadır karanlık, lütfen ilgilenin", 2)], knowledge)
    assert empty.sentiment is None and empty.intent is None and empty.language is None
    assert turkish.language.label == "tr" and turkish.sentiment is None and turkish.intent is None


def test_an_empty_batch_stays_empty(knowledge):
    assert understand([], knowledge) == []


def test_a_deleted_post_passes_untouched(knowledge):
    gone = tombstone(post("secret"), AT)
    assert understand([gone, post("hello there friends")], knowledge)[0] == gone


def test_what_the_platform_told_is_left_alone(knowledge):
    told = msgspec.structs.replace(post("when does it open?"), likes=3, topic_told="libraries")
    seen = understand([told], knowledge)[0]
    assert (seen.likes, seen.topic_told, seen.text, seen.id) == (3, "libraries", told.text, told.id)


def test_an_enriched_post_survives_the_wire(knowledge):
    seen = understand([post(TEXTS[0])], knowledge)[0]
    assert msgspec.json.decode(msgspec.json.encode(seen), type=Post) == seen


@pytest.mark.parametrize("text", ["\ud800", "a\x00b", "😀" * 3000, "ا" * 20_000, "\n\n\t", "#" * 50, "@" * 50, "http://"])
def test_odd_texts_do_no_harm(knowledge, text):
    assert understand([post(text)], knowledge)[0].text == text
