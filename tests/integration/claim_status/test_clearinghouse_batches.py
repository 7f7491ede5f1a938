"""A second payer is one file and a row: the clearinghouse answers claim by claim."""

from __future__ import annotations

from jobs.office import Office
from lib.claim_status import service
from lib.claim_status.connect import connect_clearinghouse
from lib.claim_status.practices import map_practice
from lib.claim_status.reading.claims import read_claims
from lib.core import clients, runs
from sandbox.running import RunningVendors
from tests.integration.claim_status.payer_desk import as_csv

_PAYER = "TST01"


def test_the_clearinghouse_answers_each_row_and_is_asked_once_for_each(office: Office, vendors: RunningVendors) -> None:
    control = vendors.clearinghouse
    control.reset()
    reached = next(client for client in control.clients() if "Harbor" in client.name)
    client = clients.add_client(office.database, office.actor, reached.name)
    connect_clearinghouse(
        office.database,
        office.actor,
        client_id=client.id,
        values={"url": control.url},
        key=reached.key,
        practice=True,
    )
    for practice in reached.practices:
        map_practice(
            office.database,
            office.actor,
            client_id=client.id,
            practice=practice.name,
            tin=practice.tin,
            payer="clearinghouse",
            payer_id=_PAYER,
            npi=practice.npi,
        )
    today = service.today_of(office.database, office.actor, client.id)
    known = [claim for claim in control.claims(reached, _PAYER) if (today - claim.first_day).days < 600][:12]
    unknown = as_csv(known[:1]).replace(known[0].number, "FC99000000001").splitlines()[1]
    read = read_claims((as_csv(known) + unknown.replace(known[0].member_id, "000000000")).encode(), today=today)
    run_id = service.start(office.database, office.actor, client_id=client.id, read=read, name="claims.csv")
    office.executor.execute(run_id)
    run = runs.get(office.database, office.actor, run_id)
    page = service.results(office.database, office.actor, run_id)
    told = {row.asked.claim_number: row for row in page.rows}
    assert run.result and run.result["failure"] == 0
    assert told["FC99000000001"].outcome == "not found"
    for claim in known:
        # A 277 has no refused amount: what is partly paid is paid.
        expected = "paid" if claim.outcome == "partly paid" else claim.outcome
        assert (str(told[claim.number].outcome), told[claim.number].paid) == (expected, claim.paid)
    assert 0 < len(control.journal()) <= len(read.asked)
