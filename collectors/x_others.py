"""What X told beside public posts: accounts with their sizes, direct messages, the chat of a broadcast. Pure."""

from __future__ import annotations

from typing import Any

from collectors import told
from collectors.base import Answer, Context
from collectors.x_posts import PLATFORM, author, count, created, is_ours, time_of
from core.account import Account, AccountSample
from core.post import Kind, Post


def account_answer(raw: dict[str, Any], context: Context) -> Answer:
    """An account and its size now."""
    handle, id = told.text(raw.get("username")), told.native(raw.get("id"))
    if handle is None and id is None:
        raise ValueError("an account without an id or a name")
    ours = is_ours(id, handle, context) and context.account
    key = ours or f"x:{handle or id}"
    sizes = told.table(raw.get("public_metrics"))
    account = Account(
        id=key,
        platform=PLATFORM,
        handle=handle,
        native_id=id,
        name=told.text(raw.get("name")),
        url=f"https://x.com/{handle or f'i/user/{id}'}",
    )
    sample = AccountSample(
        account=key, at=context.now, followers=told.number(sizes.get("followers_count")), following=told.number(sizes.get("following_count")),
        posts=count([sizes], ("tweet_count", "post_count")),
    )  # fmt: skip
    return Answer(accounts=(account,), account_samples=(sample,) if sizes else ())


def message_answer(raw: dict[str, Any], users: dict[str, Any], context: Context) -> Answer:
    """A direct message, in the form of DM events (v2) or of the account activity events."""
    inner = told.table(raw.get("message_create"))
    data = told.table(inner.get("message_data")) or raw
    id, sender = told.native(raw.get("id")), told.native(inner.get("sender_id")) or told.native(raw.get("sender_id"))
    words = data.get("text")
    if id is None or not isinstance(words, str):
        raise ValueError("a direct message without an id or a text")
    user = told.table(users.get(sender or ""))
    with_whom = told.native(raw.get("dm_conversation_id"))
    return Answer(posts=(Post(
        id=f"x:{id}", platform=PLATFORM, kind=Kind.OWN if is_ours(sender, None, context) else Kind.DIRECT, text=words,
        created_at=told.moment(raw.get("created_at") or raw.get("created_timestamp")) or time_of(id) or context.now, observed_at=context.now,
        source=context.source, account=context.account, author=author(sender, told.table(user.get("data")) or user),
        conversation_id=f"x:dm-{with_whom}" if with_whom else None,
    ),))  # fmt: skip


def chat_answer(raw: dict[str, Any], context: Context) -> Answer:
    """A message written while a live broadcast runs."""
    id, words = told.native(raw.get("message_id")), raw.get("message")
    if id is None or not isinstance(words, str):
        raise ValueError("a chat message without an id or a text")
    user = told.table(told.table(raw.get("author")).get("data"))
    return Answer(posts=(Post(
        id=f"x:{id}", platform=PLATFORM, kind=Kind.COMMENT, text=words, created_at=created(raw, id, context), observed_at=context.now,
        source=context.source, account=context.account, author=author(told.native(user.get("id")), user),
        parent_id=f"x:broadcast-{raw['broadcast_id']}" if raw.get("broadcast_id") else None,
    ),))  # fmt: skip
