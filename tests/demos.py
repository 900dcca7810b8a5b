"""The demos of the shipped deployments, made once for all tests, at a clock of their own."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from collectors.demo.history import History, history
from core.deployment import Deployment
from core.deployment_file import load, parse

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
SHIPPED = ("momra", "gaza", "saryarka", "eastern-province", "tehran-1")
DEPLOYMENTS = Path(__file__).parent.parent / "deployments"

SMALL = """
id = "smallton"
timezone = "Asia/Riyadh"
languages = ["en", "ar"]
name = { en = "Smallton" }
[[accounts]]
platform = "hotline"
handle = "940"
[[accounts]]
platform = "x"
handle = "smallton"
followers = 1000
[[departments]]
id = "works"
name = { en = "Works" }
[[topics]]
id = "roads"
name = { en = "Roads", ar = "الطرق" }
like = ["roads"]
[[topics]]
id = "waste"
name = { en = "Waste", ar = "النظافة" }
like = ["waste"]
[[routing]]
department = "works"
[[places]]
id = "hill"
name = { en = "Hill Lane", ar = "حي التل" }
[demo]
days = 40
themes = 2
growth = { "x:smallton" = 1.0 }
languages = { en = 0.5, ar = 0.5 }
[[demo.categories]]
topic = "roads"
received = 90
share_handled = 0.9
share_closed = 0.6
[[demo.categories]]
topic = "waste"
received = 60
share_handled = 0.5
share_closed = 0.5
[[demo.channels]]
account = "hotline:940"
kind = "call"
posts = 100
complaints = 100
[[demo.channels]]
account = "x:smallton"
kind = "mention"
posts = 80
complaints = 50
[[demo.channels]]
account = "x:smallton"
kind = "own"
posts = 20
[[demo.channels]]
account = "x:smallton"
kind = "comment"
posts = 60
registered = false
"""


@cache
def deployment(name: str) -> Deployment:
    """A shipped deployment."""
    return load(DEPLOYMENTS / f"{name}.toml")


@cache
def demo(name: str) -> History:
    """A shipped deployment's demo with seed 7 up to NOW."""
    return history(deployment(name), NOW, 7)


@cache
def small() -> Deployment:
    """A deployment whose demo is made in a moment: 150 reports, 260 posts."""
    return parse(SMALL, "smallton.toml")
