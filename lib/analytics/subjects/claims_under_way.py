"""Claims on their way: what is held, why and for how long, and at which stage all of them stand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from enum import StrEnum

from lib.analytics.figures.figure import Figure, Measure, sums
from lib.analytics.figures.rankings import only, ranked
from lib.analytics.reading.columns import said_count
from lib.analytics.reading.filters import Filters, Mark, conditions_on
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import view_named

HOLDS = view_named("charges_on_hold_view")
STAGES = view_named("claim_stage_breakdown_view")
CHARGES = Measure(column="charge_amount", title="Gross charges")
_HELD = {"is_on_hold": True}
#: The order in which a claim passes them.
STAGE_ORDER = (
    "on hold",
    "ready to bill",
    "at insurance",
    "in dispute with payer",
    "due from patient",
    "at collections",
    "paid",
    "other",
)
_HOLD_ORDER = ("0-5", "6-10", "11-14", "15-21", "22-30", "31-45", "46-60", "61-90", "over 90", "no date")


class HoldSplit(StrEnum):
    """By what held charges are told apart."""

    REASON = "charge_set_to_status"
    STATUS = "claim_status"
    FACILITY = "facility_name"
    PRACTICE = "practice_name"
    PAYER = "charge_primary_payer_name"

    @property
    def label(self) -> str:
        """The split for people."""
        return self.name.capitalize()


def holds(reader: Reader, filters: Filters, split: HoldSplit, *, within: Mark | None = None) -> Figure:
    """Gross charges on hold, by why or where."""
    column = split.value
    narrowed = only(within, column)
    return Figure(
        name=f"holds_{split.name.lower()}",
        title=f"Gross charges on hold by {split.label.lower()}",
        view=HOLDS.name,
        measure=CHARGES,
        parts=ranked(
            reader,
            HOLDS,
            filters,
            CHARGES,
            column,
            nothing=f"No {split.label.lower()}",
            fixed=_HELD,
            within=narrowed,
        ),
        basis=filters.clock.label,
        unheeded=conditions_on(HOLDS, filters).unheeded,
        within=narrowed,
    )


def hold_days(reader: Reader, filters: Filters) -> Figure:
    """Gross charges on hold by how long they are held, in fine buckets."""
    groups = sums(reader, HOLDS, filters, CHARGES, ["hold_basis"], within=Mark(values=_HELD))
    since_entry = sum(group.rows for group in groups if group.values["hold_basis"] == "entry")
    parts = ranked(reader, HOLDS, filters, CHARGES, "hold_bucket", nothing="no date", fixed=_HELD, order=_HOLD_ORDER)
    return Figure(
        name="hold_days",
        title="Gross charges on hold by days on hold",
        view=HOLDS.name,
        measure=CHARGES,
        parts=tuple(
            replace(part, label=part.label if part.label == "no date" else f"{part.label} days") for part in parts
        ),
        basis=filters.clock.label,
        note=f"{said_count(since_entry, 'charge')} without a start of the hold: the days count from entry."
        if since_entry
        else "",
        unheeded=conditions_on(HOLDS, filters).unheeded,
    )


def stages(reader: Reader, filters: Filters) -> Figure:
    """Gross charges by the stage at which their claims stand now, in the order in which a claim passes them."""
    parts = ranked(reader, STAGES, filters, CHARGES, "stage", nothing="other", order=STAGE_ORDER)
    whole = sum((part.amount for part in parts), Decimal(0))
    return Figure(
        name="stages",
        title="Where claims stand, gross charges by stage",
        view=STAGES.name,
        measure=CHARGES,
        parts=tuple(
            replace(
                part, beside=f"{part.amount / whole * 100:.1f} % · {said_count(part.rows, 'charge')}" if whole else ""
            )
            for part in parts
        ),
        basis=filters.clock.label,
        note="Stages are our reading of the claim statuses; each charge stands in one of them.",
        unheeded=conditions_on(STAGES, filters).unheeded,
    )
