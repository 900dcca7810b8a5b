"""A right deployment file is read, and found; what can be wrong with one stands in test_deployment_checks.py."""

from pathlib import Path

import pytest

from core.deployment import BASE_TOPICS, label
from core.deployment_file import SHIPPED, file_of, load, parse
from core.errors import BadDeployment

SMALL = """
id = "small"
timezone = "Asia/Riyadh"
languages = ["ar", "en"]
name = { ar = "بلدية", en = "Small town" }
[[topics]]
id = "roads"
name = { en = "Roads" }
like = ["roads"]
[[departments]]
id = "works"
name = { en = "Works" }
[[routing]]
topic = "roads"
department = "works"
"""


def test_a_right_file_is_read():
    small = parse(SMALL, "town.toml")
    assert (small.zone.key, small.topics[0].like, small.calendar) == ("Asia/Riyadh", ("roads",), "gregorian")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadDeployment, match=r"nowhere\.toml"):
        load(tmp_path / "nowhere.toml")


def test_a_label_falls_back_to_english_and_then_to_any():
    assert [label(w, "fa") for w in ({"fa": "ا", "en": "a"}, {"en": "a"}, {"ru": "а"}, {})] == ["ا", "a", "а", ""]


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[2] / "deployments").glob("*.toml")), ids=lambda p: p.stem)
def test_every_shipped_deployment_is_right(path):
    shipped = load(path)
    assert shipped.id == path.stem
    assert all(topic.name.keys() >= set(shipped.languages) for topic in shipped.topics)


def test_the_neutral_deployment_knows_every_base_topic():
    neutral = load(Path(__file__).parents[2] / "deployments" / "default.toml")
    assert tuple(t.id for t in neutral.topics) == BASE_TOPICS


# what is asked for → the file
ASKED = [(None, "default"), ("gaza", "gaza"), ("tehran-1", "tehran-1"), (str(SHIPPED / "gaza.toml"), "gaza")]


@pytest.mark.parametrize(("asked", "shipped"), ASKED)
def test_a_deployment_is_found_by_name_or_by_path(asked, shipped):
    assert file_of(asked) == SHIPPED / f"{shipped}.toml"


def test_a_file_of_ones_own_comes_before_a_shipped_one_of_the_same_name(tmp_path, monkeypatch):
    (tmp_path / "gaza").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert file_of("gaza") == Path("gaza")


def test_a_deployment_that_is_nowhere_is_refused_with_those_there_are():
    with pytest.raises(BadDeployment, match=r"gazza: .*one of: .*gaza, "):
        file_of("gazza")
