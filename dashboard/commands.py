"""sada dashboard."""

import typer

app = typer.Typer()
