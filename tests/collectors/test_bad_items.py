"""One bad item in a page of a hundred: the other ninety-nine stand, and the bad one is counted. Every text is invented."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from collectors.base import Context
from collectors.commands import known
from tests.collectors.scenarios import NOON

Node = dict[str, Any]
TOLD = Context(now=NOON, source="a.source", account="a:city", native_id="10")
AT = "2026-04-06T09:00:00Z"


def meta(name: str, entry: Node) -> Node:
    return {"object": name, "entry": [{"id": "10", "time": 1_775_466_000, **entry}]}


def messenger(n: int) -> Node:
    return {
        "sender": {"id": "7"},
        "recipient": {"id": "10"},
        "timestamp": 1_775_466_000_000 + n,
        "message": {"mid": f"m{n}", "text": f"no water {n}"},
    }


def whatsapp(messages: list[Any]) -> Node:
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "940"}, "messages": messages}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}


# platform, an item that is a message, the list as its platform sends it
LISTS: list[tuple[str, str, Callable[[int], Node], Callable[[list[Any]], Any]]] = [
    ("x", "page", lambda n: {"id": str(2041 + n), "text": f"no water {n}"}, lambda items: {"data": items, "meta": {"result_count": len(items)}}),
    ("facebook", "page", lambda n: {"id": f"10_{n + 1}", "message": f"no water {n}", "created_time": AT}, lambda items: {"data": items}),
    ("facebook", "changes", lambda n: {"field": "feed", "value": {"item": "comment", "verb": "add", "comment_id": f"10_{n}", "message": f"no water {n}"}},
     lambda items: meta("page", {"changes": items})),
    ("facebook", "messages", messenger, lambda items: meta("page", {"messaging": items})),
    ("instagram", "page", lambda n: {"id": str(n + 1), "caption": f"no water {n}", "media_type": "IMAGE", "timestamp": AT}, lambda items: {"data": items}),
    ("instagram", "changes", lambda n: {"field": "comments", "value": {"id": str(n + 1), "text": f"no water {n}"}},
     lambda items: meta("instagram", {"changes": items})),
    ("instagram", "messages", messenger, lambda items: meta("instagram", {"messaging": items})),
    ("youtube", "page", lambda n: {"kind": "youtube#comment", "id": f"c{n}", "snippet": {"textOriginal": f"no water {n}", "publishedAt": AT}},
     lambda items: {"kind": "youtube#commentListResponse", "items": items}),
    ("telegram", "page", lambda n: {"update_id": n + 1, "message": {"message_id": n + 1, "date": 1_775_466_000, "chat": {"id": -5, "type": "group"},
                                                               "from": {"id": 7}, "text": f"no water {n}"}},
     lambda items: {"ok": True, "result": items}),
    ("whatsapp", "messages", lambda n: {"from": "966001", "id": f"wamid.{n}", "timestamp": "1775466000", "type": "text", "text": {"body": f"no water {n}"}}, whatsapp),
    ("flickr", "page", lambda n: {"id": str(n + 1), "title": f"no water {n}", "owner": "7@N01", "dateupload": "1775466000"},
     lambda items: {"stat": "ok", "photos": {"page": 1, "pages": 1, "photo": items}}),
    ("flickr", "comments", lambda n: {"id": f"10-{n}", "author": "7@N01", "authorname": "Huda", "datecreate": "1775466000", "_content": f"no water {n}"},
     lambda items: {"stat": "ok", "comments": {"photo_id": "5", "comment": items}}),
    ("open311", "page", lambda n: {"service_request_id": str(n + 1), "description": f"no water {n}", "requested_datetime": AT}, lambda items: items),
    ("open311", "wrapped", lambda n: {"service_request_id": str(n + 1), "description": f"no water {n}", "requested_datetime": AT},
     lambda items: {"service_requests": items}),
    ("form", "page", lambda n: {"id": str(n + 1), "text": f"no water {n}", "created_at": AT}, lambda items: items),
]  # fmt: skip
EVERY = [pytest.param(platform, item, wrap, id=f"{platform} {what}") for platform, what, item, wrap in LISTS]
BAD = [
    pytest.param(None, id="null"),
    pytest.param("<broken>", id="text"),
    pytest.param(7, id="a number"),
    pytest.param([["x"]], id="a list"),
]


def page(item: Callable[[int], Node], bad: Any) -> list[Any]:
    return [bad if n == 50 else item(n) for n in range(100)]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize(("platform", "item", "wrap"), EVERY)
def test_what_is_no_object_is_refused_and_counted(platform, item, wrap, bad):
    answer = known(platform).translate(wrap(page(item, bad)), TOLD)
    assert sorted(post.text for post in answer.posts) == sorted(f"no water {n}" for n in range(100) if n != 50)
    assert any(refusal.lost for refusal in answer.refused) and answer.returned >= 100


HOLLOW: dict[str, Callable[[Node], Node]] = {
    "its id is a list": lambda item: {name: [1] if name in ("id", "service_request_id", "update_id") else value for name, value in item.items()},
    "every value is null": lambda item: dict.fromkeys(item),
    "every value is a number": lambda item: dict.fromkeys(item, 5),
    "every value is a list of lists": lambda item: {name: [[None]] for name in item},
    "every value is a deep object": lambda item: {name: {"a": {"b": [{}]}} for name in item},
}  # fmt: skip


@pytest.mark.parametrize("how", HOLLOW)
@pytest.mark.parametrize(("platform", "item", "wrap"), EVERY)
def test_an_object_of_wrong_types_costs_no_other_its_place(platform, item, wrap, how):
    answer = known(platform).translate(wrap(page(item, HOLLOW[how](item(50)))), TOLD)
    assert {post.text for post in answer.posts} >= {f"no water {n}" for n in range(100) if n != 50}
    assert len(answer.posts) <= 100


@pytest.mark.parametrize(("platform", "item", "wrap"), EVERY)
def test_half_an_emoji_in_one_text_costs_no_other_its_place(platform, item, wrap):
    """A platform that cuts a text in the middle of a character: it becomes a refusal, or comes out with a mark where it was cut."""
    broken = item(50)
    inner = broken.get("value") or broken.get("message") or broken.get("snippet") or broken
    inner = inner if isinstance(inner, dict) else broken
    name = next(name for name in ("text", "message", "caption", "textOriginal", "description", "_content", "title") if name in inner)
    inner[name] = {"body": "half \ud83d"} if isinstance(inner[name], dict) else "half \ud83d"
    answer = known(platform).translate(wrap(page(item, broken)), TOLD)
    assert {post.text for post in answer.posts} >= {f"no water {n}" for n in range(100) if n != 50}
    assert "half" not in " ".join(refusal.why for refusal in answer.refused)
