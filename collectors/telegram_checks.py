"""What a bot may hear: its token, its privacy mode, a webhook in its way, and the groups it sees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from collectors import naming, told
from collectors.base import Finding
from collectors.findings import looked_at
from collectors.telegram_asking import Client, call, names, size
from collectors.telegram_posts import PLATFORM
from core.deployment import Deployment

MOST_WAITING = 1000  # updates nobody fetched, before we say so


def check(client: Client, deployment: Deployment, now: datetime) -> Iterator[Finding]:
    """Whether the token works, whether the bot hears everything in its groups, whether a webhook takes its updates away, which groups it sees."""
    if not client.token:
        then = "set SADA_TELEGRAM_BOT_TOKEN too (docs/credentials.md#telegram)"
        yield Finding(what="telegram credential", state="warning", says="without a bot only public channels are read", then=then)
        return
    me = told.table(call(client, "getMe", now))
    yield Finding(what="telegram credential", state="ok", says=f"the token is that of @{me.get('username')}")
    if me.get("can_read_all_group_messages") is False:
        yield Finding(
            what="telegram privacy mode", state="warning", says="telegram: the bot sees only what is addressed to it in groups",
            then="turn privacy mode off with @BotFather (/setprivacy) and invite the bot again, or make it an administrator",
        )  # fmt: skip
    info = told.table(call(client, "getWebhookInfo", now))
    if hook := told.text(info.get("url")):
        yield Finding(
            what="telegram webhook", state="failed", says=f"telegram: updates go to a webhook of {len(hook)} letters and not to us",
            then="call deleteWebhook",
        )  # fmt: skip
    if (waiting := told.number(info.get("pending_update_count")) or 0) > MOST_WAITING:
        then = "start `sada run`: after 24 hours Telegram forgets them"
        yield Finding(what="telegram updates", state="warning", says=f"{waiting:,} updates wait to be fetched", then=then)
    for key, name in names(naming.written(a for a in deployment.accounts if a.platform == PLATFORM)).items():
        yield from looked_at(key, PLATFORM, partial(_look, client, key, name, now))


def _look(client: Client, key: str, name: str, now: datetime) -> Iterator[Finding]:
    (sample,) = size(client, key, name, now).account_samples
    yield Finding(
        what=key, state="ok", says="the bot sees it" + ("" if sample.followers is None else f" and its {sample.followers:,} members")
    )
