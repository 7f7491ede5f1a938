"""Our door to UHC against the stand-in: the token, pages, details, and everything that goes wrong on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from lib.claim_status.model import Outcome
from lib.claim_status.outcomes import judge_amounts
from lib.vendors.errors import BadRequest, LoginRefused, NotPermitted, Unavailable, UnexpectedReply
from lib.vendors.uhc.client import SummaryQuery, UhcClient
from lib.vendors.uhc.model import ClaimSummary
from lib.vendors.uhc.refusal import TooManyClaims, TransactionOver
from lib.vendors.uhc.window import distinct_claims, read_pages
from tests.integration.claim_status.conftest import PAYER_ID, TODAY, Harbor

#: Where a module's worth of claims stands: the last 90 days.
FIRST = TODAY - timedelta(days=89)


def quarter(harbor: Harbor, **narrowed: object) -> SummaryQuery:
    asked = {"tin": harbor.tin, "payer_id": PAYER_ID, "first": FIRST, "last": TODAY} | narrowed
    return SummaryQuery(**asked)  # ty: ignore[invalid-argument-type]


def all_claims(client: UhcClient, query: SummaryQuery) -> dict[str, ClaimSummary]:
    return distinct_claims(read_pages(client, query))


def known_numbers(harbor: Harbor) -> set[str]:
    claims = harbor.vendors.uhc.claims(harbor.credentials)
    return {claim.number for claim in claims if claim.tin == harbor.tin and FIRST <= claim.first_day <= TODAY}


def test_a_wrong_secret_costs_one_token_call_and_no_other_however_often_it_is_tried(harbor: Harbor) -> None:
    client = harbor.client(secret="wrong")
    for _ in range(3):
        with pytest.raises(LoginRefused) as refused:
            client.summary(quarter(harbor))
    assert "wrong" not in str(refused.value)
    assert len(harbor.vendors.uhc.calls("token")) == 1
    assert not harbor.vendors.uhc.calls("summary")
    assert harbor.counts == {("token", "refused"): 1}


def test_one_token_serves_all_calls_until_shortly_before_its_end(harbor: Harbor) -> None:
    now = [1_000.0]
    client = harbor.client(clock=lambda: now[0])
    client.sign_in()
    client.summary(quarter(harbor))
    now[0] += 3_539
    client.summary(quarter(harbor))
    assert len(harbor.vendors.uhc.calls("token")) == 1
    now[0] += 2
    client.summary(quarter(harbor))
    assert len(harbor.vendors.uhc.calls("token")) == 2


def test_a_token_withdrawn_in_the_middle_is_asked_for_anew_once(harbor: Harbor) -> None:
    client = harbor.client()
    client.sign_in()
    harbor.vendors.uhc.fault("token_withdrawn", "summary", times=1)
    assert client.summary(quarter(harbor)).claims
    assert len(harbor.vendors.uhc.calls("token")) == 2


def test_a_service_that_accepts_no_token_is_told_as_such_after_two(harbor: Harbor) -> None:
    harbor.vendors.uhc.fault("token_withdrawn", "summary")
    with pytest.raises(LoginRefused):
        harbor.client().summary(quarter(harbor))
    assert len(harbor.vendors.uhc.calls("token")) == 2
    assert len(harbor.vendors.uhc.calls("summary")) == 2


@pytest.mark.parametrize("list_name", ["claims", "claimsSummaryInfo"])
@pytest.mark.parametrize("last_has_transaction", [False, True])
def test_every_claim_of_a_window_comes_once_and_as_the_payer_has_it(
    harbor: Harbor, list_name: str, last_has_transaction: bool
) -> None:
    harbor.vendors.uhc.configure(list_name=list_name, last_page_has_transaction=last_has_transaction)
    found = all_claims(harbor.client(), quarter(harbor))
    assert found.keys() == known_numbers(harbor)
    truth = {claim.number: claim for claim in harbor.vendors.uhc.claims(harbor.credentials)}
    for number, claim in found.items():
        held, sums = truth[number], claim.sums
        assert (sums.charged, sums.first_service_date, claim.member.date_of_birth) == (
            held.charged,
            held.first_day,
            held.born,
        )
        assert judged(claim) == Outcome(held.outcome)


def judged(claim: ClaimSummary) -> Outcome:
    sums = claim.sums
    not_covered = (sums.patient_not_covered or 0) + (sums.provider_not_covered or 0)
    return judge_amounts(
        claim.claim_status,
        paid=sums.paid,
        not_covered=not_covered,  # ty: ignore[invalid-argument-type]
        patient_responsibility=sums.patient_responsibility,
        categories=[decision.category for decision in sums.crosswalk],
    )


def test_a_page_that_comes_twice_loses_nothing_and_counts_once(harbor: Harbor) -> None:
    harbor.vendors.uhc.configure(page_size=3)
    harbor.vendors.uhc.fault("repeated_page", "summary", times=1, skip=1)
    assert all_claims(harbor.client(), quarter(harbor)).keys() == known_numbers(harbor)


def test_a_window_goes_on_from_the_page_where_it_was_left(harbor: Harbor) -> None:
    harbor.vendors.uhc.configure(page_size=3)
    first = harbor.client().summary(quarter(harbor))
    rest = distinct_claims(read_pages(harbor.client(), quarter(harbor), transaction_id=first.transaction_id))
    assert {claim.claim_number for claim in first.claims} | rest.keys() == known_numbers(harbor)
    assert harbor.vendors.uhc.calls("summary")[1].page == 2


def test_a_window_without_claims_is_an_empty_page(harbor: Harbor) -> None:
    page = harbor.client().summary(quarter(harbor, first_name="Łukasz", last_name="NOBODY"))
    assert page.claims == ()
    assert page.transaction_id == ""


def test_a_patient_is_found_under_the_name_that_the_payer_writes(harbor: Harbor) -> None:
    held = next(claim for claim in harbor.vendors.uhc.claims(harbor.credentials) if claim.first_day >= FIRST)
    query = quarter(
        harbor,
        tin=held.tin,
        first_name=f" {held.first_name.title()}",
        last_name=held.last_name.lower(),
        date_of_birth=held.born,
    )
    found = all_claims(harbor.client(), query)
    assert held.number in found
    assert {claim.member.date_of_birth for claim in found.values()} == {held.born}


def test_501_claims_are_too_many_and_no_transport_error(harbor: Harbor) -> None:
    crowd = {"tin": harbor.tin, "day": TODAY - timedelta(days=40), "claims": 501}
    harbor.vendors.uhc.configure(crowds=[crowd])
    with pytest.raises(TooManyClaims):
        harbor.client().summary(quarter(harbor))
    assert len(harbor.vendors.uhc.calls("summary")) == 1


@pytest.mark.parametrize(
    ("code", "error", "calls"),
    [
        ("LCLM_PS_102", BadRequest, 1),
        ("LCLM_PS_105", NotPermitted, 1),
        ("LCLM_PS_107", BadRequest, 1),
        ("LCLM_PS_112", BadRequest, 1),
        ("LCLM_PS_202", NotPermitted, 1),
        ("LCLM_PS_203", TransactionOver, 1),
        ("LCLM_PS_301", Unavailable, 4),
        ("LCLM_PS_305", Unavailable, 4),
        ("LCLM_PS_306", TooManyClaims, 1),
        ("LCLM_PS_500", Unavailable, 4),
        ("LCLM_PS_999", Unavailable, 4),
    ],
)
def test_each_of_the_payers_codes_stops_or_is_tried_again(
    harbor: Harbor, code: str, error: type[Exception], calls: int
) -> None:
    harbor.vendors.uhc.fault("code", "summary", code=code)
    with pytest.raises(error):
        harbor.client().summary(quarter(harbor))
    assert len(harbor.vendors.uhc.calls("summary")) == calls


@pytest.mark.parametrize("code", ["LCLM_PS_201", "LCLM_PS_307"])
def test_no_data_and_other_days_of_service_are_empty_answers(harbor: Harbor, code: str) -> None:
    harbor.vendors.uhc.fault("code", "summary", code=code, times=1)
    assert harbor.client().summary(quarter(harbor)).claims == ()


@pytest.mark.parametrize(
    "kind", ["dropped", "cut_off", "truncated", "garbage", "not_an_object", "unavailable", "error_500", "throttled"]
)
def test_a_bad_moment_of_the_service_is_got_over(harbor: Harbor, kind: str) -> None:
    harbor.vendors.uhc.fault(kind, "summary", times=2)  # ty: ignore[invalid-argument-type]
    assert all_claims(harbor.client(), quarter(harbor)).keys() == known_numbers(harbor)


def test_a_service_that_answers_rubbish_is_given_up_without_quoting_it(harbor: Harbor) -> None:
    harbor.vendors.uhc.fault("garbage", "summary")
    with pytest.raises(UnexpectedReply) as given_up:
        harbor.client().summary(quarter(harbor))
    assert given_up.value.attempts == 4
    assert harbor.tin not in str(given_up.value)


def test_a_denied_claims_detail_names_its_reasons_and_a_paid_ones_payment_its_check(harbor: Harbor) -> None:
    client = harbor.client()
    claims = harbor.vendors.uhc.claims(harbor.credentials)
    denied = next(claim for claim in claims if claim.outcome == "denied" and claim.first_day > FIRST)
    details = client.detail(tin=denied.tin, payer_id=PAYER_ID, claim_number=denied.number)
    codes = {code.code for line in details.claims[0].lines for code in line.codes if code.type == "CARC"}
    assert {refusal.reason for refusal in denied.refusals} <= codes
    paid = next(claim for claim in claims if claim.outcome == "paid" and claim.first_day > FIRST)
    details = client.detail(tin=paid.tin, payer_id=PAYER_ID, claim_number=paid.number)
    payments = client.payment(tin=paid.tin, payer_id=PAYER_ID, transaction_id=details.transaction_id).payments
    assert {check.number for check in payments} == set(paid.checks)
    assert (
        client.payment(
            tin=denied.tin,
            payer_id=PAYER_ID,
            transaction_id=client.detail(tin=denied.tin, payer_id=PAYER_ID, claim_number=denied.number).transaction_id,
        ).payments
        == ()
    )


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: {"first": date(2020, 1, 1), "last": date(2020, 1, 2)},
        lambda: {"first": TODAY - timedelta(days=90)},
        lambda: {"first": TODAY, "last": FIRST},
    ],
)
def test_a_window_that_may_not_be_asked_is_a_fault_of_ours_and_not_repeated(
    harbor: Harbor, wrong: Callable[[], dict[str, object]]
) -> None:
    with pytest.raises(BadRequest):
        harbor.client().summary(quarter(harbor, **wrong()))
    assert len(harbor.vendors.uhc.calls("summary")) == 1
