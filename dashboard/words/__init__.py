"""What the pages say: one TOML file a language, the same keys in each. No page says a word that is not here."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale

HERE = Path(__file__).parent
LANGUAGES = ("ar", "en", "fa", "ru", "kk")


class Words:
    """The words of one language. `words("now.title")` says a key, with {names} filled in.

    A key that holds a table says one form for each plural category of the language (CLDR); it is chosen by `n`.
    """

    def __init__(self, language: str, table: Mapping[str, Any]) -> None:
        self.language, self.table = language, table
        self.locale = Locale.parse(table["locale"])
        self.direction = str(table["direction"])
        self.numbers = str(table["numbers"])  # the numbering system, as CLDR names it
        self._digits = str.maketrans("0123456789%", str(table["digits"]) + str(table["percent"]))

    def __call__(self, key: str, n: float | None = None, **values: object) -> str:
        said = self._at(key)
        if isinstance(said, Mapping):
            category = self.locale.plural_form(abs(n or 0))
            said = said.get(category) or said["other"]
        return str(said).format(**values) if values else str(said)

    def digits(self, said: str) -> str:
        """`said` with the language's own digits."""
        return said.translate(self._digits)

    def has(self, key: str) -> bool:
        """Whether there is such a key."""
        try:
            self._at(key)
        except KeyError:
            return False
        return True

    def list(self, key: str) -> list[str]:
        """A key that holds a list, such as the names of months."""
        return [str(word) for word in self._at(key)]

    def _at(self, key: str) -> Any:
        found: Any = self.table
        for part in key.split("."):
            found = found[part]
        return found


@lru_cache
def words(language: str) -> Words:
    """The words of `language`, one of LANGUAGES."""
    return Words(language, tomllib.loads((HERE / f"{language}.toml").read_text(encoding="utf-8")))
