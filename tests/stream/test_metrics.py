"""What a worker tells those who watch it."""

import math
import urllib.error
import urllib.request
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from stream import metrics
from tests.make import NOON


def asked(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture(scope="module")
def served():
    """A port that answers, and the switch of its readiness."""
    state = {"ready": False}
    return metrics.serve(0, lambda: state["ready"]), state


def test_it_lives_before_it_is_ready(served):
    port, state = served
    state["ready"] = False
    assert asked(port, "/healthz")[0] == 200
    assert asked(port, "/readyz") == (503, "not ready\n")


def test_ready_is_told_as_it_becomes(served):
    port, state = served
    state["ready"] = True
    assert asked(port, "/readyz") == (200, "ok\n")


def test_what_was_counted_is_told(served):
    metrics.POSTS.labels("understand").inc(3)
    status, text = asked(served[0], "/metrics")
    assert status == 200
    assert 'sada_posts_total{stage="understand"}' in text
    assert "sada_lag_pages" in text


def test_another_way_says_which_there_are(served):
    assert asked(served[0], "/") == (404, "/metrics /healthz /readyz\n")


# what docs/many-machines.md promises to those who watch: name → its labels and kind
TOLD = {
    "sada_posts": ("stage", "counter"),
    "sada_pages": ("stage", "counter"),
    "sada_dead_letters": ("stage", "counter"),
    "sada_retries": (None, "counter"),
    "sada_batch_seconds": ("stage", "histogram"),
    "sada_bulk_seconds": (None, "histogram"),
    "sada_lag_pages": ("stage", "gauge"),
    "sada_data_age_seconds": (None, "gauge"),
}


@pytest.mark.parametrize("name", TOLD)
def test_every_promised_metric_is_told_with_its_kind_and_stage(served, name):
    for metric in (metrics.POSTS, metrics.PAGES, metrics.DEAD_LETTERS, metrics.BATCH_SECONDS, metrics.LAG):
        metric.labels("index")
    label, kind = TOLD[name]
    (family,) = [family for family in text_string_to_metric_families(asked(served[0], "/metrics")[1]) if family.name == name]
    assert family.type == kind
    assert {"stage" in sample.labels for sample in family.samples} == {label is not None}


def test_numbers_are_those_that_were_counted():
    before = REGISTRY.get_sample_value("sada_dead_letters_total", {"stage": "samples"}) or 0
    metrics.DEAD_LETTERS.labels("samples").inc()
    assert REGISTRY.get_sample_value("sada_dead_letters_total", {"stage": "samples"}) == before + 1


class Clock:
    now = NOON

    def __call__(self):
        return self.now


def test_the_age_of_the_data_grows_while_nothing_comes():
    newest, clock = metrics.Newest(), Clock()
    assert math.isnan(newest.age())  # nothing was handled yet: neither old nor fresh
    newest.saw(NOON - timedelta(seconds=5), clock)
    assert newest.age() == 5
    clock.now += timedelta(hours=1)
    assert newest.age() == 3605


def test_an_older_post_makes_the_data_no_older_and_one_from_the_future_no_fresher_than_now():
    newest, clock = metrics.Newest(), Clock()
    newest.saw(NOON - timedelta(seconds=5), clock)
    newest.saw(NOON - timedelta(days=30), clock)
    assert newest.age() == 5
    newest.saw(NOON + timedelta(days=3650), clock)
    clock.now += timedelta(minutes=1)
    assert newest.age() == 60


def test_readiness_is_asked_anew_every_time(served):
    port, state = served
    told = []
    for ready in (True, False, True):
        state["ready"] = ready
        told.append(asked(port, "/readyz")[0])
    assert told == [200, 503, 200]
    assert asked(port, "/healthz")[0] == 200  # a worker that is being given partitions need not be restarted


@pytest.mark.parametrize("path", ["/healthz/..", "/metricsx", "/%2e%2e/etc/passwd", "//", "/metrics/"])
def test_paths_that_nobody_promised_tell_nothing(served, path):
    served[1]["ready"] = True
    assert asked(served[0], path) == (404, "/metrics /healthz /readyz\n")
