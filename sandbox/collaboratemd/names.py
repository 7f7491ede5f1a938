"""An account's names in the vendor's styles: `LAST, FIRST (id)`, `NAME (id)`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from sandbox.world.roster import Roster

PLACES = tuple(f"{number} Practice Way" for number in range(100, 160))
CITIES = tuple(f"Testville {part}" for part in ("North", "South", "East", "West"))
STATES = ("AZ", "CA", "NJ", "MA")
#: Zip codes that nobody has, with the leading zeros that a spreadsheet would eat.
ZIPS = tuple(f"00{number}" for number in range(100, 160))


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """Tables of texts in the order of the roster's tuples."""

    client: str
    staff: tuple[str, ...]
    patients: tuple[str, ...]
    patient_ids: tuple[str, ...]
    member_ids: tuple[str, ...]
    group_numbers: tuple[str, ...]
    facilities: tuple[str, ...]
    practices: tuple[str, ...]
    offices: tuple[str, ...]
    providers: tuple[str, ...]
    payers: tuple[str, ...]
    payer_ids: tuple[str, ...]
    codes: tuple[str, ...]
    procedures: tuple[str, ...]

    @classmethod
    def of(cls, roster: Roster) -> Self:
        """The tables of an account."""
        return cls(
            client=roster.client.name,
            staff=roster.client.staff,
            patients=tuple(f"{patient.sorted_name.upper()} ({patient.id})" for patient in roster.patients),
            patient_ids=tuple(patient.id for patient in roster.patients),
            member_ids=roster.member_ids,
            group_numbers=roster.group_numbers,
            facilities=tuple(f"{facility.name.upper()} ({facility.id})" for facility in roster.facilities),
            practices=tuple(practice.name for practice in roster.practices),
            offices=tuple(f"{practice.name} Office" for practice in roster.practices),
            providers=tuple(provider.full_name for provider in roster.providers),
            payers=tuple(payer.name for payer in roster.payers),
            payer_ids=tuple(payer.id for payer in roster.payers),
            codes=roster.codes,
            procedures=tuple(f"Practice service {code}" if code else "" for code in roster.codes),
        )
