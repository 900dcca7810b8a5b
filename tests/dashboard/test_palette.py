"""Colours that must be told apart are, also by colour-blind people; and ink keeps AA contrast on light and dark pages."""

from itertools import combinations

import numpy as np
import pytest

from dashboard.charts import INK, MOST_COLOURED, ON_DARK, series_dash
from dashboard.style import ACCENT, NEGATIVE, NEUTRAL, POSITIVE, RISING, SERIES

Colour = np.ndarray
SEEN = {  # Machado, Oliveira and Fernandes (2009), severity 1.0: linear RGB as it is seen
    "by most": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
WHITE = TO_XYZ @ np.ones(3)
PAGES = {"light": "#FFFFFF", "dark": "#12191A"}
APART = 10.0  # CIE76; from about 10 on two colours are seen as two at a glance


def linear(colour: str) -> Colour:
    value = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(seen: Colour) -> Colour:
    x, y, z = (f if f > 0.008856 else 0.0 for f in np.clip(TO_XYZ @ seen / WHITE, 0, None))
    a, b, c = np.cbrt([x, y, z])
    return np.array([116 * b - 16, 500 * (a - b), 200 * (b - c)])


def apart(one: str, other: str, how: str) -> float:
    return float(np.linalg.norm(lab(np.clip(SEEN[how] @ linear(one), 0, 1)) - lab(np.clip(SEEN[how] @ linear(other), 0, 1))))


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(TO_XYZ[1] @ linear(c)) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("how", SEEN)
@pytest.mark.parametrize("page", PAGES)
def test_sentiments_are_told_apart(how: str, page: str) -> None:
    shown = [ON_DARK.get(c, c) if page == "dark" else c for c in (NEGATIVE, NEUTRAL, POSITIVE)]
    assert min(apart(a, b, how) for a, b in combinations(shown, 2)) > APART


@pytest.mark.parametrize("how", SEEN)
@pytest.mark.parametrize("page", PAGES)
def test_series_are_told_apart_by_colour_or_by_how_their_line_is_drawn(how: str, page: str) -> None:
    shown = [(ON_DARK.get(c, c) if page == "dark" else c, series_dash(i)) for i, c in enumerate(SERIES[:MOST_COLOURED])]
    alike = [(a, b) for (a, drawn), (b, also) in combinations(shown, 2) if drawn == also]
    assert alike
    assert min(apart(a, b, how) for a, b in alike) > APART


@pytest.mark.parametrize(("page", "paper"), PAGES.items())
def test_labels_of_charts_keep_the_contrast_of_text(page: str, paper: str) -> None:
    assert contrast(INK[page], paper) >= 4.5


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("colour", [NEGATIVE, POSITIVE, ACCENT, *SERIES[:2]])
def test_bars_and_lines_keep_the_contrast_of_graphics(colour: str, page: str) -> None:
    assert contrast(ON_DARK.get(colour, colour) if page == "dark" else colour, PAGES[page]) >= 3.0


@pytest.mark.parametrize("how", SEEN)
def test_more_than_usual_is_told_from_less_than_usual(how: str) -> None:
    assert apart(RISING, POSITIVE, how) > 2 * APART
