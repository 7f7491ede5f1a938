"""A client's desk for tests: syncs its reports from the stand-in, here or by commands, and looks at the rows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from jobs.office import Office
from lib.core import clients, runs
from lib.core.clients import Client
from lib.core.runs import Run
from lib.core.settings import ROOT
from lib.reports import service
from lib.reports.catalog import catalog, report_named
from lib.reports.service import Action, Started
from sandbox.collaboratemd.control import ReportClient
from sandbox.collaboratemd.running import CollaborateMdControl


@dataclass(kw_only=True)
class LoginDesk:
    """One client, connected to its login at the stand-in."""

    office: Office
    client: Client
    login: ReportClient
    control: CollaborateMdControl
    environment: Mapping[str, str]

    @property
    def today(self) -> date:
        return datetime.now(self.client.zone).date()

    @property
    def account(self) -> str:
        return self.login.accounts[0]

    def start(self, *reports: str, action: Action = Action.SYNC, accounts: Any = None, **wished: Any) -> Started:
        """Start a run; without `accounts`, of the first account only."""
        return service.start(
            self.office.database,
            self.office.settings,
            self.office.actor,
            client_id=self.client.id,
            action=action,
            reports=reports,
            accounts=[self.account] if accounts is None else accounts,
            **wished,
        )

    def execute(self, run_id: str) -> Run:
        """Work on a run in this process until it is over or has to stop."""
        self.office.executor.execute(run_id)
        return runs.get(self.office.database, self.office.actor, run_id)

    def work(self, *reports: str, **wished: Any) -> Run:
        """Start a run and work on it."""
        return self.execute(self.start(*reports, **wished).run_id)

    def cells(self, run: Run) -> dict[str, dict[str, Any]]:
        """The result of a run by report; of one account."""
        assert run.result is not None
        return {cell["report"]: cell for cell in run.result["cells"]}

    def requests(self) -> list[Any]:
        """Every request, oldest first."""
        return self.rows("SELECT * FROM warehouse.account_reports ORDER BY id")

    def asked(self) -> list[str]:
        """The reports that the vendor has begun, in order."""
        return [entry.report for entry in self.control.runs() if entry.identifier]

    def sums(self, report: str, account: str) -> tuple[int, dict[str, Decimal]]:
        """Rows of a report that readers see, and the sum of each of its money columns."""
        columns = report_named(report).money_columns
        summed = ", ".join(f"coalesce(sum({column}), 0) AS {column}" for column in columns)
        (row,) = self.rows(
            f"SELECT count(*) AS n {', ' + summed if summed else ''} FROM reporting.{report}_rows "
            f"WHERE client_id = {self.client.id} AND customer_account = '{account}'"
        )
        return row.n, {column: getattr(row, column) for column in columns}

    def rows(self, statement: str) -> list[Any]:
        """Rows of a query, seeing every client."""
        with self.office.database.session(self.office.actor) as session, session.raw.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def change(self, statement: str) -> None:
        """A change as the application's role may make it."""
        with self.office.database.session(self.office.actor) as session, session.raw.cursor() as cursor:
            cursor.execute(statement)

    def command(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run `python -m jobs ARGUMENTS` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "jobs", *arguments],
            cwd=ROOT,
            env=dict(self.environment),
            input=text,
            capture_output=True,
            text=True,
            timeout=90,
        )


def connect_desk(
    office: Office, control: CollaborateMdControl, environment: Mapping[str, str], name: str, **options: Any
) -> LoginDesk:
    """Add the stand-in's client of that name, connect it and set up all of its reports."""
    login = control.client(name)
    client = clients.add_client(office.database, office.actor, login.name)
    values = {
        "url": control.base_url,
        "user": login.user,
        "accounts": ",".join(login.accounts),
        "poll_seconds": 0.02,
        "busy_seconds": 0.05,
        "busy_seconds_most": 0.1,
    } | options
    service.connect(
        office.database,
        office.actor,
        client_id=client.id,
        values=values,
        password=login.password,
        practice=True,
    )
    for report in catalog():
        report_seq, filter_seq = login.seqs(report)
        service.save_setting(
            office.database,
            office.actor,
            client_id=client.id,
            report=report,
            report_seq=report_seq,
            filter_seq=filter_seq,
        )
    return LoginDesk(office=office, client=client, login=login, control=control, environment=environment)
