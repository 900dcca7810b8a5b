"""What the environment and .env say, read once at the door."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from core import settings_values
from core.errors import BadSettings

PLATFORMS_WITH_ADDRESS = ("x", "facebook", "instagram", "youtube", "telegram", "whatsapp", "flickr", "open311", "rss")

CREDENTIALS: Mapping[str, str] = {
    "X_BEARER_TOKEN": "x",
    "X_API_KEY": "x",
    "X_API_SECRET": "x",
    "X_ACCESS_TOKEN": "x",
    "X_ACCESS_SECRET": "x",
    "FACEBOOK_TOKEN": "facebook",
    "FACEBOOK_APP_SECRET": "facebook",
    "INSTAGRAM_TOKEN": "instagram",
    "INSTALOADER_SESSION": "instagram",
    "YOUTUBE_API_KEY": "youtube",
    "YOUTUBE_CLIENT_ID": "youtube",
    "YOUTUBE_CLIENT_SECRET": "youtube",
    "YOUTUBE_REFRESH_TOKEN": "youtube",
    "TELEGRAM_BOT_TOKEN": "telegram",
    "TELETHON_SESSION": "telegram",
    "WHATSAPP_TOKEN": "whatsapp",
    "WHATSAPP_PHONE_ID": "whatsapp",
    "WHATSAPP_APP_SECRET": "whatsapp",
    "WEBHOOK_VERIFY_TOKEN": "webhooks",
    "FLICKR_API_KEY": "flickr",
    "FLICKR_API_SECRET": "flickr",
    "OPEN311_API_KEY": "open311",
    "FORM_SECRET": "form",
    "OIDC_CLIENT_SECRET": "oidc",
}
"""Key after the SADA_ prefix → the platform that needs it."""

OF_ONE_ACCOUNT = frozenset({
    "X_ACCESS_TOKEN", "X_ACCESS_SECRET", "FACEBOOK_TOKEN", "INSTAGRAM_TOKEN", "YOUTUBE_REFRESH_TOKEN", "TELEGRAM_BOT_TOKEN", "WHATSAPP_PHONE_ID",
})  # fmt: skip
"""Keys that one account gave; the others are an app's, which several accounts may share."""

READ_ONCE = frozenset({"TELEGRAM_BOT_TOKEN"})
"""Keys of which two readers take each other's messages: one of them never reads for an account that has a name of its own."""

OTHERS = ("DATA", "PREFIX", "DEPLOYMENT", "KAFKA", "ELASTICSEARCH", "ELASTICSEARCH_USER", "ELASTICSEARCH_PASSWORD", "ELASTICSEARCH_CA",
          "ELASTICSEARCH_SERVICE_PASSWORD", "ELASTICSEARCH_ANALYST_PASSWORD", "ELASTICSEARCH_KIBANA_PASSWORD", "POSTGRES",
          "RETENTION_MONTHS", "RETENTION_HOURS", "PARTITIONS", "SECRET_KEY", "VIEW_WITHOUT_SIGN_IN", "SEND_ANSWERS", "NOW",
          "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_REDIRECT", "OIDC_ROLES", "OIDC_CLAIM", "REQUIRE_SERVICES", "SERVICES", "BROWSER", "LOG_LEVEL", "DASHBOARD_URL")  # fmt: skip


class Secret:
    """A value that never prints itself."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value; call it only where it is handed to a client."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Where data lie, which engines are used, and the credentials there are."""

    data: Path = Path("var")
    deployment: str | None = None
    kafka: str | None = None  # host:port of a broker; None: embedded
    elasticsearch: str | None = None  # URL; None: SQLite
    postgres: str | None = None  # SQLAlchemy URL; None: SQLite
    base_urls: dict[str, str] = {}  # platform → address
    credentials: dict[str, Secret] = {}  # key without SADA_ → value
    others: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Settings(data={str(self.data)!r}, deployment={self.deployment!r}, …)"  # addresses may hold passwords

    @property
    def topic_prefix(self) -> str:
        """What topics begin with in a cluster that several organisations share; SADA_PREFIX."""
        return self.others.get("PREFIX", "")

    @property
    def index_prefix(self) -> str:
        """What indices begin with; SADA_PREFIX, else sada."""
        return self.others.get("PREFIX", "sada")

    @property
    def now(self) -> datetime | None:
        """The moment at which SADA_NOW holds the clock still; None: it runs."""
        return settings_values.moment(self.others.get("NOW", ""))

    def credential(self, key: str) -> str | None:
        """The credential `key` (without SADA_), or None."""
        secret = self.credentials.get(key)
        return secret.reveal() if secret else None

    def says_yes(self, key: str, otherwise: bool) -> bool:
        """What a setting that is yes or no says; `otherwise` where it is not set."""
        told = self.others.get(key)
        return otherwise if told is None else settings_values.is_yes(told)

    def count(self, key: str, otherwise: int) -> int:
        """What a setting that is a whole number says; `otherwise` where it is not set."""
        return int(self.others.get(key, otherwise))

    def speaking_as(self, name: str) -> Settings:
        """As if the keys named `name` (SADA_X_ACCESS_TOKEN__NAME) were the only ones an account gave; an app's keys hold for all."""
        end = f"__{name}"
        shared = {key: secret for key, secret in self.credentials.items() if key not in OF_ONE_ACCOUNT}
        own = {key.removesuffix(end): secret for key, secret in self.credentials.items() if key.endswith(end)}
        return msgspec.structs.replace(self, credentials=shared | own)

    def asking_as(self, name: str) -> Settings:
        """The keys named `name` over those without a name: what an account is read with, though it may have no keys of its own to speak with."""
        shared = {key: secret for key, secret in self.credentials.items() if key not in READ_ONCE}
        return msgspec.structs.replace(self, credentials=shared | self.speaking_as(name).credentials)


