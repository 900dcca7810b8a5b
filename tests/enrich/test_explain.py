"""Why a text was understood as it was: terms and weights, the seed words and places as they stand in it, and rules."""

import pytest

from enrich.explain import MOST, explain, terms
from enrich.grams import CHARACTERS


def reasons(found, task, what):
    return [why for why in found.why if (why.task, why.what) == (task, what)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("الحاوية ممتلئة من أسبوع والرائحة لا تطاق", "ar"),
        ("سطل زباله سر کوچه پر شده و کسی نمیاد", "fa"),
        ("контейнер переполнен, мусор не вывозят вторую неделю", "ru"),
        ("қоқыс жәшігі толып кетті, ешкім әкетпейді", "kk"),
        ("the bins are overflowing and nobody collects the rubbish", "en"),
    ],
)
def test_in_every_language_each_answer_has_its_terms(knowledge, text, language):
    found = explain(text, knowledge)
    assert found.language.label == language
    assert found.topics[0].label == "waste"
    for task in ("sentiment", "intent", "topics"):
        terms = reasons(found, task, "term")
        assert 0 < len(terms) <= MOST
        assert all(why.weight and why.found != "?" for why in terms)


def test_terms_stand_in_the_text_strongest_first(knowledge):
    text = "the street lamp is broken again"
    terms = reasons(explain(text, knowledge), "topics", "term")
    assert all(why.found.strip() in f" {text} " for why in terms)
    weights = [abs(why.weight) for why in terms]
    assert weights == sorted(weights, reverse=True)


def test_a_seed_word_is_told_as_it_was_written(knowledge):
    seeds = reasons(explain("на улице опять не горит фонарь", knowledge), "topics", "seed")
    assert "фонарь" in {why.found for why in seeds}


def test_a_deployments_own_seed_and_place_are_told_with_what_they_matched(city):
    found = explain("в Заречном встала канатная дорога", city)
    assert ("cable-car", "канатная дорога") in {(why.answer, why.found) for why in reasons(found, "topics", "seed")}
    assert [(why.answer, why.found) for why in reasons(found, "places", "place")] == [("lower", "заречном")]


def test_both_places_of_one_name_are_told(city):
    found = explain("در باغستان آب نیست", city)
    assert {why.answer for why in reasons(found, "places", "place")} == {"garden-east", "garden-west"}


@pytest.mark.parametrize("text", [
    "the street lamp is broken again and the lamp is dark", "الحاوية ممتلئة والحاوية الثانية ممتلئة", "سطل زباله پر شده، سطل زباله",
    "на улице опять не горит фонарь, фонарь горит", "қоқыс жәшігі толып кетті, қоқыс жәшігі",
])  # fmt: skip
def test_no_reason_is_told_twice(knowledge, text):
    told = [(why.task, why.answer, why.what, why.found) for why in explain(text, knowledge).why]
    assert len(told) == len(set(told))


def test_a_place_or_a_seed_of_the_deployments_own_that_is_named_twice_is_told_once(city):
    found = explain("канатная дорога в Заречном, опять канатная дорога в Заречном", city)
    assert [why.found for why in reasons(found, "places", "place")] == ["заречном"]
    assert [(why.found, why.weight) for why in reasons(found, "topics", "seed") if why.answer == "cable-car"] == [("канатная дорога", 1.0)]


def test_a_term_that_comes_twice_weighs_what_both_weigh(knowledge):
    model = knowledge.topics["en"]
    label = model.labels[0]
    once, twice = ({why.found: why.weight for why in terms("topics", label, text, model, CHARACTERS)} for text in ("lamp", "lamp lamp"))
    alike = [(once[term], twice[term]) for term in once if term in twice and abs(once[term]) > 0.1]
    assert alike and all(abs(second) > abs(first) for first, second in alike)  # the sum, under the root of twice the length


@pytest.mark.parametrize("text", ["😂😂😂", "12345", "???", "https://example.org/a", "\u200f\u200e", "@nobody"])
def test_what_holds_no_words_is_explained_without_failing(knowledge, text):
    found = explain(text, knowledge)
    assert found.places == ()


def test_the_same_text_is_explained_alike_each_time(city):
    assert explain("в Заречном темно", city) == explain("в Заречном темно", city)
