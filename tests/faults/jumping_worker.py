"""A worker whose machine's clock jumps two days ahead and then three days back while it works: python -m tests.faults.jumping_worker"""

import sys
import time
from datetime import UTC, datetime

from sada import main
from stream import set_up

SECONDS = 4.0  # until each jump
DAYS = (0, 2, -1)
LAST = "the clock has jumped for the last time"
_clock, _began = time.time, time.monotonic()
_said: list[str] = []


def jumped() -> float:
    """What the wall clock says; whoever waits for the last jump is told of it on stderr."""
    turn = min(int((time.monotonic() - _began) / SECONDS), len(DAYS) - 1)
    if turn == len(DAYS) - 1 and not _said:
        _said.append(LAST)
        print(LAST, file=sys.stderr, flush=True)
    return _clock() + DAYS[turn] * 86_400


if __name__ == "__main__":
    time.time = jumped
    set_up.now = lambda: datetime.fromtimestamp(jumped(), UTC)
    sys.argv = ["sada", "work"]
    main()
