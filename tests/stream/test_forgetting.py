"""A citizen takes a message back: from then on nothing they wrote, and not who they were, is in any file of ours, log line or export."""

import io
import logging
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from cases import corrections
from cases.roles import Person, Role
from cases.store import open_cases
from collectors import whatsapp
from collectors.inbox import Inbox
from core.deployment import Department, Deployment, OfficialAccount, Place, Route, Topic
from core.settings import Secret, Settings
from enrich.knowledge import learn
from enrich.pipeline import understand
from store.base import Batch
from store.embedded import EmbeddedStore
from stream import exporting
from stream.collecting import poll
from stream.following import THEMES, ThemeFollower, on_one_machine
from tests.make import NOON, post

NOW = datetime(2026, 4, 6, 12, tzinfo=UTC)
CITY = Deployment(
    id="city", name={"en": "City"}, timezone="Asia/Riyadh", languages=("en",),
    accounts=(OfficialAccount(platform="whatsapp", handle="940", id="9400"),),
    topics=(Topic(id="lighting", name={"en": "Lighting"}, like=("lighting",)),), departments=(Department(id="works", name={"en": "Works"}),),
    routing=(Route(department="works"),), places=(Place(id="quondam", name={"en": "Quondam Row"}),),
)  # fmt: skip
ALMA = Person(name="alma", role=Role.SUPERVISOR)
TEXT = "The street lamp by the Zerquibolt bakery has been broken and dark for weeks, this is dangerous, please repair it"
MARKS = ("Zerquibolt", "zerquibolt", "Marvolina", "96611122233", "by the Zerq", "broken and dark")


def delivery(message: dict) -> bytes:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "940", "phone_number_id": "9400"},
        "contacts": [{"profile": {"name": "Marvolina"}, "wa_id": "96611122233"}],
        "messages": [{"from": "96611122233", "timestamp": "1775466000"} | message],
    }
    return msgspec.json.encode(
        {"object": "whatsapp_business_account", "entry": [{"id": "5", "changes": [{"field": "messages", "value": value}]}]}
    )


WROTE = delivery({"id": "wamid.Z1", "type": "text", "text": {"body": TEXT}})
EDITED = delivery(
    {
        "id": "wamid.E1",
        "type": "edit",
        "edit": {"original_message_id": "wamid.Z1", "message": {"type": "text", "text": {"body": TEXT + "!"}}},
    }
)
REVOKED = delivery({"id": "wamid.R1", "type": "revoke", "revoke": {"original_message_id": "wamid.Z1"}})


class House:
    """One machine's data, worked on as `sada run` does it."""

    def __init__(self, folder):
        self.folder, self.now = folder, NOW
        self.settings = Settings(data=folder, credentials={"WHATSAPP_APP_SECRET": Secret("s")})
        self.store, self.cases = EmbeddedStore(folder / "posts.db", CITY.timezone), open_cases(self.settings)
        self.client = whatsapp.client(self.settings)
        (self.source,) = whatsapp.sources(CITY)
        knowledge = learn(CITY)
        self.understand = lambda posts: understand(posts, knowledge)
        self.steps = on_one_machine(self.store, self.cases, CITY, lambda: self.now, self.understand)

    def comes(self, *bodies: bytes) -> None:
        """Deliveries come in, are collected, and what follows the posts has its turn."""
        inbox = Inbox(self.folder)
        for body in bodies:
            inbox.keep("whatsapp", "", body, self.now)
        inbox.close()
        line = poll(self.store, whatsapp, self.client, self.source, self.understand, lambda: self.now)
        assert (line.state, line.refused) == ("ok", 0)
        self.follow()

    def follow(self) -> None:
        for step in self.steps.values():
            step()

    def close(self) -> None:
        self.client.inbox.close()
        self.cases.close()
        self.store.close()

    def read(self) -> list[str]:
        """The marks that stand in any file."""
        there = b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())
        return [mark for mark in MARKS if mark.encode() in there]


