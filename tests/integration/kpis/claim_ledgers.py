"""Golden ledgers of claims and what payers answer them; the working stands beside each figure."""

from __future__ import annotations

from decimal import Decimal

from lib.analytics.kpis.model import NoValue
from lib.analytics.reading.filters import Filters
from tests.integration.kpis.golden import MONTH_END, Expect, Golden, adjustment, charge, day, denial, money, payment

DENIED_THEN_OVERTURNED = Golden(
    name="denied, then overturned",
    as_of=MONTH_END,
    reports={
        "gross_billing": [
            charge("1", "500", "08-05", billed="08-05"),
            charge("2", "300", "08-20", billed="08-21"),
            charge("3", "200", "09-01", billed="09-02"),
        ],
        "payment_trends": [
            payment("1", "0", "08-10", charge_amount=money("500")),
            payment("1", "400", "10-06", charge_amount=money("500")),
            payment("2", "300", "09-01", charge_amount=money("300")),
            payment("3", "0", "09-10", charge_amount=money("200")),
        ],
        "denial_trends": [
            # Two remarks of one denial.
            *(
                denial("1", "500", "08-10", "197", remark_code_s=remark)
                | {
                    "appeal_date": day("08-30"),
                    "appeal_decision_date": day("10-04"),
                    "appeal_outcome": "OVERTURNED",
                }
                for remark in ("N1", "N2")
            ),
            denial("3", "200", "09-10", "50")
            | {"appeal_date": day("09-20"), "appeal_decision_date": day("10-10"), "appeal_outcome": "UPHELD"},
            # Its second answer, the same refusal: no initial denial, and no second charge.
            denial("3", "200", "10-10", "50", first="09-10"),
        ],
        "write_off_trends": [adjustment("3", "200", "10-20", "DENWO"), adjustment("2", "50", "10-21", "TFWO")],
    },
    expected=[
        # Claims 1 and 3 of three; that 1 was paid later changes nothing.
        Expect(
            kpi="denial_rate_claims",
            value=Decimal(2) / 3,
            numerator=Decimal(2),
            denominator=Decimal(3),
            extras={"denied_charges": 2, "left_out_of_rate": 0},
        ),
        Expect(kpi="denial_rate_dollars", value=Decimal("0.7"), numerator=money("700"), denominator=money("1000")),
        # Three claims were first billed between July 4 and October 1, 30 days earlier.
        Expect(kpi="denial_rate_claims", value=Decimal(2) / 3, settings={"denominator": "submitted"}),
        Expect(
            kpi="overturn_rate",
            value=Decimal("0.5"),
            numerator=Decimal(1),
            denominator=Decimal(2),
            extras={"overturned_charges": money("500"), "resolved_charges": money("700")},
        ),
        # August 10 to 30 is 20 days, September 10 to 20 is 10.
        Expect(kpi="days_denial_to_appeal", value=Decimal(15), rows=2),
        # To October 4: 21 + 30 + 4 = 55; to October 10: 30.
        Expect(kpi="days_denial_to_resolution", value=Decimal("42.5"), numerator=Decimal(85), denominator=Decimal(2)),
        Expect(
            kpi="denial_write_offs",
            value=Decimal("0.25"),
            numerator=money("250"),
            denominator=money("1000"),
            extras={"denial": money("200"), "timely_filing": money("50")},
        ),
    ],
)

SECONDARY_PAYER = Golden(
    name="a secondary payer",
    as_of=MONTH_END,
    reports={
        "gross_billing": [charge("1", "200", "02-01")],
        "payment_trends": [payment("1", "100", "09-01"), payment("1", "15", "09-20")],
        "denial_trends": [
            denial("1", "200", "09-01", "PR-2"),  # coinsurance
            denial("1", "200", "09-20", "OA-23", first="09-01"),  # prior payer
        ],
        "write_off_trends": [adjustment("1", "80", "09-01", "45"), adjustment("1", "5", "09-20", "23")],
    },
    expected=[
        # 115 of 200 − 80 − 5.
        Expect(kpi="net_collection_rate", value=Decimal(1), numerator=money("115"), denominator=money("115")),
        # One claim with a first remittance, and nothing of it denied.
        Expect(kpi="denial_rate_claims", value=Decimal(0), numerator=Decimal(0), denominator=Decimal(1)),
        Expect(kpi="write_off_rate", value=Decimal("0.425"), extras={"secondary_payer": Decimal("0.025")}),
        Expect(kpi="overturn_rate", no_value=NoValue.MISSING_COLUMN),
    ],
)

