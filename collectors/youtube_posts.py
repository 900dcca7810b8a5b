"""What YouTube (Data API v3) told, as posts: videos, comments, replies, live chat, and channels with their sizes. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from collectors.base import Answer, Context
from collectors.parts import refused, sample, together, translated
from collectors.told import moment, native, number, rows, stable_id, table, text
from core.account import Account, AccountSample
from core.post import Author, Kind, Media, Moment, Post

Node = dict[str, Any]
PLATFORM = "youtube"
WATCH = "https://www.youtube.com/watch?v="
PICTURE = re.compile(r"ytimg\.com/vi(?:_webp)?/([\w-]{6,})/")
UNSEEN = ("Deleted video", "Private video")  # what a list says in place of a video's title
SAID_IN_CHAT = (("textMessageDetails", "messageText"), ("superChatDetails", "userComment"), ("memberMilestoneChatDetails", "userComment"),
                ("fanFundingEventDetails", "userComment"))  # fmt: skip
ROUNDED_TO = 3  # figures of a subscriber count that YouTube shows


def youtube_id(value: Any) -> str | None:
    """`youtube:<native id>`, or None where no id was told."""
    id = native(value)
    return f"youtube:{id}" if id else None


def to_answer(node: Node, context: Context) -> Answer:
    """What one resource brought; one that is nobody's message (a playlist, a category) brings nothing."""
    kind = str(node.get("kind") or "").removeprefix("youtube#")
    return KINDS.get(kind, _nothing if kind else _bare)(node, context)


def _nothing(node: Node, context: Context) -> Answer:
    return Answer()


def _bare(node: Node, context: Context) -> Answer:
    """A part of a resource that came alone, told apart by what is in it."""
    if "topLevelComment" in node:
        return thread({"snippet": node}, context)
    if "textOriginal" in node or "textDisplay" in node:
        return comment({"snippet": node}, context)
    if "comments" in node:
        return translated(rows(node["comments"]), lambda reply: comment(reply, context))
    if "title" in node and (id := _pictured(node)):
        return _video_post(id, node, node, context)
    return Answer()


def video(node: Node, context: Context) -> Answer:
    """A video with what was counted; without its words only the counts, as a sample."""
    id, told = youtube_id(node.get("id")), table(node.get("snippet"))
    if id is None:
        return refused("a video without its id")
    return _video_post(id, told, node, context) if told else Answer(samples=sample(id, context.now, **_counts(node)))


def _video_post(id: str, told: Node, node: Node, context: Context, channel: str | None = None, at: Moment | None = None) -> Answer:
    said, owner = _words(told), youtube_id(channel or told.get("channelId"))
    language = text(told.get("defaultAudioLanguage")) or text(told.get("defaultLanguage"))
    author = Author(id=owner, name=text(told.get("videoOwnerChannelTitle")) or text(told.get("channelTitle"))) if owner else None
    post = Post(
        id=id, platform="youtube", kind=_kind(owner, context, alone=Kind.MENTION), text=said,
        created_at=at or moment(told.get("publishedAt")) or context.now, observed_at=context.now, source=context.source,
        account=context.account, author=author, platform_language=language, url=WATCH + id.removeprefix("youtube:"),
        media=(Media(kind="video", url=WATCH + id.removeprefix("youtube:")),), **_counts(node),
    )  # fmt: skip
    return Answer(posts=(post,))


def _kind(author: str | None, context: Context, alone: Kind) -> Kind:
    """Own where one of the channels asked about wrote it (`native_id`: one, or several with commas); else `alone`."""
    ours = [f"youtube:{id}" for id in (context.native_id or "").split(",") if id]
    if not ours and alone == Kind.MENTION and context.what != "search":
        return Kind.OWN  # a channel's own list, asked for by its handle
    return Kind.OWN if author in ours else alone


def _words(told: Node) -> str:
    """A video's title, and under it its description where it has one."""
    said = "\n\n".join(part for part in (text(told.get("title")), text(told.get("description"))) if part)
    said.encode()
    return said


def _counts(node: Node) -> dict[str, int | None]:
    counts = table(node.get("statistics"))
    return {
        "likes": number(counts.get("likeCount")),
        "replies": number(counts.get("commentCount")),
        "views": number(counts.get("viewCount")),
    }


