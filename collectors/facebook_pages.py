"""Facebook's pages as ours: their sizes and their daily figures. Pure."""

from __future__ import annotations

from typing import Any

from collectors.base import Answer, Context
from collectors.told import first_told, moment, native, number, rows, text
from core.account import Account, AccountSample

Node = dict[str, Any]
FOLLOWERS = ("page_follows", "page_fans")


def account(node: Node, context: Context) -> Answer:
    """A page and its size: followers where told, else fans."""
    id, handle = native(node.get("id")), text(node.get("username"))
    if id is None:
        return Answer()
    key = account_key(id, handle, context)
    followers = first_told(number(node.get("followers_count")), number(node.get("fan_count")))
    sized = (AccountSample(account=key, at=context.now, followers=followers),) if followers is not None else ()
    known = Account(id=key, platform="facebook", handle=handle, native_id=id, name=text(node.get("name")), url=text(node.get("link")))
    return Answer(accounts=(known,), account_samples=sized)


def account_key(id: str | None, handle: str | None, context: Context) -> str:
    """The key the deployment knows this page by, where it is the one asked about; else one of its own."""
    if context.account and context.native_id in (None, id):
        return context.account
    return f"facebook:{handle or id}"


def insight(node: Node, context: Context) -> Answer:
    """A page's daily figures as samples of its account; figures we keep nothing of bring nothing."""
    owner = (native(node.get("id")) or "").split("/")[0] or None
    if node.get("name") not in (*FOLLOWERS, "page_media_view", "page_impressions", "page_views_total"):
        return Answer()
    key = account_key(owner, None, context)
    field = "followers" if node.get("name") in FOLLOWERS else "views"
    told = [(moment(row.get("end_time")) or context.now, number(row.get("value"))) for row in rows(node.get("values"))]
    return Answer(account_samples=tuple(AccountSample(account=key, at=at, **{field: n}) for at, n in told if n is not None))
