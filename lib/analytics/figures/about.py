"""What an export says of itself: what it shows, of whom, narrowed and dated how, and by which definitions."""

from __future__ import annotations

from datetime import datetime

from lib.analytics.figures.drill import columns_of
from lib.analytics.figures.wanted import Wanted, WantedAnswer, WantedTable
from lib.analytics.reading.columns import said_sum, title_of
from lib.analytics.reading.filters import Order
from lib.analytics.reading.questions import questions
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import View
from lib.core.actor import Actor
from lib.core.privacy.safe_harbor import ABOUT
from lib.reports.views.view_rows import views_version


def about(
    actor: Actor,
    reader: Reader,
    wanted: Wanted | WantedAnswer | WantedTable,
    now: datetime,
    *,
    deidentified: bool = False,
) -> list[tuple[str, str]]:
    """Lines of a name and what is said of it; `now` is aware, and said in its own zone.

    Of rows without identifiers the filters are not said: they may name a day, or a patient.
    """
    what = [("What", wanted.view.title)] if deidentified else [("What", wanted.title), *wanted.said, *_rows(wanted)]
    return [
        *what,
        ("As of", _as_of(reader, wanted.view)),
        *_totals(wanted),
        ("Rows of", f"reporting.{wanted.view.name}"),
        ("Definition version", views_version()[:12]),
        ("Data version", reader.version),
        ("Exported by", actor.name),
        ("Exported at", f"{now:%Y-%m-%d %H:%M} {now.tzname()}"),
        ("Privacy", ABOUT if deidentified else "May hold patient data: keep and send it as such."),
    ]


def _as_of(reader: Reader, view: View) -> str:
    if reader.as_of is not None:
        return f"{reader.as_of.isoformat()}, as it was known then"
    if "as_of" not in columns_of(reader, view):
        return "the latest that was loaded"
    found = reader.ask(questions("figures")["days_known"].format(view=view.name)).first
    oldest, newest = found["oldest"], found["newest"]
    if newest is None:
        return "nothing was loaded"
    days = newest.isoformat() if oldest == newest else f"{oldest.isoformat()} to {newest.isoformat()}, by client"
    return f"{days}, the latest that was loaded"


def _rows(wanted: Wanted | WantedAnswer | WantedTable) -> list[tuple[str, str]]:
    if not isinstance(wanted, Wanted):
        return []
    first = "smallest" if wanted.order is Order.UP else "largest"
    lines = [("Sorted by", f"{title_of(wanted.sort)}, {first} first")]
    if unheeded := wanted.rows.conditions.unheeded:
        lines.append(("Not narrowed by", ", ".join(unheeded)))
    return lines


def _totals(wanted: Wanted | WantedAnswer | WantedTable) -> list[tuple[str, str]]:
    lines = []
    for column, amount in () if isinstance(wanted, WantedTable) else wanted.totals.items():
        title = wanted.titles.get(column, title_of(column))
        lines.append((title if title.endswith("total") else f"Total {title.lower()}", said_sum(column, amount)))
    return lines
