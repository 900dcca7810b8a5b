"""What every benchmark shares: the machine and versions beside the figures, medians of runs in one go."""

from __future__ import annotations

import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version

from bench.services import ADDRESSES

Figures = dict[str, object]
Numbers = dict[str, float]
LIBRARIES = ("numpy", "scikit-learn", "lingua-language-detector", "msgspec", "streamlit", "faust-streaming", "elasticsearch", "sqlalchemy")


def machine() -> Figures:
    """What the figures were measured on."""
    return {"cpus": os.cpu_count(), "processor": _processor(), "system": platform.platform()}


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:  # noqa: PTH123
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def versions() -> dict[str, str]:
    """The interpreter's and the main libraries' versions."""
    return {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}


def use_services() -> None:
    """Let the addresses be those of `make services` where the environment names no others."""
    for key, address in ADDRESSES.items():
        os.environ.setdefault(key, address)


def repeat(run: Callable[[], Numbers], times: int) -> list[Numbers]:
    """The figures of several runs, one after another."""
    return [run() for _ in range(times)]


def report(bench: str, runs: Sequence[Mapping[str, object]], median: Mapping[str, object]) -> Figures:
    """The document that `sada bench` prints."""
    return {"bench": bench, "machine": machine(), "versions": versions(), "runs": runs, "median": median}


def medians(runs: Sequence[Numbers]) -> Figures:
    """The median of each figure over the runs."""
    return {name: round(statistics.median(run[name] for run in runs), 3) for name in runs[0]}


def peak_rss_mb() -> float:
    """The largest this process has been, in megabytes.

    Linux' own account of it: `ru_maxrss` of a process just started is that of the one which started it.
    """
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:  # noqa: PTH123
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def cpu_seconds() -> Iterator[Callable[[], float]]:
    """CPU seconds of this process spent since entering; steadier than the clock on a shared machine."""
    began = time.process_time()
    yield lambda: time.process_time() - began
