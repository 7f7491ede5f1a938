"""Columns over months: parts of each month stacked, what was taken back below zero, what is not final hatched."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import plotly.graph_objects as go

from lib.analytics.figures.figure import Figure
from lib.ui.charts.axes import value_axis
from lib.ui.charts.drawn import QUIETENED, Drawn, ReadyFigure, hover, layout, said_label, short
from lib.ui.charts.theme import Theme

_HEIGHT = 300
#: On a phone each name of the legend may take a line; beyond a few the chart grows, so that its columns do not shrink.
_FEW, _NAME_PIXELS = 3, 14
#: Two names of the legend fit side by side on a phone.
_LETTER_PIXELS = 5.8


def stacked_columns(figure: Figure, theme: Theme, series_colours: Mapping[str, str] | None = None) -> Drawn:
    """A column for each label, which is a month (2026-10), made of its series; the last total stands beside it."""
    names = figure.series or ("",)
    chosen = series_colours or dict(zip(names, theme.things, strict=False))
    totals = {
        label: sum((part.amount for part in figure.parts if part.label == label), Decimal(0)) for label in figure.labels
    }
    traces: list[Any] = []
    places = []
    for name in names:
        found = [(number, part) for number, part in enumerate(figure.parts) if part.series == name]
        places.append(tuple(number for number, _ in found))
        traces.append(
            go.Bar(
                name=name,
                x=[f"{part.label}-01" for _, part in found],
                y=[float(part.height or 0) for _, part in found],
                xperiod="M1",
                xperiodalignment="middle",
                marker={
                    "color": chosen.get(name, theme.nothing),
                    "line": {"color": theme.paper, "width": 1},
                    "pattern": {"shape": ["/" if part.immature else "" for _, part in found]},
                },
                hovertext=[
                    hover(figure, part, label=said_label(part.label), of=(("the month", totals[part.label]),))
                    for _, part in found
                ],
                hovertemplate="%{hovertext}<extra></extra>",
                unselected=QUIETENED,
            )
        )
    return Drawn(
        figure=figure,
        spec=ReadyFigure(
            traces,
            layout(
                theme,
                height=_HEIGHT + max(len(names) - _FEW, 0) * _NAME_PIXELS,
                barmode="relative",
                bargap=0.25,
                margin={"l": 52, "r": 62, "t": 44, "b": 40},
                showlegend=len(names) > 1,
                legend=_LEGEND
                | {"entrywidth": max(map(len, names)) * _LETTER_PIXELS, "font": {"size": 12, "color": theme.ink}},
                xaxis={"type": "date", "tickformat": "%b<br>%Y", "nticks": 7, "ticklabelmode": "period"},
                yaxis={"showgrid": True, "zeroline": True, "zerolinecolor": theme.muted}
                | value_axis(figure.unit, _ends(figure)),
                annotations=_last_total(figure, theme),
            ),
        ),
        places=tuple(places),
    )


_LEGEND = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.04, "yanchor": "bottom", "traceorder": "normal"} | {
    "itemclick": False,
    "itemdoubleclick": False,
}


def _ends(figure: Figure) -> list[float]:
    """Where each column ends, above zero and below."""
    heights: dict[tuple[str, bool], float] = {}
    for part in figure.parts:
        place = (part.label, (part.height or 0) > 0)
        heights[place] = heights.get(place, 0.0) + float(part.height or 0)
    return list(heights.values())


def _last_total(figure: Figure, theme: Theme) -> list[dict[str, Any]]:
    if not figure.labels:
        return []
    last = max(figure.labels)
    parts = [part for part in figure.parts if part.label == last]
    above = sum(float(part.height or 0) for part in parts if (part.height or 0) > 0)
    whole = sum((part.height for part in parts if part.height is not None), Decimal(0))
    return [
        {
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "y": above,
            "showarrow": False,
            "text": f"<b>{short(whole, figure.unit)}</b>",
            "font": {"size": 12, "color": theme.ink},
        }
    ]
