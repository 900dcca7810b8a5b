"""The name of a case, made from the post that opens it: the same post never opens two."""

from __future__ import annotations

import base64
import hashlib


def case_id(post_id: str) -> str:
    """ "c-" and 12 letters and digits. A hash, since native ids of some platforms hold a telephone number."""
    digest = hashlib.blake2b(post_id.encode(), digest_size=8).digest()
    return f"c-{base64.b32encode(digest).decode().lower()[:12]}"
