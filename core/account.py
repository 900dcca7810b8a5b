"""An official account and what was seen of its size over time."""

import msgspec

from core.post import Moment


class Account(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One official account as its platform describes it."""

    id: str  # "<platform>:<handle or native id>", as the deployment names it
    platform: str
    handle: str | None = None
    native_id: str | None = None
    name: str | None = None
    url: str | None = None
    branch: str | None = None


class AccountSample(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a platform told of an account's size at one time; None: not told."""

    account: str
    at: Moment
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    views: int | None = None
    granularity: int | None = None  # the platform rounded `followers` to multiples of this
