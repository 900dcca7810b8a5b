"""Charts as Plotly figures. Pure: numbers and words in, a figure out; no store, no Streamlit, no stranger's text unescaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import plotly.graph_objects as go

from dashboard.bidi import plotted
from dashboard.figures import compact, whole
from dashboard.style import FONT, SERIES
from dashboard.words import Words

GRID = "rgba(128,140,142,.22)"
REST = "rgba(128,140,142,.55)"
MOST_COLOURED = 6
DASHES = ("solid", "solid", "solid", "dash", "dash", "dot", "dot", "dashdot")  # of SERIES, one each
LEAST_HATCH = 0.06  # of the height, so that a small gap is still seen
CLEAR = "rgba(0,0,0,0)"  # in the legend too, where opacity would leave a pale dot
UNSEEN = {"marker": {"opacity": 0}}  # however many points are chosen
HATCH = "rgba(90,100,104,.55)"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One series: what it is called and its values, None where nothing is known."""

    name: str
    values: tuple[float | None, ...]
    colour: str
    hover: tuple[str, ...]  # one localised sentence a value
    dash: str = "solid"


class Axis(msgspec.Struct, frozen=True, kw_only=True):
    """Where the values stand and what is written below a few of them."""

    at: tuple[object, ...]
    labels: tuple[str, ...]  # "" where none is written
    title: str = ""


