"""Every platform we collect from: a new one is one module and one line here."""

from collectors import facebook, feeds, flickr, form, instagram, meta, open311, telegram, whatsapp, x, youtube
from collectors.base import Collector

COLLECTORS: tuple[Collector, ...] = (
    x,
    facebook,
    instagram,
    meta,
    youtube,
    telegram,
    whatsapp,
    flickr,
    feeds,
    open311,
    form,
)  # fmt: skip