DUPLICATE = Golden(
    name="a duplicate",
    as_of=MONTH_END,
    reports={
        "payment_trends": [
            payment(number, "0" if number < "4" else "80", "09-01", charge_amount=money("100")) for number in "1234"
        ]
        # Only a patient has paid: no remittance yet.
        + [payment("5", "20", "09-02", insurance_paid_amount=money("0"), charge_amount=money("100"))]
        # First answered in May: the one paid, the other denied without a payment line.
        + [
            payment("6", "10", "05-01", charge_amount=money("100")),
            payment("6", "5", "09-03", charge_amount=money("100")),
        ]
        + [payment("7", "90", "09-04", charge_amount=money("100"))],
        "denial_trends": [
            denial("1", "100", "09-01", "CO-18"),
            denial("2", "100", "09-01", "CO-22"),
            denial("3", "100", "09-01", "CO-16"),
            denial("4", "100", "09-20", "CO-16", first="09-01"),  # paid first, refused later: not initial
            denial("7", "100", "05-02", "CO-16"),
        ],
    },
    expected=[
        # Four claims were remitted; of three denied ones, the duplicate and the coordination do not count.
        Expect(
            kpi="denial_rate_claims",
            value=Decimal("0.25"),
            denominator=Decimal(4),
            extras={"denied_charges": 1, "left_out_of_rate": 2},
        ),
        Expect(kpi="denial_rate_dollars", value=Decimal("0.25"), numerator=money("100"), denominator=money("400")),
    ],
)

CLAIMS = Golden(
    name="claims clean, turned back, held, worked again",
    as_of=MONTH_END,
    reports={
        "gross_billing": [
            # Billed in the 90 days to September 1, which is 60 days before October 31.
            charge("1", "10", "07-01", billed="07-02", claim_status="PAID", times_billed=1),
            charge("2", "10", "07-01", billed="07-02", claim_status="BALANCE DUE PATIENT", times_billed=1),
            charge("3", "10", "07-01", billed="07-02", claim_status="CLAIM AT INSURANCE", times_billed=1),
            charge("4", "10", "07-01", billed="07-02", claim_status="PAID", times_billed=2)
            | {"claim_rejected_date": day("07-04")},
            charge("5", "10", "07-01", billed="09-01", claim_status="PAID", times_billed=1),  # appealed
            # In the 90 days to October 31: two lines of one claim, held before the bill; and one held after it.
            charge("6", "10", "10-01", billed="10-09", charge_claim_id="k6") | {"hold_start_date": day("10-02")},
            charge("7", "10", "10-01", billed="10-09", charge_claim_id="k6"),
            charge("8", "10", "10-01", billed="10-02", claim_status="CLAIM AT INSURANCE", times_billed=1)
            | {"hold_start_date": day("10-20")},
        ],
        "denial_trends": [denial("5", "10", "09-10", "16") | {"appeal_date": day("09-12")}],
    },
    expected=[
        # Claims 1 and 2 of 1 to 5.
        Expect(
            kpi="first_pass_resolution",
            value=Decimal("0.4"),
            denominator=Decimal(5),
            extras={"disposed_count": 4, "reworked_count": 2},
        ),
        # First billed from August 3 on: claims 5, k6 and 8; k6 was held.
        Expect(
            kpi="clean_claim_rate",
            value=Decimal(2) / 3,
            denominator=Decimal(3),
            rows=4,
            extras={"rejected_count": 0, "held_count": 1},
        ),
        # Of claims billed in July, one of four was turned back.
        Expect(
            kpi="clean_claim_rate",
            value=Decimal("0.75"),
            filters=Filters(first_day=day("07-01"), last_day=day("07-31")),
        ),
        # A claim of October 2 may still be answered.
        Expect(kpi="first_pass_resolution", no_value=NoValue.IMMATURE, filters=Filters(last_day=day("10-31"))),
    ],
)
