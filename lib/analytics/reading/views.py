"""The views that pages read, as records: which of their columns are filtered by, and what they are copied by."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from lib.core.errors import NotFound

_FILE = Path(__file__).with_name("views.toml")


class Dimension(StrEnum):
    """What people narrow by, as it stands in an address."""

    CLIENT = "clients"
    PRACTICE = "practice"
    PAYER = "payer"
    FACILITY = "facility"
    PROVIDER = "provider"

    @property
    def label(self) -> str:
        """The dimension for people."""
        return "Client" if self is Dimension.CLIENT else self.value.capitalize()


#: The column of a dimension, in every view that has it.
_COLUMNS = {
    Dimension.CLIENT: "client_id",
    Dimension.PRACTICE: "practice_name",
    Dimension.PAYER: "charge_primary_payer_name",
    Dimension.FACILITY: "facility_name",
    Dimension.PROVIDER: "rendering_provider_name",
}


class Clock(StrEnum):
    """The date by which something is counted."""

    DOS = "dos"
    ENTERED = "entered"
    BILLED = "billed"
    RECEIVED = "received"
    POSTED = "posted"

    @property
    def label(self) -> str:
        """The clock for people."""
        return {
            Clock.DOS: "Date of service",
            Clock.ENTERED: "Entry date",
            Clock.BILLED: "First bill date",
            Clock.RECEIVED: "Date received",
            Clock.POSTED: "Date posted",
        }[self]


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A view of schema reporting. `reports` feed it; `clocks` are its dates.

    `dimensions` are its columns of Dimension that are not named as everywhere; None: it has none of that kind.
    `marks` are the columns by which charts group, and rows can be found again; `personal` name or identify a patient.
    `month_ends`: whether past month ends of it are kept in the columnar copy.
    """

    name: str
    title: str
    reports: tuple[str, ...]
    dimensions: Mapping[Dimension, str | None]
    clocks: Mapping[Clock, str]
    marks: tuple[str, ...]
    personal: frozenset[str]
    month_ends: bool

    def column_of(self, dimension: Dimension) -> str | None:
        """The column of a dimension; None where the view has none."""
        return self.dimensions[dimension] if dimension in self.dimensions else _COLUMNS[dimension]

    @property
    def usual_clock(self) -> str | None:
        """The date that most questions go by: posted, else entered; None where it has neither."""
        return self.clocks.get(Clock.POSTED) or self.clocks.get(Clock.ENTERED)


@lru_cache(maxsize=1)
def views() -> dict[str, View]:
    """Every view that pages read, by name."""
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    personal = frozenset(document["personal"])
    return {
        name: View(
            name=name,
            title=entry["title"],
            reports=tuple(entry["reports"]),
            dimensions={Dimension(key): column or None for key, column in entry.get("dimensions", {}).items()},
            clocks={Clock(key): column for key, column in entry.get("clocks", {}).items()},
            marks=tuple(entry.get("marks", ())),
            personal=personal,
            month_ends=entry.get("month_ends", False),
        )
        for name, entry in document["views"].items()
    }


def view_named(name: str) -> View:
    """The view of that name. Raises NotFound with the names there are."""
    known = views()
    if name not in known:
        raise NotFound(f"There is no view “{name}”.", fix=f"Views: {', '.join(known)}.")
    return known[name]