def read(environment: Mapping[str, str], dotenv: str = "") -> Settings:
    """Settings from the environment, which wins, over the text of a .env file. SADA_X_FILE names a file that holds SADA_X.

    Raises BadSettings for an unknown SADA_ key, naming the nearest known one, and for a value that a key cannot have.
    """
    merged = _with_secrets({**lines(dotenv), **environment})
    ours = {key[5:]: value for key, value in merged.items() if key.startswith("SADA_") and value != ""}
    _check_prefix(ours.get("PREFIX", "sada"))
    base_urls = {f"{p.upper()}_BASE_URL": p for p in PLATFORMS_WITH_ADDRESS}
    known = [*CREDENTIALS, *OTHERS, *base_urls]
    for key in ours:
        if _unnamed(key) not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0)
            raise BadSettings(f"SADA_{key}: is not a setting of Sada; did you mean SADA_{near[0]}? Nothing was started.")
    settings_values.check(ours, base_urls)
    return Settings(
        data=_folder(ours.get("DATA", "var")), deployment=ours.get("DEPLOYMENT"), kafka=ours.get("KAFKA"),
        elasticsearch=ours.get("ELASTICSEARCH"), postgres=ours.get("POSTGRES"),
        base_urls={base_urls[k]: v.rstrip("/") for k, v in ours.items() if k in base_urls},
        credentials={k: Secret(v) for k, v in ours.items() if _unnamed(k) in CREDENTIALS or "PASSWORD" in k or k == "SECRET_KEY"},
        others={k: v for k, v in ours.items() if k in OTHERS and "PASSWORD" not in k and k != "SECRET_KEY"},
    )  # fmt: skip


def _folder(told: str) -> Path:
    """A folder; nobody expands its ~ in a .env file as a shell does."""
    return Path(told).expanduser() if told.startswith("~/") else Path(told)


def _unnamed(key: str) -> str:
    """A credential's key without the name of the account that gave it; any other key as it is."""
    base, two, name = key.partition("__")
    return base if two and name and base in CREDENTIALS else key


def _check_prefix(prefix: str) -> None:
    """Topics, indices and a schema of PostgreSQL are called by it. Raises BadSettings."""
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", prefix) or prefix == "public" or prefix.startswith("pg_"):
        raise BadSettings(
            f"SADA_PREFIX: {prefix!r} cannot name topics, indices and a schema; take up to 40 of a-z, 0-9, - and _, a letter first,"
            " and neither public nor pg_. Nothing was started."
        )


def _with_secrets(told: dict[str, str]) -> dict[str, str]:
    """Values that lie in files (a container's secrets) put in their place."""
    files = {key: path for key, path in told.items() if key.startswith("SADA_") and key.endswith("_FILE")}
    found = {key: value for key, value in told.items() if key not in files}
    for key, path in files.items():
        try:
            found[key.removesuffix("_FILE")] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BadSettings(
                f"{key}: the file it names cannot be read ({type(error).__name__}); mend the path. Nothing was started."
            ) from error
    return found


def of_this_process() -> Settings:
    """Settings from this process's environment, over .env where it was started. Raises BadSettings."""
    return read(os.environ, dotenv())


def dotenv(path: Path = Path(".env")) -> str:
    """The text of a .env file; empty where there is none. Raises BadSettings where it cannot be read."""
    if not path.is_file():
        return ""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path}: cannot be read as UTF-8 text ({type(error).__name__}); save it anew. Nothing was started.") from error


def lines(dotenv: str) -> dict[str, str]:
    """KEY=value lines of a .env file; quotes around a value, `export` before a key and a comment behind a value are allowed."""
    found = {}
    for number, line in enumerate(dotenv.splitlines(), 1):
        line = line.strip().removeprefix("export ").strip()
        if not line or line.startswith("#"):
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise BadSettings(f".env line {number}: is not KEY=value; mend it or put # before it. Nothing was started.")
        found[key.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    """What stands between quotes; without them what stands before a comment."""
    if value[:1] in ("'", '"') and (end := value.find(value[0], 1)) > 0 and re.fullmatch(r"\s*(#.*)?", value[end + 1 :]):
        return value[1:end]
    return re.split(r"(?:^|\s)#", value, maxsplit=1)[0].rstrip()
