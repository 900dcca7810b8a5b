"""Which tests begin first."""

import pytest

LONG = ("faults", "journeys", "stream")  # folders whose single tests take up to a minute


def begin_with_the_longest(items: list[pytest.Item]) -> None:
    """Folders with long tests first, so that at the end the workers share out short files and none waits minutes for another."""
    items.sort(key=lambda item: LONG.index(name) if (name := item.path.parent.name) in LONG else len(LONG))
