"""Two measures of many things: a scatter that is split into quadrants at the medians."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

from lib.analytics.figures.figure import Figure, Part, Unit
from lib.analytics.subjects.quadrants import HIGH_HIGH, HIGH_LOW, LOW_HIGH, LOW_LOW, medians
from lib.ui.charts.axes import axis_between, powers_between
from lib.ui.charts.drawn import Drawn, ReadyFigure, hover, layout
from lib.ui.charts.theme import Theme

_HEIGHT = 420
#: Names are placed as on a phone, so that they overlap on no screen.
_PLOT_PIXELS = (270, 320)
_LETTER_PIXELS = 6.5
_LINE_PIXELS = 16
#: A name is cut only where the whole of it would lie on something.
_MOST_LETTERS = (30, 18)
#: Of what the values span, left free at both ends of an axis.
_ROOM = 0.12
#: Above such a ratio of the largest to the smallest volume, the small would all lie at the edge.
_WIDE = 30
#: Quadrants are told apart by shape as well as by colour.
_SYMBOLS = {HIGH_HIGH: "circle", HIGH_LOW: "triangle-down", LOW_HIGH: "diamond", LOW_LOW: "circle-open"}


def quadrants(figure: Figure, theme: Theme) -> Drawn:
    """A point for each part: its `across` (money) to the right, its `value` upwards; those without one are left out."""
    shown = [
        (number, part)
        for number, part in enumerate(figure.parts)
        if part.value is not None and part.across is not None and part.across > 0
    ]
    colours = {HIGH_HIGH: theme.accent, HIGH_LOW: theme.warm, LOW_HIGH: theme.things[3], LOW_LOW: theme.muted}
    wide = _is_wide([part for _, part in shown])
    traces: list[Any] = []
    places: list[tuple[int, ...]] = []
    for series in figure.series:
        found = [(number, part) for number, part in shown if part.series == series]
        if not found:
            continue
        places.append(tuple(number for number, _ in found))
        traces.append(
            go.Scatter(
                name=f"{series} ({len(found)})",
                mode="markers",
                x=[float(part.across or 0) for _, part in found],
                y=[float(part.value or 0) for _, part in found],
                marker={
                    "size": 12,
                    "symbol": _SYMBOLS[series],
                    "color": colours[series],
                    "line": {"width": 2 if series == LOW_LOW else 1, "color": colours[series]},
                },
                hovertext=[hover(figure, part) for _, part in found],
                hovertemplate="%{hovertext}<extra></extra>",
                cliponaxis=False,
            )
        )
    split = medians(part for _, part in shown)
    shapes = []
    if split is not None:
        shapes = [
            _line(theme, x0=0, x1=1, xref="paper", y0=float(split.rate), y1=float(split.rate)),
            _line(theme, y0=0, y1=1, yref="paper", x0=float(split.volume), x1=float(split.volume)),
        ]
    right, up = _range([_across(part, wide) for _, part in shown]), _range([float(p.value or 0) for _, p in shown])
    return Drawn(
        figure=figure,
        spec=ReadyFigure(
            traces,
            layout(
                theme,
                height=_HEIGHT,
                margin={"l": 52, "r": 24, "t": 76, "b": 48},
                showlegend=True,
                xaxis={
                    "title": {
                        "text": f"Gross charges{' (each step ×10)' if wide else ''}",
                        "font": {"size": 12, "color": theme.muted},
                    },
                    "showgrid": True,
                }
                | (powers_between if wide else axis_between)(Unit.MONEY, *right),
                yaxis={
                    "showgrid": True,
                    "title": {"text": "Paid ÷ charged", "font": {"size": 12, "color": theme.muted}},
                }
                | axis_between(Unit.PERCENT, *up),
                legend={"y": 1.02},
                shapes=shapes,
                annotations=_names([part for _, part in shown], theme, right, up, wide=wide),
            ),
        ),
        places=tuple(places),
    )


def _is_wide(parts: Sequence[Part]) -> bool:
    volumes = [part.across for part in parts if part.across is not None]
    return bool(volumes) and max(volumes) > _WIDE * min(volumes)


def _across(part: Part, wide: bool) -> float:
    """Where a point lies on the axis of volumes; a logarithmic one counts in powers of ten."""
    return math.log10(part.across or 1) if wide else float(part.across or 0)


def _range(values: Sequence[float]) -> tuple[float, float]:
    """The ends of an axis, so that no point lies on its edge; yields lie close together, so zero need not be on it."""
    if not values:
        return (0.0, 1.0)
    room = (max(values) - min(values)) * _ROOM or abs(max(values)) * _ROOM or 1.0
    return (min(values) - room, max(values) + room)


def _names(
    parts: Sequence[Part], theme: Theme, right: Sequence[float], up: Sequence[float], *, wide: bool
) -> list[dict[str, Any]]:
    """Names under the points, the largest volumes first, where no other name and no other point lies."""
    width, height = _PLOT_PIXELS
    at = {
        id(part): (
            (_across(part, wide) - right[0]) / (right[1] - right[0]) * width,
            (float(part.value or 0) - up[0]) / (up[1] - up[0]) * height,
        )
        for part in parts
    }
    taken: list[tuple[float, float, float, float]] = []
    notes = []
    for part in parts:
        x, y = at[id(part)]
        points = [(px, px, py - 6, py + 6) for key, (px, py) in at.items() if key != id(part)]
        for most in _MOST_LETTERS:
            name = part.label if len(part.label) <= most else f"{part.label[: most - 1].rstrip()}…"
            half = len(name) * _LETTER_PIXELS / 2
            middle = min(max(x, half), width - half)
            box = (middle - half, middle + half, y - 8 - _LINE_PIXELS, y - 8)
            if any(_overlap(box, other) for other in (*taken, *points)):
                continue
            taken.append(box)
            notes.append(
                {
                    "x": _across(part, wide),
                    "y": float(part.value or 0),
                    "yshift": -15,
                    "xshift": middle - x,
                    "text": escape(name),
                    "showarrow": False,
                    "font": {"size": 12, "color": theme.ink},
                }
            )
            break
    return notes


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1] and one[2] <= other[3] and other[2] <= one[3]


def _line(theme: Theme, **place: Any) -> dict[str, Any]:
    return {"type": "line", "line": {"color": theme.muted, "width": 1, "dash": "dot"}, **place}
