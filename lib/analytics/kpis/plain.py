"""A key figure as plain values, the same for commands and the API; amounts are text, so that none is rounded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lib.analytics.kpis.model import KpiValue


def as_object(value: KpiValue) -> dict[str, Any]:
    """The figure as JSON can say it; days are ISO."""
    return {
        "kpi": value.name,
        "title": value.title,
        "value": plain(value.value),
        "unit": str(value.unit),
        "no_value": value.no_value and str(value.no_value),
        "reason": value.reason,
        "numerator": plain(value.numerator),
        "denominator": plain(value.denominator),
        "factor": plain(value.factor),
        "window": value.window and {"first": str(value.window.first), "last": str(value.window.last)},
        "date_basis": value.date_basis,
        "as_of": value.as_of and str(value.as_of),
        "rows": value.rows,
        "clients": sorted(value.clients, key=int),
        "version": value.version,
        "settings": dict(value.settings),
        "extras": {name: plain(each) for name, each in value.extras.items()},
        "missing": [
            {"client_id": each.client_id, "report": each.report, "column": each.column, "add": each.label}
            for each in value.missing
        ],
        "left_out": [{"client_id": each.client_id, "why": each.why} for each in value.left_out],
        "unheeded": list(value.unheeded),
        "notes": list(value.notes),
    }


def plain(value: Decimal | int | None) -> str | int | None:
    """A decimal as text, never with an exponent; anything else as it is."""
    return f"{value:f}" if isinstance(value, Decimal) else value
