"""The columns of the Charges workbook: what a biller fills in and what a run fills in.

Keys are the names that the rest of lib/charges uses; titles are what the workbook shows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Need = Literal["all", "encounter", "payment", "optional"]
Kind = Literal["text", "integer", "date", "money", "decimal", "choice"]

SHEET_NAME = "Charges"

ENCOUNTER_MODES: tuple[str, ...] = ("In Office", "Telehealth")
PAYMENT_SOURCES: tuple[str, ...] = ("CHECK", "CREDIT CARD", "EFT", "CASH")

#: The place-of-service codes of the CMS list, two digits each (codes only).
POS_CODES: tuple[str, ...] = tuple(
    f"{number:02}"
    for number in (*range(1, 28), *range(31, 35), 41, 42, *range(49, 59), 60, 61, 62, 65, 66, 71, 72, 81, 99)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class InputColumn:
    """A column that the biller fills in.

    `need` says which rows must have it: every row, rows that make an encounter, rows that make a payment, or none.
    `choices` are the fixed values that the template offers; synonyms of values are the checker's affair.
    """

    key: str
    title: str
    need: Need
    kind: Kind = "text"
    synonyms: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputColumn:
    """A column that a run fills in; what stood there before is replaced."""

    key: str
    title: str
    kind: Kind = "text"
    width: int = 16
    synonyms: tuple[str, ...] = ()


def _diagnosis(position: int) -> InputColumn:
    return InputColumn(
        key=f"diag_{position}",
        title=f"Diag {position}",
        need="encounter" if position == 1 else "optional",
        synonyms=tuple(f"{word} {position}" for word in ("Diagnosis", "Dx", "ICD", "ICD10", "Diagnosis Code")),
    )


def _modifier(position: int) -> InputColumn:
    return InputColumn(
        key=f"mod_{position}",
        title=f"Mod {position}",
        need="optional",
        synonyms=(f"Modifier {position}", f"M{position}"),
    )


INPUT_COLUMNS: tuple[InputColumn, ...] = (
    InputColumn(
        key="patient_id", title="Patient ID", need="all", kind="integer", synonyms=("Patient No", "Patient Number")
    ),
    InputColumn(key="practice", title="Practice", need="all", synonyms=("Practice Name",)),
    InputColumn(
        key="dos", title="DOS", need="all", kind="date", synonyms=("Date of Service", "Service Date", "DOS Date")
    ),
    InputColumn(
        key="rendering_provider",
        title="Rendering Provider",
        need="encounter",
        synonyms=("Rendering", "Rendering Provider Name"),
    ),
    InputColumn(
        key="encounter_mode",
        title="Encounter Mode",
        need="encounter",
        kind="choice",
        synonyms=("Mode",),
        choices=ENCOUNTER_MODES,
    ),
    InputColumn(
        key="pos",
        title="POS",
        need="encounter",
        kind="choice",
        synonyms=("Place of Service", "POS Code", "Service Place"),
        choices=POS_CODES,
    ),
    InputColumn(
        key="procedure",
        title="Procedures",
        need="encounter",
        synonyms=("Procedure", "Procedure Code", "CPT", "CPT Code", "CPT/HCPCS", "HCPCS"),
    ),
    InputColumn(
        key="units", title="Units", need="encounter", kind="decimal", synonyms=("Unit", "Service Units", "Qty")
    ),
    _diagnosis(1),
    _diagnosis(2),
    _diagnosis(3),
    _diagnosis(4),
    _modifier(1),
    _modifier(2),
    _modifier(3),
    _modifier(4),
    InputColumn(
        key="ce_batch",
        title="CE Batch #",
        need="optional",
        synonyms=("CE Batch Number", "CE Batch No", "Charge Batch", "Charge Entry Batch"),
    ),
    InputColumn(
        key="scheduling_provider",
        title="Scheduling Provider",
        need="optional",
        synonyms=("Scheduling", "Scheduling Provider Name"),
    ),
    InputColumn(
        key="referring_provider",
        title="Referring Provider",
        need="optional",
        synonyms=("Referring", "Referring Provider Name"),
    ),
    InputColumn(
        key="admit_date",
        title="Admit Date",
        need="optional",
        kind="date",
        synonyms=("Admission Date", "Hospitalization Start", "Admitted"),
    ),
    InputColumn(
        key="discharge_date",
        title="Discharge Date",
        need="optional",
        kind="date",
        synonyms=("Hospitalization End", "Discharged"),
    ),
    InputColumn(
        key="pp_batch",
        title="PP Batch #",
        need="payment",
        synonyms=("PP Batch Number", "PP Batch No", "Payment Batch", "Patient Payment Batch"),
    ),
    InputColumn(
        key="patient_payment",
        title="Patient Payment",
        need="payment",
        kind="money",
        synonyms=("Payment Amount", "Patient Payment Amount", "Pt Payment"),
    ),
    InputColumn(
        key="payment_source",
        title="Patient Payment Source",
        need="payment",
        kind="choice",
        synonyms=("Payment Source", "Payment Method", "Patient Payment Method", "Pt Payment Source"),
        choices=PAYMENT_SOURCES,
    ),
    InputColumn(
        key="reference",
        title="Reference Number",
        need="payment",
        synonyms=(
            "Reference",
            "Reference No",
            "Reference #",
            "Ref No",
            "Ref Number",
            "Check Number",
            "Check #",
            "Check No",
        ),
    ),
)

OUTPUT_COLUMNS: tuple[OutputColumn, ...] = (
    OutputColumn(key="patient_name", title="Patient Name", width=24),
    OutputColumn(key="dob", title="DOB", kind="date", width=12),
    OutputColumn(key="insurance", title="Insurance", width=24),
    OutputColumn(key="insurance_id", title="Insurance ID", width=18),
    OutputColumn(key="insurance_status", title="Insurance Status", width=18),
    OutputColumn(key="charge_amount", title="Charge Amount", kind="money", width=15),
    OutputColumn(key="charge_status", title="Charge Status", width=18),
    OutputColumn(key="encounter_id", title="Encounter ID", width=14),
    OutputColumn(key="error", title="Error", width=60, synonyms=("Errors",)),
    OutputColumn(key="payment_id", title="Payment ID", width=14),
    OutputColumn(key="payment_status", title="Payment Status", width=18),
)

INPUT_BY_KEY: dict[str, InputColumn] = {column.key: column for column in INPUT_COLUMNS}
OUTPUT_BY_KEY: dict[str, OutputColumn] = {column.key: column for column in OUTPUT_COLUMNS}


def title_of(key: str) -> str:
    """The title that the workbook shows for a column key, input or output."""
    column = INPUT_BY_KEY.get(key) or OUTPUT_BY_KEY[key]
    return column.title


def plain_header(text: str) -> str:
    """A header reduced to what matching looks at: letters and digits, one case ("*Diag-1 " becomes "diag1")."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def _spellings(columns: Iterable[InputColumn | OutputColumn]) -> dict[str, str]:
    return {plain_header(text): column.key for column in columns for text in (column.title, *column.synonyms)}


