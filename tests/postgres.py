"""A PostgreSQL server of the tests' own, where Debian's is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_port


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in found if (folder / "initdb").is_file()), None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of the tests' own, on a free port, in a folder that goes with it."""
    if told := os.environ.get("SADA_TEST_POSTGRES"):
        yield told
        return
    binaries = _binaries()
    if binaries is None:
        message = "PostgreSQL is not installed: `apt-get install postgresql` brings it; its half of the contract was not tested"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    yield from _server(binaries)


def _server(binaries: Path) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="sada-postgres-"))
    as_whom = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []  # initdb refuses root
    if as_whom:
        shutil.chown(folder, "postgres")
    port = free_port()
    quick = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"

    def do(*command: object) -> None:
        subprocess.run([*as_whom, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd=folder)

    do(binaries / "initdb", "-D", folder / "data", "-U", "sada", "-A", "trust", "-E", "UTF8", "--no-sync")
    do(binaries / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", quick, "start")
    try:
        yield f"postgresql://sada@127.0.0.1:{port}/postgres"
    finally:
        do(binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
