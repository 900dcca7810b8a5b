"""What docker/ promises, read from its files, since no container engine is at hand: least privilege, secrets from files, TLS, nothing published in vain."""

import re
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
import yaml

from bench import services
from core.settings import read as read_settings
from store.elastic_people import roles
from stream import app
from stream.cluster_commands import _passwords

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OURS = [name for name, told in SERVICES.items() if told["image"] == "sada:local"]
ENGINES = [name for name in SERVICES if name not in OURS]
LASTING = [name for name, told in SERVICES.items() if told["restart"] != "no"]
each = pytest.mark.parametrize("name", SERVICES)
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|KEY$|POSTGRES(_FILE)?$")


def secrets_of(name):
    """Each secret of a service by the path at which the container finds it."""
    told = [{"source": one} if isinstance(one, str) else one for one in SERVICES[name].get("secrets", [])]
    return {one.get("target", f"/run/secrets/{one['source']}"): one["source"] for one in told}


def test_only_the_dashboard_and_the_receiver_are_published():
    assert {name for name, told in SERVICES.items() if told.get("ports")} == {"dashboard", "receiver"}


@each
def test_a_service_can_do_no_more_than_it_must(name):
    told = SERVICES[name]
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert not told.get("privileged")
    assert "docker.sock" not in str(told.get("volumes", []))
    assert re.fullmatch(r"\d+(m|g)", told["mem_limit"])
    assert name == "postgres" or "cap_add" not in told


@pytest.mark.parametrize("name", OURS)
def test_our_own_services_write_to_their_volume_and_to_memory_only(name):
    assert SERVICES[name]["read_only"] is True
    assert SERVICES[name]["tmpfs"] == ["/tmp"]
    assert {volume.split(":")[1] for volume in SERVICES[name].get("volumes", [])} <= {"/data"}


@each
def test_no_secret_stands_in_the_environment(name):
    for key, value in SERVICES[name].get("environment", {}).items():
        if SECRET.search(key) and not key.startswith("xpack"):
            assert key.endswith("_FILE"), key
            assert value in secrets_of(name), f"{key}: the service has no such secret"


@each
def test_every_secret_a_service_has_is_a_file_that_is_used(name):
    told = SERVICES[name]
    used = f"{told.get('environment')} {told.get('command')} {told.get('healthcheck')}"
    for path, source in secrets_of(name).items():
        assert COMPOSE["secrets"][source]["file"].startswith("secrets/")
        assert path in used or path.removeprefix("/usr/share/elasticsearch/config/") in used or source == "postgres_password"


def test_elasticsearch_does_not_ask_for_a_file_mode_that_a_shared_secret_cannot_have():
    assert "ELASTIC_PASSWORD_FILE" not in SERVICES["elasticsearch"]["environment"]
    assert "$$(cat /run/secrets/elasticsearch_password)" in SERVICES["elasticsearch"]["command"][2]


def test_nobody_has_a_secret_of_the_engines_administrators_but_engine_and_set_up():
    for secret, allowed in (
        ("elasticsearch_password", {"elasticsearch", "setup"}),
        ("postgres_admin_password", {"postgres"}),
        ("elasticsearch_key", {"elasticsearch"}),
    ):
        assert {name for name in SERVICES if secret in secrets_of(name).values()} == allowed


def test_our_services_sign_in_to_elasticsearch_as_the_role_that_set_up_makes():
    users = {name: SERVICES[name]["environment"]["SADA_ELASTICSEARCH_USER"] for name in OURS}
    assert users.pop("setup") == "elastic"
    assert set(users.values()) == {"sada_service"}
    assert "sada_service" in roles()


def test_set_up_is_told_a_password_for_every_user_it_makes(tmp_path):
    told = {}
    for key, value in SERVICES["setup"]["environment"].items():
        if key.startswith("SADA_ELASTICSEARCH_") and key.endswith("_FILE"):
            (tmp_path / key).write_text(Path(value).name, encoding="utf-8")
            told[key] = str(tmp_path / key)
    made = _passwords(read_settings(told))
    assert made == {who: f"elasticsearch_{who}_password" for who in ("service", "analyst", "kibana")}


@pytest.mark.parametrize("name", OURS)
def test_the_settings_of_our_services_are_settings_of_ours(name, tmp_path):
    (tmp_path / "any").write_text("any", encoding="utf-8")
    told = {key: str(tmp_path / "any") if key.endswith("_FILE") else str(value) for key, value in SERVICES[name]["environment"].items()}
    read = read_settings(told)
    assert read.elasticsearch.startswith("https://")
    assert read.others["ELASTICSEARCH_CA"] in secrets_of(name)


def test_elasticsearch_speaks_tls_only_and_is_asked_so():
    told = SERVICES["elasticsearch"]["environment"]
    assert (told["xpack.security.enabled"], told["xpack.security.http.ssl.enabled"]) == ("true", "true")
    assert {f"/usr/share/elasticsearch/config/{told[f'xpack.security.http.ssl.{part}']}" for part in ("key", "certificate")} <= set(
        secrets_of("elasticsearch")
    )
    assert "http://elasticsearch" not in (ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8")
    assert "--cacert" in SERVICES["elasticsearch"]["healthcheck"]["test"][1]
    assert SERVICES["kibana"]["environment"]["ELASTICSEARCH_SSL_CERTIFICATEAUTHORITIES"] in secrets_of("kibana")


@pytest.mark.parametrize("name", LASTING)
def test_what_lasts_starts_again_and_says_how_it_is(name):
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", OURS)
def test_our_own_services_hear_that_they_shall_end_and_have_the_time_for_it(name):
    assert SERVICES[name]["init"] is True
    assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) >= 2 * app.DONE_WITHIN


