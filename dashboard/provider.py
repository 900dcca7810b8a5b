"""The organisation's OpenID provider: what Streamlit must know of it, and what it says of who signed in."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from cases import links
from cases.roles import Role
from cases.users import AT_MOST, Granted
from core.errors import BadSettings
from core.settings import Settings

NEEDED = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_REDIRECT")
METADATA = "/.well-known/openid-configuration"


def secrets(settings: Settings) -> dict[str, Any]:
    """What Streamlit calls its secrets, made of SADA_OIDC_…; empty where no provider is named. Raises BadSettings if only part of it is."""
    told = {key: settings.others.get(key) for key in NEEDED}
    secret = settings.credential("OIDC_CLIENT_SECRET")
    if not any(told.values()):
        return {}
    missing = [key for key, value in {**told, "OIDC_CLIENT_SECRET": secret}.items() if not value]
    if missing:
        raise BadSettings(f"SADA_{missing[0]}: is not set; signing in by OpenID Connect needs it: docs/credentials.md#oidc")
    roles(settings)
    issuer = str(told["OIDC_ISSUER"]).rstrip("/")
    return {"auth": {
        "redirect_uri": told["OIDC_REDIRECT"], "cookie_secret": _keyed(settings, "cookie"), "client_id": told["OIDC_CLIENT_ID"],
        "client_secret": secret, "server_metadata_url": issuer if issuer.endswith(METADATA) else issuer + METADATA,
    }}  # fmt: skip


def is_there() -> bool:
    """Whether somebody can sign in through a provider here."""
    try:
        return "auth" in st.secrets
    except StreamlitSecretNotFoundError:
        return False


def roles(settings: Settings) -> dict[str, Granted]:
    """SADA_OIDC_ROLES, such as `desk=officer, waterworks=department:water`: what each group of the provider is here. Raises BadSettings."""
    found = {}
    for line in filter(None, (part.strip() for part in settings.others.get("OIDC_ROLES", "").replace("،", ",").split(","))):
        group, _, granted = line.partition("=")
        role, _, departments = granted.strip().partition(":")
        if (
            not group.strip()
            or role not in {r.value for r in Role if r != Role.CITIZEN}
            or (role == Role.DEPARTMENT.value) != bool(departments)
        ):
            raise BadSettings(f"SADA_OIDC_ROLES: {line!r} is not GROUP=ROLE, or GROUP=department:ID for a department's people; mend it")
        found[group.strip()] = Granted(role=Role(role), departments=tuple(filter(None, departments.split("|"))))
    return found


def granted(told: Mapping[str, Any], settings: Settings) -> Granted | None:
    """What somebody is here by the groups the provider tells of them: the first of SADA_OIDC_ROLES they are in. Pure."""
    value: Any = told
    for step in settings.others.get("OIDC_CLAIM", "groups").split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    groups = [value] if isinstance(value, str) else list(value) if isinstance(value, list | tuple) else []
    return next((given for group, given in roles(settings).items() if group in groups), None)


def name_of(told: Mapping[str, Any]) -> str | None:
    """Under which name somebody's account stands: their e-mail address, unless the provider says it is not theirs."""
    if told.get("email_verified") is False or not isinstance(told.get("email"), str):
        return None
    return str(told["email"]).strip().lower() or None


def token(told: Mapping[str, Any], name: str, settings: Settings, at: datetime) -> str | None:
    """The session that belongs to one signing in at the provider: the same after a reload, another after the next; None when it is too old."""
    issued = told.get("iat")
    if not isinstance(issued, int | float) or at - datetime.fromtimestamp(issued, UTC) > AT_MOST:
        return None
    return _keyed(settings, f"session {name} {int(issued)}")


def _keyed(settings: Settings, what: str) -> str:
    return hmac.new(links.key(settings).encode(), f"oidc {what}".encode(), hashlib.sha256).hexdigest()
