"""The vendor's desk: which reports were accepted for whom, which is being built, and the switches of it all."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sandbox.collaboratemd.builds import Build, Workshop
from sandbox.collaboratemd.catalog import SavedReport, saved_reports
from sandbox.collaboratemd.faults import Fault, FaultPlan
from sandbox.collaboratemd.journal import Journal, ResultRequest, RunRequest
from sandbox.collaboratemd.pages import ReportOrder
from sandbox.collaboratemd.replies import Style
from sandbox.collaboratemd.settings import Settings
from sandbox.tebra.wire import Receive, Scope, Send
from sandbox.world import World
from sandbox.world.clients import BillingClient, open_billing_clients

#: How long a call waits for a report that should be ready before it is told that it is running.
PATIENCE_SECONDS = 20.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One call that was let in: the connection, who calls about which account, and the style of the reply."""

    scope: Scope
    receive: Receive
    send: Send
    client: BillingClient
    account: str
    style: Style

    @property
    def login(self) -> str:
        """The name of the login that calls."""
        return self.client.login.name


class Desk:
    """What the stand-in remembers, with its journal in the folder `state`."""

    def __init__(self, world: World, state: Path, claims: int) -> None:
        self.clients = open_billing_clients(world)
        self.journal = Journal(state / f"collaboratemd-journal-{world.seed}.jsonl")
        self.settings = Settings()
        self.faults = FaultPlan()
        self.workshop = Workshop(world, claims, self.settings.day)
        self._builds: dict[str, Build] = {}
        self._latest: dict[str, Build] = {}

    def reset(self) -> None:
        """Forget what was asked, what is under way and what was switched."""
        self.journal.forget()
        self.settings = Settings()
        self.faults.clear()
        self._builds.clear()
        self._latest.clear()

    def find_saved(self, client: BillingClient, report_seq: str, filter_seq: str) -> SavedReport | None:
        """What the client has saved under these ids."""
        for saved in saved_reports(client, self.settings.day):
            if (saved.report_seq, saved.filter_seq) == (report_seq, filter_seq):
                return saved
        return None

    async def find_running(self, login: str) -> Build | None:
        """The report that keeps a login busy, if any."""
        latest = self._latest.get(login)
        return latest if latest and await self.workshop.is_running(latest, PATIENCE_SECONDS) else None

    def latest(self, login: str) -> str:
        """The identifier of the last report that was accepted for a login, empty when there was none."""
        latest = self._latest.get(login)
        return latest.identifier if latest else ""

    def accept_elsewhere(self, call: Exchange, saved: SavedReport, seconds: float) -> None:
        """Start what another program asks for with the same login: another report than `saved`, built for so long."""
        other = next(
            other for other in saved_reports(call.client, self.settings.day) if other.report_seq != saved.report_seq
        )
        self.accept(call, other, "run_elsewhere").ready_at = time.monotonic() + seconds

    def accept(self, call: Exchange, saved: SavedReport, answered: str) -> Build:
        """Start a report under a new identifier."""
        entry = self.note_run(call, saved, answered, self.journal.next_identifier())
        build = self._take_up(entry, self.faults.shape(call.account, saved.report))
        build.ready_at = time.monotonic() + self.settings.build_seconds
        build.running_answers = self.settings.running_answers
        self._latest[call.login] = build
        self.workshop.start(build)
        return build

    def find_build(self, call: Exchange, identifier: str) -> Build | None:
        """The report of that identifier, if it is one of the account's; also one from before a restart."""
        entry = self.journal.started.get(identifier)
        if entry is None or entry.account != call.account:
            return None
        return self._builds.get(identifier) or self._take_up(entry)

    def note_run(self, call: Exchange, saved: SavedReport, answered: str, identifier: str = "") -> RunRequest:
        """Write a run request into the journal."""
        today = self.settings.day
        entry = RunRequest(
            login=call.login,
            account=call.account,
            report=saved.report,
            filter=saved.filter,
            identifier=identifier,
            answered=answered,
            as_of=saved.as_of or self.settings.as_of or today,
            today=today,
            at=datetime.now(UTC),
        )
        self.journal.write(entry)
        return entry

    def note_result(self, call: Exchange, identifier: str, answered: str, sent: int = 0) -> None:
        """Write a result request into the journal."""
        self.journal.write(
            ResultRequest(
                login=call.login,
                account=call.account,
                identifier=identifier,
                answered=answered,
                bytes=sent,
                at=datetime.now(UTC),
            )
        )

    def _take_up(self, entry: RunRequest, faults: Sequence[Fault] = ()) -> Build:
        build = Build(
            identifier=entry.identifier,
            order=ReportOrder(
                account=entry.account,
                report=entry.report,
                as_of=entry.as_of,
                filter=entry.filter,
                extended=entry.account not in self.settings.plain_accounts,
            ),
            today=entry.today,
            faults=faults,
            negative=self.settings.negative_style,
            ready_at=0,
            running_answers=0,
        )
        self._builds[entry.identifier] = build
        return build
