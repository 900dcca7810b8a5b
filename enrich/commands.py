"""What a person can ask of the understanding: train, eval, explain."""

import typer

app = typer.Typer()