def stacked(axis: Axis, lines: Sequence[Line], blind: Sequence[float], blind_name: str, ticks: Axis, height: int = 320) -> go.Figure:
    """Stacked bars, one a bucket. `blind`: for each bucket the share of it of which we know that we do not know all; hatched from above."""
    places = list(range(len(axis.at)))
    figure = go.Figure()
    for line in lines:
        figure.add_bar(
            x=places, y=list(line.values), name=plotted(line.name), marker_color=line.colour, marker_line_width=0,
            customdata=_said(line.hover), hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", bargap=0.18)
    return hatched(_dressed(figure, axis, ticks, height), blind, blind_name)


def hatched(figure: go.Figure, blind: Sequence[float], name: str) -> go.Figure:
    """The figure with, from above, the share of each bucket of which we know that we do not know all."""
    if not any(blind):
        return figure
    shares = [max(share, LEAST_HATCH) if share else 0.0 for share in blind]
    figure.update_layout(yaxis2={"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True})
    return figure.add_bar(
        x=list(range(len(shares))), y=shares, base=[1 - share for share in shares], yaxis="y2", name=plotted(name), offset=-0.5, width=1, hoverinfo="skip",
        marker={"color": CLEAR, "line": {"width": 0}, "pattern": {"shape": "/", "fgcolor": HATCH, "size": 7, "solidity": 0.18}},
    )  # fmt: skip


def lined(axis: Axis, lines: Sequence[Line], ticks: Axis, height: int = 360, legend: bool = True) -> go.Figure:
    """One line a series; where a value is None the line is broken. Beyond MOST_COLOURED lines are grey and named on hovering only.

    An unseen point lies on each value, since a line alone cannot be clicked.
    """
    figure = go.Figure()
    for i, line in enumerate(lines):
        first = i < MOST_COLOURED
        figure.add_scatter(
            x=list(range(len(axis.at))), y=list(line.values), name=plotted(line.name), mode="lines+markers", connectgaps=False, showlegend=first,
            marker={"size": 12, "color": CLEAR}, selected=UNSEEN, unselected=UNSEEN,
            line={"color": line.colour if first else REST, "width": 2.2 if first else 1.2, "dash": line.dash}, customdata=_said(line.hover),
            hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    known = [value for line in lines for value in line.values if value is not None]
    figure = _dressed(figure, axis, ticks, height)
    figure.update_layout(showlegend=legend, yaxis_range=_reach(list(ticks.at), known))  # type: ignore[arg-type]
    if len(lines) > MOST_COLOURED:
        return figure.update_layout(hovermode="closest")
    return figure.update_layout(hoverdistance=-1)  # wherever the pointer or a finger is, the nearest time answers


def banded(figure: go.Figure, start: int, low: Sequence[float], high: Sequence[float], colour: str, name: str) -> go.Figure:
    """The figure with a pale band from `low` to `high`, from place `start` of the axis on; it says nothing on hovering."""
    places = list(range(start, start + len(low)))
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return figure.add_scatter(
        x=[*places, *reversed(places)], y=[*high, *reversed(low)], fill="toself", fillcolor=f"rgba({red},{green},{blue},.18)", mode="none",
        name=plotted(name), hoverinfo="skip", showlegend=True,
    )  # fmt: skip


def heat(
    columns: Sequence[str], rows: Sequence[str], values: Sequence[Sequence[float | None]], hover: Sequence[Sequence[str]],
    scale: Sequence[tuple[float, str]], middle: float | None = None, height: int = 380, texts: Sequence[Sequence[str]] | None = None,
) -> go.Figure:  # fmt: skip
    """A heat map; the first row is drawn at the top."""
    figure = go.Figure(
        go.Heatmap(
            x=[plotted(c) for c in columns],
            y=[plotted(r) for r in rows],
            z=[list(row) for row in values],
            customdata=[_said(row) for row in hover],
            hovertemplate="%{customdata}<extra></extra>",
            colorscale=[list(step) for step in scale],
            zmid=middle,
            showscale=False,
            xgap=2,
            ygap=2,
            text=texts,
            texttemplate="%{text}" if texts else None,
            hoverongaps=False,
        )  # fmt: skip
    )
    figure.update_layout(**_plain(height), xaxis={"side": "bottom", "fixedrange": True, "showgrid": False, "ticks": "", "automargin": True, "zeroline": False},
                         yaxis={"autorange": "reversed", "fixedrange": True, "showgrid": False, "automargin": True, "ticks": ""})  # fmt: skip
    return figure


def pickable(heat: go.Figure) -> go.Figure:
    """A heat map whose cells can be clicked, numbered row by row from the top: an unseen point lies on each, and says what the cell says."""
    (cells,) = heat.data
    points = [(column, row) for row in cells.y for column in cells.x]
    heat.update_traces(hoverinfo="skip", hovertemplate=None)
    heat.update_layout(
        xaxis_range=[-0.5, len(cells.x) - 0.5], yaxis={"autorange": None, "range": [len(cells.y) - 0.5, -0.5]}
    )  # no air for points
    return heat.add_scatter(
        x=[x for x, _ in points], y=[y for _, y in points], mode="markers", customdata=[said for row in cells.customdata for said in row],
        hovertemplate="%{customdata}<extra></extra>", marker={"size": 26, "symbol": "square", "opacity": 0, "color": "#5C666C"}, showlegend=False, selected=UNSEEN,
        unselected=UNSEEN,
    )  # fmt: skip


def bars(
    names: Sequence[str], values: Sequence[float | None], hover: Sequence[str], texts: Sequence[str], colour: str, height: int = 300
) -> go.Figure:
    """Horizontal bars with the number written at each."""
    figure = go.Figure(
        go.Bar(
            y=[plotted(n) for n in names],
            x=list(values),
            orientation="h",
            marker_color=colour,
            text=list(texts),
            textposition="outside",
            cliponaxis=False,
            customdata=_said(hover),
            hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    )
    figure.update_layout(**_plain(height), bargap=0.35, showlegend=False, xaxis={"visible": False, "zeroline": False, "fixedrange": True, "range": [0, 1.5 * max([v for v in values if v], default=1)]},
                         yaxis={"autorange": "reversed", "fixedrange": True, "automargin": True, "ticks": ""})  # fmt: skip
    return figure


def _dressed(figure: go.Figure, axis: Axis, ticks: Axis, height: int) -> go.Figure:
    shown = [i for i, label in enumerate(axis.labels) if label]
    figure.update_layout(
        **_plain(height), hovermode="x unified",
        xaxis={"tickmode": "array", "tickvals": shown, "ticktext": [plotted(axis.labels[i]) for i in shown], "title": {"text": plotted(axis.title), "standoff": 4, "font": {"size": 13}}, "automargin": True, "ticklabelstandoff": 5,
               "range": [-0.6, len(axis.at) - 0.4], "fixedrange": True, "showgrid": False, "unifiedhovertitle": {"text": ""}, "zeroline": False},
        yaxis={"tickmode": "array", "tickvals": list(ticks.at), "ticktext": [plotted(label) for label in ticks.labels], "title": {"text": plotted(ticks.title), "standoff": 10, "font": {"size": 13}},
               "fixedrange": True, "gridcolor": GRID, "zerolinecolor": GRID, "automargin": True},
    )  # fmt: skip
    return figure


def _said(hover: Sequence[str]) -> list[str]:
    return [plotted(sentence).replace("\n", "<br>") for sentence in hover]


def _reach(ticks: Sequence[float], values: Sequence[float]) -> list[float]:
    """From the lowest to the highest of ticks and values, with a little air, and no air below zero."""
    least, most = min([*ticks, *values], default=0.0), max([*ticks[:1], *values], default=1.0)
    air = (most - least or 1.0) * 0.06
    return [least if least == 0 else least - air, most + air]


def _plain(height: int) -> Mapping[str, object]:
    return {
        "height": height, "margin": {"l": 8, "r": 8, "t": 28, "b": 8}, "font": {"family": FONT, "size": 13}, "dragmode": False,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "title": {"text": ""}},
        "hoverlabel": {"font": {"family": FONT, "size": 13}}, "template": "none", "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
    }  # fmt: skip


INK = {"light": "#4E5A5D", "dark": "#B9C4C6"}  # of labels; both keep AA contrast on their background
ON_DARK = {  # series that are too dark for a dark page, and the pale ends of scales, which there must be the dark ones
    "#0B6E69": "#3FA9A2", "#3B6FB5": "#6E9BDB", "#7A5BA6": "#A98BD3", "#5B8C3E": "#83B563", "#C1443C": "#D9655D", "#2E7FB8": "#4C9BD3",
    "#C9CFD3": "#5E6B6F", "#E3E7E9": "#3B474A", "#EEF3F3": "#1E2B2C", "#7FB5B1": "#2C6D69", "#F3F5F5": "#232E30",
}  # fmt: skip


def inked(figure: go.Figure, theme: str) -> go.Figure:
    """The figure with labels, series and scales that can be told apart on a light or a dark page."""
    colour = INK.get(theme, INK["light"])
    drawn = go.Figure(_on_dark(figure.to_dict())) if theme == "dark" else figure
    return drawn.update_layout(font_color=colour, legend_font_color=colour)


def _on_dark(part: Any) -> Any:
    """A figure's parts with every colour of ON_DARK replaced."""
    if isinstance(part, dict):
        return {key: _on_dark(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_on_dark(value) for value in part]
    return ON_DARK.get(part, part) if isinstance(part, str) else part


CONFIG = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "doubleClick": False}


def ticks(most: float, least: float = 0.0, about: int = 4, whole: bool = True) -> list[float]:
    """Round numbers from `least` to `most`, about so many: 0, 50, 100, 150. There is no half of a post or a follower, but of a rate there is."""
    rough = max((most - least) / about or 1.0, 1.0 if whole else 1e-9)
    power = 10.0 ** _floor_log10(rough)
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough * 0.999 and not (whole and power * m % 1))
    first = least // step * step
    return [round(first + step * i, 10) for i in range(int((most - first) / step) + 2) if first + step * i <= most + step * 0.35]


def tick_labels(steps: Sequence[float], words: Words) -> tuple[str, ...]:
    """Short labels of ticks; in full where two would be the same."""
    short = tuple(compact(step, words) for step in steps)
    return short if len(set(short)) == len(short) else tuple(whole(step, words) for step in steps)


def _floor_log10(number: float) -> int:
    power = 0
    while number >= 10:
        number, power = number / 10, power + 1
    while number < 1:
        number, power = number * 10, power - 1
    return power


def series_colour(i: int) -> str:
    """The colour of the i-th series."""
    return SERIES[i % len(SERIES)]


def series_dash(i: int) -> str:
    """How the i-th series is drawn, so that no two are told apart by colours alone that a colour-blind reader takes for one."""
    return DASHES[i % len(DASHES)]


def every_nth(labels: Sequence[str], about: int = 8) -> tuple[str, ...]:
    """`labels` with only about so many left, evenly."""
    step = max(1, -(-len(labels) // about))
    return tuple(label if i % step == 0 else "" for i, label in enumerate(labels))
