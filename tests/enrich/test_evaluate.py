"""Measuring: which lines count, in which language a file is read, and what an answer nobody can give is."""

import pytest

from core.errors import BadInput
from core.post import Claim
from enrich.evaluate import Labelled, answers, evaluated, labelled, majority, sentiment_chances
from enrich.sets import is_apart


def file(folder, *lines, head="text\tlabel"):
    path = folder / "some.tsv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def test_lines_without_a_label_do_not_count(tmp_path):
    found = labelled(file(tmp_path, "one\tnegative", "two\t", "three\tpositive"), "sentiment")
    assert found == Labelled(("one", "three"), ("negative", "positive"))


def test_quotes_and_a_mark_of_byte_order_mean_nothing(tmp_path):
    path = tmp_path / "bom.tsv"
    path.write_bytes('\ufefftext\tlabel\n"unclosed\tneutral\nnext\tneutral\n'.encode())
    assert labelled(path, "sentiment").texts == ('"unclosed', "next")


def test_only_what_is_kept_apart_is_read_when_asked(tmp_path):
    texts = [f"post about {word} and {other}" for word in ("lamps", "roads", "water", "parks") for other in "abcdefghijklmnop"]
    path = file(tmp_path, *(f"{text}\ten" for text in texts))
    apart = labelled(path, "language", apart=True).texts
    assert apart == tuple(text for text in texts if is_apart(text))
    assert 0 < len(apart) < len(texts) / 3


def test_a_file_that_is_no_text_is_refused_with_its_name(tmp_path):
    path = tmp_path / "odd.tsv"
    path.write_bytes(b"\xff\xfe\x00text")
    with pytest.raises(BadInput, match=r"odd\.tsv"):
        labelled(path, "sentiment")


@pytest.mark.parametrize(
    ("spoken", "language"),
    [
        (["ru", "ru", "kk"], "ru"),
        (["ru", "kk"], None),  # half is not most
        ([None, None, "fa"], "fa"),  # texts without letters have no vote
        ([], None),
    ],
)
def test_a_file_is_read_in_the_language_most_of_it_is_in(spoken, language):
    assert majority([Claim(label=s) if s else None for s in spoken]) == language


def test_a_text_in_a_language_nobody_reads_is_answered_with_nothing(knowledge):
    texts = ["Notre rue est dans le noir depuis une semaine", "Nuestra calle está a oscuras desde hace una semana"]
    assert answers("sentiment", texts, knowledge) == [None, None]
    chances, labels = sentiment_chances(texts, knowledge)
    assert chances.tolist() == [[1 / 3] * 3] * 2 and labels == ("negative", "neutral", "positive")


def test_what_cannot_be_told_counts_as_wrong(knowledge):
    found = evaluated("language", Labelled(("12345", "the lamp is out again"), ("en", "en")), knowledge)
    assert found.accuracy == 0.5
    assert found.confusion["en"]["untold"] == 1


def test_macro_figures_may_be_over_some_classes_only(knowledge):
    texts = Labelled(
        ("thank you, wonderful work", "shame on you, broken again", "the office opens at eight"), ("positive", "negative", "mixed")
    )
    every, some = (evaluated("sentiment", texts, knowledge, "en", over) for over in (None, ["positive", "negative"]))
    assert some.macro_f1 > every.macro_f1


def test_a_batch_is_answered_as_its_texts_alone_are(knowledge):
    texts = ["The lamp is broken again", "Thank you for the clean park!", "When does the office open?"] * 3
    together = answers("intent", texts, knowledge, "en")
    assert together == [answers("intent", [text], knowledge, "en")[0] for text in texts]
