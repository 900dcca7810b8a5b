"""Work that is done again and again beside everything else, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from core.errors import SadaError

Steps = Mapping[str, Callable[[], object]]


def once(step: Callable[[], object]) -> Callable[[], object]:
    """A step that is done when it has ended well: what goes wrong is tried again."""
    done = threading.Event()

    def unless_done() -> None:
        if not done.is_set():
            step()
            done.set()

    return unless_done


class Repeating:
    """Runs steps every `every_s` seconds until stopped; what goes wrong with one leaves the others, and its own next turn, alone."""

    def __init__(self, name: str, steps: Steps, every_s: float) -> None:
        self._steps, self._every_s, self._log = steps, every_s, logging.getLogger(f"sada.{name}")
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep_on, name=name, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self, seconds: float = 30) -> None:
        """End after the current step, which is waited for at most `seconds`; returns at once where it was never started."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _keep_on(self) -> None:
        while not self._stopped.wait(self._every_s):
            for name, step in self._steps.items():
                self._try(name, step)

    def _try(self, name: str, step: Callable[[], object]) -> None:
        try:
            step()
        except SadaError as error:
            self._log.error("%s: %s", name, error)
        except Exception as error:  # the loop's edge: one bug must not end what runs beside it
            self._log.error("%s: a step broke (%s); it is tried again", name, type(error).__name__)
