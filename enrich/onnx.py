"""A sentiment model of somebody else's: a folder in ONNX form, here or from the Hugging Face hub, read by onnxruntime and tokenizers.

Needs the extra `models`. A folder holds tokenizer.json, config.json and model.onnx (or onnx/model.onnx, or model_quantized.onnx).
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from core.errors import BadInput
from core.page import in_parts
from enrich.batch import Part
from enrich.grams import Array
from enrich.knowledge import HUB
from enrich.sets import SENTIMENTS

GRAPHS = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")
WANTED = [*GRAPHS, "tokenizer.json", "config.json"]
AT_ONCE = 32  # texts of one run; they are sorted by length, so little of it is padding
LONGEST = 128  # tokens of a text that are read
UNSURE_BELOW = 0.45
_HANDLE, _LINK = re.compile(r"@\w+"), re.compile(r"https?://\S+|www\.\S+")
_MEANINGS = {"negative": 0, "neg": 0, "label_0": 0, "neutral": 1, "neu": 1, "label_1": 1, "positive": 2, "pos": 2, "label_2": 2}
"""What models call their classes → number of ours. Three nameless ones stand in the usual order."""


class Config(msgspec.Struct, frozen=True):
    """Of a model's config.json what is read here."""

    id2label: dict[str, str] = {}
    pad_token_id: int | None = 0


class Onnx(msgspec.Struct, frozen=True, kw_only=True):
    """A model ready to read. Same interface as the shipped ones: name, labels, and chances of a part of a batch."""

    name: str
    session: Any  # onnxruntime.InferenceSession
    tokenizer: Any  # tokenizers.Tokenizer
    columns: tuple[int, ...]  # of the graph's answer, for each of `labels`
    pad: int
    labels: tuple[str, ...] = SENTIMENTS
    unsure_below: float = UNSURE_BELOW

    def chances_of(self, part: Part) -> Array:
        """Chances of each label, one line a text; what the model says, not calibrated by us."""
        tokens = [encoded.ids for encoded in self.tokenizer.encode_batch([masked(text) for text in part.texts])]
        order = sorted(range(len(tokens)), key=lambda i: len(tokens[i]))
        found = np.empty((len(tokens), len(self.labels)), dtype=np.float32)
        for some in in_parts(order, AT_ONCE):
            found[list(some)] = self._read([tokens[i] for i in some])
        return found

    def _read(self, tokens: Sequence[Sequence[int]]) -> Array:
        """One run of the graph over texts of about the same length."""
        width = max(1, max(map(len, tokens)))
        ids = np.full((len(tokens), width), self.pad, dtype=np.int64)
        mask = np.zeros_like(ids)
        for line, text in enumerate(tokens):
            ids[line, : len(text)], mask[line, : len(text)] = text, 1
        known = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        answer = self.session.run(None, {given.name: known[given.name] for given in self.session.get_inputs()})[0]
        scores = np.exp(answer - answer.max(axis=1, keepdims=True))
        return np.asarray((scores / scores.sum(axis=1, keepdims=True))[:, self.columns])


def masked(text: str) -> str:
    """A text as models of social media were trained on it: whom it addresses and where it leads are not told."""
    return _LINK.sub("http", _HANDLE.sub("@user", text))


def opened(model: str, fetch: Callable[[str], Path] | None = None) -> Onnx:
    """The model `hf:org/name`, or the one in a folder. Raises BadInput saying what is missing."""
    folder = (fetch or _fetched)(model.removeprefix(HUB)) if model.startswith(HUB) else Path(model)
    graph = next((folder / name for name in GRAPHS if (folder / name).is_file()), None)
    if graph is None or not (folder / "tokenizer.json").is_file() or not (folder / "config.json").is_file():
        raise BadInput(
            f"sentiment.model {model}: needs tokenizer.json, config.json and {GRAPHS[0]} (or {', '.join(GRAPHS[1:])}) in {folder}"
        )
    try:
        config = msgspec.json.decode((folder / "config.json").read_bytes(), type=Config)
    except msgspec.DecodeError as error:
        raise BadInput(f"sentiment.model {model}: its config.json cannot be read ({error})") from error
    columns = _columns(model, config)
    runtime, tokenizers = _needed("onnxruntime"), _needed("tokenizers")
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    providers = [p for p in ("CUDAExecutionProvider", "CPUExecutionProvider") if p in runtime.get_available_providers()]
    session = runtime.InferenceSession(str(graph), providers=providers)
    return Onnx(name=f"{model.removeprefix(HUB)}@onnx", session=session, tokenizer=tokenizer, columns=columns, pad=config.pad_token_id or 0)


def _columns(model: str, config: Config) -> tuple[int, ...]:
    """Where negative, neutral and positive stand in the graph's answer."""
    found = {_MEANINGS[label.lower()]: int(number) for number, label in config.id2label.items() if label.lower() in _MEANINGS}
    if len(config.id2label) != len(SENTIMENTS) or len(found) != len(SENTIMENTS):
        said = ", ".join(config.id2label.values()) or "none"
        raise BadInput(f"sentiment.model {model}: has the classes {said}; one with negative, neutral and positive is needed")
    return tuple(found[i] for i in range(len(SENTIMENTS)))


def _needed(library: str) -> Any:
    try:
        return importlib.import_module(library)
    except ImportError as error:
        raise BadInput(
            f"sentiment.model: {library} is not installed; .venv/bin/pip install -e '.[models]', or leave the shipped model"
        ) from error


def _fetched(name: str) -> Path:
    """The files of a model on the hub, from its cache where they lie already."""
    hub = _needed("huggingface_hub")
    try:
        return Path(hub.snapshot_download(name, allow_patterns=WANTED))
    except (OSError, ValueError, hub.errors.HfHubHTTPError) as error:
        raise BadInput(
            f"sentiment.model {HUB}{name}: cannot be fetched ({type(error).__name__}); "
            "check the name and the network, or name a folder that holds the model"
        ) from error
