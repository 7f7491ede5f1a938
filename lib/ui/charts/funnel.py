"""A funnel: the stages of a way, one below the other, each as wide as what stands there."""

from __future__ import annotations

from html import escape

import plotly.graph_objects as go

from lib.analytics.figures.figure import Figure
from lib.ui.charts.drawn import QUIETENED, Drawn, ReadyFigure, hover, layout, short
from lib.ui.charts.theme import Theme

_STAGE_PIXELS = 46


def funnel(figure: Figure, theme: Theme) -> Drawn:
    """A bar in the middle for each label, in the figure's order, under its name and value."""
    parts = figure.parts
    every = sum((part.amount for part in parts), start=parts[0].amount * 0) if parts else None
    widths = [abs(float(part.height or 0)) for part in parts]
    bars = go.Bar(
        orientation="h",
        y=[part.label for part in parts],
        x=widths,
        base=[-width / 2 for width in widths],
        marker={"color": theme.accent},
        hovertext=[hover(figure, part, of=(("all", every),) if every else ()) for part in parts],
        hovertemplate="%{hovertext}<extra></extra>",
        unselected=QUIETENED,
        width=0.42,
    )
    return Drawn(
        figure=figure,
        spec=ReadyFigure(
            [bars],
            layout(
                theme,
                height=len(parts) * _STAGE_PIXELS + 8,
                margin={"l": 0, "r": 0, "t": 4, "b": 4},
                xaxis={"visible": False},
                yaxis={
                    "visible": False,
                    "categoryorder": "array",
                    "categoryarray": [part.label for part in reversed(parts)],
                },
                annotations=[
                    {
                        "x": 0,
                        "xref": "x",
                        "xanchor": "center",
                        "y": part.label,
                        "yref": "y",
                        "yshift": 20,
                        "showarrow": False,
                        "text": f"{escape(part.label)}  <b>{short(part.height, figure.unit)}</b>"
                        f'  <span style="color:{theme.muted}">{escape(part.beside)}</span>',
                        "font": {"size": 13, "color": theme.ink},
                    }
                    for part in parts
                ],
            ),
        ),
        places=(tuple(range(len(parts))),),
    )
