"""Accounts: no password is kept or shown, guessing locks, sessions end."""

from datetime import timedelta

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import select

from cases import users
from cases.roles import Role
from cases.tables import sessions
from cases.tables import users as users_table
from core.errors import AskedWrongly, NotAllowed
from tests.cases.factory import CITY, SUNDAY_NOON

NOW = SUNDAY_NOON
RIGHT = "correct horse battery"


@pytest.fixture
def olya(store):
    users.add(store, "olya", Role.OFFICER, (), RIGHT, NOW, "admin", CITY)
    return store


def test_a_hash_costs_in_earnest_what_rfc_9106_asks_where_memory_is_scarce(cheap_passwords):
    assert extract_parameters(cheap_passwords.hash(RIGHT)) == RFC_9106_LOW_MEMORY


def wrong(store, times, at=NOW):
    for _ in range(times):
        with pytest.raises(NotAllowed, match="name or password is wrong"):
            users.sign_in(store, "olya", "guess", at)


def test_the_right_password_opens_a_session_and_stands_in_the_audit(olya):
    token = users.sign_in(olya, "olya", RIGHT, NOW)
    person = users.whose(olya, token, NOW)
    assert (person.name, person.role) == ("olya", Role.OFFICER)
    assert [line.what for line in olya.audit("olya")] == ["sign_in", "user_added"]


def test_neither_password_nor_token_is_kept(olya):
    token = users.sign_in(olya, "olya", RIGHT, NOW)
    with olya.reading() as db:
        kept = [str(v) for table in (users_table, sessions) for row in db.execute(select(table)) for v in row]
    assert any(value.startswith("$argon2id$") for value in kept)
    assert [value for value in kept if RIGHT in value or token in value] == []


def test_an_unknown_name_is_told_what_a_wrong_password_is_told(olya):
    wrong(olya, 1)
    with pytest.raises(NotAllowed, match="name or password is wrong"):
        users.sign_in(olya, "nobody", RIGHT, NOW)


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour_even_against_the_right_one(olya):
    wrong(olya, 5)
    with pytest.raises(NotAllowed, match="locked"):
        users.sign_in(olya, "olya", RIGHT, NOW + timedelta(minutes=14))
    assert users.sign_in(olya, "olya", RIGHT, NOW + timedelta(minutes=15))
    assert "locked" in [line.what for line in olya.audit("olya")]


def test_a_right_password_forgets_the_wrong_ones(olya):
    wrong(olya, 4)
    users.sign_in(olya, "olya", RIGHT, NOW)
    wrong(olya, 4)
    assert users.sign_in(olya, "olya", RIGHT, NOW)


@pytest.mark.parametrize(("steps", "alive"), [([59], True), ([61], False), ([50] * 14, True), ([50] * 15, False)])
def test_a_session_ends_when_idle_and_at_the_end_of_a_shift(steps, alive, olya):
    token, at, person = users.sign_in(olya, "olya", RIGHT, NOW), NOW, None
    for minutes in steps:
        at += timedelta(minutes=minutes)
        person = users.whose(olya, token, at)
    assert (person is not None) is alive


def test_signing_out_ends_it(olya):
    token = users.sign_in(olya, "olya", RIGHT, NOW)
    users.sign_out(olya, token)
    assert users.whose(olya, token, NOW) is None


@pytest.mark.parametrize(
    "end", [lambda s: users.disable(s, "olya", NOW, "admin"), lambda s: users.set_password(s, "olya", "another password", NOW, "admin")]
)
def test_a_closed_account_and_a_new_password_end_every_session(end, olya):
    token = users.sign_in(olya, "olya", RIGHT, NOW)
    end(olya)
    assert users.whose(olya, token, NOW) is None
    wrong_or_locked = pytest.raises(NotAllowed)
    with wrong_or_locked:
        users.sign_in(olya, "olya", RIGHT, NOW)


def test_the_first_administrators_password_is_made_once(store):
    password = users.first_administrator(store, NOW)
    assert users.whose(store, users.sign_in(store, "admin", password, NOW), NOW).role == Role.ADMINISTRATOR
    assert users.first_administrator(store, NOW) is None


def test_whom_the_provider_names_needs_an_account_here(store):
    users.add(store, "vera@city.example", Role.VERIFIER, (), None, NOW, "admin")
    assert users.whose(store, users.trust(store, "vera@city.example", NOW), NOW).role == Role.VERIFIER
    with pytest.raises(NotAllowed, match="has no account here"):
        users.trust(store, "stranger@city.example", NOW)
    with pytest.raises(NotAllowed):
        users.sign_in(store, "vera@city.example", "", NOW)


@pytest.mark.parametrize(
    ("name", "role", "departments", "password", "says"),
    [
        ("olya", Role.OFFICER, (), RIGHT, "one of this name already"),
        ("dima", Role.DEPARTMENT, (), RIGHT, "needs --department"),
        ("dima", Role.DEPARTMENT, ("rods",), RIGHT, "department rods is not in the deployment"),
        ("shorty", Role.OFFICER, (), "short", "it needs 12"),
        ("x:u1", Role.OFFICER, (), RIGHT, "no colon"),
        ("citizen", Role.CITIZEN, (), RIGHT, "citizens no account"),
    ],
)
def test_an_account_that_cannot_be(name, role, departments, password, says, olya):
    with pytest.raises(AskedWrongly, match=says):
        users.add(olya, name, role, departments, password, NOW, "admin", CITY)
