"""Draws a Charges sheet from the invented world, with its own knowledge of what the sheet asks to be posted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sandbox.sheets.mistakes import REFUSED_CODE, choose_blunders
from sandbox.sheets.model import (
    Drawn,
    IntendedEncounter,
    IntendedLine,
    IntendedPayment,
    Mistake,
    SheetOrder,
    SheetRow,
    Source,
)
from sandbox.world import Customer, Patient, Practice, Provider, World
from sandbox.world.codes import DIAGNOSES, FEE_SCHEDULE

_CODES = tuple(FEE_SCHEDULE)
#: Encounter mode and place of service; 21 comes with the dates of the stay.
_MODES = (("In Office", "11"),) * 7 + (("Telehealth", "10"), ("Telehealth", "02"), ("In Office", "21"))
_MODIFIERS = ("24", "25", "59", "76", "95", "GT", "LT", "RT")
_SOURCES: tuple[Source, ...] = ("CHECK", "CREDIT CARD", "EFT", "CASH", "CREDIT CARD")
_LONGEST_BACK = 60
#: A draw that finds its patient and day taken is tried so often again.
_TRIES = 200


@dataclass(kw_only=True, slots=True)
class _Group:
    """An encounter while it is drawn."""

    practice: Practice
    patient: Patient
    dos: date
    rendering: Provider
    scheduling: Provider | None
    referring: Provider | None
    rows: list[SheetRow] = field(default_factory=list)
    mistakes: list[tuple[SheetRow, str, str]] = field(default_factory=list)
    refused: bool = False


def draw_sheet(world: World, order: SheetOrder) -> Drawn:
    """Draw the ordered sheet, the same for the same world and order.

    No two encounters share practice, patient and day. ValueError when the population or the days are too few for
    that, or a name is unknown.
    """
    rng = Random(order.seed)
    practices = _choose_practices(_choose_customer(world, order), order)
    groups = _draw_groups(world, order, practices, rng)
    _spoil(groups, order, rng)
    arranged = [row for group in groups for row in group.rows]
    if order.scattered:
        rng.shuffle(arranged)
    numbers = {id(row): number for number, row in enumerate(arranged, start=2)}
    right = [group for group in groups if not group.mistakes]
    payments = [
        _intend_payment(group, row, numbers[id(row)])
        for group in right
        for row in group.rows
        if row.payment is not None
    ]
    return Drawn(
        rows=tuple(arranged),
        payments=tuple(sorted(payments, key=lambda payment: payment.row)),
        encounters=tuple(_intend_encounter(group, numbers) for group in right if not group.refused),
        mistakes=tuple(
            Mistake(row=numbers[id(row)], column=column, what=what)
            for group in groups
            for row, column, what in group.mistakes
        ),
        refused=tuple(sorted(numbers[id(row)] for group in groups if group.refused for row in group.rows)),
    )


def _choose_customer(world: World, order: SheetOrder) -> Customer:
    if not order.customer:
        return world.customers[0]
    found = next((customer for customer in world.customers if customer.name == order.customer), None)
    if found is None:
        names = ", ".join(customer.name for customer in world.customers)
        raise ValueError(f"There is no customer {order.customer}. The world has: {names}.")
    return found


def _choose_practices(customer: Customer, order: SheetOrder) -> list[Practice]:
    chosen = [practice for practice in customer.practices if not order.practices or practice.name in order.practices]
    if len(chosen) < len(order.practices) or not chosen:
        names = ", ".join(practice.name for practice in customer.practices)
        raise ValueError(f"A practice of the order is unknown. {customer.name} has: {names}.")
    return chosen


def _draw_groups(world: World, order: SheetOrder, practices: list[Practice], rng: Random) -> list[_Group]:
    if not 1 <= order.days <= _LONGEST_BACK:
        raise ValueError(f"Days must be from 1 to {_LONGEST_BACK}.")
    ids = {practice.id: world.patient_ids(practice.id) for practice in practices}
    taken: set[tuple[str, date]] = set()
    groups: list[_Group] = []
    left, references = order.rows, 0
    while left:
        practice = rng.choice(practices)
        patient, dos = _choose_visit(world, order, ids[practice.id], taken, rng)
        group = _open_group(practice, patient, dos, rng)
        lines = max(rng.randint(order.fewest_lines, order.most_lines), order.equal_cash)
        _add_lines(group, min(lines, left), rng)
        left -= len(group.rows)
        if rng.random() < order.payment_share:
            references += 1
            _add_payments(group, order, references, rng)
        groups.append(group)
    return groups


def _choose_visit(
    world: World, order: SheetOrder, patient_ids: list[str], taken: set[tuple[str, date]], rng: Random
) -> tuple[Patient, date]:
    for _ in range(_TRIES):
        patient_id = rng.choice(patient_ids) if patient_ids else ""
        dos = order.today - timedelta(days=rng.randint(1, order.days))
        patient = world.patient(patient_id)
        if patient and patient.cases and (patient_id, dos) not in taken:
            taken.add((patient_id, dos))
            return patient, dos
    raise ValueError("There are too few patients or days for so many rows. Ask for more patients, or more days.")


def _open_group(practice: Practice, patient: Patient, dos: date, rng: Random) -> _Group:
    renderers = practice.providers_of_kind("rendering")
    return _Group(
        practice=practice,
        patient=patient,
        dos=dos,
        rendering=rng.choice(renderers),
        scheduling=rng.choice(renderers) if rng.random() < 0.2 else None,
        referring=rng.choice(practice.providers_of_kind("referring")) if rng.random() < 0.25 else None,
    )


def _add_lines(group: _Group, count: int, rng: Random) -> None:
    mode, pos = rng.choice(_MODES)
    stay = (group.dos - timedelta(days=1), group.dos + timedelta(days=2)) if pos == "21" else (None, None)
    for code in rng.sample(_CODES, count):
        group.rows.append(
            SheetRow(
                patient_id=group.patient.id,
                practice=group.practice.name,
                dos=group.dos,
                rendering_provider=group.rendering.full_name,
                mode=mode,
                pos=pos,
                procedure=code,
                units=Decimal(rng.choice((1, 1, 1, 1, 2, 3))),
                diagnoses=tuple(rng.sample(DIAGNOSES, rng.choice((1, 1, 2, 3, 4)))),
                modifiers=tuple(rng.sample(_MODIFIERS, rng.choice((0, 0, 0, 1, 2)))),
                batch=f"CE-{group.dos:%m%d}",
                scheduling_provider=group.scheduling.full_name if group.scheduling else None,
                referring_provider=group.referring.full_name if group.referring else None,
                admitted=stay[0],
                discharged=stay[1],
            )
        )


def _add_payments(group: _Group, order: SheetOrder, number: int, rng: Random) -> None:
    amount = Decimal(rng.randint(500, 30_000)) / 100
    source: Source = "CASH" if order.equal_cash else rng.choice(_SOURCES)
    referenced = source in ("CHECK", "EFT") or (source == "CREDIT CARD" and rng.random() < 0.6)
    times = order.equal_cash or (len(group.rows) if order.repeat_payments else 1)
    for row in group.rows[:times]:
        row.payment = amount.quantize(Decimal("0.01"))
        row.source = source
        row.reference = f"R{order.seed}-{number:06d}" if referenced else None
        row.payment_batch = f"PP-{group.dos:%m%d}"


def _spoil(groups: list[_Group], order: SheetOrder, rng: Random) -> None:
    wanted = order.mistakes + order.refused_codes
    if wanted > len(groups):
        raise ValueError(f"The sheet has {len(groups)} encounters, too few for {wanted} with something wrong.")
    chosen = rng.sample(groups, wanted)
    for group, blunder in zip(chosen, choose_blunders(rng, order.mistakes), strict=False):
        for row in group.rows if blunder.every_row else group.rows[:1]:
            blunder.spoil(row, order.today)
            group.mistakes.append((row, blunder.column, blunder.what))
    for group in chosen[order.mistakes :]:
        group.rows[0].procedure = REFUSED_CODE
        group.refused = True


def _intend_payment(group: _Group, row: SheetRow, number: int) -> IntendedPayment:
    assert row.payment is not None and row.source is not None, "only rows with a payment are asked"
    return IntendedPayment(
        row=number,
        practice_id=group.practice.id,
        patient_id=group.patient.id,
        dos=group.dos,
        amount=row.payment,
        source=row.source,
        reference=row.reference or "",
        batch=row.payment_batch or "",
    )


def _intend_encounter(group: _Group, numbers: dict[int, int]) -> IntendedEncounter:
    case = group.patient.primary_case
    assert case is not None, "only patients with a case are drawn"
    rows = sorted(group.rows, key=lambda row: numbers[id(row)])
    first = rows[0]
    return IntendedEncounter(
        practice_id=group.practice.id,
        patient_id=group.patient.id,
        dos=group.dos,
        rendering_provider_id=group.rendering.id,
        scheduling_provider_id=(group.scheduling or group.rendering).id,
        referring_provider_id=group.referring.id if group.referring else "",
        case_id=case.id,
        pos=first.pos,
        batch=first.batch or "",
        admitted=first.admitted,
        discharged=first.discharged,
        lines=tuple(
            IntendedLine(
                row=numbers[id(row)],
                code=row.procedure,
                units=row.units,
                modifiers=row.modifiers,
                diagnoses=row.diagnoses,
            )
            for row in rows
        ),
        charge=sum((FEE_SCHEDULE[row.procedure] * row.units for row in rows), Decimal("0.00")),
    )
