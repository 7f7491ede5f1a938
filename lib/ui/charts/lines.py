"""Lines over time: named at their ends, periods that are not final hatched, targets as thin lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from html import escape
from typing import Any

import plotly.graph_objects as go

from lib.analytics.figures.figure import Figure, Part
from lib.ui.charts.axes import value_axis
from lib.ui.charts.drawn import Drawn, ReadyFigure, exact, hover, layout, said_label, short
from lib.ui.charts.theme import Theme

_HEIGHT = 280
_PLOT_PIXELS = 206
_LABEL_PIXELS = 16
#: Over a shorter time the axis names days, not months.
_DAYS_NAMED = 130
#: Of the days shown, left free on both sides, so that no point lies on the edge.
_ROOM = 0.02


def lines(figure: Figure, theme: Theme, series_colours: Mapping[str, str] | None = None) -> Drawn:
    """A line for each series over labels that are days (ISO). The value axis begins at zero."""
    names = figure.series or ("",)
    chosen = series_colours or dict(zip(names, (theme.accent, theme.warm, *theme.things[2:]), strict=False))
    heights = [float(part.height) for part in figure.parts if part.height is not None]
    axis = value_axis(figure.unit, [*heights, *([float(figure.target.value)] if figure.target else ())])
    traces: list[Any] = []
    places: list[tuple[int, ...]] = []
    ends: list[tuple[Part, str]] = []
    for name in names:
        found = [
            (number, part)
            for number, part in enumerate(figure.parts)
            if part.series == name and part.height is not None
        ]
        if not found:
            continue
        places.append(tuple(number for number, _ in found))
        colour = chosen.get(name, theme.nothing)
        traces.append(
            go.Scatter(
                name=name,
                mode="lines+markers",
                x=[part.label for _, part in found],
                y=[float(part.height or 0) for _, part in found],
                line={"color": colour, "width": 2},
                marker={
                    "size": 8,
                    "color": [theme.paper if part.immature else colour for _, part in found],
                    "line": {"color": colour, "width": 2},
                },
                hovertext=[hover(figure, part, label=said_label(part.label)) for _, part in found],
                hovertemplate="%{hovertext}<extra></extra>",
                cliponaxis=False,
            )
        )
        ends.append((found[-1][1], colour))
    band = _not_final(figure, theme, axis["range"])
    if band is not None:
        traces.append(band)
        places.append(())
    shapes, notes = _target(figure, theme, axis["range"])
    return Drawn(
        figure=figure,
        spec=ReadyFigure(
            traces,
            layout(
                theme,
                height=_HEIGHT,
                margin={"l": 52, "r": 62, "t": 34, "b": 40},
                showlegend=len(names) > 1,
                xaxis=_day_axis(figure),
                yaxis={"showgrid": True, **axis},
                annotations=[*_ends(figure, ends, axis["range"]), *notes],
                shapes=shapes,
            ),
        ),
        places=tuple(places),
    )


def _day_axis(figure: Figure) -> dict[str, Any]:
    days = sorted(figure.labels)
    if not days:
        return {"type": "date"}
    first, last = (datetime.fromisoformat(_day(each).isoformat()) for each in (days[0], days[-1]))
    room = (last - first) * _ROOM or timedelta(days=15)
    axis = {"type": "date", "range": [(first - room).isoformat(), (last + room).isoformat()]}
    if len(days) <= 4:
        return axis | {"tickmode": "array", "tickvals": days, "ticktext": [said_label(day) for day in days]}
    if len(days[0]) == 10 and (last - first).days < _DAYS_NAMED:
        return axis | {"tickformat": "%b %-d<br>%Y", "nticks": 6}
    return axis | {"tickformat": "%b<br>%Y", "nticks": 7}


def _ends(figure: Figure, last: Sequence[tuple[Part, str]], shown: Sequence[float]) -> list[dict[str, Any]]:
    """The last value of each line beside its last point, moved apart where two would lie on one another."""
    placed: list[float] = []
    notes = []
    for part, colour in sorted(last, key=lambda each: float(each[0].height or 0)):
        at = (float(part.height or 0) - shown[0]) / (shown[1] - shown[0]) * _PLOT_PIXELS
        lifted = max(at, placed[-1] + _LABEL_PIXELS) if placed else at
        placed.append(lifted)
        notes.append(
            {
                "x": part.label,
                "y": float(part.height or 0),
                "text": f"<b>{short(part.height, figure.unit)}</b>",
                "showarrow": False,
                "xanchor": "left",
                "xshift": 8,
                "yshift": lifted - at,
                "font": {"size": 12, "color": colour},
            }
        )
    return notes


def _not_final(figure: Figure, theme: Theme, shown: Sequence[float]) -> go.Scatter | None:
    days = sorted({part.label for part in figure.parts if part.immature})
    if not days:
        return None
    before = [label for label in sorted(figure.labels) if label < days[0]]
    first = before[-1] if before else days[0]
    begin = date.fromordinal((_day(first).toordinal() + _day(days[0]).toordinal()) // 2)
    left, right = begin.isoformat(), days[-1]
    low, top = shown
    return go.Scatter(
        name="not final yet",
        x=[left, left, right, right],
        y=[low, top, top, low],
        mode="none",
        fill="toself",
        fillcolor="rgba(0,0,0,0)",
        fillpattern={"shape": "/", "fgcolor": theme.muted, "bgcolor": "rgba(0,0,0,0)", "size": 8, "solidity": 0.12},
        hoverinfo="skip",
        showlegend=True,
    )


def _target(figure: Figure, theme: Theme, shown: Sequence[float]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    if figure.target is None:
        return [], []
    at = float(figure.target.value)
    line = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": at,
        "y1": at,
        "line": {"color": theme.warm, "width": 1, "dash": "dot"},
    }
    note = {
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "y": at,
        "yanchor": _free_side(figure, at, shown),
        "showarrow": False,
        "text": f"{escape(figure.target.title)} ({exact(figure.target.value, figure.unit)})"
        if not any(letter.isdigit() for letter in figure.target.title)
        else escape(figure.target.title),
        "font": {"size": 11, "color": theme.warm},
    }
    return [line], [note]


def _free_side(figure: Figure, at: float, shown: Sequence[float]) -> str:
    """Above a target's line, or below it where its name would lie on the first points."""
    first = set(sorted(figure.labels)[: max(2, len(figure.labels) // 6)])
    room = (shown[1] - shown[0]) * _LABEL_PIXELS / _PLOT_PIXELS
    begin = [float(part.height) for part in figure.parts if part.label in first and part.height is not None]
    above = sum(at - room / 3 <= height <= at + room * 1.4 for height in begin)
    below = sum(at - room * 1.4 <= height <= at + room / 3 for height in begin)
    return "bottom" if above <= below or at < room else "top"


def _day(label: str) -> date:
    """The day of a label; of a month its first."""
    return date.fromisoformat(label if len(label) == 10 else f"{label}-01")
