"""sada receive: the door for what is sent to us."""

from __future__ import annotations

from typing import Annotated

import typer
import uvicorn

from collectors import doors
from collectors.inbox import Inbox
from collectors.receive import Hall, application
from core.deployment import Deployment
from core.errors import CredentialMissing
from core.settings import Settings
from stream import set_up

app = typer.Typer()
MOST_AT_ONCE = 50  # bodies in memory: at most 4 MB each


@app.command(epilog="Example: sada receive --port 8600 --deployment deployments/eastern-province.toml")
def receive(
    host: Annotated[str, typer.Option(help="The address to listen at; put a web server with a certificate before it.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8600,
    proxy: Annotated[
        str, typer.Option(help="The web server before it: its word on who knocks is taken (for the limits of each address).")
    ] = "127.0.0.1",
    deployment: Annotated[str | None, typer.Option("--deployment", "-d", help="A deployment file, or the name of a shipped one.")] = None,
) -> None:
    """Take webhooks of WhatsApp, Facebook and Instagram and reports of our own forms into the inbox; `sada run` makes posts of them."""
    settings = set_up.settings()
    hall = open_hall(settings, set_up.deployment(deployment, settings))
    shut = [name for name, door in hall.doors.items() if door.secret is None]
    typer.echo(f"listening at http://{host}:{port} for {', '.join(sorted(set(hall.doors) - set(shut)))}", err=True)
    if shut:
        typer.echo(f"shut until their secret is set (docs/credentials.md): {', '.join(shut)}", err=True)
    uvicorn.run(
        application(hall), host=host, port=port, access_log=False, log_level="warning", server_header=False, limit_concurrency=MOST_AT_ONCE,
        forwarded_allow_ips=proxy,
    )  # fmt: skip


def open_hall(settings: Settings, deployment: Deployment) -> Hall:
    """What the app works with. Raises CredentialMissing where every door would be shut."""
    known = doors.doors(settings)
    if all(door.secret is None for door in known.values()):
        raise CredentialMissing(
            "receive: no door can be opened; set SADA_WHATSAPP_APP_SECRET, SADA_FACEBOOK_APP_SECRET or SADA_FORM_SECRET: docs/credentials.md"
        )
    return Hall(Inbox(settings.data), known, deployment, settings.credential("WEBHOOK_VERIFY_TOKEN"), set_up.now, doors.Turns())
