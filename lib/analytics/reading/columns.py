"""The columns of the views for people: their titles, what they hold, and which of them name a patient."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from lib.analytics.reading.views import View
from lib.core.money import dollars


class Holds(StrEnum):
    """What a column holds, as far as showing it goes."""

    MONEY = "money"
    NUMBER = "number"
    DAY = "day"
    YES_NO = "yes or no"
    TEXT = "text"


_TITLES = {
    "as_of": "As of",
    "charge_cpt_code": "CPT code",
    "charge_from_date": "DOS",
    "charge_to_date": "DOS to",
    "charge_entered_date": "Entered",
    "claim_first_billed_date": "First billed",
    "charge_primary_payer_name": "Payer",
    "charge_primary_payer_id": "Payer ID",
    "practice_name": "Practice",
    "facility_name": "Facility",
    "rendering_provider_name": "Provider",
    "patient_full_name": "Patient",
    "customer_account": "Account",
    "charge_balance": "Balance",
    "debit_balance": "Open balance",
    "credit_balance": "Credit balance",
    "billed_date": "Billed",
    "charge_amount": "Charge",
    "charge_balance_due_ins": "Due from insurance",
    "charge_balance_due_other": "Due from other payers",
    "charge_balance_due_pat": "Due from patient",
    "charge_balance_at_collections": "At collections",
    "charge_insurance_payments": "Insurance paid",
    "charge_patient_payments": "Patient paid",
    "charge_total_payments": "Paid",
    "dos_age_days": "Days since service",
    "entry_age_days": "Days since entry",
    "first_bill_age_days": "Days since first bill",
    "dos_bucket": "Age since service",
    "entry_bucket": "Age since entry",
    "first_bill_bucket": "Age since first bill",
    "total_statements": "Statements",
    "is_credit": "Credit",
    "payment_entered": "Posted",
    "payment_received": "Received",
    "payer_name": "Paid by",
    "credit_payer_name": "Payer",
    "charge_set_to_status": "Reason",
    "claim_status": "Claim status",
    "charge_rev_code": "Level of care",
    "charge_lag_days": "Days to entry",
    "billing_lag_days": "Days to first bill",
    "unbilled_days": "Days unbilled",
    "days_on_hold": "Days on hold",
    "hold_start_date": "On hold since",
    "hold_release_date": "Released",
    "is_on_hold": "On hold",
    "payment_total_paid": "Paid",
    "insurance_paid_amount": "Insurance paid",
    "patient_paid_amount": "Patient paid",
    "patient_paid_amount_w_copays": "Patient paid, with copays",
    "payment_allowed_amount": "Allowed",
    "created_by_user": "User",
    "user_name": "User",
    "task_name": "Task",
    "work_date": "Day",
    "minutes_spent": "Minutes",
    "note_count_cntunq": "Notes",
    "last_note_date_max": "Last note",
    "was_billed_again": "Billed again",
    "write_off_amount": "Written off",
    "posted_date": "Posted",
    "adjustment_code": "Adjustment code",
    "payment_username": "User",
    "is_takeback": "Taken back",
}
_WORDS = {"id": "ID", "cpt": "CPT", "dos": "DOS", "ins": "insurance", "pat": "patient", "pos": "POS", "rcm": "RCM"}
#: Decimals that are no money.
_NO_MONEY = ("units", "minutes", "note_count", "rate", "share", "days", "hours", "yield", "ratio")


def title_of(column: str) -> str:
    """A column's title: the trade's word, else its name in words."""
    if column in _TITLES:
        return _TITLES[column]
    words = [_WORDS.get(word, word) for word in column.split("_")]
    return " ".join([words[0] if words[0].isupper() else words[0].capitalize(), *words[1:]])


def holds(column: str, type_name: str) -> Holds:
    """What a column of that type holds; types as Arrow names them."""
    if type_name.startswith("decimal"):
        return Holds.NUMBER if any(word in column for word in _NO_MONEY) else Holds.MONEY
    if column.endswith("_id") or column == "customer_account":
        return Holds.TEXT
    if type_name.startswith(("int", "double", "float")):
        return Holds.NUMBER
    if type_name.startswith("date"):
        return Holds.DAY
    if type_name == "bool":
        return Holds.YES_NO
    return Holds.TEXT


def said_sum(column: str, amount: Decimal) -> str:
    """What a column adds up to, as money or as a number."""
    if holds(column, "decimal") is Holds.MONEY:
        return dollars(amount)
    return f"{amount:,.2f}".rstrip("0").rstrip(".")


def said_count(count: int, one: str) -> str:
    """A count with its noun: “1 charge”, “1,204 charges”."""
    return f"{count:,} {one}{'' if count == 1 else 's'}"


def is_personal(view: View, column: str) -> bool:
    """Whether a column names or identifies a patient."""
    return column in view.personal
