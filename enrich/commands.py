"""What a person can ask of the understanding: train, eval, explain."""

import importlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from core.deployment import LANGUAGES, Deployment, SentimentModels
from core.deployment_file import file_of, load
from core.errors import AskedWrongly, BadInput
from enrich import evaluate
from enrich.card import write_card
from enrich.explain import explain
from enrich.knowledge import HUB, MODELS, Knowledge, learn, neutral
from enrich.measures import Measured
from enrich.sets import SHARED, SHIPPED, forbidden
from enrich.share_eval import evaluated_shares
from enrich.tested import tested
from enrich.train import RECIPES, Order, train

app = typer.Typer()
evals = typer.Typer(no_args_is_help=True, help="Measure an enricher on a labelled file.")
app.add_typer(evals, name="eval")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Language = Annotated[
    str | None, typer.Option("--language", help="Read every text in this language; else in the one most of the file is in.")
]
Model = Annotated[
    Path | None, typer.Option("--model", help="Weights to measure instead of the shipped ones: a folder, or hf:org/name for sentiment.")
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Only the first so many lines.")]
Average = Annotated[str | None, typer.Option("--average-over", help="Macro figures over these classes only, comma-separated.")]
Apart = Annotated[
    bool, typer.Option("--kept-apart", help="Only the tenth of the lines, drawn by their letters, that never teaches a language.")
]
DeploymentFile = Annotated[Path | None, typer.Option("--deployment", help="A deployment file; else SADA_DEPLOYMENT, else the neutral one.")]


@app.command("train", epilog="Example: sada train sentiment intent --data ../shared/data")
def train_command(tasks: Annotated[list[str] | None, typer.Argument(help=f"Among {', '.join(RECIPES)}; none: all.")] = None,
                  data: Annotated[Path, typer.Option(help="Folder of labelled sets.")] = SHARED,
                  licences: Annotated[str, typer.Option(help="Licence classes that may train, comma-separated.")] = ",".join(SHIPPED),
                  out: Annotated[Path, typer.Option(help="Where weights and card go.")] = MODELS,
    languages: Annotated[str, typer.Option(help="Only these languages, comma-separated.")] = ",".join(LANGUAGES),
    changes: Annotated[list[str] | None, typer.Option("--set", help="FIELD=VALUE of the recipe, for an experiment.")] = None,
    corrections: Annotated[Path | None, typer.Option(help="A file of `sada export corrections`: what people corrected trains too.")] = None, as_json: AsJson = False) -> None:  # fmt: skip
    """Train the weights of the enrichers from labelled sets and write their card."""
    unknown = [task for task in tasks or () if task not in RECIPES]
    if unknown:
        raise BadInput(f"there is no task {unknown[0]!r} to train; the tasks are {', '.join(RECIPES)}")
    order = Order(
        data=data,
        licences=tuple(licences.split(",")),
        out=out,
        languages=tuple(languages.split(",")),
        changes=_pairs(changes or ()),
        corrections=corrections,
    )
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        step = bar.add_task("reading the texts of tests, which must not be learnt")
        not_these = forbidden(data)
        done = [t for task in tasks or RECIPES for t in train(task, order, not_these, lambda s: bar.update(step, description=s))]
    done = [tested(t, data, learn(neutral(), out)) for t in done]
    write_card(done, out)
    _say(
        as_json,
        [msgspec.to_builtins(t) for t in done],
        "\n".join(f"{t.name}: {sum(t.sets.values())} texts of {len(t.sets)} sets" for t in done),
    )


def _pairs(asked: Sequence[str]) -> dict[str, str]:
    if odd := [pair for pair in asked if "=" not in pair]:
        raise AskedWrongly(f"--set {odd[0]}: is not FIELD=VALUE; for instance --set facts=0")
    return {pair.partition("=")[0]: pair.partition("=")[2] for pair in asked}


def _deployment(file: Path | None) -> Deployment:
    asked = str(file) if file else os.environ.get("SADA_DEPLOYMENT")
    return load(file_of(asked)) if asked else neutral()


def _knowing(deployment: Deployment, model: Path | None) -> Knowledge:
    """What is known with other weights: a folder of ours, or somebody else's model of sentiment in ONNX form."""
    if model and (str(model).startswith(HUB) or (model / "tokenizer.json").exists()):
        return learn(msgspec.structs.replace(deployment, sentiment=SentimentModels(model=str(model))))
    return learn(deployment, model or MODELS)


def _measuring(task: str) -> Callable[..., None]:
    """The command that measures one enricher."""

    def measure(file: Path, language: Language = None, model: Model = None, limit: Limit = None,
                average_over: Average = None, deployment: DeploymentFile = None, kept_apart: Apart = False, as_json: AsJson = False) -> None:  # fmt: skip
        knowledge = _knowing(_deployment(deployment), model)
        over = average_over.split(",") if average_over else None
        found = evaluate.evaluated(task, evaluate.labelled(file, task, limit, kept_apart), knowledge, language, over)
        _say(as_json, {"task": task, **msgspec.to_builtins(found)}, _table(task, found))

    measure.__doc__ = f"Measure {task} on FILE (tab-separated, columns text and label)."
    return measure


for _task in evaluate.TASKS:
    evals.command(_task, epilog=f"Example: sada eval {_task} tests/sets/ar.tsv --json")(_measuring(_task))


@evals.command("share", epilog="Example: sada eval share sentiment.tsv --labels 150")
def share_command(file: Path, labels: Annotated[int, typer.Option(min=0, help="Labelled posts to learn the source from.")] = 150,
                  language: Language = None, model: Model = None, limit: Limit = None, as_json: AsJson = False) -> None:  # fmt: skip
    """Measure estimated shares of negative posts where the mix shifts (FILE: tab-separated, columns text and label)."""
    knowledge = learn(neutral(), model or MODELS)
    found = evaluated_shares(evaluate.labelled(file, "sentiment", limit), knowledge, labels, language)
    _say(as_json, msgspec.to_builtins(found), f"mean error {found.mae:.3f} (counting: {found.mae_uncorrected:.3f}); "
         f"the interval holds the truth {found.coverage:.0%} of {found.resamples} times, width {found.interval_width:.3f}")  # fmt: skip


@evals.command("themes", epilog="Example: sada eval themes stream.tsv --alerts alerts.jsonl")
def themes_command(file: Path, alerts: Annotated[Path | None, typer.Option(help="Write what was raised here, one JSON line each.")] = None,
                   own_account: Annotated[str | None, typer.Option(help="The organisation's own account.")] = None,
                   baselines: Annotated[bool, typer.Option("--baselines", help="Measure the plain detectors too.")] = False, as_json: AsJson = False) -> None:  # fmt: skip
    """Measure the detector of emerging themes on a stream (FILE: tab-separated, columns text and created_at)."""
    seen = Console(stderr=True)
    with Progress(*Progress.get_default_columns(), TimeElapsedColumn(), console=seen, transient=True, disable=not seen.is_terminal) as bar:
        measured = importlib.import_module("enrich.themes_eval").evaluate(
            file, alerts, own_account, baselines, lambda many, step: bar.track(many, description=step)
        )
    _say(as_json, measured, "\n".join(f"{name}: {figure}" for name, figure in measured.items()))


@app.command("explain", epilog='Example: sada explain "the lamp in our street is out again"')
def explain_command(text: str, deployment: DeploymentFile = None, as_json: AsJson = False) -> None:
    """Show how a text is understood, and why."""
    if not text.strip():
        raise AskedWrongly("explain: there is no text; put it in quotes after the word explain")
    found = explain(text, learn(_deployment(deployment)))
    lines = [
        f"{name}: {claim.label} ({claim.confidence})" for name in ("language", "sentiment", "intent") if (claim := getattr(found, name))
    ]
    lines += [f"{name}: {claim.label} ({claim.confidence})" for name in ("topics", "places") for claim in getattr(found, name)]
    lines += [f"  {why.task} {why.answer}: {why.what} {why.found!r} {why.weight:+}" for why in found.why]
    _say(as_json, msgspec.to_builtins(found), "\n".join(lines))


def _table(task: str, found: Measured) -> str:
    lines = [f"{task}: {found.n} texts, accuracy {found.accuracy:.3f}, macro-F1 {found.macro_f1:.3f}, calibration error {found.ece}"]
    lines += [
        f"  {name:>12}  precision {c.precision:.3f}  recall {c.recall:.3f}  F1 {c.f1:.3f}  of {c.n}" for name, c in found.per_class.items()
    ]
    return "\n".join(lines)


def _say(as_json: bool, result: object, sentence: str) -> None:
    """The result for a program, or words for a person."""
    sys.stdout.write((json.dumps(result, ensure_ascii=False) if as_json else sentence) + "\n")
