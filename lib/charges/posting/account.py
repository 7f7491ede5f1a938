"""The Tebra account that a run works with: signed in, throttled, its names looked up once."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from lib.charges import store
from lib.charges.model import Plan
from lib.charges.params import VENDOR
from lib.charges.planning.directory import Directory
from lib.charges.planning.names import Candidate, resolve
from lib.charges.store import Nickname
from lib.core.actor import Actor
from lib.core.connections import connection_of
from lib.core.database import Database
from lib.core.errors import Conflict, Misconfigured
from lib.core.executor import Execution
from lib.core.logging import carried
from lib.core.runs import Run
from lib.core.secrets import decrypt
from lib.core.settings import Settings
from lib.core.throttle import SharedThrottle
from lib.vendors.tebra.client import TebraClient
from lib.vendors.tebra.connection import TebraConnection
from lib.vendors.tebra.model import Practice, Provider, ServiceLocation
from lib.vendors.tebra.throttles import DOCUMENTED_GAPS_MS

CountCall = Callable[[str, str], None]


class Account:
    """A signed-in Tebra account, for the time of one run."""

    def __init__(
        self, execution: Execution, connection: TebraConnection, throttle: SharedThrottle, client: TebraClient
    ) -> None:
        self._execution = execution
        #: The account's name in ledger and throttles.
        self.name = connection.account
        self.connection = connection
        self.throttle = throttle
        self.client = client

    @property
    def call_seconds(self) -> float:
        """Longest time that a call may go on at the vendor after its process died."""
        return self.connection.call_timeout

    @property
    def visibility_seconds(self) -> float:
        """Time until a write surely shows in the vendor's lists."""
        return self.connection.visibility_delay_seconds

    def directory(self, plan: Plan, nicknames: list[Nickname], *, since: datetime) -> Directory:
        """The account's practices, and locations and providers of those that the sheet names.

        Each list is asked for once a run (specification, phase 3): what was fetched `since` then is used again.
        """
        run = self._execution.run
        with self._execution.database.session(self._execution.actor) as session:
            known = {
                (entry.kind, entry.practice_id): entry.entries
                for entry in store.lists(session, run.client_id, self.name, since=since)
            }
        practices = known.get(("practices", "")) or self._fetch("practices", None)
        by_kind: dict[str, dict[str, str]] = {"practice": {}, "provider": {}, "location": {}}
        for nickname in nicknames:
            by_kind[nickname.kind][nickname.written] = nickname.vendor_id
        directory = Directory(
            practices=practices, nicknames=by_kind, usual_locations=self._usual_locations(by_kind["location"])
        )
        needed = _practices_named(practices, plan, by_kind["practice"])
        with ThreadPoolExecutor(max_workers=4) as pool:
            wanted = [(kind, p) for p in needed for kind in ("providers", "locations") if (kind, p.id) not in known]
            fetched = dict(zip(wanted, pool.map(carried(lambda want: self._fetch(*want)), wanted), strict=True))
        for practice in needed:
            directory.providers[practice.id] = known.get(("providers", practice.id)) or fetched[("providers", practice)]
            directory.locations[practice.id] = known.get(("locations", practice.id)) or fetched[("locations", practice)]
        return directory

    def _fetch(self, kind: str, practice: Practice | None) -> list[Any]:
        entries: list[Practice] | list[Provider] | list[ServiceLocation]
        if practice is None:
            entries = self.client.get_practices()
        elif kind == "providers":
            entries = self.client.get_providers(practice)
        else:
            entries = self.client.get_service_locations(practice)
        with self._execution.database.session(self._execution.actor) as session:
            store.put_list(
                session,
                self._execution.run.client_id,
                self.name,
                kind=kind,
                practice_id=practice.id if practice else "",
                entries=entries,
            )
        return entries

    @staticmethod
    def _usual_locations(accepted: dict[str, str]) -> dict[str, str]:
        # The usual location of a practice is kept like a nickname: "what a visit of practice 12 means" → location.
        return {written.removeprefix("practice "): location for written, location in accepted.items()}


def open_account(execution: Execution, *, count_call: CountCall) -> Account:
    """Sign in to the run's account and learn its limits; a wrong login raises after one call."""
    connection = run_connection(execution.database, execution.settings, execution.actor, execution.run)
    if connection.account != execution.run.lane:
        raise Conflict(
            "This run was begun with another Tebra account than the client is connected to now.",
            fix="Upload the sheet again; a login that was typed for one run is forgotten when it ends.",
        )
    throttle = SharedThrottle(
        execution.database,
        execution.actor,
        connection.account,
        stop=execution.should_stop,
        pause=execution.stopping,
    )
    throttle.learn(DOCUMENTED_GAPS_MS, only_new=True)
    client = TebraClient(connection, throttle, count_call=count_call, sleep=execution.pause)
    # With an older WSDL, the first list is the test of the credentials: it refuses them just as well.
    if client.offers("GetCustomerIdFromKey"):
        client.check_credentials()
    own = client.get_throttles() if client.offers("GetThrottles") else {}
    throttle.learn({operation: own.get(operation, gap) for operation, gap in DOCUMENTED_GAPS_MS.items()})
    return Account(execution, connection, throttle, client)


def run_connection(database: Database, settings: Settings, actor: Actor, run: Run) -> TebraConnection:
    """The connection of a run: its client's, with the credentials typed for this run in their place, if any were.

    Raises NotFound without a connection, BadInput or Misconfigured when it cannot be used.
    """
    stored = connection_of(database, actor, run.client_id, VENDOR)
    values, password = dict(stored.settings), stored.secrets.get("password", "")
    values["customer_key"] = stored.secrets.get("customer_key", "")
    if run.secret:
        with database.session(actor) as session:
            typed = json.loads(decrypt(session, run.secret))
        password = typed.pop("password")
        values |= typed
    if not password:
        raise Misconfigured("The Tebra connection has no password.", fix="Save it again with --secret-stdin.")
    return TebraConnection.from_settings(values | {"practice": stored.practice}, password=password)


def _practices_named(practices: list[Practice], plan: Plan, nicknames: dict[str, str]) -> list[Practice]:
    candidates = [Candidate(id=p.id, name=p.name, active=p.active) for p in practices]
    by_id = {practice.id: practice for practice in practices}
    found = {
        resolved.candidate.id
        for written in {visit.practice for visit in plan.visits}
        if (resolved := resolve(written, candidates, nicknames)).candidate
    }
    return [by_id[practice_id] for practice_id in sorted(found, key=int)]
