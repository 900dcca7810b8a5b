"""A program that runs beside ours and ends with us, even where we are killed and can tell nobody.

Between us and it stands a keeper at the other end of a pipe: when the pipe closes, for whatever reason, the keeper ends the program.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

PATIENCE_S = 10  # for an orderly end


@contextmanager
def beside(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[None]:
    """Run `command` while the block runs; it has ended when the block is left."""
    keeper = subprocess.Popen([sys.executable, "-m", "stream.beside", *command], env=environment, stdin=subprocess.PIPE)  # noqa: S603
    try:
        yield
    finally:
        keeper.communicate()  # closes the pipe


def keep(command: Sequence[str]) -> None:
    """Run `command` until whoever started us is gone, or tells us to end."""
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C reaches all of us at once: ours to wait for is the pipe
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603
    try:
        while os.read(sys.stdin.fileno(), 1):
            pass
    finally:
        _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


if __name__ == "__main__":
    keep(sys.argv[1:])
