"""What a worker needs before it begins, why it ends by itself, and how it spares the search for cycles."""

import gc
import signal

import pytest

from core.errors import BadSettings, StoreFailed
from core.page import Page
from core.settings import Settings
from stream.topics import decode_page, encode
from stream.working import CYCLES_AFTER, Halted, _spare_the_collector, required
from tests.make import NOON, post

ALL = {"kafka": "127.0.0.1:1", "elasticsearch": "http://127.0.0.1:1", "postgres": "postgresql+psycopg://nobody@127.0.0.1:1/none"}


def test_a_worker_with_all_addresses_is_told_the_brokers():
    assert required(Settings(**ALL)) == "127.0.0.1:1"


@pytest.mark.parametrize("missing", ALL)
def test_a_worker_without_an_address_says_which_and_what_to_use_instead(missing):
    with pytest.raises(BadSettings, match=f"SADA_{missing.upper()}.*sada run"):
        required(Settings(**{name: value for name, value in ALL.items() if name != missing}))


@pytest.fixture
def ended():
    """How often this process was asked to end."""
    asked = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: asked.append(number))
    yield asked
    signal.signal(signal.SIGTERM, before)


def test_a_halt_ends_the_process_as_an_operator_would_and_keeps_the_first_reason(ended):
    halt = Halted()
    assert halt.reason is None
    first, second = StoreFailed("the engine has been away for minutes"), StoreFailed("and so has the database")
    halt(first)
    halt(second)
    assert ended == [signal.SIGTERM, signal.SIGTERM]
    assert halt.reason is first


@pytest.fixture
def spared():
    before = gc.get_threshold()
    _spare_the_collector()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def collections():
    return sum(generation["collections"] for generation in gc.get_stats())


def test_reading_a_full_page_looks_for_no_cycles(spared):
    page = Page(source="s", pass_id="", number=1, fetched_at=NOON, posts=tuple(post(n) for n in range(500)))
    message, before = encode(page), collections()
    read = [decode_page(message) for _ in range(3)]
    assert len(read) == 3
    assert collections() == before


def test_cycles_are_still_found_when_there_are_many(spared):
    before = collections()
    for _ in range(CYCLES_AFTER + 1000):
        ring = []
        ring.append(ring)
    assert collections() > before
    assert len(gc.get_objects()) < CYCLES_AFTER  # they did not stay: what was loaded before is frozen and not listed
