"""The shipped card: complete, and what it says of tests is what `sada eval` says."""

import msgspec
import pytest

from core.deployment import LANGUAGES
from core.spelling import normal
from enrich.card import CARD, PAGE, page
from enrich.evaluate import evaluated, labelled
from enrich.knowledge import MODELS
from enrich.normalize import letters_only
from enrich.sets import LABELS, SHIPPED, TESTS, is_apart, rows
from enrich.tested import FILES, OWN, command
from enrich.train import Trained

EVERY = {t.name.partition("@")[0]: t for t in msgspec.json.decode((MODELS / CARD).read_bytes(), type=list[Trained])}


def test_every_shipped_weight_has_its_entry_and_every_entry_its_weights():
    assert set(EVERY) == {path.stem for path in MODELS.glob("*.npz")}


@pytest.mark.parametrize("name", EVERY)
def test_an_entry_names_its_data_their_licences_and_what_was_measured(name):
    entry = EVERY[name]
    assert set(entry.licences) == set(entry.sets) and sum(entry.sets.values()) > 1000
    assert entry.task == "language" or set(entry.licences.values()) <= set(SHIPPED)
    for measured in entry.held_out.values():
        assert measured.n and measured.confusion and measured.ece is not None
        assert set(measured.coverage_at_precision) == {"0.8", "0.9"}
        assert all(0 <= c.precision <= 1 and 0 <= c.recall <= 1 for c in measured.per_class.values())


def test_arabic_and_english_sets_without_a_licence_train_nothing():
    assert not [
        t.name for t in EVERY.values() for o, licence in t.licences.items() if licence == "none stated" and o[:2] in ("ar", "en", "kk")
    ]


@pytest.mark.parametrize(
    ("name", "task", "language"), [("intent-kk", "intent", "kk"), ("topics-fa", "topics", "fa"), ("sentiment-en", "sentiment", "en")]
)
def test_eval_gives_the_figures_of_the_card_again(knowledge, name, task, language):
    found = evaluated(task, labelled(TESTS / f"{language}.tsv", task), knowledge, language)
    assert found == EVERY[name].tested[f"{OWN}/{language}.tsv"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_post_of_our_tests_stands_among_the_labels(language):
    learnt = {letters_only(normal(row["text"])) for row in rows(LABELS / f"{language}.tsv")}
    assert not [row for row in rows(TESTS / f"{language}.tsv") if letters_only(normal(row["text"])) in learnt]


def test_mistakes_are_shown_on_texts_of_our_own_alone():
    ours = {row["text"] for language in LANGUAGES for row in rows(LABELS / f"{language}.tsv")}
    shown = [failure for t in EVERY.values() for failure in t.failures]
    assert shown
    assert all(f.text in ours and f.label != f.answer for f in shown)


def test_the_page_is_the_card_with_a_command_for_every_tested_file():
    written = (MODELS / PAGE).read_text(encoding="utf-8")
    assert written == page(sorted(EVERY.values(), key=lambda t: t.name))
    assert all(command(path, t) in written for t in EVERY.values() for path in t.tested)


def test_a_command_names_classes_and_the_part_kept_apart():
    told = [command(file.path, msgspec.structs.replace(EVERY["language"], task=file.task, language=file.language)) for file in FILES]
    assert "sada eval sentiment D/ar/arsas/test.tsv --language ar --average-over negative,neutral,positive" in told
    assert "sada eval language D/lid/social_lid/train.tsv --average-over ar,fa,ru,kk,en --kept-apart" in told


def test_a_tenth_is_kept_apart_and_signs_links_and_names_do_not_change_which():
    texts = [
        f"the lamp in street number {word} is out again"
        for word in map("".join, zip("abcdefgh" * 250, "ijklmno" * 290, "pqrst" * 400, strict=False))
    ]
    apart = sum(map(is_apart, texts)) / len(texts)
    assert 0.05 < apart < 0.16
    assert all(is_apart(text) == is_apart(f"@city {text.upper()}!! https://example.org") for text in texts[:50])
