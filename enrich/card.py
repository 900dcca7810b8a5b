"""The model card: what each shipped model learnt from and how it did on texts it had not seen. Written by `sada train`."""

from pathlib import Path

import msgspec

from enrich.measures import Measured
from enrich.tested import command
from enrich.train import Failure, Trained

CARD = "CARD.json"
PAGE = "CARD.md"


def write_card(trained: list[Trained], out: Path) -> None:
    """Put `trained` into the card in `out`, beside the models that were not trained now; as JSON and as a page."""
    path = out / CARD
    old = msgspec.json.decode(path.read_bytes(), type=list[Trained]) if path.exists() else []
    fresh = {t.name.partition("@")[0] for t in trained}  # a new version takes the place of the old
    every = sorted([t for t in old if t.name.partition("@")[0] not in fresh] + trained, key=lambda t: t.name)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(every), indent=1) + b"\n")
    (out / PAGE).write_text(page(every), encoding="utf-8")


def page(trained: list[Trained]) -> str:
    """The card as Markdown."""
    return "\n\n".join([_HEAD, _SETS_HEAD + _sets(trained), *(_model(t) for t in trained)]) + "\n"


_HEAD = """# Model card

Written by `sada train`. Figures under "kept out of" are on texts that the measured model had not seen (cross-validation, or a tenth kept apart, drawn with a fixed seed);
figures under "test" are of the shipped weights themselves, by the command beside them (D is the folder of labelled sets). No text of a test or dev file was trained on: texts
equal in their letters alone are removed first. The sets tell no dates by which to slice; varieties and dialects are slices of their own."""
_SETS_HEAD = "## Data\n\n| set | licence class | used by |\n|---|---|---|\n"


def _sets(trained: list[Trained]) -> str:
    licences = {origin.split(":")[0]: licence for t in trained for origin, licence in t.licences.items()}
    users: dict[str, list[str]] = {}
    for t in trained:
        for origin in t.sets:
            users.setdefault(origin.split(":")[0], []).append(t.name)
    return "\n".join(f"| {o} | {licences.get(o, 'not told')} | {', '.join(sorted(set(us)))} |" for o, us in sorted(users.items()))


def _model(t: Trained) -> str:
    head = f"## {t.name}\n\n{sum(t.sets.values()):,} texts: " + ", ".join(f"{origin} {n:,}" for origin, n in t.sets.items())
    recipe = f"Recipe: {', '.join(f'{k} {v}' for k, v in msgspec.structs.asdict(t.recipe).items() if v != {})}."
    parts = [head, recipe, _table("kept out of", t.held_out)]
    if t.tested:
        parts.append(_table("test", {f"`{command(path, t)}`": m for path, m in t.tested.items()}))
    if t.failures:
        parts.append("Surest mistakes on our own posts kept out:\n\n" + "\n".join(_failure(f) for f in t.failures))
    return "\n\n".join(parts)


def _table(first: str, measured: dict[str, Measured]) -> str:
    head = f"| {first} | n | macro-F1 | accuracy | calibration error | answered at 80 % / 90 % right | precision / recall / F1 by class |\n|---|---|---|---|---|---|---|\n"
    return head + "\n".join(_line(origin, m) for origin, m in measured.items())


def _failure(f: Failure) -> str:
    return f"- {f.text.replace('|', '/')}: {f.answer} ({f.confidence:.0%}), truly {f.label}"


def _line(origin: str, m: Measured) -> str:
    coverage = " / ".join(f"{share:.0%}" for share in m.coverage_at_precision.values())
    classes = ", ".join(f"{name} {c.precision:.2f} / {c.recall:.2f} / {c.f1:.2f}" for name, c in m.per_class.items() if c.n)
    return f"| {origin} | {m.n:,} | {m.macro_f1:.3f} | {m.accuracy:.3f} | {m.ece} | {coverage} | {classes} |"
