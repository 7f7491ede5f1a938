"""Programs ask for claims by the API: a few at once, a file, the results, and what failed again."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from jobs.office import Office
from lib.core import runs
from lib.core.access.tokens import Scope
from sandbox.running import RunningVendors
from tests.api_token import new_token
from tests.integration.api.in_process import api_of
from tests.integration.claim_status.payer_desk import as_csv, connect_payer


def test_a_program_asks_for_claims_and_reads_what_the_payer_says(
    office: Office, vendors: RunningVendors, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    vendors.uhc.reset()
    monkeypatch.setattr("lib.claim_status.service.WAIT_SECONDS", 0.0)
    desk = connect_payer(office, vendors.uhc, environment)
    claims = desk.askable()[:3]
    token = new_token(office.database, "portal", scopes=[Scope.CLAIMS_READ, Scope.CLAIMS_ASK, Scope.PATIENTS_SEE])
    blind = new_token(office.database, "blind", scopes=[Scope.CLAIMS_READ])
    with api_of(office.settings, office.database) as url:

        def ask(method: str, path: str, *, by: str = token, key: str = "first batch", **sent: Any) -> requests.Response:
            headers = {"Authorization": f"Bearer {by}", "Idempotency-Key": key}
            return requests.request(method, f"{url}/v1/claim-status{path}", headers=headers, timeout=30, **sent)

        body = {
            "client": desk.client.name,
            "claims": [
                {"claim_number": claim.number, "first_service_date": str(claim.first_day), "practice_tin": claim.tin}
                for claim in claims
            ],
        }
        started = ask("POST", "", json=body)
        assert (started.status_code, started.json()["state"]) == (201, "PENDING")
        run_id = started.json()["id"]
        assert ask("POST", "", json=body).json()["id"] == run_id
        desk.execute(run_id)
        told = ask("GET", f"/{run_id}").json()
        assert (told["state"], told["success"]) == ("COMPLETED", 3)
        assert [(row["status"], row["paid"]) for row in told["results"]] == [
            (claim.outcome, f"{claim.paid:.2f}") for claim in claims
        ]
        assert ask("GET", f"/{run_id}", by=blind).json()["results"] is None
        assert ask("GET", f"/{run_id}/results", by=blind).status_code == 403
        assert ask("POST", "", by=blind, json=body).status_code == 403
        with_ssn = body | {"claims": [{"claim_number": "1", "patient_ssn": "000-12-3987"}]}
        refused = ask("POST", "", key="with an ssn", json=with_ssn)
        assert refused.status_code == 422 and "3987" not in refused.text

        files = {"file": ("claims.csv", as_csv(claims, ssn="000-12-3987").encode())}
        taken = ask("POST", "/files", key="as a file", files=files, data={"client": desk.client.name})
        assert taken.status_code == 201
        # What is known is not asked for again.
        before = len(desk.control.journal())
        desk.execute(taken.json()["id"])
        page = ask("GET", f"/{taken.json()['id']}/results").json()
        assert page["total"] == 3 and len(desk.control.journal()) == before
        assert any("Social Security" in note for note in ask("GET", f"/{taken.json()['id']}").json()["notes"])
        assert ask("POST", f"/{run_id}/retry").json()["state"] == "PENDING"
    assert runs.get(office.database, office.actor, run_id).open
