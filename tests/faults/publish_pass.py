"""One pass over X's mentions onto Kafka in a process of its own, to be killed: python -m tests.faults.publish_pass URL. Addresses from the environment."""

import sys
from datetime import UTC, datetime

from collectors import x
from stream import set_up
from stream.collecting import poll
from stream.publishing import open_publishing
from tests.faults.one_pass import MENTIONS


def main() -> None:
    """Make the pass."""
    store = open_publishing(set_up.settings())
    line = poll(store, x, x.connect("a-test-token", sys.argv[1]), MENTIONS, lambda posts: posts, lambda: datetime.now(UTC))
    store.close()
    print(line.state, line.returned)


if __name__ == "__main__":
    main()
