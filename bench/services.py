"""The real servers for tests and benchmarks, without Docker: Kafka and Elasticsearch from Maven Central, PostgreSQL from Debian.

    python -m bench.services start|stop|status

Everything lies under .services/ (or SADA_SERVICES). `start` prints the environment that the tests read; addresses already in the
environment are used instead of starting a server.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

KAFKA, LOG4J, ELASTICSEARCH = "4.1.0", "2.24.3", "9.5.0"
KAFKA_PORT, CONTROLLER_PORT, ELASTICSEARCH_PORT, POSTGRES_PORT = 19092, 19093, 19200, 15432
ADDRESSES = {
    "SADA_KAFKA": f"127.0.0.1:{KAFKA_PORT}",
    "SADA_ELASTICSEARCH": f"http://127.0.0.1:{ELASTICSEARCH_PORT}",
    "SADA_POSTGRES": f"postgresql+psycopg://sada@127.0.0.1:{POSTGRES_PORT}/sada",
}
PATIENCE = 240  # seconds until a server that does not answer counts as failed

POM = f"""<project><modelVersion>4.0.0</modelVersion><groupId>sada</groupId><artifactId>kafka</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{KAFKA}</version></dependency>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>{KAFKA}</version></dependency>
<dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>{LOG4J}</version></dependency>
</dependencies></project>"""

KAFKA_PROPERTIES = """process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
"""

ELASTICSEARCH_YML = """discovery.type: single-node
network.host: 127.0.0.1
http.port: {port}
transport.port: {transport}
xpack.security.enabled: false
path.data: {data}
path.logs: {logs}
path.repo: {repo}
"""


def main() -> None:
    """Start, stop or show the servers."""
    verb = sys.argv[1] if len(sys.argv) > 1 else "status"
    verbs = {"start": start, "stop": stop, "status": status}
    if verb not in verbs:
        sys.exit(f"services: {verb} is none of {', '.join(verbs)}")
    verbs[verb]()


def home() -> Path:
    """Where the servers lie; a path that the servers' own users can enter."""
    return Path(os.environ.get("SADA_SERVICES", Path(__file__).parent.parent / ".services")).resolve()


def start() -> None:
    """Start what does not answer yet, and print the environment for the tests."""
    home().mkdir(parents=True, exist_ok=True)
    starters: dict[str, tuple[int, Callable[[], None]]] = {
        "SADA_KAFKA": (KAFKA_PORT, start_kafka),
        "SADA_ELASTICSEARCH": (ELASTICSEARCH_PORT, start_elasticsearch),
        "SADA_POSTGRES": (POSTGRES_PORT, start_postgres),
    }
    for key, (port, starter) in starters.items():
        if key not in os.environ and not answers(port):
            print(f"services: starting {key.removeprefix('SADA_').lower()}", file=sys.stderr)
            starter()
            wait_until(lambda port=port: answers(port), key)
    if "SADA_ELASTICSEARCH" not in os.environ:
        wait_until(elasticsearch_is_ready, "SADA_ELASTICSEARCH")
    for key, address in ADDRESSES.items():
        print(f"export {key}={os.environ.get(key, address)}")


def status() -> None:
    """Say which of the servers answer."""
    for key, port in zip(ADDRESSES, (KAFKA_PORT, ELASTICSEARCH_PORT, POSTGRES_PORT), strict=True):
        print(f"{key}: {'answers' if answers(port) else 'does not answer'}")


def stop() -> None:
    """Stop what this module started."""
    stop_java("kafka")
    stop_java("elasticsearch")
    stop_postgres()


def stop_java(name: str, how: signal.Signals = signal.SIGTERM) -> None:
    """Stop Kafka or Elasticsearch by the name it was started under; returns at once."""
    pid = home() / f"{name}.pid"
    if pid.is_file():
        with suppress(ProcessLookupError):
            os.killpg(int(pid.read_text()), how)
        pid.unlink()


def stop_postgres(name: str = "postgres", how: str = "fast") -> None:
    """Stop PostgreSQL and wait for its end; `how` is a mode of pg_ctl ("immediate" is a crash)."""
    if (home() / name).is_dir():
        subprocess.run(  # noqa: S603
            [*_as("postgres"), str(postgres_bin() / "pg_ctl"), "-D", str(home() / name), "-m", how, "stop"],
            check=False,
            capture_output=True,
        )


def answers(port: int) -> bool:
    """Whether something listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def elasticsearch_is_ready(port: int = ELASTICSEARCH_PORT) -> bool:
    """Whether the cluster has a state to ask for."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_cluster/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_until(ready: Callable[[], bool], what: str) -> None:
    """Wait for a server, at most PATIENCE seconds."""
    until = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > until:
            sys.exit(f"services: {what} does not answer after {PATIENCE} s; its log lies in {home()}")
        time.sleep(0.25)


def start_kafka(port: int = KAFKA_PORT, controller: int = CONTROLLER_PORT, name: str = "kafka", memory: str = "1g") -> None:
    """One broker that is its own controller; under another name it is a server of one's own with data of its own."""
    libraries = home() / "kafka" / "libs"
    if not any(libraries.glob("kafka_2.13-*.jar")):
        libraries.parent.mkdir(parents=True, exist_ok=True)
        (libraries.parent / "pom.xml").write_text(POM, encoding="utf-8")
        _maven("-f", str(libraries.parent / "pom.xml"), "dependency:copy-dependencies", f"-DoutputDirectory={libraries}")
    folder = home() / name
    folder.mkdir(exist_ok=True)
    data = folder / "data"
    properties = folder / "server.properties"
    properties.write_text(KAFKA_PROPERTIES.format(port=port, controller=controller, data=data), encoding="utf-8")
    java = [str(java_home(17) / "bin" / "java"), "-cp", f"{libraries}/*"]
    if not data.is_dir():
        cluster = subprocess.run(  # noqa: S603
            [*java, "kafka.tools.StorageTool", "random-uuid"], check=True, capture_output=True, text=True
        ).stdout.split()[-1]
        subprocess.run([*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)], check=True, capture_output=True)  # noqa: S603
    _spawn(name, [java[0], f"-Xmx{memory}", *java[1:], "kafka.Kafka", str(properties)])


