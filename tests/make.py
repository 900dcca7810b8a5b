"""One factory per noun. Every text, name and number here is invented."""

from datetime import UTC, datetime, timedelta

from core.account import AccountSample
from core.post import Author, Claim, Kind, Post

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)  # a Sunday


def post(number: int = 1, **told: object) -> Post:
    """A mention on X, one minute later for each higher number."""
    at = NOON + timedelta(minutes=number)
    usual = {"id": f"x:{number}", "platform": "x", "kind": Kind.MENTION, "text": f"the lamp in lane {number} is dark", "created_at": at,
             "observed_at": at, "source": "x.mentions.city", "account": "x:city", "author": Author(id=f"x:u{number}", handle=f"resident{number}")}  # fmt: skip
    return Post(**(usual | told))  # type: ignore[arg-type]


def claim(label: str, confidence: float | None = 0.9) -> Claim:
    """A derived fact of a model made for tests."""
    return Claim(label=label, confidence=confidence, by="test@1")


def sample(days: int, followers: int | None, account: str = "x:city") -> AccountSample:
    """Followers of an account, so many days after NOON."""
    return AccountSample(account=account, at=NOON + timedelta(days=days), followers=followers)
