"""Rows of an uploaded result whose payment was posted before, and has been changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lib.charges.model import Problem
from lib.charges.planning.intend import IntendedVisit
from lib.charges.sheet.columns import title_of
from lib.core.intents import Intent


def ask_about_paid_rows(visit: IntendedVisit, paid_rows: Mapping[int, Intent]) -> IntendedVisit:
    """The visit, with an error on each row whose Payment ID names a posted payment that is not the row's own any more.

    A biller who corrects the DOS or the batch of such a row means the same money: posted again it would be twice.
    `paid_rows` are posted intents by the number of the row that names them.
    """
    problems = [
        Problem(
            row=number,
            column=title_of("patient_payment"),
            value=f"{payment.part.amount:.2f}",
            what=f"run {paid_rows[number].run_id} posted payment {paid_rows[number].vendor_id} for this row, "
            "and the row has changed since.",
            fix="Empty its payment columns; or, if it is another payment, empty its Payment ID.",
        )
        for payment, draft in visit.payments
        for number in payment.rows
        if number in paid_rows and paid_rows[number].natural_key != draft.natural_key
    ]
    return replace(visit, problems=(*visit.problems, *problems)) if problems else visit
