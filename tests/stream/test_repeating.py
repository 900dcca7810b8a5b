"""Work beside everything else goes on, whatever breaks."""

import threading

from core.errors import StoreFailed
from stream.repeating import Repeating

OFTEN_S = 0.001


def test_a_step_that_breaks_does_not_stop_the_others():
    came = threading.Event()

    def broken():
        raise KeyError("what no log may quote")

    repeating = Repeating("test", {"broken": broken, "next": came.set}, OFTEN_S)
    repeating.start()
    assert came.wait(30)
    repeating.stop()


def test_what_broke_is_tried_again_and_what_is_said_of_it_quotes_nothing(caplog):
    turns, third = [KeyError("a citizen's words"), StoreFailed("the disk is full")], threading.Event()

    def step():
        if turns:
            raise turns.pop(0)
        third.set()

    repeating = Repeating("test", {"step": step}, OFTEN_S)
    repeating.start()
    assert third.wait(30)
    repeating.stop()
    assert caplog.messages == ["step: a step broke (KeyError); it is tried again", "step: the disk is full"]


def test_once_stopped_its_thread_has_ended():
    repeating = Repeating("test", {"step": lambda: None}, OFTEN_S)
    repeating.start()
    repeating.stop()
    assert not repeating._thread.is_alive()


def test_stopping_what_was_never_started_returns_at_once():
    repeating = Repeating("test", {}, OFTEN_S)
    repeating.stop()
    assert not repeating._thread.is_alive()
