"""Golden ledgers: small books whose key figures were worked out by hand; the working stands beside each figure."""

from __future__ import annotations

from decimal import Decimal

from lib.analytics.kpis.model import NoValue
from lib.analytics.reading.filters import Filters
from lib.analytics.reading.views import Clock, Dimension
from tests.integration.kpis.claim_ledgers import CLAIMS, DENIED_THEN_OVERTURNED, DUPLICATE, SECONDARY_PAYER
from tests.integration.kpis.golden import (
    MONTH_END,
    Expect,
    Golden,
    adjustment,
    charge,
    day,
    money,
    open_balance,
    payment,
)

CREDITS = Golden(
    name="credit balances and bucket edges",
    as_of=MONTH_END,
    reports={
        "ar_aging": [
            open_balance("1", "300", "10-31"),  # 0 days
            open_balance("2", "200", "10-01"),  # 30 days
            open_balance("3", "100", "08-02"),  # 29 + 30 + 31 = 90 days: not over 90
            open_balance("4", "60", "08-01"),  # 91 days
            open_balance("5", "40", "07-03"),  # 28 + 31 + 30 + 31 = 120 days: not over 120
            open_balance("6", "50", "07-02"),  # 121 days
            open_balance("7", "-80", "06-03"),  # 27 + 31 + 31 + 30 + 31 = 150 days, in credit
            open_balance("8", "-20", "10-21"),
        ],
        "gross_billing": [
            charge("1", "900", "08-03"),  # the first of 90 days
            charge("2", "5000", "08-02"),  # the day before
            charge("3", "450", "10-31"),
        ],
    },
    expected=[
        # 300 + 200 + 100 + 60 + 40 + 50 = 750 owed; 900 + 450 = 1350 charged in 90 days, 15 a day; 750 ÷ 15 = 50.
        Expect(
            kpi="days_in_ar",
            value=Decimal(50),
            numerator=money("750"),
            denominator=money("1350"),
            rows=6,
            extras={"credit_balances": money("100"), "credit_count": 2, "charges": money("1350")},
        ),
        # With 365 days the charge of August 2 counts too: 750 × 365 ÷ 6350.
        Expect(
            kpi="days_in_ar",
            value=Decimal(750 * 365) / 6350,
            denominator=money("6350"),
            settings={"charge_days": 365},
        ),
        # 60 + 40 + 50 = 150 of 750.
        Expect(kpi="ar_over_90", value=Decimal("0.2"), numerator=money("150"), extras={"balance_count": 3}),
        Expect(kpi="ar_over_120", value=Decimal(50) / 750, numerator=money("50"), extras={"balance_count": 1}),
        # 100 of credits ÷ 15 a day.
        Expect(
            kpi="credit_balances",
            value=money("100"),
            rows=2,
            extras={"credit_count": 2, "oldest": 150, "days": Decimal(9000) / 1350},
        ),
    ],
)

LEAP_YEAR = Golden(
    name="a window with February 29",
    as_of=day("2024-02-29"),
    reports={
        "gross_billing": [
            charge("1", "999", "2023-02-28"),  # the day before the 12 months (366 days) from March 1, 2023
            charge("2", "100", "2023-03-01"),
            charge("3", "50", "2023-12-01"),  # the day before 30 + 31 + 29 = 90 days
            charge("4", "50", "2023-12-02", dos="2023-11-28"),  # 4 days
            charge("5", "200", "2024-02-29", dos="2024-02-27"),  # 2 days
        ],
        "payment_trends": [
            payment("1", "77", "2023-02-28"),
            payment("2", "90", "2023-03-01"),
            payment("5", "190", "2024-02-29"),
        ],
        "write_off_trends": [
            adjustment("1", "50", "2023-02-28", "45"),
            adjustment("2", "20", "2023-03-01", "45"),
        ],
    },
    expected=[
        # 90 + 190 = 280 paid; 100 + 50 + 50 + 200 = 400 charged, 20 contractual.
        Expect(kpi="net_collection_rate", value=Decimal(280) / 380, numerator=money("280"), denominator=money("380")),
        Expect(kpi="gross_collection_rate", value=Decimal("0.7"), denominator=money("400"), rows=6),
        # 4 and 2 days in the window: median 3; p90 = 2 + 0.9 × 2.
        Expect(
            kpi="charge_lag",
            value=Decimal(3),
            rows=2,
            extras={"p90": Decimal("3.8"), "share_within_2": Decimal("0.5"), "mean": Decimal(3)},
        ),
        Expect(kpi="charges", value=money("200"), rows=1),
    ],
)

