"""Answers on Facebook and Instagram through the Graph: below the comment, privately to who wrote it, or in the conversation they began."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import timedelta
from types import ModuleType

from collectors import facebook, fetching, graph, instagram, told
from collectors.outgoing import Body, Clock, Find, Ids, Outgoing, Sent, answered, no_address, posted, receipt
from core.post import Kind, Post
from core.settings import Settings

THERE = "https://graph.facebook.com"
BY_A_PERSON = timedelta(hours=24)  # a message older than this is answered only under the tag that says a person writes, for seven days
NATIVE = re.compile(r"\d+(_\d+)*")  # not an id of our own making


class Writer:
    """The way to write with one token: it stands in the body, never in an address."""

    def __init__(self, platform: ModuleType, fetcher: fetching.Fetcher, token: str, secret: str | None, clock: Clock) -> None:
        self._platform, self._fetcher, self._clock = platform, fetcher, clock
        proof = {"appsecret_proof": hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()} if secret else {}
        self._secrets: Body = {"access_token": token} | proof

    def write(self, path: str, body: Body) -> Body:
        """What the Graph said. Raises PlatformProblem."""
        return posted(self._fetcher, self._platform, f"/{graph.VERSION}/{path}", body | self._secrets, {}, self._clock())

    def message(self, recipient: Body, text: str, is_late: bool = False) -> Sent:
        """One message in the platform's inbox. Raises PlatformProblem."""
        kind = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"} if is_late else {"messaging_type": "RESPONSE"}
        body = {**kind, "recipient": recipient, "message": {"text": text}}
        return receipt(self._platform.PLATFORM, self.write("me/messages", body).get("message_id"), None, self._clock())


class FacebookSender:
    """Comments below the post or comment; answers privately where that is asked, and in Messenger what was said there."""

    platform = facebook.PLATFORM

    def __init__(self, writer: Writer, find: Find, clock: Clock) -> None:
        self._writer, self._find, self._clock = writer, find, clock

    def send(self, answer: Outgoing) -> Sent:
        """Answer the post the answer names. Raises PlatformProblem."""
        post = answered(self.platform, self._find, answer, self._clock())
        if sent := _in_private(self._writer, answer, post, "comment_id" if post.parent_id else "post_id", self._clock):
            return sent
        taken = self._writer.write(f"{_native(post, self._clock)}/comments", {"message": answer.text, "fields": "id,permalink_url"})
        return receipt(self.platform, taken.get("id"), told.text(taken.get("permalink_url")), self._clock())


class InstagramSender:
    """Replies below the comment, also where others mention us; answers privately where that is asked, and what was said in a conversation there."""

    platform = instagram.PLATFORM

    def __init__(self, writer: Writer, find: Find, clock: Clock, ids: Ids) -> None:
        self._writer, self._find, self._clock, self._ids = writer, find, clock, ids  # ids: official account → its number

    def send(self, answer: Outgoing) -> Sent:
        """Answer the comment the answer names. Raises PlatformProblem."""
        post = answered(self.platform, self._find, answer, self._clock())
        if sent := _in_private(self._writer, answer, post, "comment_id", self._clock):
            return sent
        id = _native(post, self._clock)
        if post.kind == Kind.MENTION:
            taken = self._writer.write(f"{self._ours(post)}/mentions", {"message": answer.text} | _mentioned(post, id))
        else:
            taken = self._writer.write(f"{id}/replies", {"message": answer.text})
        return receipt(self.platform, taken.get("id"), None, self._clock())

    def _ours(self, post: Post) -> str:
        """The number of the account that was mentioned. Raises PlatformProblem."""
        if post.account not in self._ids:
            raise no_address(self.platform, "the account has no id in the deployment file", self._clock())
        return self._ids[post.account]


def _in_private(writer: Writer, answer: Outgoing, post: Post, known_as: str, clock: Clock) -> Sent | None:
    """The answer in the inbox, where the post came from there or that is asked; None: it belongs in public. Raises PlatformProblem."""
    if post.kind == Kind.DIRECT:
        return writer.message(_person(post, clock), answer.text, clock() - post.created_at > BY_A_PERSON)
    return writer.message({known_as: _native(post, clock)}, answer.text) if answer.privately else None


def _mentioned(post: Post, id: str) -> Body:
    """Where others mentioned us: in a caption, or in a comment below a medium."""
    under = (post.conversation_id or "").removeprefix("instagram:")
    return {"comment_id": id, "media_id": under} if under and under != id else {"media_id": id}


def _native(post: Post, clock: Clock) -> str:
    id = post.id.partition(":")[2]
    if not NATIVE.fullmatch(id):
        raise no_address(post.platform, "the platform told no id of it", clock())
    return id


def _person(post: Post, clock: Clock) -> Body:
    """Who wrote to us in a conversation."""
    if post.author is None or not post.author.id:
        raise no_address(post.platform, "its writer is not known", clock())
    return {"id": post.author.id.partition(":")[2]}


def on_facebook(settings: Settings, find: Find, clock: Clock, ids: Ids) -> FacebookSender | None:
    """Facebook's sender, where the page's token is there."""
    by = writer(settings, facebook, "FACEBOOK_TOKEN", clock)
    return FacebookSender(by, find, clock) if by else None


def on_instagram(settings: Settings, find: Find, clock: Clock, ids: Ids) -> InstagramSender | None:
    """Instagram's sender, where the account's token is there."""
    by = writer(settings, instagram, "INSTAGRAM_TOKEN", clock)
    return InstagramSender(by, find, clock, ids) if by else None


def writer(settings: Settings, platform: ModuleType, key: str, clock: Clock) -> Writer | None:
    """The way to write, where there is a token under `key`."""
    if not (token := settings.credential(key)):
        return None
    fetcher = fetching.Fetcher(settings.base_urls.get(platform.PLATFORM, THERE))
    return Writer(platform, fetcher, token, settings.credential("FACEBOOK_APP_SECRET"), clock)