def _pictured(told: Node) -> str | None:
    """The id of the video whose picture is shown: parts and activities name it nowhere else."""
    found = PICTURE.search(str(table(table(told.get("thumbnails")).get("default")).get("url")))
    return f"youtube:{found.group(1)}" if found else youtube_id(table(told.get("resourceId")).get("videoId"))


def listed(node: Node, context: Context) -> Answer:
    """A place in a playlist: the video there, or that it cannot be seen any more."""
    told, more = table(node.get("snippet")), table(node.get("contentDetails"))
    id = youtube_id(more.get("videoId")) or youtube_id(table(told.get("resourceId")).get("videoId"))
    if id is None or not told:
        return Answer()
    if told.get("title") in UNSEEN and not told.get("thumbnails"):
        return Answer(missing=(id,))
    owner, at = text(told.get("videoOwnerChannelId")), moment(more.get("videoPublishedAt"))
    return _video_post(id, told, {}, context, owner, at)


def found(node: Node, context: Context) -> Answer:
    """A line of a search: a video with the beginning of its words, or a channel. Whole words come from the video itself."""
    named, told = table(node.get("id")), table(node.get("snippet"))
    if id := youtube_id(named.get("videoId")):
        return _video_post(id, told, {}, msgspec.structs.replace(context, what="search")) if told else Answer()
    return Answer()


def activity(node: Node, context: Context) -> Answer:
    """An upload or a bulletin of a channel; what it liked or listed is no message."""
    told, more = table(node.get("snippet")), table(node.get("contentDetails"))
    if told.get("type") == "bulletin" and (id := youtube_id(node.get("id"))):
        return _video_post(id, {**told, "title": None}, {}, context)
    id = youtube_id(table(more.get("upload")).get("videoId")) or _pictured(told)
    return _video_post(id, told, {}, context) if id and told.get("type") == "upload" else Answer()


def thread(node: Node, context: Context) -> Answer:
    """A comment with the replies told with it: not always all of them."""
    told = table(node.get("snippet"))
    above, top = youtube_id(told.get("videoId")), table(told.get("topLevelComment"))
    first = comment(top, context, above, number(told.get("totalReplyCount"))) if top else Answer()
    said_under = youtube_id(top.get("id")) or youtube_id(node.get("id"))
    replies = translated(rows(table(node.get("replies")).get("comments")), lambda reply: comment(reply, context, above, None, said_under))
    return together([first, replies])


def comment(node: Node, context: Context, above: str | None = None, replies: int | None = None, parent: str | None = None) -> Answer:
    """A comment under the video `above`, or a reply to the comment it names (else `parent`)."""
    told = table(node.get("snippet"))
    if not told:
        return refused("a comment without its words")
    said = _exact(told)
    author, created = _author(told), moment(told.get("publishedAt")) or context.now
    changed = moment(told.get("updatedAt"))
    above = youtube_id(told.get("videoId")) or above or youtube_id(context.query.get("videoId"))
    answered = youtube_id(told.get("parentId")) or parent
    post = Post(
        id=youtube_id(node.get("id")) or stable_id("youtube", author.id if author else None, created.isoformat(), said), platform="youtube",
        kind=_kind(author.id if author else None, context, alone=Kind.REPLY if answered else Kind.COMMENT), text=said, created_at=created, observed_at=context.now,
        source=context.source, account=context.account, author=author, edited_at=changed if changed and changed > created else None,
        url=_address(above, native(node.get("id"))), parent_id=answered or above, conversation_id=above or answered,
        likes=number(told.get("likeCount")), replies=replies,
    )  # fmt: skip
    return Answer(posts=(post,))


def _exact(told: Node) -> str:
    """What the person wrote; where YouTube keeps that to itself, what it shows (asked for as plain text)."""
    said = text(told.get("textOriginal")) or text(told.get("textDisplay")) or ""
    said.encode()
    return said


def _author(told: Node) -> Author | None:
    name, id = text(told.get("authorDisplayName")), native(table(told.get("authorChannelId")).get("value"))
    if not (name or id):
        return None
    return Author(id=youtube_id(id), handle=name[1:] if name and name.startswith("@") else None, name=name)


def _address(above: str | None, id: str | None) -> str | None:
    return f"{WATCH}{above.removeprefix('youtube:')}&lc={id}" if above and id else None


