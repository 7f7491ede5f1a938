"""CreatePayment and GetPayments (contract sections 3 and 7)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from sandbox.tebra.call import Call
from sandbox.tebra.dates import close_window, read_date, show_date, show_moment, today_at_server
from sandbox.tebra.journal import Payment
from sandbox.tebra.replies import Refusal, write_members
from sandbox.world import Patient, Practice

_NAMES = ("Cash", "ElectronicFundsTransfer", "Check", "Other", "CreditCard", "Unknown")
_CODES = {"1": "Check", "3": "CreditCard", "4": "ElectronicFundsTransfer", "5": "Cash"}


def create_payment(call: Call) -> str:
    """Write an unapplied payment; the same one twice is two payments."""
    wanted = call.given.object("Payment")
    practice = _find_practice(call)
    patient = call.patient(wanted.object("Patient").text("PatientID"))
    payer_type = wanted.text("PayerType").capitalize()
    if payer_type not in ("Insurance", "Other", "Patient"):
        raise Refusal("Payer type is not valid.")
    if payer_type == "Patient" and patient is None:
        raise Refusal("Patient could not be found.")
    if patient and patient.practice_id != practice.id and call.settings.practice_mismatch == "refused":
        raise Refusal("Patient does not belong to the practice.")
    post_date = wanted.text("PostDate")
    posted_on = read_date(post_date) if post_date else today_at_server(call.now)
    if posted_on is None:
        raise Refusal("Post date is not a valid date.")
    terms = wanted.object("Payment")
    payment = Payment(
        id=call.journal.next_payment_id(),
        customer_id=call.customer.id,
        practice_id=practice.id,
        patient_id=patient.id if patient else "",
        amount=_read_amount(terms.text("AmountPaid")),
        method=_read_method(terms.text("PaymentMethod"), call.settings.payment_methods),
        payer_type=payer_type,
        payer_name=_name_payer(patient, call.settings.payer_name),
        reference=terms.text("ReferenceNumber"),
        batch=wanted.text("BatchNumber"),
        post_date=posted_on,
        received_at=call.now,
        visible_at=call.visible_at,
        answered=call.answered,
    )
    call.journal.write(payment)
    return write_members({"PaymentID": payment.id, "PracticeID": practice.id, "PracticeName": practice.name})


def get_payments(call: Call) -> str:
    """The visible payments that fit all given filters."""
    asked = call.filter()
    if not any(asked.text(name) for name in asked):
        raise Refusal("At least one filter is required.")
    if bool(asked.text("FromPostDate")) != bool(asked.text("ToPostDate")):
        raise Refusal("Both the start and the end of a date range are required.")
    return call.rows(
        "PaymentData",
        (
            {
                "Adjustments": "0.00",
                "Amount": f"{payment.amount:.4f}",
                "Applied": "0.0000",
                "BatchNumber": payment.batch,
                "CreatedDate": show_moment(payment.received_at),
                "ID": payment.id,
                "LastModifiedDate": show_moment(payment.received_at),
                "PayerName": payment.payer_name,
                "PayerType": payment.payer_type,
                "PaymentMethod": payment.method,
                "PostDate": show_date(payment.post_date),
                "PracticeId": payment.practice_id,
                "ReferenceNumber": payment.reference,
                "Refunds": "0.0000",
                "Unapplied": f"{payment.amount:.4f}",
            }
            for payment in _find_payments(call)
        ),
    )


def _find_payments(call: Call) -> Iterator[Payment]:
    asked = call.filter()
    first, last = close_window(asked.text("FromPostDate"), asked.text("ToPostDate"))
    amount = _read_amount(asked.text("Amount")) if asked.text("Amount") else None
    exact = {
        "ID": lambda payment: payment.id,
        "BatchNumber": lambda payment: payment.batch,
        "ReferenceNumber": lambda payment: payment.reference,
        "PayerType": lambda payment: payment.payer_type,
    }
    wanted = {name: asked.text(name).casefold() for name in exact if asked.text(name)}
    payer_name = asked.text("PayerName").casefold()
    for practice in call.practices(practice_id=asked.text("PracticeID"), name=asked.text("PracticeName")):
        for payment in call.journal.payments[practice.id]:
            if (
                payment.visible_at <= call.now
                and (amount is None or payment.amount == amount)
                and (first is None or payment.post_date >= first)
                and (last is None or payment.post_date <= last)
                and all(exact[name](payment).casefold() == text for name, text in wanted.items())
                and payer_name in payment.payer_name.casefold()
            ):
                yield payment


def _find_practice(call: Call) -> Practice:
    wanted = call.given.object("Payment").object("Practice")
    practice_id, name = wanted.text("PracticeID"), wanted.text("PracticeName").casefold()
    for practice in call.customer.practices:
        if (practice_id and practice.id == practice_id) or (not practice_id and practice.name.casefold() == name):
            return practice
    raise Refusal("Practice could not be found.")


def _read_amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(",", "").removeprefix("$"))
    except InvalidOperation:
        raise Refusal("Amount is not a valid number.") from None
    if not amount.is_finite() or amount <= 0:
        raise Refusal("Amount must be greater than zero.")
    return amount.quantize(Decimal("0.01"))


def _read_method(text: str, understood: str) -> str:
    if understood == "codes":
        return _CODES.get(text, "Unknown")
    return text if text in _NAMES else "Unknown"


def _name_payer(patient: Patient | None, order: str) -> str:
    if patient is None:
        return ""
    return patient.full_name if order == "first_last" else patient.sorted_name
