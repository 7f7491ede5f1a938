"""An office with one client, whose warehouse holds invented reports as large as one likes, and their columnar copy."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from lib.analytics.snapshot.refresh import refresh_copy
from lib.core import clients
from lib.core.access import people, sessions
from lib.core.access.permissions import Role
from lib.core.access.visitor import Visitor
from lib.core.actor import Actor, job
from lib.core.database import Database, as_owner, open_database
from lib.core.migrations import migrate
from lib.core.postgres import EmbeddedPostgres
from lib.core.sealed import seal_keys
from lib.core.settings import Settings, read_settings
from lib.reports.asking.requests import get_request
from lib.reports.catalog import catalog
from lib.reports.loading.load import load_report
from lib.reports.loading.raw_files import RawFiles
from lib.reports.model import PackageState
from lib.web.cookies import SESSION
from sandbox.collaboratemd.large import LargeReport, write_large_report
from sandbox.collaboratemd.payload import write_payload

CLIENT = "Bench client"
_LOGIN = "bench"


@dataclass(frozen=True, kw_only=True)
class Warehouse:
    """An office at work, with the durable settings that a real one has."""

    settings: Settings
    database: Database
    client_id: str

    @property
    def actor(self) -> Actor:
        """Who sees the client, and nobody else's rows."""
        return job("bench").narrowed(self.client_id)

    def sign_in(self) -> str:
        """The cookie of a new session of somebody who may see everything."""
        return f"{SESSION}={self.session_token()}"

    def session_token(self) -> str:
        """The token of a new session of somebody who may see everything."""
        with self.database.session(job("bench")) as session:
            user_id = people.id_of(session, _LOGIN) or people.insert(
                session, login=_LOGIN, name="TEST, Bench", roles=set(Role), clients=None
            )
            return sessions.begin(session, user_id, factor="password", visitor=Visitor(address="127.0.0.1"))

    def environment(self) -> dict[str, str]:
        """What a process of this office is started with."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYSHEET_")}
        return kept | {"DAYSHEET_HOME": str(self.settings.home)}

    def fill(
        self,
        *,
        lines: int,
        today: date,
        reports: Iterable[str] = (),
        month_ends: Iterable[date] = (),
        past_reports: Iterable[str] = (),
    ) -> None:
        """Load reports of a client with about so many charge lines, as of today, and copy the views.

        `reports` beside gross billing; none: all there are. `past_reports` are loaded as of `month_ends` too.
        """
        with tempfile.TemporaryDirectory(dir=self.settings.home) as folder:
            path = Path(folder) / "report.zip"
            charges = write_large_report(path, lines=lines, today=today)
            self._load(path, charges.order.report, charges.order.account, today)
            for report in tuple(reports) or catalog():
                if report != charges.order.report:
                    self._draw_and_load(path, charges, report, today)
            for day in sorted(month_ends):
                for report in past_reports:
                    self._draw_and_load(path, charges, report, day)
        with as_owner(self.settings) as owner, owner.cursor() as cursor:
            cursor.execute("ANALYZE")
        self.copy()

    def copy(self) -> None:
        """Bring the columnar copy to what the views show."""
        refresh_copy(self.database, self.settings, job("bench"), self.client_id)

    def _draw_and_load(self, path: Path, charges: LargeReport, report: str, day: date) -> None:
        write_payload(charges.life, replace(charges.order, report=report, as_of=day), path)
        self._load(path, report, charges.order.account, day)

    def _load(self, source: Path, report: str, account: str, day: date) -> None:
        with self.database.session(self.actor) as session, session.raw.cursor() as cursor:
            cursor.execute(
                "INSERT INTO warehouse.account_reports (client_id, login, customer_account, report_name, state, as_of,"
                " report_seq, filter_seq, requested_by) VALUES (%s, 'TEST', %s, %s, 'ready', %s, '1', '1', 'bench')"
                " RETURNING id",
                (self.client_id, account, report, day),
            )
            request_id = str(cursor.fetchone()[0])
            sealed = RawFiles(self.settings).seal(
                seal_keys(session), source, client_id=self.client_id, request_id=request_id
            )
            cursor.execute(
                "UPDATE warehouse.account_reports SET raw_path = %s, raw_sha256 = %s, raw_bytes = %s WHERE id = %s",
                (sealed.path_relative, sealed.sha256, sealed.bytes, request_id),
            )
            request = get_request(session, request_id)
        package = load_report(self.database, self.settings, self.actor, request, labels={})
        if package.state is not PackageState.PUBLISHED:
            raise RuntimeError(f"{report} as of {day} is {package.state}: {package.findings}")


@contextlib.contextmanager
def warehouse() -> Generator[Warehouse]:
    """An office without rows, on a PostgreSQL of its own; all of it is deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="daysheet-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        settings = read_settings(home=home, database_url=None)
        server = EmbeddedPostgres(settings)
        server.ensure_running()
        try:
            migrate(settings)
            with contextlib.closing(open_database(settings)) as database:
                client = clients.add_client(database, job("bench"), CLIENT)
                yield Warehouse(settings=settings, database=database, client_id=client.id)
        finally:
            server.delete()
