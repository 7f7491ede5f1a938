"""The figures that a manager's day begins with: how each has changed, how it came, and how each client stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from lib.analytics.figures.tables import TableColumn
from lib.analytics.kpis.definitions import WindowKind, definition_named
from lib.analytics.kpis.model import KpiChange, KpiValue
from lib.analytics.kpis.service import ReaderForDay, kpi, kpi_change, kpi_trends
from lib.analytics.reading.filters import Filters
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.remembered import Remembered
from lib.analytics.reading.views import Clock, Dimension, view_named

#: The page's filters offer what stands in the open balances, which have every dimension.
VIEW = view_named("ar_aging_view")
#: The clocks that some of the figures have a choice of.
CLOCKS = (Clock.DOS, Clock.BILLED, Clock.ENTERED)
FIGURES = (
    "days_in_ar",
    "net_collection_rate",
    "denial_rate_claims",
    "denial_rate_dollars",
    "charges",
    "payments",
    "ar_over_90",
    "charge_lag",
)
#: Stands apart, below the eight.
UNAPPLIED = "unapplied_payments"
EVERY = (*FIGURES, UNAPPLIED)
#: Month ends of a line.
MONTHS = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientFigures:
    """One client's key figures by name."""

    client_id: str
    values: Mapping[str, KpiValue]


def reports() -> tuple[str, ...]:
    """The reports that the figures stand on."""
    needed = (need for name in EVERY for need in definition_named(name).needs)
    return tuple(dict.fromkeys(report for need in needed for report in view_named(need.view).reports))


def changes(reader_on: ReaderForDay, filters: Filters) -> dict[str, KpiChange]:
    """Each figure beside that of the period before."""
    return {name: kpi_change(reader_on, name, filters, filters.as_of) for name in EVERY}


def lines(
    reader_on: ReaderForDay, filters: Filters, days: Sequence[date], now: Mapping[str, KpiChange]
) -> dict[str, list[KpiValue]]:
    """Each figure at month ends, the oldest first, and now; only what counts the same clients as now.

    A month to date is no point beside whole months and is left out. Where days are chosen, only standings have a line.
    """
    dated = filters.first_day or filters.last_day
    month_ends = {
        name: sorted(day for day in days if change.now.as_of is None or day < change.now.as_of)[-MONTHS:]
        for name, change in now.items()
        if definition_named(name).standing or not dated
    }
    found: dict[str, list[KpiValue]] = {name: [] for name in now}
    for name, before in kpi_trends(reader_on, filters, month_ends).items():
        latest = now[name].now
        points = before if definition_named(name).window is WindowKind.MONTH else [*before, latest]
        found[name] = [each for each in points if each.value is not None and each.clients == latest.clients]
    return found


def by_client(reader: Reader, filters: Filters, client_ids: Sequence[str]) -> list[ClientFigures]:
    """Every figure of each client alone, under the same filters; what is asked of all of them is asked once."""
    together = replace(filters, chosen={**filters.chosen, Dimension.CLIENT: tuple(client_ids)})
    once = Remembered(reader)
    return [
        ClientFigures(client_id=client_id, values={name: kpi(once, name, together, only=client_id) for name in EVERY})
        for client_id in client_ids
    ]


def clients_table(found: Sequence[ClientFigures], client_names: Mapping[str, str]) -> tuple[TableColumn, ...]:
    """The figures of clients as a table, a row each, exact; what has no value is empty."""
    names = [client_names.get(each.client_id, each.client_id) for each in found]
    figures = [
        TableColumn(
            name=name,
            title=definition_named(name).title,
            unit=definition_named(name).unit,
            values=[each.values[name].value for each in found],
        )
        for name in EVERY
    ]
    return (TableColumn(name="client", title="Client", unit=None, values=names), *figures)


def without_value(found: Sequence[ClientFigures], client_names: Mapping[str, str]) -> list[tuple[str, str]]:
    """A line for each figure that a client has no value of, saying why."""
    return [
        (f"No {value.title}", f"{client_names.get(each.client_id, each.client_id)}: {value.reason}")
        for each in found
        for value in each.values.values()
        if value.value is None
    ]