def start_elasticsearch(port: int = ELASTICSEARCH_PORT, transport: int = ELASTICSEARCH_PORT + 100, name: str = "elasticsearch", memory: str = "1g",
                        more: str = "") -> None:  # fmt: skip
    """One node, as an ordinary user, since the server refuses to run as root; under another name with data of its own."""
    program = home() / f"elasticsearch-{ELASTICSEARCH}"
    if not (program / "bin" / "elasticsearch").is_file():
        _unpack_elasticsearch(program)
    folder = program if name == "elasticsearch" else home() / name
    _configure_elasticsearch(program, folder, port, transport, more)
    _spawn(name, [*_as("nobody"), str(program / "bin" / "elasticsearch")],
           {"ES_JAVA_HOME": str(java_home(21)), "ES_JAVA_OPTS": f"-Xms{memory} -Xmx{memory}", "HOME": str(folder), "ES_PATH_CONF": str(folder / "config")})  # fmt: skip


def _configure_elasticsearch(program: Path, folder: Path, port: int, transport: int, more: str) -> None:
    """Before the first start: a start without it would make certificates and a keystore that then have to go."""
    parts = {name: folder / name for name in ("data", "logs", "repo")}
    told = folder / "config" / "elasticsearch.yml"
    settings = ELASTICSEARCH_YML.format(port=port, transport=transport, **parts) + more
    if told.is_file() and told.read_text(encoding="utf-8") == settings:
        return
    if folder != program:
        shutil.copytree(program / "config", folder / "config", ignore=shutil.ignore_patterns("*.keystore", "certs"), dirs_exist_ok=True)
    for part in parts.values():
        part.mkdir(exist_ok=True)  # the archive brings an empty folder of logs
    _give(folder, "nobody")
    told.write_text(settings, encoding="utf-8")  # last, so that what was broken off here is done again


def _unpack_elasticsearch(folder: Path) -> None:
    artifact = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{ELASTICSEARCH}:zip"
    _maven("org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={home()}")
    shutil.unpack_archive(home() / f"elasticsearch-{ELASTICSEARCH}.zip", home())
    (folder / "bin").chmod(0o755)
    for program in (folder / "bin").iterdir():
        program.chmod(0o755)


def start_postgres(port: int = POSTGRES_PORT, name: str = "postgres") -> None:
    """A cluster of its own, with the database and role `sada`."""
    data, binaries = home() / name, postgres_bin()
    run = [*_as("postgres")]
    if not data.is_dir():
        data.mkdir()
        _give(data, "postgres")
        subprocess.run(  # noqa: S603
            [*run, str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", "sada", "-E", "UTF8", "--locale=C.UTF-8"],
            check=True,
            capture_output=True,
        )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    subprocess.run(  # noqa: S603
        [*run, str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(data / "server.log"), "-o", options, "start"],
        check=True,
        capture_output=True,
    )
    subprocess.run(  # noqa: S603
        [*run, str(binaries / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "sada", "sada"], check=False, capture_output=True
    )


def postgres_bin() -> Path:
    """Debian's folder of the server's programs, the newest."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        sys.exit("services: PostgreSQL is not installed; on Debian: apt-get install postgresql")
    return found[-1].parent


def java_home(least: int) -> Path:
    """A JVM of at least this version: ES_JAVA_HOME, JAVA_HOME, or one under /usr/lib/jvm."""
    told = [Path(os.environ[key]) for key in ("ES_JAVA_HOME", "JAVA_HOME") if key in os.environ]
    for folder in (*told, *sorted(Path("/usr/lib/jvm").glob("*"))):
        if (folder / "bin" / "java").is_file() and _java_version(folder) >= least:
            return folder
    sys.exit(f"services: no JVM of version {least} or later was found; install one and name it in ES_JAVA_HOME")


def _java_version(folder: Path) -> int:
    release = folder / "release"
    lines = release.read_text(encoding="utf-8").splitlines() if release.is_file() else []
    told = next((line.split('"')[1] for line in lines if line.startswith("JAVA_VERSION=")), "0")
    return int(told.split(".")[0])


def _maven(*words: str) -> None:
    subprocess.run(["mvn", "-q", "-B", *words], check=True, stdout=sys.stderr)  # noqa: S603, S607


def _as(user: str) -> list[str]:
    """The words before a command that run it as `user`, if we are root."""
    return ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups"] if os.geteuid() == 0 else []


def _give(folder: Path, user: str) -> None:
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", f"{user}:", str(folder)], check=True)  # noqa: S603, S607


def _spawn(name: str, command: list[str], environment: dict[str, str] | None = None) -> None:
    with (home() / f"{name}.log").open("ab") as log:
        child = subprocess.Popen(  # noqa: S603
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, env=os.environ | (environment or {})
        )
    (home() / f"{name}.pid").write_text(str(child.pid), encoding="utf-8")


if __name__ == "__main__":
    main()
