"""The UHC stand-in keeps the contract, and says of each claim what the world's events say."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests

from sandbox.payer_faults import PayerFaultKind
from sandbox.running import RunningVendors
from sandbox.uhc.query import earliest_day
from sandbox.uhc.settings import Crowd
from sandbox.world.payer_side import PayerClaim
from tests.integration.stand_in.payer_caller import DETAIL, PAYMENT, SUMMARY, TODAY, UhcCaller, quarters

_DAY = timedelta(days=1)


@pytest.fixture
def harbor(running: RunningVendors) -> UhcCaller:
    running.uhc.reset()
    running.uhc.configure(today=TODAY)
    return UhcCaller(control=running.uhc, client=running.uhc.client("Harbor"))


def _askable(caller: UhcCaller) -> list[PayerClaim]:
    claims = caller.control.claims(caller.client)
    return [claim for claim in claims if earliest_day(TODAY) <= claim.first_day <= TODAY]


def _code(reply: requests.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["errors"][0]["code"]


def test_every_claim_of_the_world_is_found_with_its_own_sums(harbor: UhcCaller) -> None:
    known = _askable(harbor)
    told: dict[str, dict[str, Any]] = {}
    for practice in harbor.client.practices:
        own = [claim for claim in known if claim.tin == practice.tin]
        for first, last in quarters(own):
            told |= {claim["claimNumber"]: claim for claim in harbor.window(first, last, tin=practice.tin)}
    assert set(told) == {claim.number for claim in known} and len(known) > 150
    for claim in known:
        sums = told[claim.number]["claimSummary"]
        assert sums["ptntAcctNbr"] == claim.account_number
        assert (sums["totalChargedAmt"], sums["totalPaidAmt"]) == (str(claim.charged), str(claim.paid))
        status = told[claim.number]["claimStatus"]
        assert (status == "Finalized") == (claim.outcome in ("paid", "partly paid", "denied", "patient owes"))
        if claim.outcome == "denied":
            refused = Decimal(sums["provNotCovAmt"]) + Decimal(sums["ptntNoCovAmt"])
            assert (sums["totalPaidAmt"], refused) == ("0.00", claim.refused)
    assert {claim.outcome for claim in known} >= {"paid", "partly paid", "denied", "patient owes", "in process"}


def test_fifty_claims_a_page_and_the_last_page_has_no_transaction(harbor: UhcCaller) -> None:
    day = date(2026, 9, 6)
    harbor.control.configure(crowds=[Crowd(tin=harbor.tin, day=day, claims=120)])
    found = harbor.window(day, day)
    pages = harbor.control.calls("summary")
    assert [(page.page, page.claims) for page in pages] == [(1, 50), (2, 50), (3, len(found) - 100)]
    assert len({claim["claimNumber"] for claim in found}) == len(found) >= 120
    one = harbor.window(day, day, ptntLn="Test", ptntFn="Amber", ptntDob="01/01/1940")
    assert {claim["memberInfo"]["ptntFn"] for claim in one} == {"AMBER"} and len(one) == 3


def test_more_than_five_hundred_are_refused_until_the_window_or_the_patient_narrows_them(harbor: UhcCaller) -> None:
    day = date(2026, 9, 6)
    halves = [Crowd(tin=harbor.tin, day=day, claims=400), Crowd(tin=harbor.tin, day=day + _DAY, claims=400)]
    harbor.control.configure(crowds=halves)
    assert _code(harbor.page(day, day + _DAY)) == (500, "LCLM_PS_306")
    assert len(harbor.window(day, day)) >= 400
    harbor.control.configure(crowds=[Crowd(tin=harbor.tin, day=day, claims=501)])
    assert _code(harbor.page(day, day)) == (500, "LCLM_PS_306")
    assert len(harbor.window(day, day, ptntLn="TEST", ptntFn="Amber", ptntDob="01/01/1940")) == 11


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("", "", "102"),
        ("11/01/2026", "", "106"),
        ("2026-11-01", "11/05/2026", "108"),
        ("02/30/2026", "11/05/2026", "108"),
        ("11/01/2026", "11/5/2026", "111"),
        ("11/05/2026", "11/01/2026", "113"),
        ("11/19/2024", "11/30/2024", "107"),
        ("11/01/2026", "11/21/2026", "107"),
        ("08/01/2026", "10/30/2026", "112"),
    ],
)
def test_a_window_that_may_not_be_is_refused_by_its_code(harbor: UhcCaller, first: str, last: str, code: str) -> None:
    reply = harbor.get(SUMMARY, firstServiceDt=first, lastServiceDt=last)
    assert _code(reply) == (400, f"LCLM_PS_{code}")
    assert harbor.control.calls("summary")[-1].answered == f"LCLM_PS_{code}"


def test_parameters_are_headers_and_a_payer_must_be_one_that_may_be_asked(harbor: UhcCaller) -> None:
    assert harbor.get(SUMMARY, query={"tin": harbor.tin}).status_code == 401
    assert _code(harbor.page(TODAY, TODAY, payerId="06111")) == (400, "LCLM_PS_105")
    assert _code(harbor.page(TODAY, TODAY, tin="12")) == (400, "LCLM_PS_102")
    # An allowed payer of which nobody is a member, and a tax id of somebody else.
    assert _code(harbor.page(TODAY - 80 * _DAY, TODAY, payerId="03432")) == (404, "LCLM_PS_201")
    assert _code(harbor.page(TODAY - 80 * _DAY, TODAY, tin="999999999")) == (404, "LCLM_PS_201")


def test_credentials_count_in_the_form_only_and_a_token_ends(harbor: UhcCaller) -> None:
    assert harbor.ask_token(auth=("any", "body")).status_code == 401
    assert harbor.ask_token(form={"client_secret": "wrong"}).status_code == 403
    assert harbor.ask_token().json()["expires_in"] == 3600
    harbor.control.fault("token_withdrawn", "summary", times=1, skip=1)
    first = TODAY - 80 * _DAY
    assert [harbor.page(first, TODAY).status_code for _ in range(3)] == [200, 401, 401]
    harbor.token = ""
    assert harbor.page(first, TODAY).status_code == 200
    harbor.control.configure(token_seconds=0.000_001)
    harbor.token = ""
    assert harbor.page(first, TODAY).status_code == 401


def test_details_say_why_and_payments_reconcile_draft_by_draft(harbor: UhcCaller) -> None:
    known = _askable(harbor)
    chosen = [claim for claim in known if claim.outcome == "denied"][:2]
    chosen += [claim for claim in known if claim.outcome == "partly paid"][:3]
    for claim in chosen:
        told = harbor.get(DETAIL, tin=claim.tin, claimNumber=claim.number).json()
        (detail,) = told["claimsDetailInfo"]
        codes = {code["code"] for line in detail["lines"] for code in line["claimCodes"] if code["type"] == "CARC"}
        assert {refusal.reason for refusal in claim.refusals} <= codes
        by_suffix: dict[str, Decimal] = defaultdict(Decimal)
        for line in detail["lines"]:
            by_suffix[line["icnSuffix"]] += Decimal(line["paidAmt"])
        paid = harbor.get(PAYMENT, tin=claim.tin, transactionId=told["transactionId"]).json()["payments"] or []
        drafts = {payment["draftNbr"]: Decimal(payment["draftAmt"]) for payment in paid}
        crosswalk = told["claimSummaryInfo"][0]["claimSummary"]["clmXWalkData"]
        for crossed in crosswalk:
            if by_suffix[crossed["clmIcnSufxCd"]] > 0:
                assert drafts[crossed["clmDrftNbr"]] == by_suffix[crossed["clmIcnSufxCd"]]
        assert sum(by_suffix.values()) == claim.paid
        assert all(Decimal(payment["checkAmt"]) >= Decimal(payment["draftAmt"]) for payment in paid)
    assert _code(harbor.get(PAYMENT, transactionId="0-0")) == (404, "LCLM_PS_203")
    assert _code(harbor.get(DETAIL)) == (400, "LCLM_PS_102")


@pytest.mark.parametrize("kind", ["dropped", "cut_off"])
def test_a_lost_reply_is_in_the_journal(harbor: UhcCaller, kind: PayerFaultKind) -> None:
    harbor.control.fault(kind, "summary", times=1)
    with pytest.raises(requests.RequestException):
        harbor.page(TODAY - 80 * _DAY, TODAY)
    assert harbor.page(TODAY - 80 * _DAY, TODAY).status_code == 200
    assert [entry.answered for entry in harbor.control.calls("summary")] == [kind, "200"]


def test_other_trouble_comes_when_it_is_ordered(harbor: UhcCaller) -> None:
    first = TODAY - 80 * _DAY
    for kind, status in (("error_500", 500), ("unavailable", 503), ("garbage", 200), ("truncated", 200)):
        harbor.control.fault(kind, "summary", times=1)
        reply = harbor.page(first, TODAY)
        assert reply.status_code == status
        if kind != "error_500":
            with pytest.raises(requests.JSONDecodeError):
                reply.json()
        harbor.control.clear_faults()
    harbor.control.fault("throttled", times=1, seconds=2)
    assert harbor.page(first, TODAY).headers["Retry-After"] == "2"
    harbor.control.fault("code", times=1, code="LCLM_PS_304")
    assert _code(harbor.page(first, TODAY)) == (500, "LCLM_PS_304")


def test_what_the_contract_leaves_open_can_be_switched(harbor: UhcCaller) -> None:
    first, switch = TODAY - 80 * _DAY, harbor.control.configure
    number = harbor.window(first, TODAY)[0]["claimNumber"]
    switch(list_name="claimsSummaryInfo", last_page_has_transaction=True, statuses={number: "DENIED"})
    told = harbor.page(first, TODAY).json()
    words = {claim["claimNumber"]: claim["claimStatus"] for claim in told["claimsSummaryInfo"]}
    assert words[number] == "DENIED" and set(words.values()) > {"DENIED"}
    assert _code(harbor.page(first, TODAY, transactionId=told["transactionId"])) == (404, "LCLM_PS_203")
    switch(detail_needs_transaction=True)
    assert _code(harbor.get(DETAIL, claimNumber=number)) == (400, "LCLM_PS_102")
    whole = harbor.get(DETAIL, claimNumber=number, transactionId=told["transactionId"]).json()
    assert whole["claimsDetailInfo"][0]["claimNumber"] == number
    switch(transaction_hours=0)
    assert _code(harbor.get(PAYMENT, transactionId=whole["transactionId"])) == (404, "LCLM_PS_203")


def test_pages_can_repeat_themselves_without_end(harbor: UhcCaller) -> None:
    day = date(2026, 9, 6)
    harbor.control.configure(crowds=[Crowd(tin=harbor.tin, day=day, claims=120)])
    first = harbor.page(day, day).json()
    harbor.control.fault("repeated_page", "summary")
    pages, name = [], first["transactionId"]
    for _ in range(3):
        told = harbor.page(day, day, transactionId=name).json()
        pages.append(told["claims"])
        name = told["transactionId"]
    assert pages == [first["claims"]] * 3


def test_ten_thousand_claims_of_three_tax_ids_and_the_least_calls_for_them(harbor: UhcCaller) -> None:
    harbor.control.configure(claims=120_000)
    numbers = [claim.number for claim in _askable(harbor)][:10_000]
    least = harbor.control.least_calls(harbor.client, numbers)
    assert len(numbers) == 10_000 and len(least.by_tin) == 3 and least.unanswerable == 0
    assert 10_000 / 50 <= least.calls <= 10_000 / 50 * 1.15
