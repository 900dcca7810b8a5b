import time

import pytest
import requests

from collectors.web import BoundedSession, TooBig, line_problem
from tests.collectors.replay import Reply, replay
from tests.make import NOON


def test_the_clients_own_address_is_replaced_and_no_other():
    with replay({"/2/users": Reply({"ok": True})}) as server:
        session = BoundedSession("https://api.example.com", server.url + "/")
        assert session.get("https://api.example.com/2/users").json() == {"ok": True}
        assert session.get(f"{server.url}/2/users").json() == {"ok": True}


def test_an_endless_answer_is_cut_off_at_its_limit():
    with replay(lambda _: Reply(b"x" * 3_000_000)) as server, pytest.raises(TooBig):
        BoundedSession(most_bytes=1_000_000).get(server.url)


@pytest.mark.parametrize(("reply", "kind"), [
    (Reply(silent=True), "silence"), (Reply(b"{}" * 5000, cut_after=10), "cut connection"), (Reply(b"x" * 3_000_000), "too big"),
    (Reply("<html></html>"), "not readable"), (Reply("{"), "not readable"),
])  # fmt: skip
def test_what_a_failing_line_means(reply, kind):
    began = time.monotonic()
    with replay(lambda _: reply) as server, pytest.raises(requests.RequestException) as told:
        BoundedSession(silence_s=0.3 if reply.silent else 60, most_bytes=1_000_000).get(server.url).json()
    assert line_problem("x", told.value, NOON).kind == kind and time.monotonic() - began < 10


def test_nobody_there_is_a_cut_connection():
    with pytest.raises(requests.RequestException) as told:
        BoundedSession().get("http://127.0.0.1:9/")
    assert line_problem("x", told.value, NOON).then == "retry"
