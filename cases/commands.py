"""The verbs of cases/."""

import typer

app = typer.Typer()