@pytest.mark.parametrize("name", ["kafka", "elasticsearch", "postgres"])
def test_an_engine_may_close_its_files_before_it_is_killed(name):
    assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) >= 60


@each
def test_nothing_starts_before_what_it_needs(name):
    needed = SERVICES[name].get("depends_on", {})
    assert set(needed) <= set(SERVICES)
    wanted = {"setup": "service_completed_successfully"}
    assert all(told["condition"] == wanted.get(other, "service_healthy") for other, told in needed.items())
    assert name in ("kafka", "elasticsearch", "postgres") or needed


def test_the_engines_have_no_way_out():
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert all(SERVICES[name]["networks"] == ["inside"] for name in [*ENGINES, "setup"])


def test_data_lie_in_named_volumes():
    named = {volume.split(":")[0] for told in SERVICES.values() for volume in told.get("volumes", []) if not volume.startswith(".")}
    assert named == set(COMPOSE["volumes"])
    assert all(any(v.split(":")[0] == name for v in SERVICES[name]["volumes"]) for name in ("kafka", "elasticsearch", "postgres"))


def test_the_engines_are_those_our_tests_run_against():
    images = {name: SERVICES[name]["image"].rpartition(":") for name in ENGINES}
    assert images["kafka"][2] == services.KAFKA
    assert images["elasticsearch"][2] == images["kibana"][2] == services.ELASTICSEARCH
    assert images["postgres"][2].isdigit()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The secrets as `make secrets` makes them."""
    if not (shutil.which("openssl") and shutil.which("make")):
        pytest.skip("openssl or make is not here: secrets are made with them")
    folder = tmp_path_factory.mktemp("secrets")
    for _ in range(2):  # the second time nothing changes
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        subprocess.run(["make", "--no-print-directory", "secrets", f"SECRETS={folder}"], cwd=ROOT, check=True, capture_output=True)
        assert not before or {path.name: path.read_bytes() for path in folder.iterdir()} == before
    return folder


def test_make_secrets_makes_every_secret_and_no_two_alike(made):
    wanted = {Path(told["file"]).name for told in COMPOSE["secrets"].values()}
    assert {path.name for path in made.iterdir()} == wanted
    words = [(made / name).read_text(encoding="utf-8") for name in wanted if "password" in name or name == "secret_key"]
    assert len(set(words)) == len(words)
    assert all(len(word) >= 32 for word in words)
    assert (made / "postgres_password").read_text(encoding="utf-8") in (made / "postgres_url").read_text(encoding="utf-8")


def test_the_certificate_is_signed_by_the_authority_and_names_the_server(made):
    verified = subprocess.run(
        ["openssl", "verify", "-CAfile", made / "elasticsearch_ca", "-verify_hostname", "elasticsearch", made / "elasticsearch.crt"],
        capture_output=True,
        check=False,
    )
    assert verified.returncode == 0
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(made / "elasticsearch.crt", made / "elasticsearch.key")
    other = subprocess.run(
        ["openssl", "verify", "-CAfile", made / "elasticsearch_ca", "-verify_hostname", "postgres", made / "elasticsearch.crt"],
        capture_output=True,
        check=False,
    )
    assert other.returncode != 0


def test_the_database_role_of_ours_is_no_superuser():
    script = (ROOT / "docker" / "postgres.sh").read_text(encoding="utf-8")
    assert "NOSUPERUSER NOCREATEROLE NOCREATEDB" in script
    assert "./postgres.sh:/docker-entrypoint-initdb.d/sada.sh:ro" in SERVICES["postgres"]["volumes"]


# The image

DOCKERFILE = [
    line.split(maxsplit=1)
    for line in (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def test_the_image_runs_as_nobody_special():
    last = [words for words in DOCKERFILE if words[0] in ("FROM", "USER", "ENTRYPOINT")][-3:]
    assert [words[0] for words in last] == ["FROM", "USER", "ENTRYPOINT"]
    assert last[1][1] not in ("root", "0")
    assert any("useradd --system" in words[1] for words in DOCKERFILE if words[0] == "RUN")


def test_the_image_is_built_of_the_locked_versions_on_a_named_base():
    assert all(re.search(r":\d+\.\d+", words[1]) for words in DOCKERFILE if words[0] == "FROM")
    installs = [words[1] for words in DOCKERFILE if words[0] == "RUN" and "pip install" in words[1]]
    assert all("-r requirements.lock" in line or "--no-deps" in line for line in installs)


def test_nothing_secret_gets_into_the_image():
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".env", "docker/secrets", "var"} <= set(left_out)
    assert not [words for words in DOCKERFILE if words[0] in ("ENV", "ARG") and SECRET.search(words[1])]
