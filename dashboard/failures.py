"""What failed or was refused, in the reader's language: the whole sentence where there is one, else what kind it is and its own words."""

from __future__ import annotations

import streamlit as st

from core.errors import (
    BadDeployment,
    BadInput,
    BadSettings,
    Busy,
    CredentialMissing,
    DiskFull,
    MoveRefused,
    NotAllowed,
    PlatformProblem,
    SadaError,
    Stale,
    StoreFailed,
)
from dashboard.bidi import escaped, foreign
from dashboard.words import Words

KINDS: dict[type[Exception], str] = {
    NotAllowed: "not_allowed", MoveRefused: "move", Stale: "changed", Busy: "busy", BadDeployment: "deployment", BadSettings: "settings",
    CredentialMissing: "credential", BadInput: "input", DiskFull: "disk", StoreFailed: "store", PlatformProblem: "platform",
}  # fmt: skip


def reason(error: SadaError, words: Words) -> str:
    """Why, as Markdown. An error's own words are English and name what a log would; they stand behind what kind of error it is."""
    if error.key and words.has(f"why.{error.key}"):
        return words(f"why.{error.key}")
    if words.language == "en":
        return foreign(escaped(str(error)))
    return f"{words(f'why.{kind(error)}')} ({foreign(escaped(str(error)))})"


def kind(error: SadaError) -> str:
    """The nearest kind of error that there is a sentence for."""
    return next((KINDS[one] for one in type(error).__mro__ if one in KINDS), "other")


def show(text: str) -> None:
    """Put it on the page."""
    st.error(text, icon=":material/error:")


def part(error: SadaError, words: Words) -> None:
    """On the page, in the place of what could not be drawn."""
    show(words("state.failed", why=reason(error, words)))
