"""Books of an office that never was: charges with all that happens to them, and the reports of any day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tests.integration.kpis.golden import Row

FIRST_DAY = date(2025, 9, 1)
_PRACTICES = ("TEST North", "TEST South")
_PAYERS = ("TEST Alpha", "TEST Beta", None)


@dataclass(frozen=True, kw_only=True)
class Movement:
    """What comes off a charge on a day; `applied` later where money lies about first."""

    kind: str
    posted: date
    received: date
    applied: date
    amount: Decimal
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A charge line and its movements."""

    number: int
    dos: date
    entered: date
    billed: date
    amount: Decimal
    practice: str
    payer: str | None
    denied: bool
    movements: Sequence[Movement]

    def balance(self, on: date) -> Decimal:
        """What is open at the end of a day."""
        return self.amount - sum((m.amount for m in self.movements if m.applied <= on), Decimal(0))

    @property
    def names(self) -> Row:
        """What every report says of the line."""
        return {"practice_name": self.practice, "charge_primary_payer_name": self.payer}


def invent(seed: int, *, lines: int, days: int) -> list[Line]:
    """So many lines whose DOS lie in so many days from FIRST_DAY; the same for the same seed."""
    random = Random(seed)
    return [_line(random, number, days) for number in range(1, lines + 1)]


def reports(books: Sequence[Line], on: date) -> dict[str, list[Row]]:
    """Every report as it shows the books at the end of a day."""
    entered = [line for line in books if line.entered <= on]
    return {
        "ar_aging": [_open(line, on) for line in entered if line.balance(on)],
        "gross_billing": [_charge(line, on) for line in entered],
        "payment_trends": [_payment(line, m, on) for line, m in _posted(entered, on, "payment")],
        "write_off_trends": [_adjustment(line, m) for line, m in _posted(entered, on, "adjustment")],
        "denial_trends": [_denial(line, m) for line, m in _posted(entered, on, "denied")],
    }


def _posted(books: Sequence[Line], on: date, kind: str) -> Iterator[tuple[Line, Movement]]:
    wanted = {"payment": ("payment", "denied", "refund")}.get(kind, (kind,))
    return ((line, m) for line in books for m in line.movements if m.kind in wanted and m.posted <= on)


def _line(random: Random, number: int, days: int) -> Line:
    dos = FIRST_DAY + timedelta(days=random.randrange(days))
    entered = dos + timedelta(days=random.choice((0, 1, 1, 2, 4, 9)))
    billed = entered + timedelta(days=random.randrange(5))
    amount = Decimal(random.randrange(1_000, 90_000)) / 100
    payer = random.choice(_PAYERS)
    denied = payer is not None and random.random() < 0.3
    return Line(
        number=number,
        dos=dos,
        entered=entered,
        billed=billed,
        amount=amount,
        practice=random.choice(_PRACTICES),
        payer=payer,
        denied=denied,
        movements=tuple(_movements(random, billed, amount, denied=denied)),
    )


def _movements(random: Random, day: date, amount: Decimal, *, denied: bool) -> Iterator[Movement]:
    def moved(kind: str, part: Decimal, code: str = "", *, waits: int = 0) -> Movement:
        return Movement(
            kind=kind,
            posted=day,
            received=day - timedelta(days=random.randrange(4)),
            applied=day + timedelta(days=waits),
            amount=part,
            code=code,
        )

    day += timedelta(days=random.randrange(10, 50))
    if denied:
        yield moved("denied", Decimal(0))
        day += timedelta(days=random.randrange(20, 90))
        if random.random() < 0.4:
            yield moved("adjustment", amount, "DENWO")
            return
    contractual = (amount * Decimal(random.randrange(0, 60)) / 100).quantize(Decimal("0.01"))
    paid = ((amount - contractual) * Decimal(random.randrange(20, 101)) / 100).quantize(Decimal("0.01"))
    yield moved("adjustment", contractual, "45")
    yield moved("payment", paid, waits=random.choice((0, 0, 0, 12, 45)))
    fate = random.random()
    day += timedelta(days=random.randrange(30, 120))
    if fate < 0.1:
        yield moved("payment", -paid)
        yield moved("adjustment", -contractual, "45R")
    elif fate < 0.2:
        # Paid twice, refunded later: a credit balance in between.
        yield moved("payment", paid)
        day += timedelta(days=40)
        yield moved("refund", -paid)
    elif fate < 0.6:
        yield moved("adjustment", amount - contractual - paid, random.choice(("SBWO", "BDWO", "CHAR")))


def _open(line: Line, on: date) -> Row:
    return line.names | {
        "charge_id": str(line.number),
        "charge_from_date": line.dos,
        "charge_entered_date": line.entered,
        "claim_first_billed_date": line.billed if line.payer and line.billed <= on else None,
        "charge_balance": line.balance(on),
    }


def _charge(line: Line, on: date) -> Row:
    return line.names | {
        "charge_id": str(line.number),
        "charge_claim_id": f"k{line.number // 2}",
        "charge_from_date": line.dos,
        "charge_entered_date": line.entered,
        "claim_first_billed_date": line.billed if line.payer and line.billed <= on else None,
        "charge_amount": line.amount,
        "claim_status": "PAID" if line.balance(on) <= 0 else "CLAIM AT INSURANCE",
        "times_billed": 1,
        "claim_rejected_date": line.billed if line.number % 9 == 0 and line.billed <= on else None,
        "hold_start_date": line.entered if line.number % 7 == 0 else None,
    }


def _payment(line: Line, movement: Movement, on: date) -> Row:
    applied = movement.applied <= on
    return {
        "practice_name": line.practice,
        "charge_primary_payer_name": line.payer if applied else None,
        "charge_id": str(line.number) if applied else None,
        "claim_id": f"k{line.number // 2}" if applied else None,
        "charge_amount": line.amount if applied else None,
        "charge_from_date": line.dos if applied else None,
        "payment_received": movement.received,
        "payment_entered": movement.posted,
        "payment_total_paid": movement.amount,
        "insurance_paid_amount": movement.amount if line.payer else Decimal(0),
        "payment_unapplied_amount": Decimal(0) if applied else movement.amount,
        "payment_refund_amount": -movement.amount if movement.kind == "refund" else Decimal(0),
    }


def _adjustment(line: Line, movement: Movement) -> Row:
    return {
        "practice_name": line.practice,
        "credit_payer_name": line.payer,
        "charge_id": str(line.number),
        "adjustment_code_s": movement.code,
        "adjustment_amount": movement.amount,
        "adjustment_entered": movement.posted,
        "payment_received": movement.received,
    }


def _denial(line: Line, movement: Movement) -> Row:
    return line.names | {
        "charge_id": str(line.number),
        "claim_id": f"k{line.number // 2}",
        "charge_amount": line.amount,
        "charge_from_date": line.dos,
        "charge_primary_payment_date": movement.posted,
        "payment_received": movement.received,
        "payment_entered": movement.posted,
        "unpaid_reason_code_s": "CO-197" if line.number % 3 else "CO-18",
        "remark_code_s": "N1",
        "appeal_date": None,
    }
