"""sada dashboard: what people see, in a browser."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()
HERE = Path(__file__).parent


@app.command(epilog="Example: sada dashboard --port 8501 --deployment deployments/gaza.toml")
def dashboard(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port on this machine.")] = 8501,
    deployment: Annotated[str | None, typer.Option("--deployment", "-d", help="A deployment file, or the name of a shipped one.")] = None,
) -> None:
    """Open the dashboard on http://localhost:PORT; ends with Ctrl-C."""
    if deployment:
        os.environ["SADA_DEPLOYMENT"] = deployment
    command = launch(port)
    os.execv(command[0], command)  # noqa: S606  one process: whoever ends us ends Streamlit


def launch(port: int) -> list[str]:
    """The command that serves the pages. All else Streamlit must know stands in dashboard/.streamlit/config.toml."""
    return [sys.executable, "-m", "streamlit", "run", str(HERE / "server.py"), "--server.port", str(port)]
