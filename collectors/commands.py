"""The verbs of collectors/."""

import typer

app = typer.Typer()
