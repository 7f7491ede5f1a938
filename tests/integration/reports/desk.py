"""Loads reports that were built by code, without a vendor: a request row, a sealed ZIP, the load, what readers see."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jobs.office import Office
from lib.core import clients
from lib.core.clients import Client
from lib.core.database import Session
from lib.core.sealed import seal_keys
from lib.reports.loading.load import load_report
from lib.reports.loading.raw_files import RawFiles, SealedFile
from lib.reports.model import Cell, Package, ReportRequest, RequestState
from tests.unit.reports.payload_files import HEADER, csv_text, zipped

ACCOUNT = "10001001"
LOGIN = "TEST-LOGIN"
TODAY = date(2026, 11, 20)
#: No identifier of a login comes twice, whichever client it is for.
_IDENTIFIERS = itertools.count(9001)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What readers see of a cell: rows and the sum of one money column."""

    rows: int
    total: Any


class Desk:
    """One client of an office, at whose reports a test works."""

    def __init__(self, office: Office, client: Client, folder: Path) -> None:
        self.office = office
        self.client = client
        self._folder = folder

    def cell(self, report: str = "gross_billing", account: str = ACCOUNT) -> Cell:
        return Cell(client_id=self.client.id, report=report, account=account)

    def request(
        self, content: bytes | None, *, report: str = "gross_billing", as_of: date = TODAY, account: str = ACCOUNT
    ) -> ReportRequest:
        """A request that is ready, with its sealed file; without content, the vendor had no records."""
        with self.session() as session, session.raw.cursor() as cursor:
            cursor.execute(
                "INSERT INTO warehouse.account_reports (client_id, login, customer_account, report_name, state, as_of,"
                " report_seq, filter_seq, requested_by, identifier, ready_at)"
                " VALUES (%s, %s, %s, %s, 'ready', %s, '1', '1', 'person:tester', %s, now()) RETURNING id",
                (self.client.id, LOGIN, account, report, as_of, str(next(_IDENTIFIERS))),
            )
            request_id = str(cursor.fetchone()[0])
            if content is not None:
                sealed = self.seal(content, request_id)
                cursor.execute(
                    "UPDATE warehouse.account_reports SET raw_path = %s, raw_sha256 = %s, raw_bytes = %s WHERE id = %s",
                    (sealed.path_relative, sealed.sha256, sealed.bytes, request_id),
                )
        return self.request_record(request_id)

    def request_record(self, request_id: str) -> ReportRequest:
        """The request as it stands now."""
        with self.session() as session, session.raw.cursor() as cursor:
            cursor.execute("SELECT * FROM warehouse.account_reports WHERE id = %s", (request_id,))
            row = cursor.fetchone()
        return ReportRequest(
            id=str(row.id),
            cell=Cell(client_id=str(row.client_id), report=row.report_name, account=row.customer_account),
            login=row.login,
            state=RequestState(row.state),
            as_of=row.as_of,
            report_seq=row.report_seq,
            filter_seq=row.filter_seq,
            run_id=None,
            requested_by=row.requested_by,
            requested_at=row.requested_at,
            asked_at=row.asked_at,
            identifier=row.identifier,
            ready_at=row.ready_at,
            loaded_at=row.loaded_at,
            package_id=None if row.package_id is None else str(row.package_id),
            attempts=row.attempts,
            error=row.error,
            raw_path=row.raw_path,
            raw_sha256=row.raw_sha256,
            raw_bytes=row.raw_bytes,
        )

    def seal(self, content: bytes, request_id: str) -> SealedFile:
        """The sealed file of a request."""
        plain = self._folder / f"fetched-{request_id}.zip"
        plain.write_bytes(content)
        with self.office.database.session(self.office.actor) as session:
            keys = seal_keys(session)
        return RawFiles(self.office.settings).seal(keys, plain, client_id=self.client.id, request_id=request_id)

    def load(
        self,
        content: bytes | None,
        *,
        report: str = "gross_billing",
        as_of: date = TODAY,
        account: str = ACCOUNT,
        labels: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Package:
        """Ask for, receive and load a report."""
        return self.load_request(
            self.request(content, report=report, as_of=as_of, account=account), labels=labels, **options
        )

    def load_request(
        self, request: ReportRequest, *, labels: Mapping[str, str] | None = None, **options: Any
    ) -> Package:
        """Load a request that is ready."""
        office = self.office
        return load_report(office.database, office.settings, office.actor, request, labels=labels or {}, **options)

    def seen(
        self, report: str = "gross_billing", money: str = "charge_amount", *, as_of: date | None = None, **where: Any
    ) -> Seen:
        """Rows and sum of a report's rows as readers see them, now or as they were known on a day."""
        conditions = "".join(f" AND {column} = %({column})s" for column in where)
        with self.session() as session, session.raw.cursor() as cursor:
            if as_of is not None:
                cursor.execute("SELECT set_config('daysheet.as_of', %s, true)", (as_of.isoformat(),))
            cursor.execute(
                f"SELECT count(*), sum({money}) FROM reporting.{report}_rows WHERE client_id = %(client)s{conditions}",
                {"client": self.client.id} | where,
            )
            rows, total = cursor.fetchone()
        return Seen(rows=rows, total=total)

    def ask(self, statement: str, *values: Any) -> list[Any]:
        """The rows of a statement, as the office's role sees them."""
        with self.session() as session, session.raw.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    @contextlib.contextmanager
    def session(self) -> Generator[Session]:
        with self.office.database.session(self.office.actor) as session:
            yield session


def billing(
    entered: Sequence[date], *, first_id: int = 5000, amount: str = "100.00", header: Sequence[str] = HEADER
) -> bytes:
    """A gross billing report with one charge a day given."""
    return zipped(
        csv_text(
            [(str(first_id + number), us(day), us(day), amount, "TEST Practice") for number, day in enumerate(entered)],
            header,
        )
    )


def open_desk(office: Office, folder: Path, name: str = "Test client") -> Desk:
    """A desk for a new client."""
    return Desk(office, clients.add_client(office.database, office.actor, name), folder)


def us(day: date) -> str:
    """A day as the vendor writes it."""
    return f"{day.month}/{day.day}/{day.year}"
