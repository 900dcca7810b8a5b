"""From what people corrected to what training reads: each corrected text once, as it was last said to be."""

from pathlib import Path

import msgspec
import pytest

from cases import corrections
from cases.store import CaseStore, open_cases
from core.deployment import Topic
from core.errors import BadInput
from core.post import encode
from core.settings import Settings
from enrich.gathering import gathered
from enrich.sets import Taught as Line
from enrich.sets import taught as lines
from store.base import Batch
from store.embedded import EmbeddedStore
from stream.correcting import take_in_corrections
from stream.learnt import Taught, base_topic, taught
from tests.cases.factory import CITY, OFFICER, SUNDAY_NOON, complaint
from tests.make import claim


@pytest.fixture
def stores(tmp_path: Path) -> tuple[EmbeddedStore, CaseStore]:
    posts = EmbeddedStore(tmp_path / "posts.db")
    posts.save(Batch(posts=tuple(complaint(n, language=claim("en")) for n in range(1, 4))))
    return posts, open_cases(Settings(data=tmp_path))


def say(cases, number, **said):  # type: ignore[no-untyped-def]
    corrections.correct(cases, OFFICER, complaint(number, language=claim("en")), said, SUNDAY_NOON, CITY)


def test_a_corrected_text_is_told_once_with_the_last_word_on_each_field(stores) -> None:  # type: ignore[no-untyped-def]
    posts, cases = stores
    say(cases, 1, intent=("thanks",))
    say(cases, 2, sentiment=("negative",), topics=("lighting", "waste"))
    say(cases, 1, intent=("news",), language=("ru",))
    told = {t.text: t for t in taught(posts, cases, CITY)}
    assert told[complaint(1).text] == Taught(text=complaint(1).text, language="ru", language_taught=True, intent="news")
    assert told[complaint(2).text] == Taught(
        text=complaint(2).text, language="en", language_taught=False, sentiment="negative", topic="lighting"
    )
    assert len(told) == 2


def test_it_stays_the_same_after_corrections_reached_the_store(stores) -> None:  # type: ignore[no-untyped-def]
    posts, cases = stores
    say(cases, 1, intent=("thanks",))
    before = list(taught(posts, cases, CITY))
    take_in_corrections(posts, cases)
    assert list(taught(posts, cases, CITY)) == before


def test_a_deleted_text_teaches_nothing(stores) -> None:  # type: ignore[no-untyped-def]
    posts, cases = stores
    say(cases, 1, intent=("thanks",))
    posts.save(Batch(deleted=(("x:1", SUNDAY_NOON),)))
    assert list(taught(posts, cases, CITY)) == []


@pytest.mark.parametrize(("topic", "base"), [("lighting", "lighting"), ("lamps", "lighting"), ("parade", None), (None, None)])
def test_a_topic_teaches_the_base_topic_it_is_like(topic: str | None, base: str | None) -> None:
    city = msgspec.structs.replace(
        CITY, topics=(*CITY.topics, Topic(id="lamps", name={"en": "Lamps"}, like=("lighting",)), Topic(id="parade", name={"en": "Parade"}))
    )
    assert base_topic(topic, city) == base


def test_training_reads_what_the_export_writes(tmp_path: Path) -> None:
    told = [Taught(text="the lamp\nis dark", language="en", language_taught=True, sentiment="negative", topic="lighting"),
            Taught(text="أين الحاوية", language="ar", language_taught=False, intent="inquiry")]  # fmt: skip
    file = tmp_path / "corrections.jsonl"
    file.write_bytes(b"\n".join(map(encode, told)) + b"\n")
    assert [msgspec.structs.asdict(line) for line in lines(file)] == [msgspec.structs.asdict(t) for t in told]
    nothing = tmp_path / "none"
    assert [(e.text, e.label) for e in gathered("sentiment", "en", nothing, (), frozenset(), file)] == [("the lamp\nis dark", "negative")]
    assert [(e.text, e.label) for e in gathered("intent", "ar", nothing, (), frozenset(), file)] == [("أين الحاوية", "inquiry")]
    spoken = {e.text: e.label for e in gathered("language", "", nothing, (), frozenset(), file)}
    assert spoken["the lamp\nis dark"] == "en"
    assert "أين الحاوية" not in spoken


def test_people_are_believed_before_our_own_labels(tmp_path: Path) -> None:
    ours = next(e for e in gathered("sentiment", "en", tmp_path, ("own",), frozenset()) if e.label == "negative")
    file = tmp_path / "corrections.jsonl"
    file.write_bytes(encode(Line(text=ours.text, language="en", sentiment="positive")))
    (now,) = [e for e in gathered("sentiment", "en", tmp_path, ("own",), frozenset(), file) if e.text == ours.text]
    assert now.label == "positive"


@pytest.mark.parametrize("wrong", [b"text\tlabel\nx\ty\n", b'{"txt": 1}\n', b"\xff\xfe"])
def test_another_file_is_refused_in_a_sentence(tmp_path: Path, wrong: bytes) -> None:
    file = tmp_path / "x"
    file.write_bytes(wrong)
    with pytest.raises(BadInput, match="sada export corrections"):
        lines(file)
