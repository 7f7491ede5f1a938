"""A figure as a chart that is made once and sent many times, and the way back from a click to its part."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any

import plotly.graph_objects as go

from lib.analytics.figures.figure import Figure, Part, Unit
from lib.core.money import dollars
from lib.ui.charts.theme import Theme

#: No chart can be zoomed or dragged: a click selects, and a swipe on a phone scrolls the page.
CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "responsive": True}

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}-\d{2}")
_FONT = '"Source Sans", sans-serif'


class ReadyFigure(go.Figure):
    """A figure whose specification is made once; the copy for each sending is what costs most of a rerun."""

    def __init__(self, data: Sequence[Any], layout: Mapping[str, Any]) -> None:
        super().__init__(data=data, layout=layout)
        self._ready = super().to_dict()

    def to_dict(self) -> dict[str, Any]:
        """The specification itself: whoever gets it must not change it."""
        ready: dict[str, Any] = self._ready
        return ready


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A chart: its figure, its specification, and for each trace the number of the part behind each point."""

    figure: Figure
    spec: ReadyFigure
    places: tuple[tuple[int, ...], ...]

    def part_at(self, curve: int, point: int) -> Part | None:
        """The part that was clicked; None for a line that stands for none."""
        if 0 <= curve < len(self.places) and 0 <= point < len(self.places[curve]):
            return self.figure.parts[self.places[curve][point]]
        return None


def layout(theme: Theme, *, height: int, **further: Any) -> dict[str, Any]:
    """What all charts have in common; `further` is merged over it."""
    quiet = {"showgrid": False, "zeroline": False, "showline": False, "color": theme.muted, "fixedrange": True}
    base: dict[str, Any] = {
        "template": "none",
        "height": height,
        "margin": {"l": 4, "r": 8, "t": 8, "b": 28},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": _FONT, "size": 13, "color": theme.ink},
        "dragmode": False,
        "hovermode": "closest",
        "clickmode": "event+select",
        "hoverlabel": {
            "bgcolor": theme.paper,
            "bordercolor": theme.grid,
            "font": {"family": _FONT, "color": theme.ink, "size": 13},
            "align": "left",
            "namelength": -1,
        },
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yanchor": "bottom",
            "traceorder": "normal",
            "itemclick": False,
            "itemdoubleclick": False,
            "font": {"size": 12, "color": theme.ink},
        },
        "xaxis": quiet | {"gridcolor": theme.grid, "tickfont": {"size": 12}},
        "yaxis": quiet | {"gridcolor": theme.grid, "tickfont": {"size": 12}},
        "showlegend": False,
    }
    for name, value in further.items():
        base[name] = base[name] | value if isinstance(value, dict) and isinstance(base.get(name), dict) else value
    return base


#: How bars look beside the one that was clicked: paler, and what stands in them still to be read. A colour of their
#: texts must not stand here: plotly then fails at the click and tells nobody.
QUIETENED: dict[str, Any] = {"marker": {"opacity": 0.75}}


def said_label(label: str) -> str:
    """A label for people: days (ISO) and months (2026-10) in words, everything else as it is."""
    if _DAY.fullmatch(label):
        day = date.fromisoformat(label)
        return f"{day:%b} {day.day}, {day.year}"
    if _MONTH.fullmatch(label):
        return f"{date.fromisoformat(f'{label}-01'):%b %Y}"
    return label


def exact(value: Decimal | None, unit: Unit) -> str:
    """A value with all that it has."""
    if value is None:
        return "no value"
    match unit:
        case Unit.MONEY:
            return dollars(value)
        case Unit.PERCENT:
            return f"{value * 100:.1f} %"
        case Unit.DAYS:
            return f"{value:,.0f} day" if abs(value) == 1 else f"{value:,.1f} days".replace(".0 days", " days")
        case Unit.HOURS:
            return f"{value:,.1f} h"
        case Unit.COUNT:
            return f"{value:,.0f}"


def short(value: Decimal | None, unit: Unit) -> str:
    """A value for a label: thousands and millions of money as K and M."""
    if value is None:
        return ""
    if unit is not Unit.MONEY:
        return exact(value, unit)
    sign, size = ("-" if value < 0 else ""), abs(value)
    for least, letter in ((Decimal("999950000"), "B"), (Decimal("999950"), "M"), (Decimal("1000"), "K")):
        if size >= least:
            scale = {"B": Decimal(10**9), "M": Decimal(10**6), "K": Decimal(10**3)}[letter]
            return f"{sign}${size / scale:,.1f}{letter}"
    return f"{sign}${size:,.0f}"


def hover(figure: Figure, part: Part, *, label: str | None = None, of: Sequence[tuple[str, Decimal]] = ()) -> str:
    """What is said of a part under the pointer: its name, exact value, shares, rows, and what more it says."""
    name = escape(label or part.label)
    lines = [f"<b>{name}{f' · {escape(part.series)}' if part.series else ''}</b>"]
    value = exact(part.height, figure.unit)
    shares = [f"{abs(part.amount / whole) * 100:.1f} % of {escape(what)}" for what, whole in of if whole]
    lines.append(" · ".join([value, *shares]))
    lines.append(f"{part.rows:,} {figure.noun}{'' if part.rows == 1 else 's'}")
    lines += [escape(line) for line in part.said]
    if part.immature:
        lines.append("not final yet")
    return "<br>".join(lines)
