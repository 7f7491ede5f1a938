"""A client's desk for tests of claim status: connected to the stand-in payer, its practices mapped."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jobs.office import Office
from lib.claim_status import service
from lib.claim_status.connect import connect_uhc
from lib.claim_status.practices import map_practice
from lib.claim_status.reading.claims import read_claims
from lib.claim_status.store import ResultRow
from lib.core import clients, runs
from lib.core.clients import Client
from lib.core.runs import Run
from sandbox.uhc.clients import UhcClient
from sandbox.uhc.query import earliest_day
from sandbox.uhc.running import UhcControl
from sandbox.world.payer_side import PayerClaim

COLUMNS = (
    "claim_number",
    "first_name",
    "last_name",
    "date_of_birth",
    "subscriber_id",
    "first_service_date",
    "last_service_date",
    "practice_tin",
)


@dataclass(frozen=True, kw_only=True)
class PayerDesk:
    """One client of the office that asks UHC's stand-in."""

    office: Office
    client: Client
    payer: UhcClient
    control: UhcControl
    environment: Mapping[str, str]

    def askable(self) -> list[PayerClaim]:
        """Every claim that the payer tells of."""
        today = datetime.now(UTC).astimezone(ZoneInfo("America/New_York")).date()
        known = self.control.claims(self.payer)
        return [claim for claim in known if earliest_day(today) <= claim.first_day <= today]

    def start(self, claims: Iterable[PayerClaim], **choices: bool) -> str:
        """Take claims in as a batch."""
        return self.start_csv(as_csv(claims), **choices)

    def start_csv(self, text: str, **choices: bool) -> str:
        """Take a file in as a batch."""
        read = read_claims(text.encode(), today=datetime.now(self.client.zone).date())
        assert not read.faults
        return service.start(
            self.office.database, self.office.actor, client_id=self.client.id, read=read, name="claims.csv", **choices
        )

    def work(self, claims: Iterable[PayerClaim], **choices: bool) -> Run:
        """Take claims in and ask for them to the end."""
        return self.execute(self.start(claims, **choices))

    def execute(self, run_id: str) -> Run:
        """Work on a batch in this process."""
        self.office.executor.execute(run_id)
        return runs.get(self.office.database, self.office.actor, run_id)

    def results(self, run: Run) -> dict[str, ResultRow]:
        """What was answered, by the number that was asked for."""
        page = service.results(self.office.database, self.office.actor, run.id, most=20_000)
        return {row.asked.claim_number: row for row in page.rows}


def connect_payer(
    office: Office, control: UhcControl, environment: Mapping[str, str], *, secret: str | None = None
) -> PayerDesk:
    """A client that is connected to UHC's stand-in as one of its clients, with every practice mapped."""
    payer = control.client("Harbor")
    client = clients.add_client(office.database, office.actor, payer.name)
    values = {"url": control.url, "token_url": control.token_url, "client_id": payer.client_id}
    connect_uhc(
        office.database,
        office.actor,
        client_id=client.id,
        values=values,
        client_secret=secret or payer.secret,
        practice=True,
    )
    for practice in payer.practices:
        map_practice(
            office.database,
            office.actor,
            client_id=client.id,
            practice=practice.name,
            tin=practice.tin,
            payer="uhc",
            payer_id="87726",
            npi=practice.npi,
        )
    return PayerDesk(office=office, client=client, payer=payer, control=control, environment=environment)


def as_csv(claims: Iterable[PayerClaim], *, ssn: str | None = None) -> str:
    """Claims as a biller's file; with an SSN column where one is given."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*COLUMNS, "patient_ssn"] if ssn else COLUMNS)
    for claim in claims:
        row = [
            claim.number,
            claim.first_name,
            claim.last_name,
            f"{claim.born:%m/%d/%Y}",
            claim.member_id,
            claim.first_day.isoformat(),
            claim.last_day.isoformat(),
            claim.tin,
        ]
        writer.writerow([*row, ssn] if ssn else row)
    return out.getvalue()


def write_csv(to: Path, claims: Iterable[PayerClaim], *, ssn: str | None = None) -> Path:
    """The same as a file."""
    to.write_text(as_csv(claims, ssn=ssn), encoding="utf-8")
    return to
