"""Horizontal bars: parts of a whole side by side in one bar, and rankings. Their names stand above them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from html import escape

import plotly.graph_objects as go

from lib.analytics.figures.figure import Figure, Part, Unit
from lib.ui.charts.drawn import QUIETENED, Drawn, ReadyFigure, exact, hover, layout, short
from lib.ui.charts.theme import Theme, readable_on

_BAR_PIXELS = 46
_LEGEND_PIXELS = 30
#: So many letters of a name fit beside its amount on a phone.
_MOST_LETTERS = 30


def stacked_bars(figure: Figure, theme: Theme, series_colours: Mapping[str, str] | None = None) -> Drawn:
    """A bar for each label, made of its series; the young are pale, the old dark, the oldest warm."""
    labels = figure.labels
    parts = {label: [part for part in figure.parts if part.label == label] for label in labels}
    whole = {label: _sum(found) for label, found in parts.items()}
    values = {label: short(_height(found), figure.unit) for label, found in parts.items()}
    every = _sum(figure.parts)
    chosen = series_colours or _by_age(figure.series, theme)
    traces, places = [], []
    for series in figure.series:
        found = [(number, part) for number, part in enumerate(figure.parts) if part.series == series]
        places.append(tuple(number for number, _ in found))
        traces.append(
            go.Bar(
                name=series,
                orientation="h",
                y=[part.label for _, part in found],
                x=[float(part.height or 0) for _, part in found],
                text=[short(part.height, figure.unit) for _, part in found],
                textposition="inside",
                insidetextanchor="middle",
                insidetextfont={"color": readable_on(chosen[series], theme)},
                unselected=QUIETENED,
                textangle=0,
                marker={
                    "color": chosen[series],
                    "line": {"color": theme.paper, "width": 1},
                    "pattern": {"shape": ["/" if part.immature else "" for _, part in found]},
                },
                hovertext=[
                    hover(figure, part, of=((part.label, whole[part.label]), ("all", every))) for _, part in found
                ],
                hovertemplate="%{hovertext}<extra></extra>",
                width=0.5,
            )
        )
    return Drawn(
        figure=figure,
        spec=ReadyFigure(
            traces,
            layout(
                theme,
                height=len(labels) * _BAR_PIXELS + _LEGEND_PIXELS + 16,
                barmode="relative",
                showlegend=True,
                margin={"l": 0, "r": 0, "t": _LEGEND_PIXELS + 8, "b": 4},
                uniformtext={"mode": "hide", "minsize": 11},
                xaxis={"visible": False, "rangemode": "tozero"},
                yaxis={
                    "visible": False,
                    "type": "category",
                    "categoryorder": "array",
                    "categoryarray": list(reversed(labels)),
                },
                annotations=_names(figure, theme, values),
            ),
        ),
        places=tuple(places),
    )


def ranking_bars(figure: Figure, theme: Theme, label_colours: Mapping[str, str] | None = None) -> Drawn:
    """A bar for each label with its value beside its name; negative amounts are drawn by their size."""
    every = _sum(figure.parts)
    parts = figure.parts
    chosen = [theme.nothing if part.others else (label_colours or {}).get(part.label, theme.accent) for part in parts]
    trace = go.Bar(
        orientation="h",
        y=[part.label for part in parts],
        x=[abs(float(part.height or 0)) for part in parts],
        marker={"color": chosen, "pattern": {"shape": ["/" if part.immature else "" for part in parts]}},
        hovertext=[hover(figure, part, of=(("all", every),) if figure.unit is Unit.MONEY else ()) for part in parts],
        hovertemplate="%{hovertext}<extra></extra>",
        unselected=QUIETENED,
        width=0.42,
    )
    traces, places = [trace], [tuple(range(len(parts)))]
    shapes, notes = [], _names(figure, theme, {part.label: exact(part.height, figure.unit) for part in parts})
    top = 4
    if figure.target is not None:
        at = float(figure.target.value)
        shapes = [
            {
                "type": "line",
                "x0": at,
                "x1": at,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": theme.warm, "width": 1, "dash": "dot"},
            }
        ]
        notes.append(
            {
                "x": at,
                "xref": "x",
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "showarrow": False,
                "text": escape(figure.target.title),
                "font": {"size": 11, "color": theme.warm},
            }
        )
        top = 18
    return Drawn(
        figure=figure,
        spec=ReadyFigure(
            traces,
            layout(
                theme,
                height=len(figure.labels) * _BAR_PIXELS + top + 8,
                margin={"l": 0, "r": 0, "t": top, "b": 4},
                xaxis={"visible": False, "rangemode": "tozero"},
                yaxis={
                    "visible": False,
                    # Codes are names, and no numbers.
                    "type": "category",
                    "categoryorder": "array",
                    "categoryarray": list(reversed(figure.labels)),
                },
                annotations=notes,
                shapes=shapes,
            ),
        ),
        places=tuple(places),
    )


def _names(figure: Figure, theme: Theme, values: Mapping[str, str]) -> list[dict[str, object]]:
    """The name above each bar with its value: there is room for it on every screen, and nothing overlaps."""
    beside = {part.label: part.beside for part in figure.parts if part.beside}
    most = {label: _MOST_LETTERS - len(beside.get(label, "")) // 2 for label in figure.labels}
    return [
        {
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": label,
            "yref": "y",
            "yshift": 20,
            "showarrow": False,
            "align": "left",
            "text": f"{escape(_cut(label, most[label]))}  <b>{values[label]}</b>{_muted(beside.get(label), theme)}",
            "hovertext": escape(label) if len(label) > most[label] else None,
            "font": {"size": 13, "color": theme.ink},
        }
        for label in figure.labels
    ]


def _by_age(series: Sequence[str], theme: Theme) -> Mapping[str, str]:
    from_young = dict(zip(series, theme.ages, strict=False))
    return {name: from_young.get(name, theme.nothing) for name in series}


def _cut(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def _muted(words: str | None, theme: Theme) -> str:
    return f'  <span style="color:{theme.muted}">{escape(words)}</span>' if words else ""


def _height(parts: Iterable[Part]) -> Decimal:
    return sum((part.height or Decimal(0) for part in parts), Decimal(0))


def _sum(parts: Iterable[Part]) -> Decimal:
    return sum((part.amount for part in parts), Decimal(0))
