"""Whether the rows of one visit say the same of their encounter, and what they say together.

Every row names rendering provider, mode and POS, and must name the same. The other columns may be filled on some rows
only, commonly the first: an empty one agrees with anything and takes the visit's value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from lib.charges.model import ChargeRow, EncounterPart, Problem, Severity
from lib.charges.planning.keys import plain_reference
from lib.charges.sheet.columns import title_of
from lib.charges.sheet.dates import show

#: Field of the encounter → key of its column.
_COLUMNS = {
    "rendering_provider": "rendering_provider",
    "mode": "encounter_mode",
    "pos": "pos",
    "scheduling_provider": "scheduling_provider",
    "referring_provider": "referring_provider",
    "admit_date": "admit_date",
    "discharge_date": "discharge_date",
    "batch": "ce_batch",
}
_MOST_ROWS_NAMED = 6


def differing_fields(rows: Sequence[ChargeRow], provider_key: Callable[[str], str]) -> tuple[str, ...]:
    """The fields of EncounterPart on which these rows disagree; `provider_key` says which names are one provider."""
    parts = [row.encounter for row in rows if row.encounter]
    if all(part == parts[0] for part in parts):
        return ()
    return tuple(field for field in _COLUMNS if len(_values(rows, field, provider_key)) > 1)


def merge_parts(rows: Sequence[ChargeRow]) -> EncounterPart | None:
    """What the rows say of their encounter together: each field from the first row that fills it; None without any."""
    parts = [row.encounter for row in rows if row.encounter]
    if not parts:
        return None
    first = parts[0]
    return EncounterPart(
        rendering_provider=first.rendering_provider,
        mode=first.mode,
        pos=first.pos,
        scheduling_provider=next((part.scheduling_provider for part in parts if part.scheduling_provider), ""),
        referring_provider=next((part.referring_provider for part in parts if part.referring_provider), ""),
        admit_date=next((part.admit_date for part in parts if part.admit_date), None),
        discharge_date=next((part.discharge_date for part in parts if part.discharge_date), None),
        batch=next((part.batch for part in parts if part.batch), ""),
    )


def explain_differences(
    rows: Sequence[ChargeRow], fields: Sequence[str], provider_key: Callable[[str], str]
) -> list[Problem]:
    """One error for each row and field that disagree, naming all the rows and what each of them says."""
    problems: list[Problem] = []
    for field in fields:
        values = _values(rows, field, provider_key)
        spelled = "; ".join(f"{_shown(said[0], field)} in {name_rows(row.number for row in said)}" for said in values)
        fix = "Make them agree."
        if tuple(fields) == ("rendering_provider",):
            fix = "Make them agree, or choose one encounter a provider on the Check page."
        problems += [
            Problem(
                row=row.number,
                column=title_of(_COLUMNS[field]),
                value=_shown(row, field),
                what=f"rows of one encounter (same patient, DOS and practice) disagree: {spelled}.",
                fix=fix,
            )
            for said in values
            for row in said
        ]
    return problems


def explain_stay(part: EncounterPart, rows: Sequence[ChargeRow]) -> list[Problem]:
    """What is wrong with hospitalization dates that meet only when the rows are taken together.

    A discharge before the admission is an error; a discharge without any admission is a warning.
    """
    admit, discharge = part.admit_date, part.discharge_date
    if not discharge or (admit and discharge >= admit):
        return []
    if admit:
        what, severity = f"is before the admission on {show(admit)} in the same encounter.", Severity.ERROR
    else:
        what, severity = "has no Admit Date with it.", Severity.WARNING
    return [
        Problem(
            row=row.number,
            column=title_of("discharge_date"),
            value=show(discharge),
            what=what,
            fix="Check both dates.",
            severity=severity,
        )
        for row in rows
        if row.encounter and row.encounter.discharge_date
    ]


def name_rows(numbers: Iterable[int]) -> str:
    """Row numbers as a person says them: row 2; rows 2 and 3; rows 2, 3, 4, 5, 6, 7 and 9 more."""
    rows = [str(number) for number in sorted(numbers)]
    if len(rows) > _MOST_ROWS_NAMED:
        rows = [*rows[:_MOST_ROWS_NAMED], f"{len(rows) - _MOST_ROWS_NAMED} more"]
    if len(rows) == 1:
        return f"row {rows[0]}"
    return f"rows {', '.join(rows[:-1])} and {rows[-1]}"


def _values(rows: Sequence[ChargeRow], field: str, provider_key: Callable[[str], str]) -> list[list[ChargeRow]]:
    """The rows by what they say of a field; rows that say nothing are left out."""
    said: dict[object, list[ChargeRow]] = {}
    for row in rows:
        value = getattr(row.encounter, field) if row.encounter else None
        if value:
            said.setdefault(_comparable(field, value, provider_key), []).append(row)
    return list(said.values())


def _comparable(field: str, value: str | date, provider_key: Callable[[str], str]) -> object:
    if isinstance(value, date):
        return value
    if field.endswith("_provider"):
        return provider_key(value)
    return plain_reference(value) if field == "batch" else value


def _shown(row: ChargeRow, field: str) -> str:
    value = getattr(row.encounter, field)
    return show(value) if isinstance(value, date) else str(value)
