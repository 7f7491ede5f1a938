"""The planner against the payer's stand-in: what is asked, what it costs, and that nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from lib.claim_status.model import Patient
from lib.claim_status.planning.limits import Window, WindowLimits, earliest_day
from lib.claim_status.planning.patients import patient_windows
from lib.claim_status.planning.windows import crowded_days, next_window
from lib.vendors.uhc.client import SummaryQuery, UhcClient
from lib.vendors.uhc.model import ClaimSummary
from lib.vendors.uhc.refusal import TooManyClaims
from lib.vendors.uhc.window import distinct_claims, read_pages
from sandbox.world.payer_side import PayerClaim
from tests.integration.claim_status.conftest import PAYER_ID, TODAY, Harbor


def ask_all(client: UhcClient, asked: Iterable[PayerClaim], tin: str) -> set[str]:
    """Ask for claims of one tax id as a batch does; the numbers of all claims that came."""
    asked = list(asked)
    wanted = Counter(claim.first_day for claim in asked)
    found: dict[str, ClaimSummary] = {}
    answered: list[Window] = []
    overflowed: list[Window] = []
    while True:
        seen = Counter(claim.sums.first_service_date for claim in found.values())
        counts = {day: count for day, count in seen.items() if day}
        window = next_window(wanted, seen=counts, answered=answered, overflowed=overflowed)
        if window is None:
            break
        try:
            found |= read(client, window, tin)
            answered.append(window)
        except TooManyClaims:
            overflowed.append(window)
    crowded = crowded_days(overflowed)
    of_patients = [
        (Patient(first_name=claim.first_name, last_name=claim.last_name, date_of_birth=claim.born), claim.first_day)
        for claim in asked
        if claim.first_day in crowded
    ]
    for window in patient_windows(of_patients):
        found |= read(client, window, tin)
    return set(found)


def read(client: UhcClient, window: Window, tin: str) -> dict[str, ClaimSummary]:
    patient = window.patient
    query = SummaryQuery(
        tin=tin,
        payer_id=PAYER_ID,
        first=window.first,
        last=window.last,
        first_name=patient.first_name if patient else "",
        last_name=patient.last_name if patient else "",
        date_of_birth=patient.date_of_birth if patient else None,
    )
    return distinct_claims(read_pages(client, query))


def askable(harbor: Harbor) -> list[PayerClaim]:
    earliest = earliest_day(TODAY, WindowLimits())
    return [claim for claim in harbor.vendors.uhc.claims(harbor.credentials) if claim.first_day >= earliest]


def ask_by_tin(harbor: Harbor, asked: list[PayerClaim]) -> set[str]:
    client = harbor.client()
    by_tin = {claim.tin: [other for other in asked if other.tin == claim.tin] for claim in asked}
    return set().union(*(ask_all(client, claims, tin) for tin, claims in by_tin.items()))


def test_claims_of_three_tins_cost_at_most_a_quarter_more_than_the_least(harbor: Harbor) -> None:
    harbor.vendors.uhc.configure(claims=12_000)
    known = askable(harbor)
    assert len({claim.tin for claim in known}) == 3
    for share in (1.0, 0.1):
        asked = Random(7).sample(known, int(len(known) * share))
        numbers = {claim.number for claim in asked}
        before = len(harbor.vendors.uhc.calls("summary"))
        assert numbers <= ask_by_tin(harbor, asked)
        calls = len(harbor.vendors.uhc.calls("summary")) - before
        assert calls <= 1.25 * harbor.vendors.uhc.least_calls(harbor.credentials, numbers).calls


def test_a_day_of_501_claims_is_asked_patient_by_patient_and_nothing_is_lost(harbor: Harbor) -> None:
    crowd: dict[str, object] = {"tin": harbor.tin, "day": TODAY - timedelta(days=40), "claims": 501, "patients": 20}
    harbor.vendors.uhc.configure(crowds=[crowd])
    first: date = TODAY - timedelta(days=89)
    asked = [claim for claim in askable(harbor) if claim.tin == harbor.tin and claim.first_day >= first]
    assert len(asked) > 501
    assert {claim.number for claim in asked} <= ask_by_tin(harbor, asked)
