"""Every key figure a second time, as plain SQL over the rows that reports brought: nothing of the product's is used.

Each statement gives one row: numerator and denominator, or the value and NULL. It is asked of one client; DAY stands
for its as-of day. Postgres and DuckDB both understand it, so that it can be asked of the views and of an exported file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

Ask = Callable[[str], Sequence[Any]]

_QUARTER = "BETWEEN DAY - 89 AND DAY"
_YEAR = "BETWEEN DAY - INTERVAL '1 year' + INTERVAL '1 day' AND DAY"
_MONTH = "BETWEEN date_trunc('month', DAY) AND DAY"
_CHARGED = f"(SELECT sum(charge_amount) FROM reporting.gross_billing_view WHERE charge_entered_date {_YEAR})"
_PAID = f"(SELECT sum(payment_total_paid) FROM reporting.payment_trends_view WHERE payment_entered {_YEAR})"
_ANSWERS = """
    (SELECT claim_id, charge_id, charge_amount, payment_entered, 0 AS denied FROM reporting.payment_trends_view
     WHERE charge_id IS NOT NULL AND (insurance_paid_amount <> 0 OR payment_total_paid = 0)
     UNION ALL
     SELECT claim_id, charge_id, charge_amount, payment_entered,
            CASE WHEN counts_in_rate AND charge_primary_payment_date >= least(payment_entered, payment_received)
                 THEN 1 ELSE 0 END
     FROM reporting.denial_trends_view) AS answers"""


def _written_off(*kinds: str) -> str:
    only = f"kind IN ({', '.join(repr(kind) for kind in kinds)}) AND" if kinds else ""
    return (
        "(SELECT coalesce(sum(coalesce(adjustment_amount, patient_total_credits)), 0) "
        f"FROM reporting.write_off_trends_view "
        f"WHERE {only} coalesce(adjustment_entered, payment_received) {_YEAR})"
    )


_CONTRACTUAL = _written_off("contractual", "secondary payer", "sequestration")


def _aged(days: int) -> str:
    return f"""
        SELECT coalesce(sum(charge_balance) FILTER (WHERE charge_balance > 0 AND DAY - charge_from_date > {days}), 0),
               sum(charge_balance) FILTER (WHERE charge_balance > 0)
        FROM reporting.ar_aging_view"""


def _median(days: str, view: str, clock: str, *, also: str = "TRUE") -> str:
    return f"""
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY {days}), NULL
        FROM reporting.{view} WHERE {clock} {_QUARTER} AND {days} >= 0 AND {also}"""


def _after_denial(answer: str) -> str:
    return f"""
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY days), NULL
        FROM (SELECT charge_id, max({answer}) - min(payment_entered) AS days FROM reporting.denial_trends_view
              WHERE is_denial AND {answer} {_QUARTER} GROUP BY charge_id) AS denials
        WHERE days >= 0"""


BY_HAND = {
    "days_in_ar": f"""
        SELECT 90 * coalesce(sum(charge_balance) FILTER (WHERE charge_balance > 0), 0),
               (SELECT sum(charge_amount) FROM reporting.gross_billing_view WHERE charge_entered_date {_QUARTER})
        FROM reporting.ar_aging_view""",
    "ar_over_90": _aged(90),
    "ar_over_120": _aged(120),
    "net_collection_rate": f"SELECT {_PAID}, {_CHARGED} - {_CONTRACTUAL}",
    "gross_collection_rate": f"SELECT {_PAID}, {_CHARGED}",
    "clean_claim_rate": f"""
        SELECT count(*) FILTER (WHERE touched = 0), count(*)
        FROM (SELECT count(claim_rejected_date)
                     + count(*) FILTER (WHERE hold_start_date <= claim_first_billed_date) AS touched
              FROM reporting.gross_billing_view
              WHERE claim_first_billed_date {_QUARTER} AND charge_claim_id IS NOT NULL
              GROUP BY charge_claim_id) AS claims""",
    "first_pass_resolution": """
        SELECT count(*) FILTER (WHERE done AND worked_again = 0), count(*)
        FROM (SELECT bool_and(upper(g.claim_status) LIKE 'PAID%' OR upper(g.claim_status) LIKE '%DUE PATIENT%'
                              OR upper(g.claim_status) LIKE '%COLLECTIONS%') AS done,
                     count(*) FILTER (WHERE g.times_billed > 1) + count(g.claim_rejected_date)
                     + count(d.charge_id) AS worked_again
              FROM reporting.gross_billing_view AS g
              LEFT JOIN (SELECT DISTINCT charge_id FROM reporting.denial_trends_view WHERE appeal_date IS NOT NULL) AS d
                  ON d.charge_id = g.charge_id
              WHERE g.claim_first_billed_date BETWEEN DAY - 149 AND DAY - 60 AND g.charge_claim_id IS NOT NULL
              GROUP BY g.charge_claim_id) AS claims""",
    "denial_rate_claims": f"""
        SELECT sum(denied), count(*)
        FROM (SELECT max(denied) AS denied FROM {_ANSWERS}
              GROUP BY claim_id HAVING min(payment_entered) {_QUARTER}) AS claims""",
    "denial_rate_dollars": f"""
        SELECT coalesce(sum(charged) FILTER (WHERE denied = 1), 0), sum(charged)
        FROM (SELECT max(charge_amount) AS charged, max(denied) AS denied FROM {_ANSWERS}
              GROUP BY charge_id HAVING min(payment_entered) {_QUARTER}) AS charges""",
    "overturn_rate": f"""
        SELECT count(DISTINCT charge_id) FILTER (WHERE upper(appeal_outcome) LIKE 'OVERTURN%'),
               count(DISTINCT charge_id)
        FROM reporting.denial_trends_view WHERE is_denial AND appeal_decision_date {_QUARTER}""",
    "days_denial_to_appeal": _after_denial("appeal_date"),
    "days_denial_to_resolution": _after_denial("appeal_decision_date"),
    "denial_write_offs": f"SELECT {_written_off('denial', 'timely filing')}, {_CHARGED} - {_CONTRACTUAL}",
    "charge_lag": _median("charge_entered_date - charge_from_date", "gross_billing_view", "charge_entered_date"),
    "billing_lag": _median(
        "claim_first_billed_date - charge_entered_date",
        "gross_billing_view",
        "claim_first_billed_date",
        also="charge_primary_payer_name IS NOT NULL AND upper(charge_primary_payer_name) NOT LIKE 'SELF%'",
    ),
    "posting_turnaround": _median("payment_entered - payment_received", "payment_trends_view", "payment_entered"),
    "payment_velocity": f"""
        SELECT sum(payment_total_paid * (payment_entered - charge_from_date)), sum(payment_total_paid)
        FROM reporting.payment_trends_view
        WHERE payment_entered {_QUARTER} AND payment_total_paid > 0 AND charge_from_date IS NOT NULL""",
    "late_charges": f"""
        SELECT count(*) FILTER (WHERE charge_entered_date - charge_from_date > 3), count(charge_from_date)
        FROM reporting.gross_billing_view WHERE charge_entered_date {_QUARTER}""",
    "unapplied_payments": """
        SELECT coalesce(sum(payment_unapplied_amount), 0), NULL FROM reporting.payment_trends_view""",
    "credit_balances": """
        SELECT coalesce(-sum(charge_balance) FILTER (WHERE charge_balance < 0), 0), NULL
        FROM reporting.ar_aging_view""",
    "write_off_rate": f"SELECT {_written_off()}, {_CHARGED}",
    "days_on_hold": """
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY days), NULL
        FROM (SELECT CASE WHEN hold_release_date < DAY THEN hold_release_date ELSE DAY END - hold_start_date AS days
              FROM reporting.charges_on_hold_view) AS holds
        WHERE days >= 0""",
    "charges": f"""
        SELECT sum(charge_amount), NULL FROM reporting.gross_billing_view WHERE charge_entered_date {_MONTH}""",
    "payments": f"""
        SELECT sum(payment_total_paid), NULL FROM reporting.payment_trends_view WHERE payment_entered {_MONTH}""",
}


def by_hand(name: str, day: date, ask: Ask) -> Decimal | None:
    """The figure as SQL says it; `ask` gives the only row of a statement."""
    numerator, denominator = ask(re.sub(r"\bDAY\b", f"DATE '{day}'", BY_HAND[name]))
    if numerator is None:
        return None
    return _decimal(numerator) / _decimal(denominator) if denominator is not None else _decimal(numerator)


def views_of(name: str) -> list[str]:
    """The views that a figure's statement reads."""
    return sorted(set(re.findall(r"reporting\.(\w+)", BY_HAND[name])))


def _decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))
