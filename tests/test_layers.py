"""Imports go one way: along the way of a post."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALLOWED = {
    "core": set(),
    "collectors": {"core", "store"},
    "enrich": {"core"},
    "store": {"core"},
    "cases": {"core", "store"},
    "stream": {"core", "collectors", "enrich", "store", "cases"},
    "dashboard": {"core", "store", "cases"},
}
# A library → the only places that may know it.
ONLY_IN = {
    "faust": ("stream/app.py", "stream/agents"),
    "elasticsearch": ("store/",),
    "streamlit": ("dashboard/",),
    "tweepy": ("collectors/x",),
    "flickrapi": ("collectors/flickr",),
    "feedparser": ("collectors/feeds", "collectors/youtube_feed"),
    "googleapiclient": ("collectors/youtube",),
    "confluent_kafka": ("stream/kafka.py",),
    "apprise": ("stream/alert",),
    "pywa": ("collectors/whatsapp",),
    "sklearn": ("enrich/",),
}


def sources() -> list[Path]:
    return sorted(path for folder in ALLOWED for path in (ROOT / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_folder_imports_only_what_lies_before_it(path):
    folder = path.relative_to(ROOT).parts[0]
    ours = imported(path) & (set(ALLOWED) | {"sada", "bench", "tests"})
    assert ours <= ALLOWED[folder] | {folder}


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_known_in_its_place_only(library):
    knowing = [str(p.relative_to(ROOT)) for p in sources() if library in imported(p)]
    assert [name for name in knowing if not name.startswith(ONLY_IN[library])] == []
