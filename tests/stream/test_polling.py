from datetime import UTC, datetime

from collectors.base import Answer, Source
from core.deployment import Deployment, OfficialAccount
from store.memory import MemoryStore
from stream import polling
from tests.collectors.replay import replay
from tests.collectors.scenarios import X
from tests.make import post


class Stream:
    """What brings posts and is no platform: it has neither keys nor sources of a deployment."""

    PLATFORM = "demo"

    def ask(self, client, source, cursor, now):
        yield Answer(posts=(post(1),), returned=1)


TOWN = Deployment(id="t", name={}, timezone="UTC", languages=("en",), accounts=(OfficialAccount(platform="x", handle="city"),))


def now():
    return datetime.now(UTC)


def polled(store, ready, deployment, wanted):
    """The sources that came to the end of a pass, once `wanted` of them have."""
    scheduler = polling.scheduler(store, ready, deployment, lambda posts: posts, now)
    scheduler.start()
    until = now().timestamp() + 120
    while now().timestamp() < until and {p.source for p in store.passes() if p.finished} < wanted:
        scheduler._stopped.wait(0.01)
    scheduler.stop()
    return {p.source for p in store.passes() if p.finished}


def test_every_source_and_the_second_looks_are_polled_and_the_nights_work_waits_for_the_night():
    wanted = {"x.mentions.CITY", "x.own.CITY", "x.accounts", "x.search.1", "x.again"}
    with replay(dict(X.routes)) as server:
        ready = [(X.collector(), X.collector().client(X.settings(server.url)), source) for source in X.sources()]
        assert polled(MemoryStore(), ready, X.deployment(), wanted) == wanted


def test_what_is_no_platform_is_polled_like_one():
    source = Source(id="demo.x", platform="x", what="mentions")
    assert polled(MemoryStore(), [(Stream(), None, source)], TOWN, {"demo.x"}) == {"demo.x"}