PARTIAL_PAYMENT = Golden(
    name="a partial payment",
    as_of=MONTH_END,
    reports={
        "gross_billing": [charge("1", "200", "03-02", dos="03-01", billed="03-03")],
        "payment_trends": [
            payment("1", "60", "10-05", received="10-02", charge_from_date=day("03-01")),
            payment("1", "0", "10-06", received="10-08", charge_from_date=day("03-01")),  # posted before received
        ],
        "write_off_trends": [adjustment("1", "80", "10-05", "45"), adjustment("1", "10", "10-20", "SBWO")],
    },
    expected=[
        # 200 − 80 = 120 could be collected, 60 was; the small balance of 10 stays in the denominator.
        Expect(kpi="net_collection_rate", value=Decimal("0.5"), numerator=money("60"), denominator=money("120")),
        Expect(kpi="gross_collection_rate", value=Decimal("0.3")),
        Expect(
            kpi="write_off_rate",
            value=Decimal("0.45"),
            numerator=money("90"),
            denominator=money("200"),
            extras={
                "contractual": Decimal("0.4"),
                "small_balance": Decimal("0.05"),
                "not_contractual": Decimal("0.05"),
            },
        ),
        # One line took 3 days; the other is flagged.
        Expect(kpi="posting_turnaround", value=Decimal(3), rows=1, extras={"negative_count": 1}),
        # March 1 to October 5: 30 + 30 + 31 + 30 + 31 + 31 + 30 + 5 = 218 days.
        Expect(kpi="payment_velocity", value=Decimal(218), numerator=money("13080"), rows=1),
    ],
)

COHORT = Golden(
    name="a matured cohort",
    as_of=MONTH_END,
    reports={
        "gross_billing": [charge("1", "200", "03-02", dos="03-01"), charge("2", "100", "08-01")],
        "payment_trends": [
            payment("1", "90", "10-05", charge_from_date=day("03-01")),
            payment("2", "60", "10-05", charge_from_date=day("08-01")),
        ],
        "write_off_trends": [adjustment("1", "80", "10-05", "45"), adjustment("2", "20", "10-05", "45")],
    },
    expected=[
        # The 12 months to May 1 (183 days before October 31) hold the DOS of March 1: 90 of 200 − 80.
        Expect(
            kpi="net_collection_rate",
            value=Decimal("0.75"),
            numerator=money("90"),
            denominator=money("120"),
            settings={"basis": "cohort"},
        ),
        Expect(kpi="gross_collection_rate", value=Decimal("0.45"), settings={"basis": "cohort"}),
        # By window all of it counts: 150 of 300 − 100.
        Expect(kpi="net_collection_rate", value=Decimal("0.75"), numerator=money("150"), denominator=money("200")),
    ],
)

TAKEBACK = Golden(
    name="a takeback",
    as_of=MONTH_END,
    reports={
        "gross_billing": [charge("1", "150", "02-01")],
        "payment_trends": [
            payment("1", "100", "03-01"),
            payment("1", "-100", "10-02"),
            payment("1", "85", "10-20"),
        ],
        "write_off_trends": [
            adjustment("1", "50", "03-01", "45"),
            adjustment("1", "-50", "10-02", "45R"),
            adjustment("1", "65", "10-20", "45"),
        ],
    },
    expected=[
        # 100 − 100 + 85 = 85 of 150 − (50 − 50 + 65) = 85.
        Expect(kpi="net_collection_rate", value=Decimal(1), numerator=money("85"), denominator=money("85")),
        # In October: −100 + 85.
        Expect(kpi="payments", value=money("-15"), rows=2, extras={"taken_off": money("-100")}),
        # Up to October 10 nothing is left of it; a rate of zero is a value.
        Expect(
            kpi="gross_collection_rate",
            value=Decimal(0),
            filters=Filters(first_day=day("02-01"), last_day=day("10-10")),
        ),
    ],
)

UNBILLED = Golden(
    name="unbilled at month end",
    as_of=MONTH_END,
    reports={
        "gross_billing": [
            charge("1", "10", "10-01", billed="10-04"),  # 3 days
            charge("2", "10", "10-05", billed="10-06"),  # 1 day
            charge("3", "70", "10-20"),  # unbilled for 11 days
            charge("4", "30", "10-29"),  # unbilled for 2 days
            charge("5", "99", "10-20", charge_primary_payer_name=None),  # no payer: nobody to bill
            charge("6", "10", "10-09", billed="10-08"),  # billed before entry
            charge("7", "99", "10-20", billed="10-28", charge_primary_payer_name=None),  # a bill to the patient
        ],
    },
    expected=[
        Expect(
            kpi="billing_lag",
            value=Decimal(2),
            numerator=Decimal(4),
            denominator=Decimal(2),
            extras={
                "negative_count": 1,
                "unbilled_count": 2,
                "unbilled_charges": money("100"),
                "unbilled_age": Decimal("6.5"),
                "unbilled_oldest": 11,
            },
        ),
    ],
)

