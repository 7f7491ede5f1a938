"""What payers know agrees with the office's own books, and the least calls are the least."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.claim_file import ClaimFileOrder, write_claim_file
from sandbox.uhc.least import fewest_windows
from sandbox.uhc.settings import Settings
from sandbox.world import World
from sandbox.world.days import NEVER, day_number
from sandbox.world.life import OfficeLife, stand_on
from sandbox.world.payer_side import PayerBooks

_TODAY = date(2026, 11, 20)
_FIRST = date(2026, 1, 1)


def test_a_payer_s_sums_are_the_office_s_once_everything_is_posted() -> None:
    world = World()
    life = OfficeLife(world=world, today=_TODAY)
    (batch,) = life.batches("10001001")
    standing, claims, day = stand_on(batch, day_number(_TODAY)), batch.claims, day_number(_TODAY)
    # What is on its way between payer and office, or came from a second payer, the two know differently.
    differs = np.zeros(claims.line_count, np.bool_)
    for posting in batch.postings:
        late = np.maximum(posting.entered, posting.applied)
        differs |= (posting.received <= day) & (late > day) & (posting.received < NEVER)
        differs |= (posting.bucket == "other") & posting.exists
    compared = 0
    for claim in PayerBooks(world, claims=2_000, today=_TODAY).of_account("10001001", "87726").claims:
        lines = np.flatnonzero(claims.id[claims.claim] == int(claim.account_number))
        if not differs[lines].any():
            compared += 1
            assert int(claim.charged * 100) == claims.cents[lines].sum()
            assert int(claim.paid * 100) == standing.insurance_paid[lines].sum()
    assert compared > 100


def test_a_file_of_claims_has_those_of_the_payer_and_as_many_strangers_as_ordered(tmp_path: Path) -> None:
    world, path = World(), tmp_path / "claims.csv"
    order = ClaimFileOrder(client="Harbor", rows=40, unknown=3, ssn=True, today=_TODAY)
    assert write_claim_file(world, order, path) == 43
    books = PayerBooks(world, claims=2_000, today=_TODAY)
    known = {claim.number for account in books.accounts for claim in books.of_account(account, "87726").claims}
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert sum(row["claim_number"] in known for row in rows) == 40
    assert all(row["patient_ssn"].startswith("000-00-") for row in rows)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_set_of_windows_needs_fewer_calls_than_the_fewest(data: st.DataObject) -> None:
    switches = Settings(page_size=3, most_claims=8, longest_window=4)
    days = [_FIRST + timedelta(days=nth) for nth in range(7)]
    counts = {day: data.draw(st.integers(1, 8)) for day in days if data.draw(st.booleans())}
    wanted = [day for day in counts if data.draw(st.booleans())]
    windows = [
        (first, last, math.ceil(claims / switches.page_size))
        for first in days
        for last in days
        if 0 <= (last - first).days < switches.longest_window
        and 0 < (claims := sum(count for day, count in counts.items() if first <= day <= last)) <= switches.most_claims
    ]
    assert fewest_windows(counts, wanted, switches) == min(_costs(frozenset(wanted), windows), default=0)


def _costs(wanted: frozenset[date], windows: list[tuple[date, date, int]]) -> Iterator[int]:
    """What every way costs to cover the wanted days."""
    if not wanted:
        yield 0
        return
    earliest = min(wanted)
    for first, last, cost in windows:
        if first <= earliest <= last:
            for rest in _costs(frozenset(day for day in wanted if not first <= day <= last), windows):
                yield cost + rest
