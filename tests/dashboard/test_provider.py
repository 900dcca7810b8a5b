"""What the organisation's OpenID provider says becomes a name, a role and a session; what it does not say opens nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cases import users
from cases.roles import Role
from cases.store import CaseStore, open_cases
from cases.users import AT_MOST, Granted
from core.errors import BadSettings, NotAllowed
from core.settings import Settings, read
from dashboard import provider

NOW = datetime(2026, 5, 11, 9, tzinfo=UTC)
TOLD = {"SADA_OIDC_ISSUER": "https://id.example/realms/city/", "SADA_OIDC_CLIENT_ID": "sada", "SADA_OIDC_CLIENT_SECRET": "hidden",
        "SADA_OIDC_REDIRECT": "https://city.example/oauth2callback", "SADA_SECRET_KEY": "k" * 40}  # fmt: skip
DESK = Granted(role=Role.OFFICER)
WATER = Granted(role=Role.DEPARTMENT, departments=("water", "sewage"))


def settings(**more: str) -> Settings:
    return read(TOLD | more)


@pytest.fixture
def store(tmp_path: Path) -> CaseStore:
    return open_cases(Settings(data=tmp_path))


def test_without_a_provider_streamlit_is_told_nothing() -> None:
    assert provider.secrets(read({"SADA_SECRET_KEY": "k"})) == {}


def test_streamlit_is_told_where_to_ask_and_how_to_sign_its_cookie() -> None:
    told = provider.secrets(settings())["auth"]
    assert told["server_metadata_url"] == "https://id.example/realms/city/.well-known/openid-configuration"
    assert (told["client_id"], told["client_secret"], told["redirect_uri"]) == ("sada", "hidden", TOLD["SADA_OIDC_REDIRECT"])
    assert len(told["cookie_secret"]) == 64 and TOLD["SADA_SECRET_KEY"] not in told["cookie_secret"]


@pytest.mark.parametrize("key", ["SADA_OIDC_ISSUER", "SADA_OIDC_CLIENT_ID", "SADA_OIDC_CLIENT_SECRET", "SADA_OIDC_REDIRECT"])
def test_half_a_provider_is_told_by_the_key_that_is_missing(key: str) -> None:
    with pytest.raises(BadSettings, match=key):
        provider.secrets(read({k: v for k, v in TOLD.items() if k != key}))


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("desk=officer", {"desk": DESK}),
        (" desk = officer ، water=department:water|sewage", {"desk": DESK, "water": WATER}),
        ("", {}),
    ],
)
def test_groups_are_roles(told: str, meant: dict[str, Granted]) -> None:
    assert provider.roles(settings(SADA_OIDC_ROLES=told)) == meant


@pytest.mark.parametrize("told", ["desk", "desk=boss", "desk=citizen", "water=department", "desk=officer:water", "=officer:"])
def test_a_role_that_cannot_be_stops_the_start(told: str) -> None:
    with pytest.raises(BadSettings, match="SADA_OIDC_ROLES"):
        provider.roles(settings(SADA_OIDC_ROLES=told))


@pytest.mark.parametrize(
    ("claim", "said", "meant"),
    [
        ("groups", {"groups": ["other", "desk"]}, DESK),
        ("groups", {"groups": ["desk", "water"]}, WATER),  # the first of the setting, not of the provider
        ("groups", {"groups": "desk"}, DESK),
        ("realm_access.roles", {"realm_access": {"roles": ["desk"]}}, DESK),
        ("groups", {"groups": []}, None),
        ("groups", {}, None),
        ("groups", {"groups": {"desk": True}}, None),
        ("realm_access.roles", {"realm_access": ["desk"]}, None),
    ],
)
def test_the_claim_tells_the_groups(claim: str, said: dict[str, object], meant: Granted | None) -> None:
    told = settings(SADA_OIDC_ROLES="water=department:water|sewage, desk=officer", SADA_OIDC_CLAIM=claim)
    assert provider.granted(said, told) == meant


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"email": " Olya@City.example "}, "olya@city.example"),
        ({"email": "olya@city.example", "email_verified": True}, "olya@city.example"),
        ({"email": "olya@city.example", "email_verified": False}, None),
        ({"email": None}, None),
        ({"sub": "17"}, None),
        ({"email": ""}, None),
    ],
)
def test_an_account_stands_under_a_verified_address(said: dict[str, object], name: str | None) -> None:
    assert provider.name_of(said) == name


def test_a_reload_is_the_same_session_and_the_next_signing_in_another() -> None:
    first = provider.token({"iat": NOW.timestamp()}, "olya", settings(), NOW)
    assert first == provider.token({"iat": NOW.timestamp()}, "olya", settings(), NOW + timedelta(hours=1))
    assert (
        len(
            {
                first,
                provider.token({"iat": NOW.timestamp() + 60}, "olya", settings(), NOW),
                provider.token({"iat": NOW.timestamp()}, "vera", settings(), NOW),
            }
        )
        == 3
    )


@pytest.mark.parametrize("said", [{}, {"iat": "now"}, {"iat": (NOW - AT_MOST - timedelta(seconds=1)).timestamp()}])
def test_yesterdays_cookie_of_the_provider_opens_nothing(said: dict[str, object]) -> None:
    assert provider.token(said, "olya", settings(), NOW) is None


def test_groups_make_and_change_the_account(store: CaseStore) -> None:
    token = users.trust(store, "olya@city.example", NOW, "t1", DESK, True)
    assert users.whose(store, token, NOW).role == Role.OFFICER
    users.trust(store, "olya@city.example", NOW, "t2", WATER, True)
    person = users.whose(store, token, NOW)
    assert (person.role, person.departments) == (Role.DEPARTMENT, ("water", "sewage"))
    assert [(line.what, line.detail) for line in store.audit("olya@city.example") if line.who == "oidc"] == [
        ("role_changed", "officer → department"), ("user_added", "officer")]  # fmt: skip


def test_who_left_the_group_comes_in_no_more(store: CaseStore) -> None:
    users.trust(store, "olya@city.example", NOW, "t1", DESK, True)
    with pytest.raises(NotAllowed, match="in no group"):
        users.trust(store, "olya@city.example", NOW, "t2", None, True)


def test_groups_do_not_touch_an_account_with_a_password(store: CaseStore) -> None:
    users.add(store, "olya@city.example", Role.SUPERVISOR, (), "a very long password", NOW, "test")
    token = users.trust(store, "olya@city.example", NOW, None, DESK, True)
    assert users.whose(store, token, NOW).role == Role.SUPERVISOR


def test_without_groups_only_who_was_given_an_account_comes_in(store: CaseStore) -> None:
    with pytest.raises(NotAllowed, match="has no account here"):
        users.trust(store, "olya@city.example", NOW)
    users.add(store, "olya@city.example", Role.OFFICER, (), None, NOW, "test")
    assert users.whose(store, users.trust(store, "olya@city.example", NOW), NOW).role == Role.OFFICER


def test_a_closed_account_stays_closed_to_the_provider(store: CaseStore) -> None:
    users.trust(store, "olya@city.example", NOW, "t1", DESK, True)
    users.disable(store, "olya@city.example", NOW, "test")
    with pytest.raises(NotAllowed):
        users.trust(store, "olya@city.example", NOW, "t2", DESK, True)


@pytest.mark.parametrize("end", ["signed out", "idle", "a shift over"])
def test_an_ended_session_is_not_begun_anew_by_the_providers_cookie(store: CaseStore, end: str) -> None:
    token = users.trust(store, "olya@city.example", NOW, "t1", DESK, True)
    later = (
        NOW
        + {"signed out": timedelta(0), "idle": users.IDLE_FOR + timedelta(seconds=1), "a shift over": AT_MOST + timedelta(seconds=1)}[end]
    )
    if end == "signed out":
        users.sign_out(store, token)
    if end == "a shift over":
        for n in range(1, 13):
            users.whose(store, token, NOW + n * timedelta(hours=1) - timedelta(minutes=1))
    users.trust(store, "olya@city.example", later, token, DESK, True)
    assert users.whose(store, token, later) is None
