"""Answers on X, in the name of the account whose access token there is: a reply to a post, a direct message to a direct message."""

from __future__ import annotations

import re

from collectors import told, x
from collectors.outgoing import Body, Clock, Find, Ids, Outgoing, Sent, answered, no_address, posted, receipt
from collectors.x_pen import Pen, pen
from core.post import Kind, Post
from core.settings import Settings

CREATE = "/2/tweets"
PRIVATE = "/2/dm_conversations/with/{}/messages"  # a conversation of two, begun where there is none
NUMBER = re.compile(r"\d+")


class XSender:
    """Replies in public to what was said in public, and in the conversation of the two to what was said there."""

    platform = x.PLATFORM

    def __init__(self, pen: Pen, find: Find, clock: Clock) -> None:
        self._pen, self._find, self._clock = pen, find, clock

    def send(self, answer: Outgoing) -> Sent:
        """Answer the post the answer names. Raises PlatformProblem."""
        post = answered(self.platform, self._find, answer, self._clock())
        return self._message(answer, post) if post.kind == Kind.DIRECT else self._reply(answer, post)

    def _message(self, answer: Outgoing, post: Post) -> Sent:
        person = self._number(post.author.id if post.author and post.author.id else "", "its writer is not known")
        taken = self._post(PRIVATE.format(person), {"text": answer.text})
        return receipt(self.platform, taken.get("dm_event_id"), None, self._clock())

    def _reply(self, answer: Outgoing, post: Post) -> Sent:
        if answer.privately:
            raise no_address(self.platform, "X has no inbox beside a public post", self._clock())
        id = self._number(post.id, "the platform told no id of it")
        taken = self._post(CREATE, {"text": answer.text, "reply": {"in_reply_to_tweet_id": id}})
        made = told.native(taken.get("id"))
        return receipt(self.platform, made, f"https://x.com/i/web/status/{made}", self._clock())

    def _number(self, id: str, otherwise: str) -> str:
        """X's own number in one of our ids. Raises PlatformProblem."""
        number = id.removeprefix("x:")
        if not NUMBER.fullmatch(number):
            raise no_address(self.platform, otherwise, self._clock())
        return number

    def _post(self, address: str, body: Body) -> Body:
        return told.table(posted(self._pen.fetcher, x, address, body, self._pen.signed(address), self._clock()).get("data"))


def sender(settings: Settings, find: Find, clock: Clock, ids: Ids) -> XSender | None:
    """The sender, where the account's keys are there."""
    with_what = pen(settings)
    return XSender(with_what, find, clock) if with_what else None
