"""An analyst may read and nothing else: a node with security on, roles and users in files (the core has no other realm)."""

import os
import shutil
import subprocess
import urllib.error
import urllib.request
from base64 import b64encode
from pathlib import Path

import pytest

from bench import services

ROOT = Path(__file__).parents[2]
PORT = 19201
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
    settings = services.ELASTICSEARCH_YML.format(port=PORT, transport=PORT + 100, **parts).replace("enabled: false", "enabled: true")
    (home / "config" / "elasticsearch.yml").write_text(settings + "xpack.security.autoconfiguration.enabled: false\n", encoding="utf-8")
    shutil.copy(ROOT / "docker" / "roles.yml", home / "config" / "roles.yml")
    environment = {"ES_JAVA_HOME": str(services.java_home(21)), "ES_JAVA_OPTS": "-Xms512m -Xmx512m", "HOME": str(home), "ES_PATH_CONF": str(home / "config")}
    for user, role in (("analyst", "sada_analyst"), ("writer", "superuser")):
        subprocess.run([str(engine / "bin" / "elasticsearch-users"), "useradd", user, "-p", "long-enough-1", "-r", role], check=True, env=os.environ | environment, capture_output=True)
    services._give(home, "nobody")
    node = subprocess.Popen([*services._as("nobody"), str(engine / "bin" / "elasticsearch")], env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        services.wait_until(lambda: asked("GET", "/_cluster/health", "writer") == 200, "the secured node")
        assert asked("PUT", "/sada-posts-2026.03/_doc/1?refresh=true", "writer", b"{}") == 201
        yield
    finally:
        node.terminate()
        node.wait(60)
        shutil.rmtree(home, ignore_errors=True)


def asked(method, path, user, body=None, password="long-enough-1"):
    """The status the node answers with; 0 while it does not answer."""
    sign = b64encode(f"{user}:{password}".encode()).decode()
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", method=method, data=body, headers={"authorization": f"Basic {sign}", "content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
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
