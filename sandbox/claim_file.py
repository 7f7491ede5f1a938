"""Writes a file of claims whose status can be asked for in bulk, for training and tests."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from sandbox.uhc.clients import PAYER_IDS
from sandbox.uhc.query import earliest_day
from sandbox.world import World
from sandbox.world.clients import open_billing_clients
from sandbox.world.payer_side import PayerBooks, PayerClaim

_COLUMNS = (
    "claim_number",
    "first_name",
    "last_name",
    "date_of_birth",
    "subscriber_id",
    "first_service_date",
    "last_service_date",
    "practice_tin",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimFileOrder:
    """What the file shall hold: of which client, how many claims, how many that no payer knows, an SSN column.

    `client` is a word of the client's name; the SSNs are of an area that nobody is given.
    """

    client: str
    rows: int
    today: date
    claims: int = 2_000
    seed: int = 7
    unknown: int = 0
    ssn: bool = False


def write_claim_file(world: World, order: ClaimFileOrder, path: Path) -> int:
    """Write the CSV and return its number of rows; ValueError when there is no such client or not as many claims."""
    known = _askable(world, order)
    if len(known) < order.rows:
        raise ValueError(f"The payer knows {len(known)} claims of that client; ask for fewer rows.")
    rng = Random(order.seed)
    rows = [_row(claim) for claim in rng.sample(known, order.rows)]
    rows += [[f"FC99{nth:09d}", *_row(rng.choice(known))[1:]] for nth in range(1, order.unknown + 1)]
    rng.shuffle(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*_COLUMNS, "patient_ssn"] if order.ssn else _COLUMNS)
        writer.writerows([*row, f"000-00-{nth % 10_000:04d}"] if order.ssn else row for nth, row in enumerate(rows))
    return len(rows)


def _askable(world: World, order: ClaimFileOrder) -> list[PayerClaim]:
    client = next((client for client in open_billing_clients(world) if order.client in client.name), None)
    if client is None:
        raise ValueError(f"There is no client “{order.client}”.")
    books = PayerBooks(world, claims=order.claims, today=order.today)
    claims = [claim for own in client.accounts for claim in books.of_account(own.number, PAYER_IDS[0]).claims]
    return [claim for claim in claims if claim.first_day >= earliest_day(order.today)]


def _row(claim: PayerClaim) -> list[str]:
    return [
        claim.number,
        claim.first_name.title(),
        claim.last_name,
        str(claim.born),
        claim.member_id,
        f"{claim.first_day:%m/%d/%Y}",
        f"{claim.last_day:%m/%d/%Y}",
        claim.tin,
    ]
