"""Everything that brings posts: the platforms, and the folder into which files are dropped."""

from collectors.base import Collector
from collectors.every import COLLECTORS as PLATFORMS
from stream import drop_folder

COLLECTORS: tuple[Collector, ...] = (*PLATFORMS, drop_folder)
