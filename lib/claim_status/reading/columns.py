"""Which column of a file is which, by its heading; and which ones hold Social Security numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lib.core.errors import BadInput

Field = Literal[
    "claim_number",
    "first_name",
    "last_name",
    "date_of_birth",
    "subscriber_id",
    "first_service_date",
    "last_service_date",
    "practice_tin",
]

#: Headings of each field as people write them; the first is our word for it. Spaces, case and signs do not count.
_HEADINGS: dict[Field, tuple[str, ...]] = {
    "claim_number": (
        "Claim number", "Claim no", "Claim #", "Claim", "Claim ID", "Payer claim number", "ICN", "DCN",
        "Patient account number", "Patient control number",
    ),
    "first_name": ("First name", "Patient first name", "Pt first name", "Member first name", "Given name"),
    "last_name": ("Last name", "Patient last name", "Pt last name", "Member last name", "Surname", "Family name"),
    "date_of_birth": ("Date of birth", "DOB", "Birth date", "Birthday", "Patient DOB", "Patient date of birth"),
    "subscriber_id": (
        "Subscriber ID", "Member ID", "Insurance ID", "Policy number", "Subscriber number", "Member number",
    ),
    "first_service_date": (
        "First service date", "First DOS", "DOS", "Date of service", "Service date", "From date", "DOS from",
        "Service from", "First day of service", "Service start date",
    ),
    "last_service_date": (
        "Last service date", "Last DOS", "To date", "DOS to", "Service to", "Through date", "Last day of service",
        "Service end date",
    ),
    "practice_tin": ("Practice TIN", "TIN", "Tax ID", "Tax ID number", "Provider TIN", "Billing TIN", "EIN"),
}  # fmt: skip
#: Parts of headings that speak of Social Security numbers, and headings that are nothing else.
_SSN_PARTS = ("ssn", "socialsecurity", "socsec")
_SSN_WHOLE = {"ss", "social", "patientss", "patientsocial", "memberss"}
_SSN_SHAPE = re.compile(r"\d{3}[-\u2010-\u2015. ]\d{2}[-\u2010-\u2015. ]\d{4}", re.ASCII)


def plain(heading: str) -> str:
    """A heading reduced to letters and digits of one case."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", heading).casefold())


_FIELDS: dict[str, Field] = {plain(text): name for name, texts in _HEADINGS.items() for text in texts}
_FIELDS |= {plain("Claim #"): "claim_number"}


def label(field: Field) -> str:
    """Our word for a field, as messages show it."""
    return _HEADINGS[field][0]


def field_of(heading: str) -> Field | None:
    """The field that a heading names, None for any other."""
    return None if names_ssn(heading) else _FIELDS.get(plain(heading))


def names_ssn(heading: str) -> bool:
    """Whether a heading speaks of Social Security numbers."""
    word = plain(heading)
    return word in _SSN_WHOLE or any(part in word for part in _SSN_PARTS)


def looks_like_ssn(text: str) -> bool:
    """Whether a value is written like a Social Security number: 3, 2 and 4 digits, set apart."""
    return _SSN_SHAPE.fullmatch(text.strip()) is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """What stands where: positions (from 0) of our fields, of Social Security numbers and of all others."""

    count: int
    fields: dict[int, Field]
    ssn: tuple[int, ...] = ()
    others: tuple[int, ...] = ()


def find_columns(headings: Sequence[str]) -> Columns:
    """Say which column is which. Raises BadInput where two columns have one meaning or the claim number is missing."""
    fields: dict[int, Field] = {}
    for position, heading in enumerate(headings):
        field = field_of(heading)
        if field is None:
            continue
        if field in fields.values():
            first = next(place for place, known in fields.items() if known == field)
            raise BadInput(
                f"Columns {first + 1} and {position + 1} are both headed as {label(field)}.",
                fix="Keep one of them, or rename the other.",
            )
        fields[position] = field
    ssn = tuple(position for position, heading in enumerate(headings) if names_ssn(heading))
    if "claim_number" not in fields.values():
        if ssn and not fields:
            raise BadInput(
                "The file holds Social Security numbers and nothing that a payer is asked by.",
                fix="Send claim numbers; no payer is asked by Social Security number.",
            )
        raise BadInput("There is no column Claim number.", fix="Head the column with the claim numbers claim_number.")
    others = tuple(place for place in range(len(headings)) if place not in fields and place not in ssn)
    return Columns(count=len(headings), fields=fields, ssn=ssn, others=others)


def count_known(headings: Sequence[str]) -> int:
    """How many of these cells are headings that we know."""
    return sum(field_of(heading) is not None or names_ssn(heading) for heading in headings)
