"""One pass over X's mentions in a process of its own, to be killed: python -m tests.faults.one_pass STORE URL. Prints its greatest memory in MB."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from collectors import x
from collectors.base import Source
from store.embedded import EmbeddedStore
from stream.collecting import poll

MENTIONS = Source(id="x.mentions.CITY", platform="x", what="mentions", account="x:CITY", handle="CITY", native_id="1001")


def main() -> None:
    """Make the pass."""
    store = EmbeddedStore(sys.argv[1])
    line = poll(store, x, x.connect("a-test-token", sys.argv[2]), MENTIONS, lambda posts: posts, lambda: datetime.now(UTC))
    store.close()
    print(line.state, line.stored, greatest_memory())


def greatest_memory() -> int:
    """In MB, of this program alone: what getrusage tells would count the process it was forked from."""
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in told.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024


if __name__ == "__main__":
    main()
