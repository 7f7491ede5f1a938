"""Paired bars: two amounts of the same thing under one name, one above the other, on one scale."""

from __future__ import annotations

from html import escape

import plotly.graph_objects as go

from lib.analytics.figures.figure import Figure
from lib.ui.charts.drawn import QUIETENED, Drawn, ReadyFigure, hover, layout, short
from lib.ui.charts.theme import Theme, readable_on

_PAIR_PIXELS = 74
_LEGEND_PIXELS = 30
_MOST_LETTERS = 30


def paired_bars(figure: Figure, theme: Theme) -> Drawn:
    """For each label a bar of the first series (what was expected) and below it one of the second (what came)."""
    first, second = figure.series
    traces, places = [], []
    for series, colour in ((first, theme.nothing), (second, theme.accent)):
        found = [(number, part) for number, part in enumerate(figure.parts) if part.series == series]
        places.append(tuple(number for number, _ in found))
        traces.append(
            go.Bar(
                name=series,
                orientation="h",
                y=[part.label for _, part in found],
                x=[float(part.height or 0) for _, part in found],
                text=[short(part.height, figure.unit) for _, part in found],
                textposition="auto",
                insidetextanchor="start",
                textangle=0,
                textfont={"size": 12},
                insidetextfont={"color": readable_on(colour, theme)},
                unselected=QUIETENED,
                constraintext="none",
                marker={
                    "color": colour,
                    "pattern": {"shape": ["/" if part.immature else "" for _, part in found]},
                },
                hovertext=[hover(figure, part) for _, part in found],
                hovertemplate="%{hovertext}<extra></extra>",
                offsetgroup=series,
                cliponaxis=False,
            )
        )
    # Of two bars in a group the later one is drawn above.
    traces.reverse()
    places.reverse()
    beside = {part.label: part.beside for part in figure.parts if part.beside}
    return Drawn(
        figure=figure,
        spec=ReadyFigure(
            traces,
            layout(
                theme,
                height=len(figure.labels) * _PAIR_PIXELS + _LEGEND_PIXELS + 16,
                barmode="group",
                bargap=0.45,
                showlegend=True,
                legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "reversed"}
                | {"itemclick": False, "itemdoubleclick": False, "font": {"size": 12, "color": theme.ink}},
                margin={"l": 0, "r": 0, "t": _LEGEND_PIXELS + 8, "b": 4},
                xaxis={"visible": False, "rangemode": "tozero"},
                yaxis={"visible": False, "type": "category", "categoryorder": "array"}
                | {"categoryarray": list(reversed(figure.labels))},
                annotations=[
                    {
                        "x": 0,
                        "xref": "paper",
                        "xanchor": "left",
                        "y": label,
                        "yref": "y",
                        "yshift": 30,
                        "showarrow": False,
                        "align": "left",
                        "text": _name(label, beside.get(label, ""), theme),
                        "font": {"size": 13, "color": theme.ink},
                    }
                    for label in figure.labels
                ],
            ),
        ),
        places=tuple(places),
    )


def _name(label: str, beside: str, theme: Theme) -> str:
    named = label if len(label) <= _MOST_LETTERS else f"{label[: _MOST_LETTERS - 1].rstrip()}…"
    return f'{escape(named)}  <span style="color:{theme.muted}">{escape(beside)}</span>'
