"""What came with a post of Facebook: pictures, films, stickers, and shared links with the words on them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from collectors.told import rows, table, text
from core.post import Media

Node = dict[str, Any]
MEDIA_KINDS = {"album": "photo", "photo": "photo", "added_photos": "photo", "cover_photo": "photo", "profile_media": "photo", "share": "link",
               "link": "link", "video": "video", "video_inline": "video", "video_autoplay": "video", "animated_image_share": "photo",
               "sticker": "sticker", "event": "link"}  # fmt: skip


def media(node: Node, said: str = "") -> Iterator[Media]:
    """What is attached to `node`; a description that only repeats what the post `said` is left out."""
    attached = rows(node.get("attachments")) or [a for a in [table(node.get("attachment"))] if a]
    for one in attached:
        yield from _attached(one, said)
    if not attached and (kind := MEDIA_KINDS.get(node.get("type") or node.get("status_type") or "")):
        url = text(node.get("source")) or text(node.get("link")) or text(node.get("full_picture"))
        yield Media(kind=kind, url=url, text=_told_with({**node, "title": node.get("name")}, kind, said))


def _attached(one: Node, said: str) -> Iterator[Media]:
    inner = rows(one.get("subattachments"))
    if inner:
        for part in inner:
            yield from _attached(part, said)
        return
    kind = MEDIA_KINDS.get(one.get("media_type") or one.get("type") or "", "link")
    image = table(table(one.get("media")).get("image"))
    url = text(one.get("unshimmed_url")) or text(one.get("url")) if kind == "link" else text(image.get("src")) or text(one.get("url"))
    yield Media(kind=kind, url=url, text=_told_with(one, kind, said))


def _told_with(one: Node, kind: str, said: str) -> str | None:
    """A link's title and description; of a picture or film its description. Their titles are made by the platform."""
    words = [text(one.get("title"))] if kind == "link" else []
    words += [described] if (described := text(one.get("description"))) and described not in said else []
    return "\n".join(filter(None, words)) or None
