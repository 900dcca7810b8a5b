"""Somebody else's model of sentiment: a tiny graph made here, read through the same enricher as the shipped ones."""

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from core.deployment import SentimentModels
from core.deployment_file import parse
from core.errors import BadInput
from enrich.knowledge import learn, neutral
from enrich.pipeline import understand
from tests.enrich.conftest import post

onnx = pytest.importorskip("onnx", reason="the extra `models` is not installed")
tokenizers = pytest.importorskip("tokenizers", reason="the extra `models` is not installed")
pytest.importorskip("onnxruntime", reason="the extra `models` is not installed")
opened = pytest.importorskip("enrich.onnx").opened
masked = pytest.importorskip("enrich.onnx").masked

WORDS = {"[PAD]": 0, "[UNK]": 1, "awful": 2, "okay": 3, "lovely": 4, "@user": 5, "http": 6}
LABELS = ("positive", "negative", "neutral")  # of the graph, in an order of its own


def graph() -> object:
    """Sums a score a word over the words of a text: awful speaks for negative, okay for neutral, lovely for positive."""
    scores = np.zeros((len(WORDS), 3), dtype=np.float32)
    for word, label in (("awful", "negative"), ("okay", "neutral"), ("lovely", "positive")):
        scores[WORDS[word], LABELS.index(label)] = 4
    h = onnx.helper
    nodes = [
        h.make_node("Gather", ["scores", "input_ids"], ["each"]),
        h.make_node("Cast", ["attention_mask"], ["real"], to=onnx.TensorProto.FLOAT),
        h.make_node("Unsqueeze", ["real", "last"], ["column"]),
        h.make_node("Mul", ["each", "column"], ["kept"]),
        h.make_node("ReduceSum", ["kept", "middle"], ["logits"], keepdims=0),
    ]
    shape, whole = ["texts", "tokens"], onnx.numpy_helper.from_array
    given = [h.make_tensor_value_info(name, onnx.TensorProto.INT64, shape) for name in ("input_ids", "attention_mask")]
    answer = [h.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, ["texts", 3])]
    made = h.make_graph(nodes, "tiny", given, answer,
                        [whole(scores, "scores"), whole(np.array([2]), "last"), whole(np.array([1]), "middle")])  # fmt: skip
    return h.make_model(made, opset_imports=[h.make_opsetid("", 13)], ir_version=8)


def model(folder: Path, labels: tuple[str, ...] = LABELS) -> Path:
    """The graph with a tokenizer of whole words, as a published model lies in a folder."""
    folder.mkdir(exist_ok=True)
    onnx.save(graph(), str(folder / "model.onnx"))
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel(WORDS, unk_token="[UNK]"))
    words.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    words.save(str(folder / "tokenizer.json"))
    config = {"id2label": {str(i): label for i, label in enumerate(labels)}, "pad_token_id": 0, "architectures": ["Tiny"]}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def read(folder: Path, *texts: str):  # type: ignore[no-untyped-def]
    deployment = msgspec.structs.replace(neutral(), sentiment=SentimentModels(model=str(folder)))
    return understand([post(text, n) for n, text in enumerate(texts)], learn(deployment))


def test_it_tells_sentiment_in_place_of_the_shipped_model(tmp_path):
    folder = model(tmp_path / "tiny")
    found = [p.sentiment for p in read(folder, "awful awful road", "the lamp is okay today", "lovely new park")]
    assert [claim.label for claim in found] == ["negative", "neutral", "positive"]
    assert all(claim.by == f"{folder}@onnx" and claim.confidence > 0.9 for claim in found)


def test_intent_and_topics_stay_with_the_shipped_models(tmp_path):
    (seen,) = read(model(tmp_path / "tiny"), "the street lamp is broken again")
    assert seen.intent.by.startswith("intent-en@")


def test_what_it_cannot_tell_is_unsure(tmp_path):
    (seen,) = read(model(tmp_path / "tiny"), "the street lamp was mentioned")
    assert seen.sentiment.label == "unsure"


def test_answers_do_not_depend_on_what_else_is_in_the_batch(tmp_path):
    texts = ["awful", "lovely " * 40 + "park", *(f"okay number {n} of the street" for n in range(70))]
    folder = model(tmp_path / "tiny")
    together = [p.sentiment for p in read(folder, *texts)]
    alone = [read(folder, text)[0].sentiment for text in texts[:3]]
    assert together[:3] == alone
    assert {claim.label for claim in together[2:]} == {"neutral"}


def test_a_language_of_its_own_leaves_the_others_alone(tmp_path):
    folder = model(tmp_path / "tiny")
    deployment = msgspec.structs.replace(neutral(), sentiment=SentimentModels(models={"en": str(folder)}))
    english, russian = understand([post("lovely new park", 1), post("Спасибо, отличный новый парк", 2)], learn(deployment))
    assert english.sentiment.by.endswith("@onnx")
    assert russian.sentiment.by.startswith("sentiment-ru@")


def test_who_is_addressed_and_where_it_leads_are_not_told():
    assert masked("@city see https://example.org/a?b now") == "@user see http now"


def test_a_name_on_the_hub_is_fetched_once_and_read_like_a_folder(tmp_path):
    asked = []

    def fetch(name: str) -> Path:
        asked.append(name)
        return model(tmp_path / "cache")

    assert opened("hf:org/tiny", fetch).name == "org/tiny@onnx"
    assert asked == ["org/tiny"]


@pytest.mark.parametrize("gone", ["model.onnx", "tokenizer.json", "config.json"])
def test_a_folder_that_lacks_a_file_is_refused_and_the_file_named(tmp_path, gone):
    (model(tmp_path / "tiny") / gone).unlink()
    with pytest.raises(BadInput, match=gone):
        opened(str(tmp_path / "tiny"))


@pytest.mark.parametrize("labels", [("LABEL_0", "LABEL_1", "LABEL_2"), ("neg", "NEU", "Pos")])
def test_classes_by_their_usual_names_are_known(tmp_path, labels):
    assert opened(str(model(tmp_path / "tiny", labels))).columns == (0, 1, 2)


@pytest.mark.parametrize("labels", [("joy", "anger", "fear"), ("negative", "positive"), ()])
def test_a_model_of_other_classes_is_refused_in_a_sentence(tmp_path, labels):
    with pytest.raises(BadInput, match="negative, neutral and positive"):
        opened(str(model(tmp_path / "tiny", labels)))


def test_a_config_that_is_no_json_is_refused(tmp_path):
    (model(tmp_path / "tiny") / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadInput, match=r"config\.json"):
        opened(str(tmp_path / "tiny"))


def test_a_deployment_names_it_in_its_file():
    text = 'id = "c"\nname = { en = "C" }\ntimezone = "UTC"\nlanguages = ["en"]\nsentiment.model = "hf:org/name"\n'
    assert parse(text, "c.toml").sentiment.model == "hf:org/name"
