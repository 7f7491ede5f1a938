"""What charges bring in: charges against payments by month of service, and the patient-day rate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from lib.analytics.figures.drill import Behind
from lib.analytics.figures.figure import Figure, Measure, Part, sums
from lib.analytics.reading.filters import Filters, Mark, conditions_on
from lib.analytics.reading.months import is_collected, is_over, month_label
from lib.analytics.reading.questions import questions
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import Clock, view_named

VIEW = view_named("revenue_recognition_view")
RATES = view_named("pdr3_calculator_view")
RATE_CHARGES = view_named("pdr3_calculator_rows")
CHARGES = Measure(column="charge_amount", title="Gross charges")
PAYMENTS = Measure(column="payment_total_paid", title="Paid")
_COUNTED = Measure(column="charge_amount", title="Gross charges", every=True)
SERIES = (CHARGES.title, PAYMENTS.title)
#: The columns of the rates in an export.
EXPORTED_RATES = (
    "facility_name",
    "credit_payer_name",
    "charge_rev_code",
    "first_day",
    "last_day",
    "paid_per_patient_day",
    "allowed_per_patient_day",
    "patient_days",
    "paid_amount",
    "allowed_amount",
    "charge_amount",
    "charge_count",
    "customer_account",
)


def recognition(reader: Reader, filters: Filters, newest: date) -> Figure:
    """Gross charges and what was paid on them until now, by month of service; refunds are taken off.

    Charges of a month that is not over, and payments of the six months after it, are immature.
    """
    entries = {CHARGES: "charge", PAYMENTS: "payment"}
    found = {
        measure: sums(reader, VIEW, filters, measure, ["service_month", "entry"], within=_entry(entry), clock=Clock.DOS)
        for measure, entry in entries.items()
    }
    charged = {group.values["service_month"]: group.amount for group in found[CHARGES]}
    undated = sum((group.amount for group in found[PAYMENTS] if group.values["service_month"] is None), Decimal(0))
    parts = []
    for measure, groups in found.items():
        for group in groups:
            month = group.values["service_month"]
            if not isinstance(month, date):
                continue
            of = charged.get(month)
            paid = measure is PAYMENTS
            parts.append(
                Part(
                    label=month_label(month),
                    series=measure.title,
                    mark=Mark(values=group.values),
                    rows=group.rows,
                    amount=group.amount,
                    measure=measure,
                    immature=not (is_collected(month, newest) if paid else is_over(month, newest)),
                    said=(f"{group.amount / of * 100:.1f} % of ${of:,.2f} charged",) if paid and of else (),
                )
            )
    return Figure(
        name="recognition",
        title="Charges and what was paid on them, by month of service",
        view=VIEW.name,
        measure=CHARGES,
        parts=tuple(parts),
        series=SERIES,
        basis=f"{Clock.DOS.label} (always)",
        noun="line",
        note=f"${undated:,.2f} of payments stand on no charge and have no month." if undated else "",
        unheeded=conditions_on(VIEW, filters, clock=Clock.DOS).unheeded,
        clock=Clock.DOS,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class PatientDayRate:
    """The rate of a facility, payer and level of care; rates in dollars, None where no charge names its patient."""

    client_id: str
    facility: str | None
    payer: str | None
    level_of_care: str | None
    first_day: date
    last_day: date
    charges: int
    patient_days: int | None
    charged: Decimal
    allowed: Decimal
    paid: Decimal
    paid_a_day: Decimal | None
    allowed_a_day: Decimal | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PatientDayRates:
    """The rates, the highest paid first, and as a figure: its parts are in the same order and open their charges."""

    rates: tuple[PatientDayRate, ...]
    figure: Figure


def rate_filters(filters: Filters) -> Filters:
    """What of the filters narrows the rates: their three months are fixed, and they know no practice and provider."""
    chosen = {each: values for each, values in filters.chosen.items() if RATES.column_of(each) is not None}
    return replace(filters, chosen=chosen, first_day=None, last_day=None)


def patient_day_rates(reader: Reader, filters: Filters) -> PatientDayRates:
    """Paid, and allowed, ÷ patient days of the last three full months, by facility, payer and level of care.

    Our reading of a report whose formula is not public. The figure's rows are to be read with `rate_filters`.
    """
    conditions = conditions_on(RATES, filters, dated=False)
    question = questions("billing")["patient_day_rates"].format(view=RATES.name, conditions=conditions.sql)
    rates, parts = [], []
    for row in reader.ask(question, conditions.parameters).records():
        rate = PatientDayRate(
            client_id=str(row["client_id"]),
            facility=row["facility_name"],
            payer=row["credit_payer_name"],
            level_of_care=row["charge_rev_code"],
            first_day=row["first_day"],
            last_day=row["last_day"],
            charges=int(row["charge_count"]),
            patient_days=None if row["patient_days"] is None else int(row["patient_days"]),
            charged=row["charge_amount"],
            allowed=row["allowed_amount"],
            paid=row["paid_amount"],
            paid_a_day=row["paid_per_patient_day"],
            allowed_a_day=row["allowed_per_patient_day"],
        )
        rates.append(rate)
        days = (rate.last_day - rate.first_day).days + 1
        parts.append(
            Part(
                label=rate.facility or "No facility",
                series=f"{rate.payer or 'No payer'}, level of care {rate.level_of_care or 'none'}",
                mark=Mark(
                    values={
                        "client_id": row["client_id"],
                        "customer_account": row["customer_account"],
                        "facility_name": rate.facility,
                        "credit_payer_name": rate.payer,
                        "charge_rev_code": rate.level_of_care,
                        "charge_from_date": tuple(rate.first_day + timedelta(days=number) for number in range(days)),
                    }
                ),
                rows=rate.charges,
                amount=rate.charged,
                value=rate.paid_a_day,
            )
        )
    return PatientDayRates(
        rates=tuple(rates),
        figure=Figure(
            name="patient_day_rates",
            title="Patient-day rate over three months",
            view=RATE_CHARGES.name,
            measure=_COUNTED,
            parts=tuple(parts),
            basis=f"{Clock.DOS.label}, the last three full months (always)",
            unheeded=conditions.unheeded,
            dated=False,
        ),
    )


def rates_behind(filters: Filters) -> Behind:
    """The rates themselves as rows, for an export."""
    return Behind(view=RATES, conditions=conditions_on(RATES, filters, dated=False), sum_of="paid_amount")


def _entry(entry: str) -> Mark:
    return Mark(values={"entry": entry})
