"""Numbers in the language's own digits and separators, and the few sums that pages make of counts. Pure."""

from __future__ import annotations

import math

from babel.numbers import format_compact_decimal, format_decimal, format_percent

from dashboard.words import Words

NONE = "–"


def whole(number: float | None, words: Words) -> str:
    """1,284; a dash for what nobody told."""
    if number is None:
        return NONE
    return words.digits(format_decimal(round(number), locale=words.locale, numbering_system=words.numbers))


def decimal(number: float | None, words: Words, digits: int = 1) -> str:
    """2.4"""
    if number is None:
        return NONE
    return words.digits(format_decimal(number, "#,##0." + "0" * digits, locale=words.locale, numbering_system=words.numbers))


def compact(number: float | None, words: Words) -> str:
    """850K: for axes."""
    if number is None:
        return NONE
    return words.digits(format_compact_decimal(number, locale=words.locale, numbering_system=words.numbers, fraction_digits=1))


def percent(share: float | None, words: Words, digits: int = 0) -> str:
    """31 % of a share of 0.31."""
    if share is None:
        return NONE
    pattern = words.locale.percent_formats[None].pattern
    positive = pattern.split(";")[0].replace("#,##0", "#,##0" + ("." + "0" * digits if digits else ""))
    return words.digits(format_percent(share, positive, locale=words.locale, numbering_system=words.numbers))


def signed_percent(share: float | None, words: Words, digits: int = 0) -> str:
    """+12 %; the sign stands at the side where the language writes it."""
    if share is None:
        return NONE
    return _sign(share) + percent(abs(share), words, digits)


def signed(number: float | None, words: Words) -> str:
    """+9,870"""
    return NONE if number is None else _sign(number) + whole(abs(number), words)


def signed_decimal(number: float | None, words: Words) -> str:
    """+2.4"""
    return NONE if number is None else _sign(number) + decimal(abs(number), words)


def _sign(number: float) -> str:
    return "\u200e+" if number > 0 else "\u200e−" if number < 0 else ""


def change(now: float | None, before: float | None) -> float | None:
    """The relative change, or None where there is nothing to compare with."""
    return (now - before) / before if now is not None and before else None


def share(part: int, whole_: int) -> float | None:
    """part / whole, None of nothing."""
    return part / whole_ if whole_ else None


Z95 = 1.959964  # the normal quantile of a 95 % interval


def wilson(part: int, of: int) -> tuple[float, float] | None:
    """The 95 % interval of a share (Wilson 1927): honest also for few posts and for shares near 0 and 1."""
    if not of:
        return None
    p, n = part / of, float(of)
    middle = (p + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 * math.sqrt(p * (1 - p) / n + Z95**2 / (4 * n * n)) / (1 + Z95**2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def half_width(part: int, of: int) -> float | None:
    """Half of that interval: what stands behind ±."""
    interval = wilson(part, of)
    return (interval[1] - interval[0]) / 2 if interval else None
