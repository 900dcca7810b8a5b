"""What every test may use: the way to the shared recordings and data, where they lie beside the project."""

import os
import socket
import uuid
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.chance import give_second_tries
from tests.order import begin_with_the_longest
from tests.postgres import postgres as postgres  # a fixture for every folder

# Settings of whoever runs the tests must not reach what is tested; the servers' addresses are kept for those tests that ask for them.
FOR_TESTS = ("SADA_SERVICES", "SADA_BROWSER", "SADA_TEST_POSTGRES", "SADA_TESTS_RANDOM")
for _key in [key for key in os.environ if key.startswith("SADA_") and key not in FOR_TESTS]:
    os.environ[f"TESTS_{_key}"] = os.environ.pop(_key)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    give_second_tries(items)
    begin_with_the_longest(items)


ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recordings and labelled texts beside the project; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not here: recorded answers and labelled texts lie outside the project")
    return SHARED


USUAL = {"SADA_KAFKA": "127.0.0.1:19092", "SADA_ELASTICSEARCH": "http://127.0.0.1:19200",
         "SADA_POSTGRES": "postgresql+psycopg://sada@127.0.0.1:15432/sada"}  # fmt: skip


def address(key: str) -> str:
    """The address of a real server: the environment's, else where `make services` starts it. Skips where nothing answers; in CI that fails."""
    told = os.environ.get(f"TESTS_{key}", USUAL[key])
    parts = urlsplit(told if "://" in told else f"//{told}")
    with socket.socket() as probe:
        probe.settimeout(2)
        if probe.connect_ex((parts.hostname, parts.port)) == 0:
            return told
    says = f"{key}: nothing answers at {parts.hostname}:{parts.port}; start the servers with `make services`"
    if os.environ.get("CI"):
        pytest.fail(says)
    pytest.skip(says)


@pytest.fixture
def elastic():
    """An Elasticsearch store of its own, under a prefix nobody else has."""
    with new_elastic() as store:
        yield store


@contextmanager
def new_elastic():
    """The same for as long as the block lasts."""
    from elasticsearch import Elasticsearch

    from store.elastic import ElasticStore
    from store.elastic_set_up import set_up

    client = Elasticsearch(address("SADA_ELASTICSEARCH"), request_timeout=30)
    prefix = f"test{uuid.uuid4().hex[:10]}"
    set_up(client, prefix)
    yield ElasticStore(client, prefix)
    cleaner = Elasticsearch(address("SADA_ELASTICSEARCH"), request_timeout=30)
    for name in cleaner.indices.get(index=f"{prefix}-*", ignore_unavailable=True):
        cleaner.indices.delete(index=name)
    for name in cleaner.indices.get_index_template(name=f"{prefix}-*")["index_templates"]:
        cleaner.indices.delete_index_template(name=name["name"])
    cleaner.cluster.delete_component_template(name=f"{prefix}-settings")
    cleaner.close()
