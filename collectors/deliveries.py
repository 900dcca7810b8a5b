"""From the inbox to posts: what `sada receive` kept is read like any source, so the ledger counts it and the cursor moves with its posts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from collectors import parts, translating, versions
from collectors.base import Answer, Context, Refusal, Source, Translate, context
from collectors.inbox import Delivery, Inbox
from core.errors import PlatformProblem

MOST = 100


def ask(
    inbox: Inbox, source: Source, cursor: str | None, now: datetime, translate: Translate, reads_text: bool = False
) -> Iterator[Answer]:
    """Yield the bodies after `cursor` as answers. When the next is asked for, the posts of the one before are durable: then its bodies go."""
    after = int(cursor or 0)
    while found := inbox.read(source.platform, after, MOST):
        answers = [_answer(one, context(source, one.received_at), translate, reads_text) for one in found]
        whole = versions.with_latest(answers, parts.together(answers))
        after = found[-1].id
        inbox.note(whole.receipts, whole.wishes)
        inbox.mark_gone(whole.deleted, now)
        gone = inbox.gone([post.id for post in whole.posts])
        posts = tuple(post for post in whole.posts if post.id not in gone)
        yield msgspec.structs.replace(whole, posts=posts, returned=len(found), cursor=str(after))
        lost = [one.id for one, answer in zip(found, answers, strict=True) if any(refusal.lost for refusal in answer.refused)]
        inbox.done([one.id for one in found if one.id not in lost], lost)
    inbox.tidy(now)


def _answer(one: Delivery, given: Context, translate: Translate, reads_text: bool) -> Answer:
    body = translating.decoded(one.body)
    if isinstance(body, str | bytes) and not reads_text:
        return Answer(refused=(Refusal(why="a body that is not JSON"),))
    try:
        return translate(body, msgspec.structs.replace(given, handle=one.name or given.handle))
    except PlatformProblem as trouble:
        return Answer(refused=(Refusal(why=trouble.kind),))
    except parts.BAD as error:
        return Answer(refused=(Refusal(why=f"a body with {type(error).__name__}"),))
