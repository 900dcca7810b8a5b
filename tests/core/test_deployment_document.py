"""docs/deployment-file.md knows every key there is, and no other."""

import re
from pathlib import Path

import msgspec
import pytest

from core import deployment
from core.deployment_file import parse

TEXT = (Path(__file__).parents[2] / "docs" / "deployment-file.md").read_text(encoding="utf-8")
PARTS = dict(re.findall(r"^## (?:`\[+(\w+)\]+`|The organisation)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))
TABLES = {
    "": deployment.Deployment, "hours": deployment.Hours, "accounts": deployment.OfficialAccount, "branches": deployment.Branch,
    "watch": deployment.Watch, "departments": deployment.Department, "topics": deployment.Topic, "places": deployment.Place,
    "routing": deployment.Route, "targets": deployment.Target, "desk": deployment.Desk, "campaigns": deployment.Campaign,
    "alerts": deployment.AlertRule, "sentiment": deployment.SentimentModels, "demo": deployment.Demo,
}  # fmt: skip


def documented(part):
    """The keys in the first column, and the text of the second."""
    lines = re.findall(r"^\| (`[^|]*) \| ([^|]*)\|", PARTS[part], re.MULTILINE)
    return {key: usual.strip() for keys, usual in lines for key in re.findall(r"`(\w+)`", keys)}


def test_every_part_of_the_file_has_its_table():
    assert PARTS.keys() == TABLES.keys()


@pytest.mark.parametrize("part", TABLES)
def test_every_key_is_told_and_no_other(part):
    assert set(documented(part)) == set(TABLES[part].__struct_fields__)


@pytest.mark.parametrize("part", TABLES)
def test_what_must_be_there_has_no_default(part):
    needed = {field.name for field in msgspec.structs.fields(TABLES[part]) if field.required}
    assert {key for key, usual in documented(part).items() if not usual} == needed


def test_simple_defaults_are_told_as_they_are():
    wrong = [
        f"{part}.{field.name}"
        for part, kind in TABLES.items()
        for field in msgspec.structs.fields(kind)
        if isinstance(field.default, bool | int | float)
        and documented(part)[field.name].strip("`") not in (str(field.default).lower(), "a year before now")
    ]
    assert wrong == []


def test_the_platforms_and_the_words_there_are_stand_in_it():
    assert re.findall(r"`(\w+)`", re.search(r"^Platforms: (.*)$", TEXT, re.MULTILINE)[1]) == list(deployment.PLATFORMS)
    assert re.findall(r"`(\w+)`", re.search(r"^\| `like` \| none \| (.*) \|$", TEXT, re.MULTILINE)[1]) == list(deployment.BASE_TOPICS)


def test_the_example_is_a_right_file():
    made = parse(re.search(r"```toml\n(.*?)```", TEXT, re.DOTALL)[1], "mine.toml")
    assert [account.key for account in made.accounts] == ["x:rivertown", "rss:news"]
