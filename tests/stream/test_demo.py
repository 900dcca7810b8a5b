"""sada demo: loaded once however often it is asked for, cut off or not; played on as a source."""

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from cases.store import open_cases
from collectors.demo.live import Live
from core.errors import AskedWrongly, StoreFailed
from core.settings import Settings
from enrich.knowledge import learn
from enrich.pipeline import understand
from sada import assemble
from store.embedded import EmbeddedStore
from store.query import Filter
from stream import collecting, demo, demo_playing
from tests.demos import NOW, SMALL, small

KNOWLEDGE = learn(small())


class Held:
    """The data of one folder."""

    def __init__(self, folder):
        self.folder = folder
        self.settings = Settings(data=folder)
        self.store = EmbeddedStore(folder / "posts.db", "Asia/Riyadh")
        self.cases = open_cases(self.settings)

    def load(self, seed=7, now=NOW, understood=None):
        return demo.loaded(self.store, self.cases, small(), seed, now, understood or enriched, lambda done, of: None, self.folder)

    def everything(self):
        posts = list(self.store.posts(Filter(deleted=True)))
        return posts, list(self.cases.all()), self.store.passes(limit=5000), [self.store.samples([p.id]) for p in posts[::7]]


def enriched(posts):
    return understand(posts, KNOWLEDGE)


@pytest.fixture
def held(tmp_path):
    return Held(tmp_path)


def test_everything_told_is_in_the_store(held):
    state = held.load()
    posts, cases, passes, _ = held.everything()
    assert (state.posts, state.cases, state.done) == (260, 150, True)
    assert (len(posts), len(cases)) == (260, 150)
    assert {p.topic_told for p in posts if p.kind == "call"} == {"roads", "waste"}
    assert all(p.language for p in posts if len(p.text) > 20)
    assert passes and held.store.accounts()


def test_the_truth_lies_beside_the_data(held):
    held.load()
    truth = json.loads((held.folder / demo.TRUTH).read_text(encoding="utf-8"))
    assert (truth["deployment"], truth["seed"], truth["posts"]) == ("smallton", 7, 260)
    found = {p.id for p in held.store.get([id for theme in truth["themes"] for id in theme["posts"]])}
    assert found == {id for theme in truth["themes"] for id in theme["posts"]} and len(truth["themes"]) == 2


def test_again_even_days_later_it_changes_nothing(held):
    first, before = held.load(), held.everything()
    again = held.load(now=NOW + timedelta(days=3))
    assert again == first
    assert held.everything() == before


def test_cut_off_in_the_middle_and_begun_again_it_is_the_same_as_in_one_go(held, tmp_path_factory):
    calls = []

    def breaks(posts):
        calls.append(len(posts))
        raise StoreFailed("cut off")

    with pytest.raises(StoreFailed):
        held.load(understood=breaks)
    assert calls
    held.load(now=NOW + timedelta(hours=5))
    whole = Held(tmp_path_factory.mktemp("whole"))
    whole.load()
    assert held.everything() == whole.everything()


def test_put_a_second_time_nothing_is_stored_twice(held):
    held.load()
    before = held.everything()
    demo.put(held.store, demo.history(small(), NOW, 7), enriched, lambda done, of: None)
    assert held.everything() == before


def test_another_demo_in_the_same_data_is_refused(held):
    held.load()
    before = held.everything()
    with pytest.raises(AskedWrongly, match="holds the demo of smallton with seed 7, not of smallton with seed 8"):
        held.load(seed=8)
    assert held.everything() == before


def test_the_desk_begins_after_the_history(held):
    held.load()
    last = held.store.changes(0, 10_000)[-1][0]
    assert held.cases.place(demo.FOLLOWER) == last


def test_an_edited_post_keeps_its_earlier_text(held):
    held.load()
    edited = [p for p in held.store.posts(Filter()) if p.edited_at]
    assert all(len(p.versions) == 1 and p.text.startswith(p.versions[0].text) for p in edited)


def test_played_on_it_goes_the_way_of_every_source(held):
    state = held.load()
    (collector, client, source), *_ = demo_playing.ready(state, small(), speed=1)
    assert isinstance(collector, Live)
    later = NOW + timedelta(days=4)
    line = collecting.poll(held.store, collector, client, source, enriched, lambda: later)
    again = collecting.poll(held.store, collector, client, source, enriched, lambda: later)
    assert (line.state, line.stored, again.stored) == ("ok", line.returned, 0)
    assert line.stored > 3
    assert len(list(held.store.posts(Filter(sources=(source.id,))))) == 100 + line.stored


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """The command, on a folder of its own."""
    (tmp_path / "smallton.toml").write_text(SMALL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SADA_DATA", str(tmp_path / "data"))
    return lambda *words: CliRunner().invoke(assemble(), ["demo", "--deployment", "smallton.toml", *words])


def test_the_command_prints_one_document(asked):
    result = asked("--once", "--json")
    told = json.loads(result.stdout)
    assert told.keys() == {"deployment", "posts", "cases", "seconds"}
    assert (told["deployment"], told["posts"], told["cases"]) == ("smallton", 260, 150)


def test_the_command_says_what_it_made_and_where_and_twice_changes_nothing(asked, tmp_path):
    assert "260 posts and 150 cases of the demo of smallton" in asked("--once").stdout
    before = held_in(tmp_path / "data")
    assert "260 posts and 150 cases of the demo of smallton" in asked("--once").stdout
    assert held_in(tmp_path / "data") == before


def held_in(folder):
    store = EmbeddedStore(folder / "posts.db", "Asia/Riyadh", read_only=True)
    return list(store.posts(Filter(deleted=True))), store.themes(), list(open_cases(Settings(data=folder)).all())


def test_a_deployment_without_a_demo_is_asked_wrongly(asked, tmp_path):
    (tmp_path / "smallton.toml").write_text(SMALL[: SMALL.index("[demo]")], encoding="utf-8")
    result = asked("--once")
    assert result.exception.exit_status == 2
    assert "smallton: has no [demo] table" in str(result.exception)
