"""The columns that speak of a charge line, its claim, its patient, and where they stand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sandbox.collaboratemd.names import CITIES, PLACES, STATES, ZIPS
from sandbox.collaboratemd.selection import Selection
from sandbox.collaboratemd.values import Numbers, Texts, Values, dates, integers, money, texts
from sandbox.world.claim_codes import HOLD_REASONS, LEVELS_OF_CARE, TYPES_OF_BILL
from sandbox.world.days import NEVER, Days
from sandbox.world.life import Bucket, ClaimStatus

LineColumn = Callable[[Selection], Values]

_STATUS_WORDS = {
    ClaimStatus.PAID: "PAID",
    ClaimStatus.BALANCE_DUE_PATIENT: "BALANCE DUE PATIENT",
    ClaimStatus.AT_COLLECTIONS: "AT COLLECTIONS",
    ClaimStatus.CLAIM_AT_INSURANCE: "CLAIM AT INSURANCE",
    ClaimStatus.APPROVED_FOR_HIGHER_PAYMENT: "PENDING/APPROVED FOR HIGHER PAYMENT",
    ClaimStatus.NEEDS_RENEGOTIATING: "NEEDS RENEGOTIATING",
    ClaimStatus.READY_TO_BILL: "READY TO BILL",
    ClaimStatus.ON_HOLD: "ON HOLD",
}
#: Claim statuses as the vendor words them, in the order of ClaimStatus.
STATUSES = tuple(_STATUS_WORDS[status] for status in ClaimStatus)


def _of_patient(table: Callable[[Selection], tuple[str, ...]]) -> LineColumn:
    return lambda rows: Texts(rows.claims.patient[rows.claim], table(rows))


def _spread(table: tuple[str, ...], step: int) -> LineColumn:
    """An invented address of the patient."""
    return lambda rows: texts(rows.claims.patient[rows.claim] * step % len(table), *table)


def _of_payer(table: tuple[str, ...], step: int) -> LineColumn:
    """An invented address of the primary payer."""

    def tell(rows: Selection) -> Texts:
        payer = rows.claims.primary[rows.claim]
        return texts(np.where(payer < 0, -1, payer * step % len(table)), *table)

    return tell


def _payer(rows: Selection) -> Texts:
    return Texts(rows.claims.primary[rows.claim], rows.names.payers)


def _current_payer(rows: Selection) -> Texts:
    owed, line = rows.standing.owed, rows.line
    payers = rows.names.payers
    patient = np.int32(len(payers))
    place = np.select(
        [owed["insurance"][line] > 0, owed["other"][line] > 0, rows.standing.balance[line] > 0],
        [rows.claims.primary[rows.claim], rows.claims.secondary[rows.claim], patient],
        default=rows.claims.primary[rows.claim],
    )
    return texts(place, *payers, "PATIENT")


def _owed(bucket: Bucket) -> LineColumn:
    return lambda rows: money(rows.standing.owed[bucket][rows.line])


def _known(rows: Selection, days: Days) -> Numbers:
    return dates(rows.standing.known(days))


def _claim_date(name: str) -> LineColumn:
    return lambda rows: _known(rows, getattr(rows.claims, name)[rows.claim])


def _age(name: str) -> LineColumn:
    def tell(rows: Selection) -> Numbers:
        days = rows.standing.known(getattr(rows.claims, name)[rows.claim])
        return integers(rows.day - days, days >= NEVER)

    return tell


def _bills(rows: Selection) -> np.ndarray:
    """The known days of billing, never elsewhere: three rows, one column a row of the report."""
    claims, again = rows.claims, rows.standing.batch.payers.billed_again
    return np.stack(
        [
            rows.standing.known(days)
            for days in (claims.first_billed[rows.claim], claims.billed_again[rows.claim], again[rows.line])
        ]
    )


def _last_billed(rows: Selection) -> Numbers:
    bills = _bills(rows)
    last = np.where(bills < NEVER, bills, -1).max(axis=0)
    return dates(np.where(last < 0, NEVER, last).astype(np.int32))


def _first_payment(rows: Selection) -> Numbers:
    return _known(rows, rows.standing.batch.payers.first.posted[rows.line])


def _last_payment(name: str) -> LineColumn:
    def tell(rows: Selection) -> Numbers:
        last = np.full(len(rows.line), -1, np.int32)
        for posting in rows.standing.batch.postings:
            if posting.kind == "payment":
                come = posting.entered[rows.line] <= rows.day
                last = np.maximum(last, np.where(come, getattr(posting, name)[rows.line], -1))
        return dates(np.where(last < 0, NEVER, last).astype(np.int32))

    return tell


def _status(rows: Selection) -> Texts:
    return texts(rows.standing.status[rows.line], *STATUSES)


def _set_to_status(rows: Selection) -> Texts:
    status = rows.standing.status[rows.line]
    held = status == ClaimStatus.ON_HOLD
    return texts(np.where(held, len(STATUSES) + rows.claims.hold_reason[rows.claim], status), *STATUSES, *HOLD_REASONS)


def _revenue_code(rows: Selection) -> Texts:
    return texts(rows.claims.level_of_care[rows.line], *(code for code, _, _ in LEVELS_OF_CARE))


def _paid(rows: Selection) -> np.ndarray:
    return rows.standing.insurance_paid[rows.line] + rows.standing.patient_paid[rows.line]


LINE_COLUMNS: dict[str, LineColumn] = {
    "admission_date": lambda rows: dates(
        np.where(rows.claims.institutional[rows.claim], rows.claims.dos[rows.claim], NEVER).astype(np.int32)
    ),
    "charge_amount": lambda rows: money(rows.claims.cents[rows.line]),
    "charge_balance": lambda rows: money(rows.standing.balance[rows.line]),
    "charge_balance_at_collections": _owed("collections"),
    "charge_balance_due_ins": _owed("insurance"),
    "charge_balance_due_other": _owed("other"),
    "charge_balance_due_pat": _owed("patient"),
    "charge_claim_id": lambda rows: integers(rows.claims.id[rows.claim]),
    "charge_cpt_code": lambda rows: Texts(rows.claims.code[rows.line], rows.names.codes),
    "charge_cpt_description": lambda rows: Texts(rows.claims.code[rows.line], rows.names.procedures),
    "charge_current_payer_name": _current_payer,
    "charge_entered_age_days": _age("entered"),
    "charge_entered_date": _claim_date("entered"),
    "charge_first_bill_date": _claim_date("first_billed"),
    "charge_first_bill_date_age_days": _age("first_billed"),
    "charge_from_date": _claim_date("dos"),
    "charge_fromdate_age_days": _age("dos"),
    "charge_id": lambda rows: integers(rows.claims.line_id[rows.line]),
    "charge_insurance_adjustments": lambda rows: money(rows.standing.insurance_adjusted[rows.line]),
    "charge_insurance_payments": lambda rows: money(rows.standing.insurance_paid[rows.line]),
    "charge_patient_adjustments": lambda rows: money(rows.standing.patient_adjusted[rows.line]),
    "charge_patient_id": _of_patient(lambda rows: rows.names.patient_ids),
    "charge_patient_payments": lambda rows: money(rows.standing.patient_paid[rows.line]),
    "charge_primary_payer_id": lambda rows: Texts(rows.claims.primary[rows.claim], rows.names.payer_ids),
    "charge_primary_payer_name": _payer,
    "charge_primary_payer_name_1": _payer,
    "charge_primary_payment_date": _first_payment,
    "charge_rev_code": _revenue_code,
    "charge_secondary_payer_name": lambda rows: Texts(rows.claims.secondary[rows.claim], rows.names.payers),
    "charge_set_to_status": _set_to_status,
    "charge_to_date": _claim_date("dos_to"),
    "charge_total_adjustments": lambda rows: money(
        rows.standing.insurance_adjusted[rows.line] + rows.standing.patient_adjusted[rows.line]
    ),
    "charge_total_payments": lambda rows: money(_paid(rows)),
    "charge_units_sum": lambda rows: integers(rows.claims.units[rows.line]),
    "claim_admit_code": lambda rows: texts(np.where(rows.claims.institutional[rows.claim], 0, -1), "3"),
    "claim_first_billed_date": _claim_date("first_billed"),
    "claim_from_date": _claim_date("dos"),
    "claim_id": lambda rows: integers(rows.claims.id[rows.claim]),
    "claim_last_billed_date": _last_billed,
    "claim_primary_member_id": _of_patient(lambda rows: rows.names.member_ids),
    "claim_primary_payer_type": lambda rows: texts(rows.claims.primary[rows.claim] >= 0, "SELF PAY", "COMMERCIAL"),
    "claim_rejected_date": _claim_date("rejected"),
    "claim_status": _status,
    "claim_to_date": _claim_date("dos_to"),
    "claim_type": lambda rows: texts(rows.claims.institutional[rows.claim], "PROFESSIONAL", "INSTITUTIONAL"),
    "credit_payer_name": _payer,
    "facility_name": lambda rows: Texts(rows.claims.facility[rows.claim], rows.names.facilities),
    "hold_release_date": _claim_date("hold_release"),
    "hold_start_date": _claim_date("hold_start"),
    "insurance_paid_amount": lambda rows: money(rows.standing.insurance_paid[rows.line]),
    "office_name": lambda rows: Texts(rows.claims.practice[rows.claim], rows.names.offices),
    "patient_address_1": _spread(PLACES, 7),
    "patient_city": _spread(CITIES, 1),
    "patient_full_name": _of_patient(lambda rows: rows.names.patients),
    "patient_id": _of_patient(lambda rows: rows.names.patient_ids),
    "patient_paid_amount_w_copays": lambda rows: money(rows.standing.patient_paid[rows.line]),
    "patient_state": _spread(STATES, 1),
    "patient_zip": _spread(ZIPS, 11),
    "payer_name": _payer,
    "payment_allowed_amount": lambda rows: money(rows.standing.allowed[rows.line]),
    "payment_entered": _last_payment("entered"),
    "payment_received": _last_payment("received"),
    "practice_name": lambda rows: Texts(rows.claims.practice[rows.claim], rows.names.practices),
    "primary_group": _of_patient(lambda rows: rows.names.group_numbers),
    "primary_group_number": _of_patient(lambda rows: rows.names.group_numbers),
    "primary_ins_addr_1": _of_payer(PLACES, 9),
    "primary_ins_city": _of_payer(CITIES, 1),
    "primary_ins_state": _of_payer(STATES, 1),
    "primary_ins_zip": _of_payer(ZIPS, 13),
    "primary_member_id": _of_patient(lambda rows: rows.names.member_ids),
    "primary_payer_member_id": _of_patient(lambda rows: rows.names.member_ids),
    "rendering_provider": lambda rows: Texts(rows.claims.provider[rows.claim], rows.names.providers),
    "revenue_code": _revenue_code,
    "times_billed": lambda rows: integers((_bills(rows) < NEVER).sum(axis=0)),
    "type_of_bill": lambda rows: texts(rows.claims.type_of_bill[rows.claim], *TYPES_OF_BILL),
}
