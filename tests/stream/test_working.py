"""What a worker needs before it starts, and how it ends by itself."""

import signal

import pytest

from core.errors import BadSettings, SadaError
from core.settings import Settings
from stream.working import Halted, required

ALL = {"kafka": "127.0.0.1:9", "elasticsearch": "http://127.0.0.1:9", "postgres": "postgresql://sada@127.0.0.1:9/sada"}


@pytest.mark.parametrize("missing", ALL)
def test_a_worker_names_the_engine_whose_address_it_lacks_and_what_to_use_on_one_machine(missing):
    told = {name: address for name, address in ALL.items() if name != missing}
    with pytest.raises(BadSettings, match=f"SADA_{missing.upper()}: is not set.*sada run"):
        required(Settings(**told))


def test_with_all_three_engines_a_worker_starts_at_the_broker():
    assert required(Settings(**ALL)) == ALL["kafka"]


def test_a_worker_that_stops_by_itself_ends_as_an_operator_would_end_it_and_keeps_the_first_reason():
    heard = []
    before = signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
    try:
        halted = Halted()
        assert halted.reason is None
        halted(SadaError("the disk is full"))
        halted(SadaError("and then everything else broke"))
    finally:
        signal.signal(signal.SIGTERM, before)
    assert str(halted.reason) == "the disk is full"
    assert heard == [signal.SIGTERM] * 2
