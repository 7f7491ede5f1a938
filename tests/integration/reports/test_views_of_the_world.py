"""The analytical views over a client of practice mode: every row, every cent, and no word for what is not known."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lib.core.runs import RunState
from lib.reports.catalog import catalog
from tests.integration.reports.conftest import ConnectReports
from tests.integration.reports.login_desk import LoginDesk

#: Reports whose view has their rows one by one.
ROW_BY_ROW = [
    report
    for report in catalog()
    if report not in ("quadrant_performance", "pdr3_calculator", "rev_rec_charges", "rev_rec_payments")
]


class SyncedDesk:
    """A client whose reports are all loaded."""

    def __init__(self, desk: LoginDesk) -> None:
        self._desk = desk
        assert desk.work().state is RunState.FINISHED

    def report(self, name: str) -> tuple[int, dict[str, Decimal]]:
        """Rows of a report and the sums of its money."""
        return self._desk.sums(name, self._desk.account)

    def view(self, name: str, *values: str, where: str = "true") -> tuple[object, ...]:
        """Values over all rows of a view."""
        named = ", ".join(f"{value} AS value_{number}" for number, value in enumerate(values))
        (row,) = self._desk.rows(f"SELECT {named} FROM reporting.{name} WHERE {where}")
        return tuple(row)


@pytest.fixture
def synced(connect_reports: ConnectReports) -> SyncedDesk:
    return SyncedDesk(connect_reports("Harbor"))


def test_the_views_keep_every_row_and_cent_of_the_reports(synced: SyncedDesk) -> None:
    for report in ROW_BY_ROW:
        rows, sums = synced.report(report)
        assert rows > 0, report
        found = synced.view(f"{report}_view", "count(*)", *(f"coalesce(sum({column}), 0)" for column in sums))
        assert found == (rows, *sums.values()), report

    charges, charged = synced.report("rev_rec_charges")
    payments, paid = synced.report("rev_rec_payments")
    assert synced.view("revenue_recognition_view", "count(*)", "sum(charge_amount)", "sum(payment_total_paid)") == (
        charges + payments,
        charged["charge_amount"],
        paid["payment_total_paid"],
    )

    rows, sums = synced.report("quadrant_performance")
    for dimension in ("practice", "facility", "provider", "payer"):
        assert synced.view(
            "quadrant_performance_view",
            *("sum(payment_count)", "sum(paid_amount)", "sum(applied_amount)"),
            where=f"dimension = '{dimension}'",
        ) == (rows, sums["payment_total_paid"], sums["payment_total_applied"]), dimension

    rows, sums = synced.report("pdr3_calculator")
    assert synced.view(
        "pdr3_calculator_view",
        *("sum(charge_count)", "sum(charges_without_patient)", "sum(charge_amount)", "sum(allowed_amount)"),
        *("sum(insurance_paid_amount)", "sum(patient_paid_amount)"),
    ) == (
        *(rows, 0, sums["charge_amount"], sums["payment_allowed_amount"]),
        *(sums["insurance_paid_amount"], sums["patient_paid_amount_w_copays"]),
    )
    assert synced.view("ar_aging_view", "sum(debit_balance) + sum(credit_balance) - sum(charge_balance)") == (0,)


def test_the_views_know_every_word_of_practice_mode(synced: SyncedDesk) -> None:
    for view, unknown in (
        ("claim_stage_breakdown_view", "stage = 'other'"),
        ("write_off_trends_view", "kind = 'other'"),
        ("denial_trends_view", "codes_version IS NULL OR is_initial IS NULL"),
        ("gross_billing_view", "billed_before_entry OR charge_lag_days < 0"),
        ("ar_aging_view", "dos_bucket = 'no date' OR dos_age_days < 0"),
    ):
        assert synced.view(view, "count(*)", where=unknown) == (0,), view
    assert synced.view("denied_charges_view", "count(DISTINCT is_initial)", where="is_denial") == (2,)
    # Some payments of practice mode carry a date that cannot be, and are flagged.
    count, latest = synced.view(
        "payment_trends_view", "count(*)", "max(posting_turnaround_days)", where="posted_before_received"
    )
    assert count != 0 and latest == -1
