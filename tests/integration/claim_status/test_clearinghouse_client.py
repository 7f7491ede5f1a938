"""Our door to the clearinghouse against its stand-in."""

from __future__ import annotations

import pytest

from lib.claim_status.model import Outcome
from lib.claim_status.outcomes import judge_category
from lib.vendors.clearinghouse.client import ClearinghouseClient
from lib.vendors.clearinghouse.connection import ClearinghouseConnection
from lib.vendors.clearinghouse.model import StatusInquiry
from lib.vendors.errors import BadRequest, LoginRefused, UnexpectedReply
from lib.vendors.throttle import NoThrottle
from sandbox.clearinghouse.running import ClearinghouseControl
from sandbox.running import RunningVendors
from sandbox.world.payer_side import PayerClaim
from tests.integration.claim_status.conftest import TODAY

PAYER_ID = "TST01"


@pytest.fixture
def house(running: RunningVendors) -> ClearinghouseControl:
    running.clearinghouse.reset()
    running.clearinghouse.configure(today=TODAY)
    return running.clearinghouse


@pytest.fixture
def claims(house: ClearinghouseControl) -> list[PayerClaim]:
    return house.claims(house.client("Harbor"), PAYER_ID)


def client(house: ClearinghouseControl, key: str = "") -> ClearinghouseClient:
    connection = ClearinghouseConnection.from_settings({"url": house.url}, key=key or house.client("Harbor").key)
    return ClearinghouseClient(connection, NoThrottle(sleep=_no_wait), sleep=_no_wait)


def inquiry(claim: PayerClaim, payer_id: str = PAYER_ID, number: str | None = None) -> StatusInquiry:
    return StatusInquiry(
        payer_id=payer_id,
        organization=claim.practice,
        npi=claim.npi,
        member_id=claim.member_id,
        first_name=claim.first_name.title(),
        last_name=claim.last_name,
        date_of_birth=claim.born,
        first=claim.first_day,
        last=claim.last_day,
        claim_number=claim.number if number is None else number,
    )


def test_one_claim_of_each_outcome_is_told_as_the_payer_has_it(
    house: ClearinghouseControl, claims: list[PayerClaim]
) -> None:
    asked = client(house)
    of_outcome = {claim.outcome: claim for claim in claims}
    assert len(of_outcome) >= 5
    for outcome, claim in of_outcome.items():
        (told,) = asked.status(inquiry(claim))
        # A 277 has no refused amount: what was paid in part comes as paid.
        expected = Outcome.PAID if outcome == "partly paid" else Outcome(outcome)
        assert judge_category(told.category, paid=told.paid) == expected
        assert (told.claim_number, told.account_number) == (claim.number, claim.account_number)
        assert (told.charged, told.service_dates) == (claim.charged, (claim.first_day, claim.last_day))


def test_an_unknown_claim_is_not_found(house: ClearinghouseControl, claims: list[PayerClaim]) -> None:
    (told,) = client(house).status(inquiry(claims[0], number="FC99999999999"))
    assert judge_category(told.category, paid=told.paid) == Outcome.NOT_FOUND


def test_a_wrong_key_is_asked_with_once(house: ClearinghouseControl, claims: list[PayerClaim]) -> None:
    asked = client(house, key="wrong")
    for _ in range(3):
        with pytest.raises(LoginRefused):
            asked.status(inquiry(claims[0]))
    assert len(house.journal()) == 1


def test_an_unknown_payer_is_not_tried_again(house: ClearinghouseControl, claims: list[PayerClaim]) -> None:
    with pytest.raises(BadRequest):
        client(house).status(inquiry(claims[0], payer_id="XXXXX"))
    assert len(house.journal()) == 1


@pytest.mark.parametrize("kind", ["dropped", "truncated", "garbage", "unavailable", "throttled"])
def test_a_bad_moment_is_got_over_and_lasting_ones_are_given_up(
    house: ClearinghouseControl, claims: list[PayerClaim], kind: str
) -> None:
    house.fault(kind, times=2)  # ty: ignore[invalid-argument-type]
    assert client(house).status(inquiry(claims[0]))[0].claim_number == claims[0].number
    assert len(house.journal()) == 3


def test_rubbish_that_lasts_is_given_up_without_quoting_it(
    house: ClearinghouseControl, claims: list[PayerClaim]
) -> None:
    house.fault("garbage")
    with pytest.raises(UnexpectedReply) as given_up:
        client(house).status(inquiry(claims[0]))
    assert given_up.value.attempts == 4
    assert claims[0].last_name not in str(given_up.value)


def _no_wait(seconds: float) -> None:
    """Time does not pass here."""
