"""What a drawn sheet is: its order, its rows, and what it asks to be posted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

Source = Literal["CHECK", "CREDIT CARD", "EFT", "CASH"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetOrder:
    """What to draw.

    `rows` is exact. `customer` is a name (the first one when empty), `practices` the names of some of its practices
    (all when empty). `days` of service end the day before `today`, and are at most 60. `payment_share` is the share of
    encounters with a payment, which stands on the encounter's first line; `repeat_payments` repeats it on each line;
    `equal_cash` gives each paying encounter so many equal cash payments without a reference, each on a line of its
    own. `scattered` tears the lines of an encounter apart. `mistakes` encounters have one mistake each that the
    workbench must find; `refused_codes` encounters have a procedure code that only the vendor knows to be wrong.
    """

    rows: int
    seed: int = 7
    today: date
    customer: str = ""
    practices: tuple[str, ...] = ()
    days: int = 20
    payment_share: float = 0.5
    fewest_lines: int = 1
    most_lines: int = 3
    repeat_payments: bool = False
    equal_cash: int = 0
    scattered: bool = False
    mistakes: int = 0
    refused_codes: int = 0


@dataclass(kw_only=True, slots=True)
class SheetRow:
    """One row of the sheet as its cells say it; None is an empty cell."""

    patient_id: str
    practice: str
    dos: date
    rendering_provider: str
    mode: str
    pos: str
    procedure: str
    units: Decimal
    diagnoses: tuple[str, ...]
    modifiers: tuple[str, ...] = ()
    batch: str | None = None
    scheduling_provider: str | None = None
    referring_provider: str | None = None
    admitted: date | None = None
    discharged: date | None = None
    payment_batch: str | None = None
    payment: Decimal | None = None
    source: Source | None = None
    reference: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class IntendedPayment:
    """A payment that the sheet asks for; `row` is its row in the workbook, the header being row 1."""

    row: int
    practice_id: str
    patient_id: str
    dos: date
    amount: Decimal
    source: Source
    reference: str
    batch: str


@dataclass(frozen=True, kw_only=True, slots=True)
class IntendedLine:
    """A procedure line that the sheet asks for."""

    row: int
    code: str
    units: Decimal
    modifiers: tuple[str, ...]
    diagnoses: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class IntendedEncounter:
    """An encounter that the sheet asks for, with its lines in sheet order and what the vendor will charge for it."""

    practice_id: str
    patient_id: str
    dos: date
    rendering_provider_id: str
    scheduling_provider_id: str
    referring_provider_id: str
    case_id: str
    pos: str
    batch: str
    admitted: date | None
    discharged: date | None
    lines: tuple[IntendedLine, ...]
    charge: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """A deliberate mistake: the row and column of the wrong cell, and what is wrong with it."""

    row: int
    column: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A drawn sheet.

    `payments` and `encounters` are what must be in the vendor's journal after a run, once each: the groups with a
    mistake are not among them, and an encounter with a refused code is not, though its payment is (`refused` holds
    the rows of such encounters). A payment repeated on several lines counts as often as it stands there.
    """

    rows: tuple[SheetRow, ...]
    payments: tuple[IntendedPayment, ...]
    encounters: tuple[IntendedEncounter, ...]
    mistakes: tuple[Mistake, ...]
    refused: tuple[int, ...]

    def payments_once(self) -> tuple[IntendedPayment, ...]:
        """The payments with what an encounter's lines repeat counted once."""
        first: dict[IntendedPayment, IntendedPayment] = {}
        for payment in self.payments:
            first.setdefault(replace(payment, row=0), payment)
        return tuple(first.values())
