"""What a worker tells those who watch it."""

import socket
import urllib.error
import urllib.request

import pytest

from stream import metrics


def asked(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture(scope="module")
def served():
    """A port that answers, and the switch of its readiness."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    state = {"ready": False}
    metrics.serve(port, lambda: state["ready"])
    return port, state


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
