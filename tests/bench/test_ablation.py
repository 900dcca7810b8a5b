"""The ablation: each variation is trained by itself and measured on files that taught it nothing."""

import pytest

from bench.ablation import VARIATIONS, Variation, run
from enrich import sets
from enrich.sets import SENTIMENTS, SHIPPED, sha256

TINY = {"bits": "10"}
ONE = (("intent", "kk"),)


def test_a_variation_is_trained_and_measured_on_our_test(tmp_path):
    found = run(ONE, [Variation(name="small", changes=TINY)], tmp_path, most=300)
    assert list(found["median"]) == ["small"]
    assert 0.3 < found["median"]["small"]["intent tests/sets/kk.tsv"] <= 1


def test_a_variation_without_a_source_to_learn_from_is_left_empty(tmp_path):
    assert run(ONE, [Variation(name="none", without="own/", changes=TINY)], tmp_path, most=50)["median"] == {"none": {}}


def test_ways_of_reading_differ_in_what_they_bring(tmp_path):
    ways = {v.reads: v.name for v in VARIATIONS}
    found = run(ONE, [Variation(name=name, changes=TINY, reads=reads) for reads, name in ways.items()], tmp_path, most=300)
    assert len({tuple(f.values()) for f in found["median"].values()}) > 1


@pytest.mark.parametrize("variation", VARIATIONS[1:], ids=lambda v: v.name)
def test_each_variation_differs_from_what_is_shipped(variation):
    first = VARIATIONS[0]
    assert (first.licences, first.changes, first.without, first.only) == (SHIPPED, {}, "", "")
    assert variation != Variation(name=variation.name)
    assert variation.name != first.name


def test_a_set_of_others_is_left_out_by_itself_where_everything_is_asked_for(tmp_path):
    folder = tmp_path / "kk" / "kazsandra_3class"
    folder.mkdir(parents=True)
    lines = [
        "text\tlabel",
        *(f"жазба {'абвгдежзик'[n // 3]}{'лмнопрстуф'[n % 10]} сөз\t{('negative', 'neutral', 'positive')[n % 3]}" for n in range(30)),
    ]
    (folder / "train.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = run((("sentiment", "kk"),), VARIATIONS, tmp_path, most=60)["median"]
    assert "without kk/kazsandra_3class" in found
    assert found["our own posts alone"] and found["without our own posts"]


def test_what_means_nothing_to_a_language_is_not_tried_on_it(tmp_path):
    found = run((("intent", "ru"),), [Variation(name="Kazakh only", changes=TINY, language="kk")], tmp_path, most=50)
    assert found["median"] == {}


def test_labels_read_on_others_texts_are_left_out_by_their_origin(tmp_path, monkeypatch):
    texts = [f"{'тамаша' if n % 2 else 'жаман'} сөз {'абвгдежзик'[n // 4]}{'лмно'[n % 4]}" for n in range(40)]
    lines = [f"{sha256(t)}\tkk/kazsandra_3class\t{SENTIMENTS[n % 3]}" for n, t in enumerate(texts)]
    for path, head, body in (
        ("kk/kazsandra_3class/train.tsv", "text\tlabel", [f"{t}\tuntold" for t in texts]),
        ("read/kk.tsv", "sha256\tset\tsentiment", lines),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("\n".join([head, *body]) + "\n", encoding="utf-8")
    monkeypatch.setattr(sets, "READ", tmp_path / "read")
    known = Variation(name="read alone", only="kk/", changes=TINY)
    unknown = Variation(name="without them", only="kk/", without=":read", changes=TINY)
    found = run((("sentiment", "kk"),), [known, unknown], tmp_path, most=100)["median"]
    assert found["read alone"] and found["without them"] == {}
