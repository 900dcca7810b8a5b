"""What the README and the documents say is there, and what is there they say."""

import re
import tomllib
from pathlib import Path

import pytest

from collectors.every import COLLECTORS
from core.settings import CREDENTIALS
from sada import assemble

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", *(p for p in sorted((ROOT / "docs").rglob("*.md")) if not p.name.endswith(".head.md"))]


def verbs():
    app = assemble()
    return {c.name or c.callback.__name__.replace("_", "-") for c in app.registered_commands} | {g.name for g in app.registered_groups}


def test_every_command_is_in_the_readme_and_every_command_in_it_is_there():
    told = set(re.findall(r"`sada ([a-z-]+)`", README))
    assert told == verbs()


def test_every_collected_platform_is_named_with_its_credentials():
    named = (README + (ROOT / "docs" / "credentials.md").read_text(encoding="utf-8")).lower()
    assert [c.PLATFORM for c in COLLECTORS if c.PLATFORM.lower() not in named] == []


@pytest.mark.parametrize("key", CREDENTIALS)
def test_every_credential_is_in_the_example(key):
    told = (ROOT / ".env.example").read_text(encoding="utf-8") + (ROOT / "docs" / "credentials.md").read_text(encoding="utf-8")
    assert f"SADA_{key}" in told


def test_every_shipped_deployment_is_in_the_readme():
    assert [p.stem for p in (ROOT / "deployments").glob("*.toml") if f"`{p.stem}`" not in README] == []


def test_every_page_is_in_the_readme():
    words = tomllib.loads((ROOT / "dashboard" / "words" / "en.toml").read_text(encoding="utf-8"))
    pages = {p.stem for p in (ROOT / "dashboard" / "pages").glob("[a-z]*.py")}
    assert {page for page in pages if f"| {words[page]['title']} |" not in README} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_within_the_project_leads_somewhere(document):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []
