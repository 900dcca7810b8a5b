"""sada train, eval and explain: shapes that programs rely on, and clear refusals."""

import json

import pytest
from typer.testing import CliRunner

from core.errors import AskedWrongly, BadInput
from enrich.commands import app
from enrich.train import VERSION

LINES = [
    ("The lamp is broken again, shame on you", "negative"),
    ("Thank you, wonderful work!", "positive"),
    ("The office opens at eight", "neutral"),
]


@pytest.fixture
def labelled(tmp_path):
    path = tmp_path / "some.tsv"
    path.write_text("text\tlabel\n" + "".join(f"{t}\t{s}\n" for t, s in LINES), encoding="utf-8")
    return path


def run(*words):
    done = CliRunner().invoke(app, [str(w) for w in words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_eval_prints_one_document_with_every_key(labelled):
    found = json.loads(run("eval", "sentiment", labelled, "--json").stdout)
    assert {"task", "n", "accuracy", "macro_f1", "macro_recall", "per_class", "confusion", "ece", "precision_at_coverage"} <= set(found)
    assert found["task"] == "sentiment" and found["n"] == 3
    assert set(found["per_class"]["negative"]) == {"precision", "recall", "f1", "n"}


def test_eval_reads_the_column_named_like_the_task(tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text("text\tsentiment\tintent\ttopic\nThe lamp is broken again\tnegative\tcomplaint\tlighting\n", encoding="utf-8")
    assert json.loads(run("eval", "intent", path, "--json").stdout)["per_class"]["complaint"]["n"] == 1
    assert json.loads(run("eval", "topics", path, "--json").stdout)["per_class"]["lighting"]["recall"] == 1.0


def test_a_file_of_two_classes_is_answered_in_its_own_words(tmp_path):
    path = tmp_path / "two.tsv"
    path.write_text("text\tlabel\nThe lamp is broken again!\tcomplaint\nwhen do you open?\tnot_complaint\n", encoding="utf-8")
    assert set(json.loads(run("eval", "intent", path, "--json").stdout)["confusion"]) == {"complaint", "not_complaint"}


def test_limit_takes_the_first_lines(labelled):
    assert json.loads(run("eval", "language", labelled, "--limit", "2", "--json").stdout)["n"] == 2


@pytest.mark.parametrize("content", ["", "words\tlabel\nx\ty\n", "text\tlabel\n", "text\nx\n"])
def test_a_file_without_texts_and_labels_is_refused(tmp_path, content):
    path = tmp_path / "bad.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadInput):
        run("eval", "sentiment", path)


def test_too_few_posts_for_shares_are_refused(labelled):
    with pytest.raises(BadInput, match="too few"):
        run("eval", "share", labelled)


def test_explain_says_why():
    found = json.loads(run("explain", "the street lamp is broken again", "--json").stdout)
    assert set(found) == {"language", "sentiment", "intent", "topics", "places", "why"}
    assert any(why["task"] == "sentiment" and why["what"] == "term" for why in found["why"])
    assert any(why["what"] == "seed" and why["found"] == "street lamp" for why in found["why"])


def test_explain_needs_a_text():
    with pytest.raises(AskedWrongly):
        run("explain", "  ")


def test_an_unknown_task_cannot_be_trained():
    with pytest.raises(BadInput, match="sentiment"):
        run("train", "mood")


def test_training_on_our_own_labels_writes_weights_and_a_card(tmp_path):
    done = run(
        "train",
        "intent",
        "--languages",
        "kk",
        "--licences",
        "own",
        "--data",
        tmp_path,
        "--out",
        tmp_path,
        "--set",
        "bits=12",
        "--set",
        "folds=1",
        "--json",
    )
    told = json.loads(done.stdout)[0]
    assert told["name"] == f"intent-kk@{VERSION}" and told["recipe"]["bits"] == 12
    assert (tmp_path / "intent-kk.npz").stat().st_size < 200_000
    assert f"intent-kk@{VERSION}" in (tmp_path / "CARD.md").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "CARD.json").read_text(encoding="utf-8"))[0]["sets"]["own/kk"] > 1000


@pytest.mark.parametrize("change", ["bits", "colour=3", "bits=many"])
def test_a_recipe_nobody_knows_is_refused(tmp_path, change):
    with pytest.raises(AskedWrongly):
        run("train", "intent", "--languages", "kk", "--data", tmp_path, "--out", tmp_path, "--set", change)


def test_nothing_to_learn_from_is_said(tmp_path):
    with pytest.raises(BadInput, match="--data"):
        run("train", "dialect", "--licences", "open", "--data", tmp_path, "--out", tmp_path)
