"""The distributed set-up on the real servers: counted by ids, sent = stored + dead-lettered, none twice."""

import os
import random
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from cases import corrections, entering
from cases.entering import Entry
from cases.roles import Person, Role
from cases.store import open_cases
from core.post import Kind
from core.post import encode as as_json
from enrich.knowledge import learn
from enrich.pipeline import understand
from store.base import Batch
from store.elastic import ElasticStore
from store.embedded import EmbeddedStore
from store.query import Filter
from stream import set_up
from stream.topics import RAW, SAMPLES, Samples, encode
from tests.make import NOON, post
from tests.stream.cluster import cluster as cluster  # a fixture
from tests.stream.cluster import numbered, until

pytestmark = pytest.mark.services


def posts(count, first=0):
    return [post(n, text=f"الشارع رقم {n} مظلم, яма у дома {n}, lamp {n}") for n in range(first, first + count)]


def test_a_worker_killed_at_random_moments_loses_and_doubles_nothing(cluster):
    times = 20 if os.environ.get("TESTS_SADA_LONG") else 3
    total, draw = 4000 * times, random.Random(3)
    cluster.publish(posts(total))
    for _ in range(times):
        worker = cluster.work()
        cluster.wait_for_some(min(total, cluster.count() + draw.randrange(1, 2400)))
        worker.kill()
        worker.communicate()
    cluster.work()
    cluster.wait_for(total)
    assert cluster.ids() == numbered(total)
    assert cluster.dead() == []


def test_workers_that_join_and_leave_lose_nothing(cluster):
    total = 12_000
    cluster.publish(posts(total))
    first, second = cluster.work(), cluster.work()
    cluster.wait_for_some(2000)
    assert cluster.stop(first) == 0
    cluster.work()
    cluster.wait_for(total)
    assert cluster.stop(second) == 0
    assert cluster.ids() == numbered(total)


def test_a_poison_message_is_put_aside_and_the_rest_goes_on(cluster):
    cluster.publish(posts(100))
    cluster.publisher.publish(RAW, [b"\xc1 no page"])
    cluster.publish([post(5000, id="x:" + "9" * 600)], 1)  # an id longer than the engine takes
    cluster.publish(posts(100, 100))
    cluster.work()
    cluster.wait_for(200)
    assert cluster.ids() == numbered(200)
    kept = cluster.letters()
    assert sorted((k["stage"], k["why"].split(":")[0]) for k in kept) == [
        ("index", "action_request_validation_exception"),
        ("understand", "not a page"),
    ]


def test_the_engine_blocked_for_want_of_disk_is_waited_for(cluster):
    cluster.publish(posts(300))
    worker = cluster.watched()
    cluster.wait_for(300)
    stored = blocked_at(cluster, worker, 300)
    cluster.client.indices.put_settings(index=f"{cluster.prefix}-posts-*", settings={BLOCK: None})
    cluster.wait_for(stored + 300)
    assert cluster.ids() == numbered(stored + 300)
    assert worker.poll() is None
    assert cluster.dead() == []


BLOCK = "index.blocks.read_only_allow_delete"


def blocked_at(cluster, worker, stored):
    """Publish 300 posts to a blocked engine and see that none is written; how many were stored before. Where the engine's own look at the
    disk lifted the block meanwhile, once more with the next posts."""
    months = f"{cluster.prefix}-posts-*"
    for _ in range(10):
        cluster.client.indices.put_settings(index=months, settings={BLOCK: True})
        before = cluster.retries(worker)
        cluster.publish(posts(300, stored))
        cluster.wait_until_retried(worker, before)
        count, settings = cluster.count(), cluster.client.indices.get_settings(index=months, flat_settings=True)
        if all(index["settings"].get(BLOCK) == "true" for index in settings.values()):
            assert count == stored
            return stored
        stored += 300
        cluster.wait_for(stored)
    return pytest.fail("the engine lifted every block before it could be seen")


def test_a_worker_stops_at_too_many_dead_letters_says_what_to_do_and_loses_nothing(cluster):
    cluster.publish(posts(100))
    cluster.publish([post(n, id=f"x:{n}" + "9" * 600) for n in range(100)], 50)  # ids longer than the engine takes
    worker = cluster.work("--stage", "understand", "--stage", "index")
    assert worker.wait(timeout=240) == 1
    assert "became dead letters" in cluster.said(worker) and "sada dead-letters list" in cluster.said(worker)
    assert cluster.lag() > 0  # what was in hand is not acknowledged
    cluster.work("--stage", "understand", "--stage", "index", "--most-dead", "1")
    cluster.wait_for(100)
    assert cluster.ids() == numbered(100)
    assert len(cluster.letters()) == 100  # each once, although the first worker had buried some of them too


