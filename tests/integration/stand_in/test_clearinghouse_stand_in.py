"""The clearinghouse's stand-in answers for the payers of the world, one claim a call."""

from __future__ import annotations

import pytest
import requests

from sandbox.running import RunningVendors
from tests.integration.stand_in.payer_caller import TODAY, ClearinghouseCaller

_CATEGORY = {"paid": "F1", "partly paid": "F1", "denied": "F2", "patient owes": "F4", "in process": ("P1", "P2", "A2")}


@pytest.fixture
def meadow(running: RunningVendors) -> ClearinghouseCaller:
    running.clearinghouse.reset()
    running.clearinghouse.configure(today=TODAY)
    return ClearinghouseCaller(control=running.clearinghouse, client=running.clearinghouse.client("Meadow"))


def test_a_claim_s_codes_and_sums_are_those_of_the_world(meadow: ClearinghouseCaller) -> None:
    known = meadow.control.claims(meadow.client, "TST01")
    for outcome, category in _CATEGORY.items():
        claim = next(claim for claim in known if claim.outcome == outcome)
        told = meadow.ask(meadow.inquiry(claim)).json()["claims"]
        assert [found["claimStatus"]["tradingPartnerClaimNumber"] for found in told] == [claim.number]
        status = told[0]["claimStatus"]
        assert status["statusCategoryCode"] in category
        assert (status["submittedAmount"], status["amountPaid"]) == (str(claim.charged), str(claim.paid))
    assert [entry.claims for entry in meadow.control.journal()] == [1] * len(_CATEGORY)


def test_an_unknown_claim_is_not_found_and_poor_calls_are_refused(meadow: ClearinghouseCaller) -> None:
    claim = meadow.control.claims(meadow.client, "TST02")[0]
    unknown = meadow.ask(meadow.inquiry(claim, tradingPartnerClaimNumber="FC0")).json()["claims"]
    assert unknown[0]["claimStatus"]["statusCategoryCode"] == "D0"
    right = meadow.inquiry(claim)
    assert meadow.ask(right, key="wrong").json()["code"] == "UNAUTHORIZED"
    assert meadow.ask(right | {"tradingPartnerServiceId": "NONE"}).json()["code"] == "INVALID_TRADING_PARTNER"
    dashed = meadow.inquiry(claim, beginningDateOfService="2026-01-01")
    assert (reply := meadow.ask(dashed)).status_code == 400 and "beginningDateOfService" in reply.json()["message"]


def test_trouble_comes_when_it_is_ordered(meadow: ClearinghouseCaller) -> None:
    body = meadow.inquiry(meadow.control.claims(meadow.client, "TST02")[0])
    meadow.control.configure(calls_per_minute=1)
    meadow.control.fault("dropped", times=1)
    with pytest.raises(requests.ConnectionError):
        meadow.ask(body)
    throttled = meadow.ask(body)
    assert (throttled.status_code, throttled.json()["code"]) == (429, "TOO_MANY_REQUESTS")
    assert 0 < int(throttled.headers["Retry-After"]) <= 60
    with pytest.raises(requests.HTTPError):
        meadow.control.fault("repeated_page")
