"""Passwords in tests: hashed by the same library and code, but without the fifth of a second that is meant for those who guess."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from cases import users


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[PasswordHasher]:
    """Hundreds of accounts are made in tests. Gives the hasher that was there, for the test of what a hash costs in earnest."""
    in_earnest = users._ARGON
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(users, "_ARGON", PasswordHasher.from_parameters(CHEAPEST))
        yield in_earnest