PRIOR_PERIOD = Golden(
    name="DOS in a prior period",
    as_of=MONTH_END,
    reports={
        "ar_aging": [
            open_balance("1", "400", "06-15", charge_entered_date=day("10-10")),  # 138 days since DOS, 21 since entry
            open_balance("2", "600", "10-10", claim_first_billed_date=day("10-12")),
        ],
        "gross_billing": [
            charge("1", "400", "10-10", dos="06-15"),  # 15 + 31 + 31 + 30 + 10 = 117 days
            charge("2", "600", "10-10", dos="10-07"),  # 3 days: not late
            charge("3", "100", "10-11", dos="10-12"),  # before its DOS
            charge("4", "250", "09-30", dos="09-26"),  # 4 days
        ],
    },
    expected=[
        # October's charges are those entered in October, whatever their DOS.
        Expect(kpi="charges", value=money("1100"), rows=3),
        Expect(kpi="late_charges", value=Decimal("0.5"), numerator=Decimal(2), extras={"late_charges": money("650")}),
        Expect(kpi="late_charges", value=Decimal("0.25"), settings={"late_days": 4}),
        Expect(kpi="charge_lag", value=Decimal(4), rows=3, extras={"negative_count": 1}),
        Expect(kpi="ar_over_90", value=Decimal("0.4")),
        Expect(kpi="ar_over_90", value=Decimal(0), filters=Filters(clock=Clock.ENTERED)),
        # What is unbilled has no age since the first bill.
        Expect(
            kpi="ar_over_90",
            value=Decimal(0),
            denominator=money("1000"),
            extras={"without_age": money("400")},
            filters=Filters(clock=Clock.BILLED),
        ),
    ],
)

REFUNDS = Golden(
    name="refunds and unapplied money",
    as_of=MONTH_END,
    reports={
        "gross_billing": [charge("1", "200", "02-01")],
        "payment_trends": [
            payment("1", "100", "10-02"),
            payment("1", "-30", "10-15", payment_refund_amount=money("30")),
            payment(None, "25", "10-12"),  # unapplied for 19 days
            payment(None, "75", "10-28"),  # unapplied for 3 days
            payment("1", "9", "09-30"),
        ],
    },
    expected=[
        # 100 − 30 + 25 + 75; the refund is a line below zero and is not taken off twice.
        Expect(kpi="payments", value=money("170"), rows=4, extras={"taken_off": money("-30")}),
        Expect(kpi="gross_collection_rate", value=Decimal("0.895"), numerator=money("179")),
        # (25 × 19 + 75 × 3) ÷ 100 = 7 days.
        Expect(
            kpi="unapplied_payments",
            value=money("100"),
            rows=2,
            extras={"age": Decimal(7), "oldest": 19, "line_count": 2},
        ),
    ],
)

HOLDS = Golden(
    name="holds",
    as_of=MONTH_END,
    reports={
        "charges_on_hold": [
            {"charge_id": "1", "charge_amount": money("100"), "hold_start_date": day("10-21")},  # 10 days
            {"charge_id": "2", "charge_amount": money("50"), "hold_start_date": day("10-01")}
            | {"hold_release_date": day("10-05")},  # 4 days
            {"charge_id": "3", "charge_amount": money("25"), "charge_entered_date": day("01-01")},  # no start
        ],
    },
    expected=[
        Expect(kpi="days_on_hold", value=Decimal(7), rows=2, extras={"longest": 10, "held_charges": money("150")}),
    ],
)

IMMATURE = Golden(
    name="three months of history",
    as_of=MONTH_END,
    reports={
        "gross_billing": [charge("1", "100", "08-01")],
        "payment_trends": [payment("1", "50", "10-01", charge_from_date=day("08-01"))],
        "write_off_trends": [adjustment("1", "20", "10-01", "45")],
    },
    expected=[
        Expect(kpi="net_collection_rate", no_value=NoValue.IMMATURE),
        Expect(kpi="gross_collection_rate", no_value=NoValue.IMMATURE),
        Expect(
            kpi="gross_collection_rate",
            no_value=NoValue.IMMATURE,
            settings={"basis": "cohort"},
            filters=Filters(last_day=MONTH_END),
        ),
        # Other figures need no history: 20 of 100.
        Expect(kpi="write_off_rate", value=Decimal("0.2")),
        # Nothing was charged in October, nothing stands on hold, no payer is called so.
        Expect(kpi="charges", no_value=NoValue.NO_DATA),
        Expect(kpi="days_on_hold", no_value=NoValue.NO_DATA),
        Expect(
            kpi="charges",
            no_value=NoValue.NO_DATA,
            filters=Filters(chosen={Dimension.PAYER: ("TEST Nobody",)}, first_day=day("08-01"), last_day=day("08-31")),
        ),
        # Payments without a charge in the days chosen.
        Expect(
            kpi="write_off_rate",
            no_value=NoValue.ZERO_DENOMINATOR,
            filters=Filters(first_day=day("10-01"), last_day=day("10-31")),
        ),
    ],
)

GOLDEN = (
    CREDITS,
    LEAP_YEAR,
    PARTIAL_PAYMENT,
    COHORT,
    TAKEBACK,
    DENIED_THEN_OVERTURNED,
    SECONDARY_PAYER,
    DUPLICATE,
    UNBILLED,
    PRIOR_PERIOD,
    REFUNDS,
    CLAIMS,
    HOLDS,
    IMMATURE,
)
