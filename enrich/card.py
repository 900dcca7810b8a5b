"""The model card: what each shipped model learnt from and how it did on texts it had not seen. Written by `sada train`."""

from pathlib import Path

import msgspec

from enrich.measures import Measured
from enrich.sets import SETS
from enrich.train import Trained

CARD = "CARD.json"
PAGE = "CARD.md"


def write_card(trained: list[Trained], out: Path) -> None:
    """Put `trained` into the card in `out`, beside the models that were not trained now; as JSON and as a page."""
    path = out / CARD
    old = msgspec.json.decode(path.read_bytes(), type=list[Trained]) if path.exists() else []
    fresh = {t.name for t in trained}
    every = sorted([t for t in old if t.name not in fresh] + trained, key=lambda t: t.name)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(every), indent=1) + b"\n")
    (out / PAGE).write_text(page(every), encoding="utf-8")


def page(trained: list[Trained]) -> str:
    """The card as Markdown."""
    return "\n\n".join([_HEAD, _SETS_HEAD + _sets(trained), *(_model(t) for t in trained)]) + "\n"


_HEAD = """# Model card

Written by `sada train`; every figure below is on texts kept out of training (cross-validation or a tenth kept apart, drawn with a fixed seed).
Figures on other people's test sets come from `sada eval TASK FILE` and stand in docs/experiments.md with their commands.
No text of a test or dev file was trained on: texts equal in their letters alone are removed first."""
_SETS_HEAD = "## Data\n\n| set | licence class | used by |\n|---|---|---|\n"


def _sets(trained: list[Trained]) -> str:
    licences = {s.folder: s.licence for s in SETS}
    users: dict[str, list[str]] = {}
    for t in trained:
        for origin in t.sets:
            users.setdefault(origin.split(":")[0], []).append(t.name)
    return "\n".join(
        f"| {o} | {licences.get(o, 'own' if o.startswith('own') else 'as in docs/models.md')} | {', '.join(sorted(set(us)))} |"
        for o, us in sorted(users.items())
    )


def _model(t: Trained) -> str:
    head = f"## {t.name}\n\n{sum(t.sets.values()):,} texts: " + ", ".join(f"{origin} {n:,}" for origin, n in t.sets.items())
    recipe = f"Recipe: {', '.join(f'{k} {v}' for k, v in msgspec.structs.asdict(t.recipe).items())}."
    rows = "\n".join(_line(origin, m) for origin, m in t.held_out.items())
    table = (
        "| kept out of | n | macro-F1 | accuracy | calibration error | answered at 80 % / 90 % right | F1 by class |\n|---|---|---|---|---|---|---|\n"
        + rows
    )
    return f"{head}\n\n{recipe}\n\n{table}"


def _line(origin: str, m: Measured) -> str:
    coverage = " / ".join(f"{share:.0%}" for share in m.coverage_at_precision.values())
    classes = ", ".join(f"{name} {c.f1:.2f}" for name, c in m.per_class.items() if c.n)
    return f"| {origin} | {m.n:,} | {m.macro_f1:.3f} | {m.accuracy:.3f} | {m.ece} | {coverage} | {classes} |"
