"""How each key figure is worked out of the answers to its questions; what it means stands in definitions.toml."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from lib.analytics.kpis.books import Books, Sums
from lib.analytics.kpis.model import Window
from lib.analytics.kpis.spread import Spread
from lib.analytics.kpis.windows import earlier, trailing

Extras = Mapping[str, Decimal | int | None]
#: What payers do not pay by contract or because another payer did.
CONTRACTUAL = ("contractual", "secondary payer", "sequestration")
DENIED = ("denial", "timely filing")
KINDS = (*CONTRACTUAL, *DENIED, "small balance", "bad debt", "charity", "other")
#: Claims submitted are taken so many days before the remittances they are compared with.
_SUBMITTED_BEFORE = 30
_AGES = {"dos": "dos_age_days", "billed": "first_bill_age_days", "entered": "entry_age_days"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Worked:
    """A figure worked out: numerator × factor ÷ denominator, or `value` as it stands (medians, sums).

    `empty_is_zero`: no rows mean zero, because the report shows everything there is.
    """

    rows: int
    numerator: Decimal
    denominator: Decimal | None = None
    factor: Decimal = Decimal(1)
    value: Decimal | None = None
    empty_is_zero: bool = False
    extras: Extras = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a formula is given: the books, the days, the clock (a name of BASES)."""

    books: Books
    window: Window
    as_of: date
    clock: str


Formula = Callable[[Asked], Worked]


def _days_in_ar(asked: Asked) -> Worked:
    balances = asked.books.sums("open_balances", age=_AGES["dos"])
    days = int(asked.books.settings["charge_days"])
    charges = asked.books.sums("charges", trailing(asked.as_of, days), day="charge_entered_date")["charges"]
    return Worked(
        rows=balances.rows,
        numerator=balances["owed"],
        denominator=charges,
        factor=Decimal(days),
        empty_is_zero=True,
        extras={
            "credit_balances": balances["credits"],
            "credit_count": balances.count("credit_count"),
            "charges": charges,
        },
    )


def _ar_over(days: int) -> Formula:
    def worked(asked: Asked) -> Worked:
        balances = asked.books.sums("open_balances", age=_AGES[asked.clock])
        return Worked(
            rows=balances.rows,
            numerator=balances[f"owed_over_{days}"],
            denominator=balances["owed"],
            extras={
                "balance_count": balances.count(f"count_over_{days}"),
                "without_age": balances["owed_without_age"],
            },
        )

    return worked


def _net_collection_rate(asked: Asked) -> Worked:
    payments, charges = _collected(asked)
    question = "write_offs_of_cohort" if asked.books.settings["basis"] == "cohort" else "write_offs"
    kinds = asked.books.by("kind", question, asked.window)
    contractual = _written_off(kinds, CONTRACTUAL)
    return Worked(
        rows=payments.rows + charges.rows + sum(each.rows for kind, each in kinds.items() if kind in CONTRACTUAL),
        numerator=payments["paid"],
        denominator=charges["charges"] - contractual,
        extras={"payments": payments["paid"], "charges": charges["charges"], "contractual": contractual},
    )


def _gross_collection_rate(asked: Asked) -> Worked:
    payments, charges = _collected(asked)
    return Worked(
        rows=payments.rows + charges.rows,
        numerator=payments["paid"],
        denominator=charges["charges"],
        extras={"payments": payments["paid"], "charges": charges["charges"]},
    )


def _collected(asked: Asked) -> tuple[Sums, Sums]:
    cohort = asked.books.settings["basis"] == "cohort"
    paid_on, charged_on = ("charge_from_date",) * 2 if cohort else ("payment_entered", "charge_entered_date")
    return (
        asked.books.sums("payments", asked.window, day=paid_on),
        asked.books.sums("charges", asked.window, day=charged_on),
    )


def _clean_claim_rate(asked: Asked) -> Worked:
    claims = asked.books.sums("submissions", asked.window)
    return Worked(
        rows=claims.rows,
        numerator=claims["clean"],
        denominator=claims["claims"],
        extras={"rejected_count": claims.count("rejected"), "held_count": claims.count("held")},
    )


