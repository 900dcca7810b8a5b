"""A tiny OpenID provider on 127.0.0.1 for one person: its discovery, its keys, its sign-in page that asks nothing, its token."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.collectors.replay import Asked, Reply, replay

CLIENT, SECRET = "sada", "the client's secret"


@dataclass
class Provider:
    """Who signs in there, and what the provider was asked."""

    claims: dict[str, object]
    url: str = ""
    asked: list[str] = field(default_factory=list)


@contextmanager
def provider(claims: dict[str, object]) -> Iterator[Provider]:
    """Serve the provider; `claims` (email, groups …) may be changed while it runs."""
    key, told = RSAKey.generate_key(2048, parameters={"kid": "k1", "use": "sig", "alg": "RS256"}), Provider(claims)
    nonces: dict[str, str] = {}

    def metadata(_: Asked) -> Reply:
        return Reply({
            "issuer": told.url, "authorization_endpoint": f"{told.url}/authorize", "token_endpoint": f"{told.url}/token", "jwks_uri": f"{told.url}/keys",
            "response_types_supported": ["code"], "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        })  # fmt: skip

    def authorize(asked: Asked) -> Reply:
        code = f"code{len(nonces)}"
        nonces[code] = asked.query.get("nonce", "")
        back = f"{asked.query['redirect_uri']}?{urlencode({'code': code, 'state': asked.query['state']})}"
        return Reply("", 302, {"Location": back})

    def token(asked: Asked) -> Reply:
        form = parse_qs(asked.body.decode())
        now = int(time.time())
        claims = {
            "iss": told.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "sub": "17",
            "nonce": nonces[form["code"][0]],
            **told.claims,
        }
        id_token = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, key)
        return Reply({"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": id_token})

    routes = {"/.well-known/openid-configuration": metadata, "/authorize": authorize, "/token": token,
              "/keys": lambda _: Reply({"keys": [key.as_dict(private=False)]})}  # fmt: skip
    with replay(routes) as server:
        told.url = server.url
        yield told
        told.asked = [asked.path for asked in server.asked]
