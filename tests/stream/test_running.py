"""`sada collect` that goes on and `sada run`: which sources begin and which wait for a key, and an orderly end."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from core.deployment_file import load
from core.settings import read
from stream import running
from tests.ports import free_port
from tests.stream.cluster import until
from tests.stream.test_collect_command import TOWN

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60


@pytest.fixture
def town(tmp_path):
    path = tmp_path / "town.toml"
    path.write_text(TOWN)
    return path


def ready(town, caplog, **told):
    with caplog.at_level(logging.WARNING, "sada"):
        return [source.id for _, _, source in running.ready(read({"SADA_DATA": str(town.parent), **told}), load(town))]


def test_a_source_without_its_key_waits_and_is_named_with_what_it_waits_for(town, caplog):
    assert "x.mentions.CITY" not in ready(town, caplog)
    (line,) = [said for said in caplog.messages if "(waiting: x.mentions.CITY)" in said]
    assert "SADA_X_BEARER_TOKEN" in line


def test_a_source_with_its_key_begins_and_is_not_named(town, caplog):
    assert "x.mentions.CITY" in ready(town, caplog, SADA_X_BEARER_TOKEN="a-test-token")
    assert "x.mentions.CITY" not in caplog.text and "a-test-token" not in caplog.text


def is_alive(port):
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
        return answer.status == 200
    return False


def test_told_to_end_it_stops_every_part_says_so_and_fails_nothing(town):
    port = free_port()
    environment = os.environ | {"SADA_DATA": str(town.parent / "data"), "SADA_DEPLOYMENT": str(town)}
    process = subprocess.Popen([sys.executable, "-m", "sada", "collect", "--metrics-port", str(port)], cwd=ROOT, env=environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # fmt: skip
    try:
        until(lambda: is_alive(port), lambda: "it does not answer", PATIENCE_S)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
    assert process.returncode == 0
    assert said.splitlines()[-1].endswith("stopping: what is stored stays, sources go on where they stood")