def _first_pass_resolution(asked: Asked) -> Worked:
    claims = asked.books.sums("first_passes", asked.window)
    return Worked(
        rows=claims.rows,
        numerator=claims["first_pass"],
        denominator=claims["claims"],
        extras={"disposed_count": claims.count("disposed"), "reworked_count": claims.count("reworked")},
    )


def _denial_rate(question: str, denied: str, remitted: str) -> Formula:
    def worked(asked: Asked) -> Worked:
        found = asked.books.sums(question, asked.window)
        denominator = found[remitted]
        if asked.books.settings["denominator"] == "submitted":
            denominator = asked.books.sums("submitted", earlier(asked.window, _SUBMITTED_BEFORE))[remitted]
        return Worked(
            rows=found.rows,
            numerator=found[denied],
            denominator=denominator,
            extras={
                "denied_charges": found.count("denied_charges"),
                "left_out_of_rate": found.count("other_denied"),
            },
        )

    return worked


def _overturn_rate(asked: Asked) -> Worked:
    denials = asked.books.sums("decided_denials", asked.window)
    return Worked(
        rows=denials.rows,
        numerator=denials["overturned"],
        denominator=denials["resolved"],
        extras={
            "overturned_charges": denials["overturned_charged"],
            "resolved_charges": denials["resolved_charged"],
        },
    )


def _median_days(question: str, *, share: bool = False, **words: str) -> Formula:
    def worked(asked: Asked) -> Worked:
        spread, negative = asked.books.spread(question, asked.window, **words).sorted_out()
        extras: dict[str, Decimal | int | None] = {
            "mean": spread.mean,
            "p90": spread.percentile(90),
            "negative_count": negative,
        }
        if share:
            extras["share_within_2"] = spread.share(within=2)
        return _median(spread, extras)

    return worked


def _median(spread: Spread, extras: Extras) -> Worked:
    return Worked(
        rows=spread.count,
        numerator=Decimal(spread.days),
        denominator=Decimal(spread.count),
        value=spread.percentile(50),
        extras=extras,
    )


def _billing_lag(asked: Asked) -> Worked:
    spread, negative = asked.books.spread("billing_lags", asked.window).sorted_out()
    unbilled = asked.books.ages("unbilled", asked.as_of)
    return _median(
        spread,
        {
            "mean": spread.mean,
            "p90": spread.percentile(90),
            "negative_count": negative,
            "unbilled_count": unbilled.count,
            "unbilled_charges": unbilled.amount,
            "unbilled_age": unbilled.percentile(50),
            "unbilled_oldest": unbilled.longest,
        },
    )


def _payment_velocity(asked: Asked) -> Worked:
    spread = asked.books.spread("payment_days", asked.window)
    return Worked(
        rows=spread.count,
        numerator=spread.dollar_days,
        denominator=spread.amount,
        extras={"median": spread.percentile(50)},
    )


def _late_charges(asked: Asked) -> Worked:
    spread = asked.books.spread("entry_lags", asked.window)
    late = int(asked.books.settings["late_days"])
    return Worked(
        rows=spread.count,
        numerator=Decimal(sum(count for days, count in spread.counts.items() if days > late)),
        denominator=Decimal(spread.count),
        extras={"late_charges": sum((each for days, each in spread.amounts.items() if days > late), Decimal(0))},
    )


def _unapplied_payments(asked: Asked) -> Worked:
    spread = asked.books.ages("unapplied", asked.as_of)
    return Worked(
        rows=spread.count,
        numerator=spread.amount,
        value=spread.amount,
        empty_is_zero=True,
        extras={
            "line_count": spread.count,
            "age": spread.dollar_days / spread.amount if spread.amount > 0 else None,
            "oldest": spread.longest,
        },
    )


def _credit_balances(asked: Asked) -> Worked:
    balances = asked.books.sums("open_balances", age=_AGES["dos"])
    charges = asked.books.sums("charges", trailing(asked.as_of, 90), day="charge_entered_date")["charges"]
    ages = [int(each["oldest"]) for each in asked.books.records("credit_ages") if each["oldest"] is not None]
    return Worked(
        rows=balances.count("credit_count"),
        numerator=balances["credits"],
        value=balances["credits"],
        empty_is_zero=True,
        extras={
            "credit_count": balances.count("credit_count"),
            "days": balances["credits"] * 90 / charges if charges > 0 else None,
            "oldest": max(ages, default=None),
        },
    )


