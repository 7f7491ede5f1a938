"""Which rows of a visit carry one and the same payment, and what the sheet's payments add up to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from lib.charges.model import ChargeRow, Choices, PaymentDraft, PaymentPart, PaymentTotals, RepeatedPayments
from lib.charges.planning.keys import plain_reference


def equal_payments(rows: Iterable[ChargeRow]) -> list[list[ChargeRow]]:
    """The rows of one visit that carry a payment, those with equal ones together, in sheet order.

    Payments of a visit are equal when amount, source, reference and batch are (spaces and case do not count).
    """
    equals: dict[tuple[object, ...], list[ChargeRow]] = {}
    for row in rows:
        if row.payment:
            equals.setdefault(_identity(row.payment), []).append(row)
    return list(equals.values())


def needs_answer(equals: Sequence[ChargeRow], answer: RepeatedPayments | None) -> bool:
    """Whether only the biller can say if these equal payments are one: they repeat without a reference."""
    return answer is None and len(equals) > 1 and not _has_reference(equals[0])


def draft_payments(rows: Iterable[ChargeRow], answer: RepeatedPayments | None) -> tuple[PaymentDraft, ...]:
    """The payments of one visit, by their first row.

    Equal ones are one payment, or with the answer EACH as many as there are rows, told apart by their ordinal.
    Without an answer, those that `needs_answer` names are drafted as one as well; the caller must not send them.
    """
    drafts: list[PaymentDraft] = []
    for equals in equal_payments(rows):
        part = equals[0].payment
        assert part is not None
        if answer is RepeatedPayments.EACH:
            drafts += [
                PaymentDraft(rows=(row.number,), part=part, ordinal=ordinal, equals=len(equals))
                for ordinal, row in enumerate(equals, start=1)
            ]
        else:
            drafts.append(PaymentDraft(rows=tuple(row.number for row in equals), part=part))
    return tuple(sorted(drafts, key=lambda draft: draft.rows))


def add_up(
    visits: Iterable[Sequence[ChargeRow]], choices: Choices
) -> tuple[PaymentTotals, RepeatedPayments | None, bool]:
    """The totals of the whole sheet, the answer for repeated payments, and whether the control total gave it.

    Every payment that can be read counts, blocked or not, because the biller's control total counts it too. The
    biller's own answer goes before the control total, which decides only when it equals exactly one of the totals.
    """
    groups = [equals for rows in visits for equals in equal_payments(rows)]
    each = [row.payment.amount for equals in groups for row in equals if row.payment]
    one = [equals[0].payment.amount for equals in groups if equals[0].payment]
    repeated = [equals for equals in groups if len(equals) > 1]
    totals = PaymentTotals(
        one_count=len(one),
        one_total=sum(one, Decimal("0.00")),
        each_count=len(each),
        each_total=sum(each, Decimal("0.00")),
        repeated_rows=_numbers(repeated),
        unanswered_rows=_numbers(equals for equals in repeated if needs_answer(equals, None)),
    )
    answer = choices.repeated_payments or _answer_of_control(choices.control_payments, totals)
    if answer:
        totals = replace(totals, unanswered_rows=())
    return totals, answer, answer is not None and choices.repeated_payments is None


def _answer_of_control(control: Decimal | None, totals: PaymentTotals) -> RepeatedPayments | None:
    if control is None or totals.one_total == totals.each_total:
        return None
    return {totals.one_total: RepeatedPayments.ONE, totals.each_total: RepeatedPayments.EACH}.get(control)


def _identity(part: PaymentPart) -> tuple[object, ...]:
    return part.amount, part.source, plain_reference(part.reference), plain_reference(part.batch)


def _has_reference(row: ChargeRow) -> bool:
    return row.payment is not None and bool(plain_reference(row.payment.reference))


def _numbers(groups: Iterable[Sequence[ChargeRow]]) -> tuple[int, ...]:
    return tuple(sorted(row.number for equals in groups for row in equals))
