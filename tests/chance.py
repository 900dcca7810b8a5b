"""What chance may decide in a test run: nothing that is computed here, and of what real servers and a browser do, the first of two tries."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# Every run tries the same examples, so that a rare one never stops somebody else's change; SADA_TESTS_RANDOM=1 looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("random", deadline=None, print_blob=True)
settings.load_profile("random" if os.environ.get("SADA_TESTS_RANDOM") else "same")

SERVERS = {"elastic", "cluster", "postgres"}  # fixtures that start or ask real servers


def give_second_tries(items: list[pytest.Item]) -> None:
    """What asks a real server or a browser gets a second try, which the summary tells; nothing else does."""
    for item in items:
        if SERVERS.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("services")
        if any(item.iter_markers("services")) or any(item.iter_markers("browser")):
            item.add_marker(pytest.mark.flaky(reruns=1))
