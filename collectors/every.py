"""Every platform we collect from: a new one is one module and one line here."""

from collectors import facebook, instagram, x, youtube
from collectors.base import Collector

COLLECTORS: tuple[Collector, ...] = (
    x,
    facebook,
    instagram,
    youtube,
)  # fmt: skip
