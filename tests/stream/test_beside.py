"""What runs beside us ends with us: in an orderly end, by a signal, and where we are killed and can tell nobody."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from stream.beside import beside
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60  # on a busy machine; nothing waits longer than it must
LISTENING = """
    import socket, sys, signal
    door = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    print("listening", flush=True)
    signal.pause()
"""
PARENT = """
    import os, sys, signal
    from stream.beside import beside
    with beside([sys.executable, "-c", sys.argv[1], sys.argv[2]], os.environ):
        signal.pause()
"""


def begun(port):
    """A process with a server beside it that listens on the port. Whatever of both still runs holds their stdout open."""
    words = [sys.executable, "-c", textwrap.dedent(PARENT), textwrap.dedent(LISTENING), str(port)]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
    assert process.stdout.readline() == b"listening\n"
    return process


def test_a_killed_process_leaves_the_port_to_the_next():
    port = free_port()
    for _ in range(2):
        process = begun(port)
        process.kill()
        assert process.communicate(timeout=PATIENCE_S) == (b"", None)  # all that held the stdout open have ended


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_process_told_to_end_takes_along_what_runs_beside_it(sign):
    process = begun(free_port())
    process.send_signal(sign)
    assert process.communicate(timeout=PATIENCE_S) == (b"", None)


def test_ctrl_c_which_reaches_all_of_them_at_once_ends_all_of_them():
    process = begun(free_port())
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate(timeout=PATIENCE_S) == (b"", None)


def test_a_block_is_left_when_its_program_has_ended(tmp_path):
    told = tmp_path / "told"
    os.mkfifo(told)
    tells = "import signal, sys, time; file = open(sys.argv[1], 'w'); file.write('here'); file.flush(); signal.pause()"
    with beside([sys.executable, "-c", tells, str(told)], os.environ):
        pipe = told.open()
        assert pipe.read(4) == "here"
    assert pipe.read() == ""  # nobody writes any more
    pipe.close()


def test_a_program_that_ended_by_itself_stops_nobody():
    with beside([sys.executable, "-c", ""], os.environ):
        pass
