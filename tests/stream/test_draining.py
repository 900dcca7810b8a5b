"""What is acknowledged on Kafka when a worker was told to end, and how pages lie on it. On the real servers."""

from collections import Counter

import pytest
from confluent_kafka import ConsumerGroupTopicPartitions
from confluent_kafka.admin import AdminClient

from core.page import MOST_BYTES, MOST_POSTS
from store.base import Batch
from stream import kafka
from stream.publishing import pages
from stream.topics import POSTS, RAW, decode_page, encode, prefixed
from tests.make import post
from tests.stream.cluster import cluster as cluster  # a fixture
from tests.stream.cluster import numbered

pytestmark = pytest.mark.services


def acknowledged(cluster, topic):
    """Ids of the posts in the pages that group `sada` will not be given again."""
    admin, group = AdminClient({"bootstrap.servers": cluster.kafka}), f"{cluster.prefix}-sada"
    told = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result(30)
    done = {(at.topic, at.partition): at.offset for at in told.topic_partitions}
    name = prefixed(topic, cluster.prefix)
    return {
        post.id
        for partition, offset, message in kafka.read_all(cluster.kafka, name)
        if offset < done.get((name, partition), 0)
        for post in decode_page(message).posts
    }


def on(cluster, topic):
    return {
        post.id for _, _, message in kafka.read_all(cluster.kafka, prefixed(topic, cluster.prefix)) for post in decode_page(message).posts
    }


def test_a_worker_told_to_end_acknowledges_what_is_durable_and_nothing_else(cluster):
    cluster.publish([post(n) for n in range(6000)], 20)
    worker = cluster.work("--stage", "understand", "--stage", "index")
    cluster.wait_for_some(500)
    assert cluster.stop(worker) == 0
    stored = set(cluster.ids()) if cluster.count() else set()
    assert acknowledged(cluster, POSTS)  # it did not end with empty hands
    assert acknowledged(cluster, POSTS) <= stored
    assert acknowledged(cluster, RAW) <= on(cluster, POSTS)
    cluster.work("--stage", "understand", "--stage", "index")
    cluster.wait_for(6000)
    assert cluster.ids() == numbered(6000)


def test_what_a_collector_publishes_lies_over_all_partitions_in_pages_under_both_limits(cluster):
    cluster.publish([post(n) for n in range(400)], 1)
    lies = Counter(partition for partition, _, _ in kafka.read_all(cluster.kafka, prefixed(RAW, cluster.prefix)))
    assert sum(lies.values()) == 400
    assert len(lies) == 4 and min(lies.values()) > 40  # a hundred each, give or take ten; less than half of that is no chance

    long = "й" * 20_000  # 40 KB each: 22 of them are a page
    batch = Batch(posts=tuple(post(n, text=long) for n in range(400, 460)) + tuple(post(n) for n in range(460, 460 + MOST_POSTS + 1)))
    messages = [encode(page) for page in pages(batch)]
    assert max(map(len, messages)) < 1.02 * MOST_BYTES
    assert cluster.publisher.publish(RAW, messages) == len(messages)
    read = [decode_page(message) for _, _, message in kafka.read_all(cluster.kafka, prefixed(RAW, cluster.prefix))]
    assert max(len(page.posts) for page in read) <= MOST_POSTS
    assert sorted(one.id for page in read for one in page.posts) == numbered(460 + MOST_POSTS + 1)
