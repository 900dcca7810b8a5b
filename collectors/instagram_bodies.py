"""What Instagram's answers, deliveries and errors mean: the Graph's, the webhook's and the web pages'. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from collectors import graph_bodies, instagram_web, instagram_webhooks, table
from collectors.base import Answer, Context
from collectors.facebook_webhooks import is_webhook
from collectors.instagram_posts import PLATFORM, instagram_id, to_answer
from collectors.parts import translated, with_strays
from collectors.told import table as object_
from core.errors import PlatformProblem


def problem(status: int, headers: Mapping[str, str], body: Any, now: datetime) -> PlatformProblem:
    """What an error means: the Graph's by its code, a web page's by its message."""
    if said := instagram_web.error_in(body):
        return table.problem(PLATFORM, now, status=status, code=said, message=said)
    return graph_bodies.problem(PLATFORM, status, headers, body, now)


def translate(body: Any, context: Context) -> Answer:
    """Any answer of the Graph, a webhook's delivery, or what the web pages tell. Raises PlatformProblem for an error."""
    if is_webhook(body):
        return instagram_webhooks.translate(body, context)
    if graph_bodies.is_error(body) or instagram_web.error_in(body):
        raise problem(0, {}, body, context.now)
    if instagram_web.is_web(body):
        return instagram_web.translate(body, context)
    above = graph_bodies.asked_under(context.path, "comments") or graph_bodies.asked_under(context.path, "replies")
    if any(graph_bodies.asked_under(context.path, edge) for edge in ("recent_media", "top_media")):
        context = msgspec.structs.replace(context, what="hashtag")
    answer = with_strays(
        translated(graph_bodies.objects(body), lambda node: to_answer(node, context, instagram_id(above))), body, object_(body).get("data")
    )
    return msgspec.structs.replace(answer, next=graph_bodies.next_place(body))