def chat(node: Node, context: Context, above: str | None = None) -> Answer:
    """A live-chat message, or that one was taken away."""
    told, by = table(node.get("snippet")), table(node.get("authorDetails"))
    for details, key in (("messageDeletedDetails", "deletedMessageId"), ("messageRetractedDetails", "retractedMessageId")):
        if gone := youtube_id(table(told.get(details)).get(key)):
            return Answer(deleted=(gone,))
    said, id = _in_chat(told), youtube_id(node.get("id"))
    if not said or id is None:
        return Answer()  # somebody joined, or was shut out: no words
    said.encode()
    author = youtube_id(by.get("channelId")) or youtube_id(told.get("authorChannelId"))
    post = Post(
        id=id, platform="youtube", kind=_kind(author, context, alone=Kind.COMMENT), text=said,
        created_at=moment(told.get("publishedAt")) or context.now, observed_at=context.now, source=context.source, account=context.account,
        author=Author(id=author, name=text(by.get("displayName"))) if author else None, parent_id=above,
        conversation_id=above or youtube_id(told.get("liveChatId")),
    )  # fmt: skip
    return Answer(posts=(post,))


def _in_chat(told: Node) -> str | None:
    """What a person wrote, a poll's question with its answers, what a sticker shows; else the sentence YouTube made."""
    written = next((s for details, key in SAID_IN_CHAT if (s := text(table(told.get(details)).get(key)))), None)
    asked = table(table(told.get("pollDetails")).get("metadata"))
    poll = "\n".join(filter(None, (text(asked.get("questionText")), *(text(one.get("optionText")) for one in rows(asked.get("options"))))))
    sticker = table(table(told.get("superStickerDetails")).get("superStickerMetadata"))
    return written or poll or text(sticker.get("altText")) or text(told.get("displayMessage"))


def channel(node: Node, context: Context) -> Answer:
    """A channel and its size as it was told, with the rounding of its subscribers."""
    id, told, counts = native(node.get("id")), table(node.get("snippet")), table(node.get("statistics"))
    if id is None:
        return refused("a channel without its id")
    handle = (text(told.get("customUrl")) or "").removeprefix("@") or None
    key = context.account if context.account and context.native_id in (None, id) else f"youtube:{handle or id}"
    known = Account(
        id=key, platform="youtube", handle=handle, native_id=id, name=text(told.get("title")), url=f"https://www.youtube.com/channel/{id}"
    )
    followers = None if counts.get("hiddenSubscriberCount") else number(counts.get("subscriberCount"))
    sized = AccountSample(
        account=key, at=context.now, followers=followers, posts=number(counts.get("videoCount")), views=number(counts.get("viewCount")),
        granularity=None if followers is None else granularity(followers),
    )  # fmt: skip
    return Answer(accounts=(known,), account_samples=(sized,) if counts else ())


def granularity(followers: int) -> int:
    """What a told subscriber count was rounded down to: the API shows three figures, its owner all of them."""
    step = 10 ** max(0, len(str(followers)) - ROUNDED_TO)
    return step if followers % step == 0 else 1


def super_chat(node: Node, context: Context) -> Answer:
    """A paid message as its list tells it, which is not that of the chat."""
    told = table(node.get("snippet"))
    id, said, by = youtube_id(node.get("id")), text(told.get("commentText")), table(told.get("supporterDetails"))
    if id is None or not said:
        return Answer()
    said.encode()
    author = youtube_id(by.get("channelId"))
    post = Post(
        id=id, platform=PLATFORM, kind=_kind(author, context, alone=Kind.COMMENT), text=said,
        created_at=moment(told.get("createdAt")) or context.now, observed_at=context.now, source=context.source, account=context.account,
        author=Author(id=author, name=text(by.get("displayName"))) if author else None,
    )  # fmt: skip
    return Answer(posts=(post,))


KINDS: dict[str, Callable[[Node, Context], Answer]] = {
    "video": video,
    "liveBroadcast": video,
    "playlistItem": listed,
    "searchResult": found,
    "activity": activity,
    "commentThread": thread,
    "comment": comment,
    "liveChatMessage": chat,
    "superChatEvent": super_chat,
    "channel": channel,
}
