"""Every platform we collect from: a new one is one module and one line here."""

from collectors import x
from collectors.base import Collector

COLLECTORS: tuple[Collector, ...] = (
    x,
)  # fmt: skip
