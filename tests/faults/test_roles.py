"""Who may do what over TLS: a node with security on, roles and users in files (the core has no other realm), the certificates that `make secrets` makes."""

import os
import shutil
import ssl
import subprocess
import urllib.error
import urllib.request
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import elasticsearch
import pytest

from bench import services
from core.errors import StoreFailed
from core.settings import Secret, Settings
from store.base import Batch
from store.distributed import connect
from store.elastic import ElasticStore
from store.elastic_people import as_file
from store.elastic_set_up import set_up
from store.query import Filter, FindPosts
from tests.make import NOON, post
from tests.ports import free_ports

ROOT = Path(__file__).parents[2]
PORT, TRANSPORT = free_ports(2)
PASSWORD = "long-enough-1"
TLS = """xpack.security.http.ssl.enabled: true
xpack.security.http.ssl.key: certs/elasticsearch.key
xpack.security.http.ssl.certificate: certs/elasticsearch.crt
xpack.security.autoconfiguration.enabled: false
"""
pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def secured(tmp_path_factory):
    engine = services.home() / f"elasticsearch-{services.ELASTICSEARCH}"
    if not engine.is_dir():
        says = "no Elasticsearch of ours lies here to start with security on; `make services` fetches one"
        if os.environ.get("CI"):
            pytest.fail(says)
        pytest.skip(says)
    home = services.home() / "secured"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(engine / "config", home / "config", ignore=shutil.ignore_patterns("*.keystore", "certs"))
    parts = {name: home / name for name in ("data", "logs", "repo")}
    for part in parts.values():
        part.mkdir()
    settings = services.ELASTICSEARCH_YML.format(port=PORT, transport=TRANSPORT, **parts).replace("enabled: false", "enabled: true")
    (home / "config" / "elasticsearch.yml").write_text(settings + TLS, encoding="utf-8")
    (home / "config" / "roles.yml").write_text(as_file(), encoding="utf-8")
    certificates = home / "config" / "certs"
    certificates.mkdir()
    subprocess.run([str(ROOT / "docker" / "certificates.sh"), str(certificates)], check=True)
    environment = {
        "ES_JAVA_HOME": str(services.java_home(21)),
        "ES_JAVA_OPTS": "-Xms512m -Xmx512m",
        "HOME": str(home),
        "ES_PATH_CONF": str(home / "config"),
    }
    for user, role in (("analyst", "sada_analyst"), ("service", "sada_service"), ("writer", "superuser")):
        subprocess.run(
            [str(engine / "bin" / "elasticsearch-users"), "useradd", user, "-p", PASSWORD, "-r", role],
            check=True,
            env=os.environ | environment,
            capture_output=True,
        )
    services._give(home, "nobody")
    node = subprocess.Popen(
        [*services._as("nobody"), str(engine / "bin" / "elasticsearch")],
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        services.wait_until(lambda: asked("GET", "/_cluster/health", "writer") == 200, "the secured node")
        assert asked("PUT", "/sada-posts-2026.03/_doc/1?refresh=true", "writer", b"{}") == 201
        yield certificates / "elasticsearch_ca"
    finally:
        node.terminate()
        node.wait(services.PATIENCE)
        shutil.rmtree(home, ignore_errors=True)


def trusting():
    """Trusts the authority that `make secrets` made, and no other."""
    return ssl.create_default_context(cafile=services.home() / "secured" / "config" / "certs" / "elasticsearch_ca")


def signed_in(user, authority):
    """A client as our processes open theirs."""
    told = {"ELASTICSEARCH_USER": user} | ({"ELASTICSEARCH_CA": str(authority)} if authority else {})
    return connect(
        Settings(elasticsearch=f"https://localhost:{PORT}", others=told, credentials={"ELASTICSEARCH_PASSWORD": Secret(PASSWORD)})
    )


def asked(method, path, user, body=None, password=PASSWORD):
    """The status the node answers with; 0 while it does not answer."""
    sign = b64encode(f"{user}:{password}".encode()).decode()
    request = urllib.request.Request(
        f"https://127.0.0.1:{PORT}{path}",
        method=method,
        data=body,
        headers={"authorization": f"Basic {sign}", "content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10, context=trusting()) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except (urllib.error.URLError, OSError):
        return 0


# what an analyst tries → what the engine answers
TRIES = [
    ("GET", "/sada-posts-2026.03/_search", None, 200),
    ("GET", "/_cluster/health", None, 200),
    ("PUT", "/sada-posts-2026.03/_doc/2", b"{}", 403),
    ("DELETE", "/sada-posts-2026.03", None, 403),
    ("GET", "/another/_search", None, 403),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), TRIES)
def test_an_analyst_reads_and_nothing_else(secured, method, path, body, status):
    assert asked(method, path, "analyst", body) == status


def test_a_wrong_password_is_refused(secured):
    assert asked("GET", "/sada-posts-2026.03/_search", "analyst", password="wrong") == 401


def test_a_service_does_what_workers_and_pages_do(secured):
    set_up(signed_in("writer", secured))
    store = ElasticStore(signed_in("service", secured))
    april = NOON + timedelta(days=40)  # a month that nobody made before the templates were there
    store.save(Batch(posts=(post(1, created_at=april), post(2, created_at=april))))
    store.save(Batch(deleted=(("x:2", NOON),)))
    store.refresh()
    assert store.find(FindPosts()).total == 1
    assert [p.id for p in store.posts(Filter(deleted=True))] == ["x:1", "x:2"]
    store.close()


# what a service has no business with → what the engine answers
BEYOND = [("DELETE", "/sada-posts-2026.03", None), ("PUT", "/another/_doc/1", b"{}"), ("PUT", "/_cluster/settings", b'{"transient": {"cluster.routing.allocation.enable": "all"}}'),
          ("GET", "/_security/user", None), ("PUT", "/_index_template/sada-posts", b'{"index_patterns": ["sada-posts*"]}')]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), BEYOND)
def test_a_service_does_nothing_else(secured, method, path, body):
    assert asked(method, path, "service", body) == 403


def test_a_server_whose_authority_we_were_not_told_is_not_spoken_to(secured):
    client = signed_in("service", None)
    with pytest.raises(elasticsearch.ConnectionError):
        client.cluster.health()
    client.close()


def test_what_is_not_spoken_over_tls_is_not_answered(secured):
    with pytest.raises((urllib.error.URLError, OSError)):
        urllib.request.urlopen(f"http://127.0.0.1:{PORT}/_cluster/health", timeout=5)


def test_an_analyst_reads_through_our_own_client_and_cannot_save(secured):
    store = ElasticStore(signed_in("analyst", secured))
    assert store.find(FindPosts()).total >= 0
    with pytest.raises(StoreFailed, match="answered 403"):
        store.save(Batch(posts=(post(3),)))
    store.close()
