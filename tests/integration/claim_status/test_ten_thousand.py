"""Ten thousand claims of three tax ids take few calls more than somebody would need who knew every answer."""

from __future__ import annotations

from random import Random

from jobs.office import Office
from sandbox.running import RunningVendors
from tests.integration.claim_status.payer_desk import connect_payer


def test_ten_thousand_claims_take_hardly_more_calls_than_there_have_to_be(
    office: Office, vendors: RunningVendors, environment: dict[str, str]
) -> None:
    vendors.uhc.reset()
    vendors.uhc.configure(claims=120_000)
    desk = connect_payer(office, vendors.uhc, environment)
    known = Random(3).sample(desk.askable(), 10_000)
    assert len({claim.tin for claim in known}) == 3
    run = desk.work(known, reasons=False)
    assert run.result and run.result["success"] == 10_000
    least = desk.control.least_calls(desk.payer, [claim.number for claim in known])
    assert len(desk.control.calls("summary")) <= 1.25 * least.calls
    vendors.uhc.reset()
