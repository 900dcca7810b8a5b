"""`sada receive`: one small ASGI app for everything that is sent to us. A body is durable before its sender hears 200."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from collectors import form_page, signing
from collectors.doors import Door, Headers, Turns, is_signed
from collectors.form import pairs
from collectors.inbox import Inbox
from collectors.translating import decoded
from core.deployment import Deployment, label
from core.errors import StoreFailed

log = logging.getLogger("sada.receive")
BODY_S = 30.0  # a body that takes longer is a door held open
FORM = "application/x-www-form-urlencoded"


class Hall(msgspec.Struct, frozen=True):
    """What the app works with."""

    inbox: Inbox
    doors: Mapping[str, Door]
    deployment: Deployment
    verify_token: str | None
    clock: Callable[[], datetime]
    turns: Turns
    body_s: float = BODY_S

    @property
    def forms(self) -> set[str]:
        """The names of the deployment's own forms."""
        return {account.handle for account in self.deployment.accounts if account.platform == "form"}


class Knock(msgspec.Struct, frozen=True):
    """One delivery at a door, read within its limit."""

    door: Door
    name: str
    body: bytes
    is_page: bool  # sent by a person's browser

    def field(self, name: str) -> str:
        """What the page's form says under `name`."""
        return str(pairs(self.body).get(name) or "") if self.is_page else ""


def application(hall: Hall) -> Starlette:
    """The app: a door a platform, a page a form, and a word for whoever watches over it."""

    async def challenge(request: Request) -> Response:
        return _challenge(request.query_params, hall.verify_token)

    async def deliver(request: Request) -> Response:
        return await _deliver(request, hall)

    async def show(request: Request) -> Response:
        return _show(request, hall)

    async def alive(request: Request) -> Response:
        return JSONResponse({"waiting": await run_in_threadpool(hall.inbox.waiting)})

    metas = [Route(f"/{name}", endpoint, methods=[method]) for name in ("whatsapp", "facebook", "instagram")
             for endpoint, method in ((challenge, "GET"), (deliver, "POST"))]  # fmt: skip
    forms = [Route("/form/{name}", show, methods=["GET"]), Route("/form/{name}", deliver, methods=["POST"])]
    return Starlette(routes=[*metas, *forms, Route("/alive", alive, methods=["GET"])])


def _challenge(query: Mapping[str, str], word: str | None) -> Response:
    """Meta asks once whether the address is ours: it tells the word we chose and wants its challenge back."""
    told = query.get("hub.verify_token", "")
    if query.get("hub.mode") != "subscribe" or not word or not signing.same_word(word, told):
        return PlainTextResponse("the verify token is not the one in SADA_WEBHOOK_VERIFY_TOKEN", 403)
    return PlainTextResponse(query.get("hub.challenge", "")[:200])


async def _deliver(request: Request, hall: Hall) -> Response:
    """One delivery: who, how often, how large, whether signed; kept; only then 200."""
    platform, name, now = request.url.path.split("/")[1], request.path_params.get("name", ""), hall.clock()
    door = hall.doors[platform]
    if door.is_ours and name not in hall.forms:
        return PlainTextResponse("there is no such form", 404)
    if door.secret is None:
        return PlainTextResponse(f"{platform} is not set up here: its secret is missing (docs/credentials.md#{platform})", 503)
    if wait := hall.turns.wait(door, request.client.host if request.client else "", now):
        return PlainTextResponse("too many at once; try again later", 429, {"retry-after": str(wait)})
    try:
        async with asyncio.timeout(hall.body_s):
            body = await _body(request, door.most_bytes)
    except TimeoutError:
        return PlainTextResponse("the body did not come in time", 408)
    if body is None:
        return PlainTextResponse(f"larger than {door.most_bytes:,} bytes", 413)
    knock = Knock(door, name, body, _is_page(request, body))
    if not is_signed(door, name, body, _headers(request), now, knock.field("token")):
        return _refuse(knock, hall, request)
    return await _keep(knock, hall, request, now)


def _headers(request: Request) -> Headers:
    return lambda name: request.headers.get(name, "")


def _is_page(request: Request, body: bytes) -> bool:
    """Whether a browser sent a page's fields. JSON that calls itself so is an app's and wants an app's signature: it may say more than a page."""
    return request.headers.get("content-type", "").startswith(FORM) and isinstance(decoded(body), str | bytes)


async def _body(request: Request, most: int) -> bytes | None:
    """The whole body, or None where it is larger than `most` or was cut off."""
    read = bytearray()
    try:
        async for piece in request.stream():
            read += piece
            if len(read) > most:
                return None
    except ClientDisconnect:
        return None
    return bytes(read)


async def _keep(knock: Knock, hall: Hall, request: Request, now: datetime) -> Response:
    if not knock.field(form_page.TRAP):
        try:
            await run_in_threadpool(hall.inbox.keep, knock.door.platform, knock.name, knock.body, now, knock.door.stamp(_headers(request)))
        except StoreFailed as error:
            log.error("%s: %s", knock.door.platform, error)
            return PlainTextResponse("not kept; try again", 503, {"retry-after": "60"})
    return _sentence(hall, request, "thanks", 200) if knock.is_page else PlainTextResponse("kept")


def _refuse(knock: Knock, hall: Hall, request: Request) -> Response:
    log.warning("%s: a delivery of %d bytes was not signed by its sender and is refused", knock.door.platform, len(knock.body))
    return _sentence(hall, request, "again", 403) if knock.is_page else PlainTextResponse("the signature does not fit", 403)


def _sentence(hall: Hall, request: Request, word: str, status: int) -> Response:
    return HTMLResponse(form_page.said(_language(hall, request), word), status, form_page.HEADERS)


def _show(request: Request, hall: Hall) -> Response:
    """The form's page with a token of its own."""
    name, secret = request.path_params["name"], hall.doors["form"].secret
    if name not in hall.forms or secret is None:
        return PlainTextResponse("there is no such form", 404)
    language = _language(hall, request)
    token = signing.page_token(secret, name, secrets.token_urlsafe(9))
    return HTMLResponse(form_page.page(language, label(hall.deployment.name, language), token), headers=form_page.HEADERS)


def _language(hall: Hall, request: Request) -> str:
    return form_page.choose(request.headers.get("accept-language", ""), hall.deployment.languages)
