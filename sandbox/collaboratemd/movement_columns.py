"""The columns that speak of a payment, an adjustment, a denial, a user's work or a patient's statements."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sandbox.collaboratemd.selection import (
    SHOWN_REASONS,
    AdjustmentSelection,
    ArSelection,
    ClaimSelection,
    DenialSelection,
    PaymentSelection,
)
from sandbox.collaboratemd.values import Numbers, Texts, Values, dates, integers, money, texts
from sandbox.world.claim_codes import DENIAL_REASONS
from sandbox.world.days import NEVER

#: Columns of the charge, empty in the row of a payment that is not applied to it.
CHARGE_COLUMNS_OF_A_PAYMENT = frozenset(
    (
        *("charge_id", "charge_claim_id", "claim_id", "charge_entered_date", "charge_from_date", "charge_to_date"),
        *("charge_rev_code", "charge_cpt_code", "type_of_bill", "charge_primary_payer_name", "charge_amount"),
        *("charge_insurance_adjustments", "charge_patient_adjustments", "charge_total_adjustments"),
        *("facility_name", "rendering_provider"),
    )
)
#: Adjustment codes and our words for them, in the order of selection.REASONS.
_CODES = ("45", "DENWO", "45R", "SBWO", "BDWO", "CHAR", "23")
_GROUPS = ("CO", "CO", "CO", "PR", "PR", "PR", "OA")
_WORDS = (
    "contractual",
    "denial write-off",
    "takeback",
    "small balance write-off",
    "bad debt write-off",
    "charity write-off",
    "secondary payer adjustment",
)
#: Remark codes by reason, two places each.
_REMARKS = tuple(remark for row in DENIAL_REASONS for remark in (row[2][0], row[2][-1]))


def _payer_or_patient(rows: PaymentSelection | AdjustmentSelection) -> Texts:
    payers = rows.names.payers
    return texts(np.where(rows.payer < 0, len(payers), rows.payer), *payers, "PATIENT")


def _of_patients(rows: PaymentSelection, cents: np.ndarray) -> np.ndarray:
    return np.where(rows.payer < 0, cents, 0)


def _of_payers(rows: PaymentSelection, cents: np.ndarray) -> np.ndarray:
    return np.where(rows.payer < 0, 0, cents)


def _applied(rows: PaymentSelection) -> np.ndarray:
    return np.where(rows.applied, rows.cents, 0)


PAYMENT_COLUMNS: dict[str, Callable[[PaymentSelection], Values]] = {
    "credit_payer_name": _payer_or_patient,
    "insurance_applied_amount": lambda rows: money(_of_payers(rows, _applied(rows))),
    "insurance_paid_amount": lambda rows: money(_of_payers(rows, rows.cents)),
    "patient_applied_amount": lambda rows: money(_of_patients(rows, _applied(rows))),
    "payer_name": _payer_or_patient,
    "payment_allowed_amount": lambda rows: money(rows.allowed),
    "payment_applied_amount": lambda rows: money(_applied(rows)),
    "payment_entered": lambda rows: dates(rows.entered),
    "payment_id": lambda rows: integers(rows.claims.line_id[rows.line] * 100 + rows.posting),
    "payment_received": lambda rows: dates(rows.received),
    "payment_refund_amount": lambda rows: money(np.where(rows.refund, -rows.cents, 0)),
    "payment_source": lambda rows: texts(rows.payer < 0, "INSURANCE", "PATIENT"),
    "payment_total_applied": lambda rows: money(_applied(rows)),
    "payment_total_paid": lambda rows: money(rows.cents),
    "payment_unapplied_amount": lambda rows: money(np.where(rows.applied, 0, rows.cents)),
}


def _users(rows: AdjustmentSelection) -> Texts:
    return Texts((rows.claims.id[rows.claim] % len(rows.names.staff)).astype(np.int32), rows.names.staff)


ADJUSTMENT_COLUMNS: dict[str, Callable[[AdjustmentSelection], Values]] = {
    "adj_code_description": lambda rows: texts(rows.reason, *_WORDS),
    "adjustment_amount": lambda rows: money(rows.cents),
    "adjustment_code": lambda rows: texts(rows.reason, *_CODES),
    "adjustment_code_s": lambda rows: texts(rows.reason, *_CODES),
    "adjustment_entered": lambda rows: dates(rows.entered),
    "adjustment_group_code": lambda rows: texts(rows.reason, *_GROUPS),
    "credit_payer_name": _payer_or_patient,
    "credit_source_w_o_payer": lambda rows: texts(rows.from_patient, "INSURANCE", "PATIENT"),
    "patient_credits": lambda rows: money(np.where(rows.from_patient, rows.cents, 0)),
    "patient_ins_credits": lambda rows: money(np.where(rows.from_patient, 0, rows.cents)),
    "patient_total_credits": lambda rows: money(rows.cents),
    "patient_total_credits_1": lambda rows: money(rows.cents),
    "payment_payer_id": lambda rows: Texts(rows.payer, rows.names.payer_ids),
    "payment_received": lambda rows: dates(rows.received),
    "payment_total_applied": lambda rows: money(rows.paid),
    "payment_username": _users,
}


def _remark(rows: DenialSelection) -> Texts:
    return texts(np.where(rows.remark < 0, -1, rows.reason * 2 + np.minimum(rows.remark, 1)), *_REMARKS)


def _outcome(rows: DenialSelection) -> Texts:
    return texts(np.where(rows.decided >= NEVER, -1, rows.overturned), "UPHELD", "OVERTURNED")


DENIAL_COLUMNS: dict[str, Callable[[DenialSelection], Values]] = {
    "adjustment_group_code": lambda rows: texts(rows.reason, *(group for group, _ in SHOWN_REASONS)),
    "appeal_date": lambda rows: dates(rows.appealed),
    "appeal_decision_date": lambda rows: dates(rows.decided),
    "appeal_outcome": _outcome,
    "insurance_paid_amount": lambda rows: money(rows.paid),
    "payment_entered": lambda rows: dates(rows.posted),
    "payment_received": lambda rows: dates(rows.received),
    "remark_code_s": _remark,
    "unpaid_reason_code_s": lambda rows: texts(rows.reason, *(code for _, code in SHOWN_REASONS)),
}

WORK_COLUMNS: dict[str, Callable[[ClaimSelection], Values]] = {
    "created_by_user": lambda rows: Texts(rows.user, rows.names.staff),
    "last_note_date_max": lambda rows: dates(rows.last_note),
    "note_count_cntunq": lambda rows: integers(rows.notes),
}


def _first_statement(rows: ArSelection) -> Numbers:
    return dates(rows.standing.known(rows.standing.batch.statements.first[rows.line]))


AR_COLUMNS: dict[str, Callable[[ArSelection], Values]] = {
    "first_statement_date": _first_statement,
    "patient_statements_printed": lambda rows: integers(rows.printed[rows.claims.patient[rows.claim]]),
    "patient_stmts_sent_electronically": lambda rows: integers(rows.electronic[rows.claims.patient[rows.claim]]),
}
