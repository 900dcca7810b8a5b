"""A deployment file is right as a whole, or says where it is wrong."""

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

# what is added or replaced → what the message names
WRONG = [
    ('languages = ["ar", "en"]', 'languages = ["ar", "eng"]', "languages: 'eng' is not known here; did you mean 'en'?"),
    ('timezone = "Asia/Riyadh"', 'timezone = "Asia/Riad"', "timezone: 'Asia/Riad'"),
    ('department = "works"', 'department = "work"', "did you mean 'works'?"),
    ('topic = "roads"', 'topic = "road"', "did you mean 'roads'?"),
    ('topic = "roads"', 'topik = "roads"', r"unknown key 'topik' at routing\[0\]; did you mean 'topic'?"),
    ('id = "small"', 'id = "small"\nlanguage = "ar"', "unknown key 'language' at the top level; did you mean 'languages'?"),
    ('like = ["roads"]', 'like = ["streets"]', "topics.like: 'streets'"),
    ('id = "small"', "id = ", "is not TOML"),
    ('name = { en = "Works" }', "name = 3", "Expected `object`"),
    (
        "[[topics]]",
        '[[accounts]]\nplatform = "fcebook"\nhandle = "a"\n[[topics]]',
        "accounts.platform: 'fcebook' is not known here; did you mean 'facebook'?",
    ),
    ("[[topics]]", '[[accounts]]\nplatform = "x"\nhandle = "@town"\n[[topics]]', "accounts.handle: '@town' is none; write the name"),
    ("[[topics]]", '[[accounts]]\nplatform = "x"\nhandle = "x.com/town"\n[[topics]]', "accounts.handle: 'x.com/town' is none"),
    ("[[topics]]", '[[accounts]]\nplatform = "x"\nhandle = ""\n[[topics]]', "accounts.handle: '' is none"),
    ("[[topics]]", '[[accounts]]\nplatform = "rss"\nhandle = "news"\n[[topics]]', "accounts.url: rss:news is read by its address"),
    ("[[topics]]", '[[accounts]]\nplatform = "open311"\nhandle = "a"\nurl = "ftp://a"\n[[topics]]', "accounts.url: open311:a"),
    ("[[topics]]", '[[accounts]]\nplatform = "x"\nhandle = "a"\nevery_minutes = 0\n[[topics]]', "Expected `int` >= 1 - at `$.accounts"),
    ("[[topics]]", "[desk]\nsure = 70\n[[topics]]", "Expected `float` <= 1.0 - at `$.desk.sure`"),
    ("[[topics]]", "[[targets]]\nclosing_hours = 0\n[[topics]]", "at `$.targets"),
    (
        "[[topics]]",
        '[[campaigns]]\nid = "c"\nname = {}\nstarts = 2026-05-02\nends = 2026-05-01\n[[topics]]',
        "campaigns.ends: 'c' ends on 2026-05-01",
    ),
    (
        "[[topics]]",
        '[[accounts]]\nplatform = "x"\nhandle = "a"\nkeys = "east"\n[[topics]]',
        "accounts.keys: 'east' cannot end the name of a setting",
    ),
    ("[[topics]]", '[[accounts]]\nplatform = "x"\nhandle = "a"\nkeys = "A__B"\n[[topics]]', "accounts.keys: 'A__B'"),
    (
        "[[topics]]",
        '[[accounts]]\nplatform = "x"\nhandle = "a"\nmessages = true\n[[topics]]',
        "accounts.messages: x:a must be an account of X with",
    ),
    (
        "[[topics]]",
        '[[accounts]]\nplatform = "facebook"\nhandle = "a"\nid = "1"\nmessages = true\n[[topics]]',
        "accounts.messages: facebook:a",
    ),
    (
        "[[topics]]",
        '[[accounts]]\nplatform = "x"\nhandle = "a"\n[[accounts]]\nplatform = "x"\nhandle = "b"\nid = "7"\nmessages = true\n[[topics]]',
        "accounts.messages: x:b has no keys of its own",
    ),
    ("[[topics]]", '[desk]\nspeak_as = ["x:town"]\n[[topics]]', "desk.speak_as: 'x:town' is not known here"),
    (
        "[[topics]]",
        '[desk]\nspeak_as = ["x:a", "x:b"]\n[[accounts]]\nplatform = "x"\nhandle = "a"\n[[accounts]]\nplatform = "x"\nhandle = "b"\n[[topics]]',
        "desk.speak_as: x:a and x:b cannot both answer for x; name one",
    ),
    ("[[routing]]", '[[departments]]\nid = "works"\nname = {}\n[[routing]]', "departments: 'works' stands twice"),
]


@pytest.mark.parametrize(("was", "now", "says"), WRONG)
def test_what_is_wrong_is_named_with_its_file_and_the_nearest_known(was, now, says):
    with pytest.raises(BadDeployment, match=r"^town\.toml: ") as raised:
        parse(SMALL.replace(was, now, 1), "town.toml")
    assert says.replace("\\", "") in str(raised.value)


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