def test_complaints_on_the_stream_become_cases_once_though_their_worker_is_killed(cluster):
    lately = datetime.now(UTC) - timedelta(days=1)  # the desk opens nothing for what is long past
    complaints = [post(n, kind=Kind.REPORT, text=f"no water in lane {n}", created_at=lately + timedelta(minutes=n)) for n in range(60)]
    cluster.publish(complaints, 10)
    first = cluster.work()
    cluster.wait_for_some(1)
    first.kill()
    first.communicate()
    cluster.publish(complaints[:20], 20)  # and what came twice opens nothing twice
    cluster.work()
    cluster.wait_for(60)
    cluster.wait_until_followed()
    cases = open_cases(cluster.settings())
    belonging = sorted(id for case in cases.all() for id in case.posts)
    cases.close()
    assert belonging == numbered(60)


def test_what_people_wrote_down_and_corrected_by_hand_reaches_the_posts(cluster):
    cases, store = open_cases(cluster.settings()), ElasticStore(cluster.client, cluster.prefix)
    officer, deployment = Person(name="olya", role=Role.OFFICER), set_up.deployment(None, set_up.settings())
    entering.enter(cases, officer, Entry(channel="phone", text="the lamp in lane 9 is dark"), datetime.now(UTC), deployment)
    cluster.work()
    cluster.wait_for(1)
    (entered,) = store.posts(Filter())
    corrections.correct(cases, officer, entered, {"sentiment": ("positive",)}, datetime.now(UTC), deployment)
    cases.close()
    cluster.wait_for(1)
    until(lambda: cluster.count() > 0 and [one.id for one in store.posts(Filter(sentiments=("positive",)))] == [entered.id],
          lambda: "what was corrected by hand is not there")  # fmt: skip


def test_a_deletion_that_overtook_its_post_is_made_good_by_the_worker_that_takes_over(cluster):
    worker = cluster.work()
    cluster.publisher.publish(SAMPLES, [encode(Samples(source="x.mentions.city", deleted=(("x:1", datetime.now(UTC)),)))])
    cluster.publish(posts(1, first=5))
    cluster.wait_for(1)
    cluster.wait_until_heard()
    worker.kill()
    worker.communicate()
    cluster.publish(posts(2))  # x:0, and x:1 after its deletion
    cluster.work()
    cluster.wait_for(3)
    store = ElasticStore(cluster.client, cluster.prefix)
    until(lambda: store.get(["x:1"])[0].deleted_at is not None, lambda: "the late post is still there")
    gone, other = store.get(["x:1"])[0], store.get(["x:0"])[0]
    assert (gone.text, gone.author, other.deleted_at) == ("", None, None)


def test_both_set_ups_give_the_same_documents(cluster, tmp_path):
    deployment = set_up.deployment(None, set_up.settings())
    told = [
        *posts(50),
        post(3, text="the lamp burns again", observed_at=NOON + timedelta(days=1), likes=4),
        post(7, text="الشارع", views=0),
    ]
    cluster.publish(told, 10)
    cluster.work()
    cluster.wait_for(50)
    embedded = EmbeddedStore(tmp_path / "posts.db")
    knowledge = learn(deployment)
    for start in range(0, len(told), 10):
        embedded.save(Batch(posts=tuple(understand(told[start : start + 10], knowledge))))
    here = {p.id: as_json(msgspec.structs.replace(p, normal=None)) for p in embedded.posts(Filter())}
    there = {p.id: as_json(p) for p in ElasticStore(cluster.client, cluster.prefix).posts(Filter())}
    assert len(here) == 50
    assert here == there


def test_what_was_put_aside_can_be_replayed(cluster):
    cluster.publish([post(1, id="x:" + "9" * 600)], 1)
    cluster.publish(posts(100))
    cluster.work()
    cluster.wait_for(100)
    (kept,) = cluster.letters()
    assert '"sent": 1' in cluster.sada("dead-letters", "replay", kept["id"], "--json")
    gone = Samples(source="x.mentions.city", deleted=(("x:" + "9" * 600, datetime.now(UTC)),))
    cluster.publisher.publish(SAMPLES, [encode(gone)])
    assert '"sent": 0' in cluster.sada("dead-letters", "replay", kept["id"], "--json")  # its author took it back
    assert "x:999" in cluster.sada("dead-letters", "show", kept["id"])
    cluster.sada("dead-letters", "show", "0-999", status=2)


def test_setup_may_be_repeated_and_reindexing_keeps_every_post(cluster):
    cluster.publish(posts(150))
    worker = cluster.work()
    cluster.wait_for(150)
    cluster.stop(worker)
    assert "every topic was there" in cluster.sada("setup")
    assert "written anew" in cluster.sada("setup", "--reindex")
    assert cluster.ids() == numbered(150)
