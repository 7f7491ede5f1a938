"""Open claims of our own books are asked for by age, with the days that the books know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from jobs.office import Office
from lib.claim_status.params import KIND
from lib.core import runs
from lib.core.runs import RunState
from lib.core.schedules.kinds import OPEN_CLAIMS
from sandbox.running import RunningVendors
from tests.integration.claim_status.payer_desk import connect_payer
from tests.integration.views.ledger import Ledger


def test_the_schedule_asks_for_old_open_claims_with_the_days_of_our_own_books(
    office: Office, vendors: RunningVendors, environment: dict[str, str]
) -> None:
    vendors.uhc.reset()
    desk = connect_payer(office, vendors.uhc, environment)
    today = datetime.now(UTC).date()
    old = [claim for claim in desk.askable() if claim.first_day < today - timedelta(days=40)][:3]
    rows = [
        {
            "charge_id": claim.account_number,
            "claim_id": claim.account_number,
            "charge_balance": Decimal("10.00"),
            "charge_balance_due_ins": Decimal("10.00"),
            "charge_from_date": claim.first_day,
            "charge_entered_date": claim.first_day,
            "practice_name": claim.practice,
        }
        for claim in old
    ]
    young = rows[0] | {"charge_id": "1", "claim_id": "1", "charge_from_date": today - timedelta(days=5)}
    Ledger(office.database).show("ar_aging", [*rows, young], client=desk.client.id, as_of=today)
    with office.database.session(office.actor) as session:
        run_id = runs.create(
            session,
            client_id=desk.client.id,
            kind=OPEN_CLAIMS.name,
            title=OPEN_CLAIMS.title,
            state=RunState.QUEUED,
            params={},
        )
    started = desk.execute(run_id)
    assert started.result and "3 open claims" in started.result["said"]
    (batch,) = runs.list_runs(office.database, office.actor, kind=KIND)
    told = desk.results(desk.execute(batch.id))
    assert {number: str(row.outcome) for number, row in told.items()} == {
        claim.account_number: claim.outcome for claim in old
    }
