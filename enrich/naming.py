"""How people name a topic or a place of the deployment."""

from __future__ import annotations

from collections.abc import Iterable

from core.deployment import Place, Topic
from core.spelling import normal


def names(nodes: Iterable[Topic | Place]) -> dict[str, str]:
    """Every id, label and spelling in normal spelling → the id; a name that two nodes share is nobody's."""
    found: dict[str, str | None] = {}
    for node in nodes:
        spellings = getattr(node, "spellings", {}).values()
        for name in {node.id, *node.name.values(), *(word for words in spellings for word in words)}:
            key = normal(name)
            found[key] = node.id if found.get(key, node.id) == node.id else None
    return {name: id for name, id in found.items() if id}
