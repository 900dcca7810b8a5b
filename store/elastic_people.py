"""Who may do what in Elasticsearch: our own services write, analysts read, and nobody signs in as the superuser but `sada setup`.

The roles lie in index_templates/roles.json. Where users are kept in files instead, `python -m store.elastic_people > config/roles.yml` writes the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import elasticsearch
from elasticsearch import Elasticsearch

from store.elastic_bodies import TEMPLATES, Body

ROLES = TEMPLATES / "roles.json"
KIBANA = "kibana_system"  # built in: what Kibana itself signs in as


def roles(prefix: str = "sada") -> dict[str, Body]:
    """Each role's rights over the indices under a prefix."""
    read: dict[str, Body] = json.loads(ROLES.read_text(encoding="utf-8").replace('"sada', f'"{prefix}'))
    if prefix != "sada":
        for body in read.values():
            body["indices"][0]["names"] = [f"{prefix}-*"]
    return read


def as_file(prefix: str = "sada") -> str:
    """The roles as roles.yml, which holds each of them in lines of its own."""
    return "".join(f"{name}: {json.dumps(body)}\n" for name, body in roles(prefix).items())


def let_in(client: Elasticsearch, passwords: Mapping[str, str], prefix: str = "sada") -> str:
    """Make the roles, and a user of each role's name for which there is a password; returns a sentence. May be repeated.

    `passwords` is by the role's last word (service, analyst) and `kibana`. A server without users of its own (security off, or the engine's core)
    is left as it is, and the sentence says so.
    """
    done = []
    try:
        for name, body in roles(prefix).items():
            client.security.put_role(name=name, **body)
            if password := passwords.get(name.rpartition("_")[2]):
                client.security.put_user(username=name, password=password, roles=[name])
                done.append(name)
        if password := passwords.get("kibana"):
            client.security.change_password(username=KIBANA, password=password)
            done.append(KIBANA)
    except elasticsearch.ApiError as error:
        return f"roles and users: left out, the server keeps none by this way ({error.status_code}); `python -m store.elastic_people` writes a roles.yml for the file realm"
    return f"roles: {', '.join(roles(prefix))}; users: {', '.join(done) or 'none, since no password is set'}"


if __name__ == "__main__":
    print(as_file(), end="")