_SPELLINGS = _spellings((*INPUT_COLUMNS, *OUTPUT_COLUMNS))


def match_header(text: str) -> str | None:
    """The key of the column that this header names, or None; case, spaces, punctuation and stars do not count."""
    return _SPELLINGS.get(plain_header(text))


def suggest_columns(text: str, *, limit: int = 3) -> tuple[str, ...]:
    """Keys of the input columns whose names resemble this unknown header, best first; never applied without a yes."""
    plain = plain_header(text)
    if not plain:
        return ()
    best: dict[str, float] = {}
    for spelling, key in _SPELLINGS.items():
        if key in INPUT_BY_KEY:
            best[key] = max(best.get(key, 0.0), SequenceMatcher(None, plain, spelling).ratio())
    ranked = sorted((key for key, score in best.items() if score >= 0.6), key=lambda key: -best[key])
    return tuple(ranked[:limit])


def missing_columns(present: Iterable[str]) -> tuple[InputColumn, ...]:
    """The columns without which a sheet that has the `present` keys cannot be used.

    Those needed by every row always; those needed for an encounter or a payment as soon as one of that group is there.
    """
    keys = set(present)
    groups = {INPUT_BY_KEY[key].need for key in keys if key in INPUT_BY_KEY} - {"optional"} | {"all"}
    return tuple(column for column in INPUT_COLUMNS if column.need in groups and column.key not in keys)
