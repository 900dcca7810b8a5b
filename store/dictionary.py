"""The data dictionary for analysts, made of the templates, the records' own comments and the ready queries; a test holds the document to it.

python -m store.dictionary        # writes docs/for-analysts.md
"""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

from core.account import Account
from core.case import Case
from core.post import Post
from core.theme import Theme
from store.base import Pass
from store.elastic_bodies import TEMPLATES, Body, template

RECORDS = {"posts": Post, "accounts": Account, "themes": Theme, "cases": Case, "ledger": Pass}
ONLY_INDEXED = {
    "words": "what is searched: the text's words in normal spelling; a hashtag as __tag, a handle as ___handle; words.phrases holds pairs of words",
    "interactions": "sum of the told likes, replies, reposts, quotes and saves; absent if none was told",
}


DOCS = Path(__file__).parent.parent / "docs"


def main() -> None:
    """Write docs/for-analysts.md."""
    (DOCS / "for-analysts.md").write_text(document(), encoding="utf-8")


def document() -> str:
    """docs/for-analysts.md as it should be."""
    parts = [(DOCS / "for-analysts.head.md").read_text(encoding="utf-8").rstrip()]
    parts += [_index(name) for name in ("posts", "accounts", "samples", "themes", "cases", "ledger")]
    parts.append(
        "## Ready queries\n\nEach lies in `index_templates/queries/` and is run by a test. The ES|QL forms beside them are not run by our tests, since the core that those use has no ES|QL; a test holds their fields to the templates."
    )
    parts += [_query(path) for path in queries()]
    return "\n\n".join(parts) + "\n"


def queries() -> list[Path]:
    """The ready queries' files."""
    return sorted((TEMPLATES / "queries").glob("*.json"))


def read_query(path: Path) -> Body:
    """One ready query: says, index, body, esql."""
    read: Body = json.loads(path.read_text(encoding="utf-8"))
    return read


def _index(name: str) -> str:
    read = template(name)
    comments = _comments(RECORDS[name]) if name in RECORDS else {}
    rows = [
        f"| `{field}` | {_kind(mapping)} | {comments.get(field) or ONLY_INDEXED.get(field, '')} |"
        for field, mapping in read["template"]["mappings"]["properties"].items()
    ]
    return f"## {name}\n\n{read['_meta']['says']}.\n\n| field | type | meaning |\n|---|---|---|\n" + "\n".join(rows)


def _kind(mapping: Body) -> str:
    if "properties" in mapping:
        return "object: " + ", ".join(mapping["properties"])
    shown: str = mapping["type"]
    return f"{shown}, kept but not searched" if False in (mapping.get("index"), mapping.get("enabled")) else shown


def _comments(record: type) -> dict[str, str]:
    """The comment behind each field in the record's own source."""
    found = re.findall(r"^    (\w+): [^#\n]*#\s*(.+)$", inspect.getsource(record), flags=re.MULTILINE)
    return {name: comment.replace("|", "\\|") for name, comment in found}


def _query(path: Path) -> str:
    read = read_query(path)
    return f"### {path.stem}\n\n{read['says']}.\n\n```\nGET /{read['index']}/_search\n{json.dumps(read['body'], ensure_ascii=False)}\n```\n\n```\n{read['esql']}\n```"


if __name__ == "__main__":
    main()
