"""A figure whose column the saved report lacks has no value and says what to add; other clients still count."""

from __future__ import annotations

from decimal import Decimal

from lib.analytics.kpis.model import LeftOut, Missing, NoValue
from lib.analytics.kpis.service import kpi
from lib.analytics.reading.filters import Filters
from lib.analytics.reading.views import Dimension
from tests.integration.kpis.conftest import Readers
from tests.integration.kpis.golden import charge, day, denial, money, payment
from tests.integration.views.ledger import Ledger

AS_OF = day("10-31")


def test_the_missing_column_is_named_with_its_label(ledger: Ledger, owner: str, readers: Readers) -> None:
    ledger.show("charges_on_hold", [{"charge_id": "1", "charge_amount": money("5")}], client=owner, as_of=AS_OF)
    for reader in readers(owner):
        found = kpi(reader, "days_on_hold")
        assert (found.value, found.no_value) == (None, NoValue.MISSING_COLUMN)
        assert found.missing == (
            Missing(client_id=owner, report="charges_on_hold", column="hold_start_date", label="Hold Start Date"),
        )
        assert found.reason == "The saved report “charges_on_hold” lacks hold_start_date; add “Hold Start Date” to it."


def test_a_column_that_is_mostly_empty_need_not_be_filled_in_the_window(
    ledger: Ledger, owner: str, readers: Readers
) -> None:
    rows = [
        charge("1", "10", "10-01", billed="10-02", claim_rejected_date=None, hold_start_date=None),
        charge("2", "10", "02-01", billed="02-02", claim_rejected_date=day("02-03"), hold_start_date=day("02-01")),
    ]
    ledger.show("gross_billing", rows, client=owner, as_of=AS_OF)
    for reader in readers(owner):
        assert kpi(reader, "clean_claim_rate").value == Decimal(1)


def test_a_column_that_came_only_before_the_window_is_missing(ledger: Ledger, owner: str, readers: Readers) -> None:
    rows = [payment("1", "10", "02-01", charge_from_date=day("01-05")), payment("2", "10", "10-01")]
    ledger.show("payment_trends", rows, client=owner, as_of=AS_OF)
    for reader in readers(owner):
        assert [each.column for each in kpi(reader, "payment_velocity").missing] == ["charge_from_date"]


def test_a_client_without_the_column_is_left_out_whole_and_named(ledger: Ledger, readers: Readers) -> None:
    plain, extended, empty = (ledger.client(name) for name in ("Test plain", "Test extended", "Test empty"))
    ledger.show("payment_trends", [payment("1", "0", "09-01")], client=plain, as_of=AS_OF)
    ledger.show(
        "denial_trends",
        [denial("1", "90", "09-01", "16") | {"charge_primary_payment_date": None}],
        client=plain,
        as_of=AS_OF,
    )
    ledger.show(
        "payment_trends", [payment("1", "0", "09-01"), payment("2", "9", "09-01")], client=extended, as_of=AS_OF
    )
    ledger.show("denial_trends", [denial("1", "90", "09-01", "16")], client=extended, as_of=AS_OF)
    ledger.show("payment_trends", [payment("1", "9", "09-01")], client=empty, as_of=AS_OF)
    for reader in readers(plain, extended, empty):
        found = kpi(reader, "denial_rate_claims")
        assert (found.value, found.denominator) == (Decimal("0.5"), 2)
        assert found.left_out == (
            LeftOut(
                client_id=plain,
                why="The saved report “denial_trends” lacks charge_primary_payment_date; "
                "add “Charge Primary Payment Date” to it.",
            ),
            LeftOut(client_id=empty, why="No rows of the report denial trends are loaded."),
        )
        only = Filters(chosen={Dimension.CLIENT: (plain,)})
        assert kpi(reader, "denial_rate_claims", only).no_value is NoValue.MISSING_COLUMN


def test_a_filter_by_a_column_that_the_client_lacks_is_no_zero(ledger: Ledger, owner: str, readers: Readers) -> None:
    rows = [
        charge("1", "10", "10-01", practice_name="TEST North"),
        charge("2", "30", "10-01", practice_name="TEST South"),
    ]
    ledger.show("gross_billing", rows, client=owner, as_of=AS_OF)
    for reader in readers(owner):
        assert kpi(reader, "charges", Filters(chosen={Dimension.PRACTICE: ("TEST South",)})).value == money("30")
        found = kpi(reader, "charges", Filters(chosen={Dimension.FACILITY: ("TEST Ward",)}))
        assert [each.label for each in found.missing] == ["Facility Name"]


def test_filters_that_do_not_apply_are_named(ledger: Ledger, owner: str, readers: Readers) -> None:
    rows = [payment("1", "10", "10-01"), payment(None, "4", "10-02")]
    ledger.show("payment_trends", rows, client=owner, as_of=AS_OF)
    views, _ = readers(owner)
    found = kpi(views, "unapplied_payments", Filters(first_day=day("10-02"), last_day=day("10-03")))
    assert (found.unheeded, found.date_basis) == (("dates",), "Date posted (always)")
    assert kpi(views, "payments", Filters.from_address({"clock": "billed"})).unheeded == ("clock",)
    assert kpi(views, "payments", Filters.from_address({"clock": "posted"})).unheeded == ()
