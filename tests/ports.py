"""Free ports for servers that a test starts."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Iterator

# Below the range from which Linux gives a port to whoever connects (32768 on), so that no client takes one between our look and the server's start.
FIRST, LAST, WORKERS = 20_000, 32_000, 8
_given: set[int] = set()


def free_ports(count: int) -> list[int]:
    """So many ports of 127.0.0.1 on which nothing listens, none of which was given before. Parallel workers of one run draw from parts of their own."""
    found = [port for _, port in zip(range(count), _free(), strict=False)]
    assert len(found) == count, "no free port is left"
    return found


def free_port() -> int:
    """One of them."""
    return free_ports(1)[0]


def _free() -> Iterator[int]:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
    part = list(range(FIRST, LAST))[worker::WORKERS]
    random.SystemRandom().shuffle(part)  # not the tests' own generator, whose draws may be held fixed
    for port in part:
        if port not in _given and _nothing_listens(port):
            _given.add(port)
            yield port


def _nothing_listens(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("", port))  # on every address, as Streamlit does
        except OSError:
            return False
        return True