@pytest.fixture
def house(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    made = House(tmp_path)
    yield made
    made.close()


def test_what_was_written_is_in_the_house_before_it_is_taken_back(house):
    house.comes(WROTE)
    assert {"Zerquibolt", "Marvolina", "96611122233"} <= set(house.read())
    assert [case.citizen for case in house.cases.all()] == ["whatsapp:96611122233"]


# what happens to the message before it is taken back
BEFORE = {
    "nothing": (),
    "it is edited": (EDITED,),
    "it is delivered again": (WROTE,),
}


@pytest.mark.parametrize("more", BEFORE.values(), ids=BEFORE)
def test_a_message_taken_back_is_in_no_file(house, more):
    house.comes(WROTE)
    for body in more:
        house.comes(body)
    (found,) = house.store.get(["whatsapp:wamid.Z1"])
    corrections.correct(house.cases, ALMA, found, {"sentiment": ("neutral",)}, house.now, CITY)
    house.now += timedelta(hours=1)
    house.comes(REVOKED)
    house.close()
    assert house.read() == []


def test_a_message_taken_back_before_it_was_read_never_gets_in(house):
    house.comes(WROTE, REVOKED)
    house.close()
    assert house.read() == []


def test_what_remains_still_counts(house):
    house.comes(WROTE)
    house.comes(REVOKED)
    (kept,) = house.store.get(["whatsapp:wamid.Z1"])
    (case,) = house.cases.all()
    assert (kept.text, kept.author, kept.deleted_at) == ("", None, house.now)
    assert (case.posts, case.summary, case.citizen, case.steps[-1].what) == (("whatsapp:wamid.Z1",), "", None, "erased")


@pytest.mark.parametrize("what", ["posts", "cases", "samples", "themes", "corrections"])
def test_no_export_has_it(house, what):
    house.comes(WROTE)
    (found,) = house.store.get(["whatsapp:wamid.Z1"])
    corrections.correct(house.cases, ALMA, found, {"sentiment": ("neutral",)}, house.now, CITY)
    house.follow()
    house.comes(REVOKED)
    out = io.BytesIO()
    if what == "cases":
        records = exporting.all_cases(house.cases, "alma", house.now)
    elif what == "corrections":
        records = exporting.all_corrections(house.store, house.cases, CITY, "alma", house.now)
    else:
        records = exporting.records(house.store, what)
    exporting.write(records, what, "jsonl", out)
    assert [mark for mark in MARKS if mark in out.getvalue().decode()] == []


def test_no_log_line_ever_had_it(house, caplog):
    house.comes(WROTE, EDITED)
    house.comes(REVOKED)
    assert [mark for mark in MARKS if mark in caplog.text] == []


def test_the_memory_of_themes_forgets_who_said_what_and_goes_on(tmp_path):
    store = EmbeddedStore(tmp_path / "posts.db")
    follower = ThemeFollower(store, CITY, lambda: NOON + timedelta(days=1))
    store.save(Batch(posts=(post(1, text=TEXT), post(2), post(3))))
    follower.run()
    assert b"Zerquibolt" in store.follower(THEMES).state
    store.save(Batch(deleted=(("x:1", NOON + timedelta(days=1)),)))
    follower.run()
    assert b"Zerquibolt" not in store.follower(THEMES).state
    assert store.follower(THEMES).place == 4
    texts = [d.post.text for d in ThemeFollower(store, CITY, lambda: NOON)._detector.memory.digests if d]
    assert texts == ["", "the lamp in lane 2 is dark", "the lamp in lane 3 is dark"]
    store.close()


def test_a_deletion_of_what_was_never_remembered_writes_nothing(tmp_path):
    store = EmbeddedStore(tmp_path / "posts.db")
    follower = ThemeFollower(store, CITY, lambda: NOON + timedelta(days=1))
    store.save(Batch(posts=(post(1), post(2)), deleted=(("x:1", NOON),)))
    follower.run()
    before = store.follower(THEMES)
    store.save(Batch(deleted=(("x:2", NOON + timedelta(hours=1)),)))
    follower.run()
    store.save(Batch(deleted=(("x:1", NOON + timedelta(days=1)),)))
    follower.run()
    assert before.place == 2
    assert store.follower(THEMES).place == 3
    store.close()