def _denial_write_offs(asked: Asked) -> Worked:
    kinds = asked.books.by("kind", "write_offs", asked.window)
    charges = asked.books.sums("charges", asked.window, day="charge_entered_date")
    contractual, denied = _written_off(kinds, CONTRACTUAL), _written_off(kinds, DENIED)
    return Worked(
        rows=charges.rows + sum(each.rows for kind, each in kinds.items() if kind in (*CONTRACTUAL, *DENIED)),
        numerator=denied,
        denominator=charges["charges"] - contractual,
        extras={
            "denial": _written_off(kinds, ("denial",)),
            "timely_filing": _written_off(kinds, ("timely filing",)),
            "charges": charges["charges"],
            "contractual": contractual,
        },
    )


def _write_off_rate(asked: Asked) -> Worked:
    kinds = asked.books.by("kind", "write_offs", asked.window)
    charges = asked.books.sums("charges", asked.window, day="charge_entered_date")
    charged = charges["charges"]
    rates = {kind: _written_off(kinds, (kind,)) / charged if charged > 0 else None for kind in KINDS}
    others = _written_off(kinds, tuple(kind for kind in KINDS if kind not in CONTRACTUAL))
    return Worked(
        rows=charges.rows + sum(each.rows for each in kinds.values()),
        numerator=_written_off(kinds, tuple(kinds)),
        denominator=charged,
        extras={kind.replace(" ", "_"): rate for kind, rate in rates.items()}
        | {"not_contractual": others / charged if charged > 0 else None},
    )


def _written_off(kinds: Mapping[str, Sums], wanted: tuple[str, ...]) -> Decimal:
    return sum((kinds[kind]["written_off"] for kind in wanted if kind in kinds), Decimal(0))


def _days_on_hold(asked: Asked) -> Worked:
    spread, negative = asked.books.spread("holds").sorted_out()
    return _median(
        spread,
        {
            "mean": spread.mean,
            "p90": spread.percentile(90),
            "longest": spread.longest,
            "held_charges": spread.amount,
            "negative_count": negative,
        },
    )


def _charges(asked: Asked) -> Worked:
    found = asked.books.sums("charges", asked.window, day="charge_entered_date")
    return Worked(
        rows=found.rows, numerator=found["charges"], value=found["charges"], extras={"charge_count": found.rows}
    )


def _payments(asked: Asked) -> Worked:
    found = asked.books.sums("payments", asked.window, day="payment_entered")
    return Worked(
        rows=found.rows,
        numerator=found["paid"],
        value=found["paid"],
        extras={
            "insurance": found["insurance_paid"],
            "patient": found["patient_paid"],
            "taken_off": found["taken_off"],
        },
    )


#: The formula of every key figure.
FORMULAS: Mapping[str, Formula] = {
    "days_in_ar": _days_in_ar,
    "ar_over_90": _ar_over(90),
    "ar_over_120": _ar_over(120),
    "net_collection_rate": _net_collection_rate,
    "gross_collection_rate": _gross_collection_rate,
    "clean_claim_rate": _clean_claim_rate,
    "first_pass_resolution": _first_pass_resolution,
    "denial_rate_claims": _denial_rate("first_remitted_claims", "denied_claims", "claims"),
    "denial_rate_dollars": _denial_rate("first_remitted_charges", "denied_charged", "charged"),
    "overturn_rate": _overturn_rate,
    "days_denial_to_appeal": _median_days("denial_days", answer="appeal_date"),
    "days_denial_to_resolution": _median_days("denial_days", answer="appeal_decision_date"),
    "denial_write_offs": _denial_write_offs,
    "charge_lag": _median_days("entry_lags", share=True),
    "billing_lag": _billing_lag,
    "posting_turnaround": _median_days("posting_lags", share=True),
    "payment_velocity": _payment_velocity,
    "late_charges": _late_charges,
    "unapplied_payments": _unapplied_payments,
    "credit_balances": _credit_balances,
    "write_off_rate": _write_off_rate,
    "days_on_hold": _days_on_hold,
    "charges": _charges,
    "payments": _payments,
}
