"""The moments at which a worker is killed: inside a change of the ledger, or inside a call to the vendor.

The product knows nothing of them. In the database a trigger of the round stops the worker inside the transaction that
makes a step, before its commit; at the vendor a fault keeps the call waiting before or after the write.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.running import TebraControl
from tests.chaos.ground import Site

Moment = Literal["before the write", "after the write", "during the call"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A change of a table that is a step of the run, told from others by a condition on NEW and OLD."""

    table: str
    event: Literal["INSERT", "UPDATE"]
    when: str = "true"


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A moment of a call to the vendor."""

    operation: str
    moment: Moment


_SETTLED = "OLD.state = '{}' AND NEW.state = '{}'"

BOUNDARIES: dict[str, Step | Call] = {
    "upload taken in": Step(table="ops.runs", event="INSERT"),
    "upload kept": Step(table="ops.run_files", event="INSERT", when="NEW.role = 'upload'"),
    "run queued": Step(table="ops.runs", event="UPDATE", when=_SETTLED.format("draft", "queued")),
    "run claimed": Step(table="ops.runs", event="UPDATE", when=_SETTLED.format("queued", "running")),
    "reference list kept": Step(table="ops.reference_lists", event="INSERT"),
    "patient verified": Step(table="ops.charge_patients", event="INSERT"),
    "intent planned": Step(table="ops.intents", event="INSERT"),
    "sending begun": Step(table="ops.intents", event="UPDATE", when=_SETTLED.format("planned", "sending")),
    "throttled, planned again": Step(table="ops.intents", event="UPDATE", when=_SETTLED.format("sending", "planned")),
    "posted": Step(table="ops.intents", event="UPDATE", when=_SETTLED.format("sending", "posted")),
    "refused": Step(table="ops.intents", event="UPDATE", when=_SETTLED.format("sending", "refused")),
    "outcome unknown": Step(table="ops.intents", event="UPDATE", when=_SETTLED.format("sending", "unknown")),
    "found to be posted": Step(table="ops.intents", event="UPDATE", when=_SETTLED.format("unknown", "posted")),
    "proved absent": Step(table="ops.intents", event="UPDATE", when=_SETTLED.format("unknown", "absent")),
    "planned anew": Step(table="ops.intents", event="INSERT", when="chaos.was_absent(NEW.natural_key)"),
    "left to a person": Step(table="ops.intents", event="UPDATE", when="NEW.undecidable AND NOT OLD.undecidable"),
    "charges read back": Step(table="ops.charge_readbacks", event="INSERT"),
    "calls counted": Step(table="ops.run_calls", event="INSERT"),
    "rows kept": Step(table="ops.charge_rows", event="INSERT"),
    "result recorded": Step(table="ops.run_files", event="INSERT", when="NEW.role = 'result'"),
    "run finished": Step(table="ops.runs", event="UPDATE", when=_SETTLED.format("running", "finished")),
    "payment received": Call(operation="CreatePayment", moment="before the write"),
    "payment written": Call(operation="CreatePayment", moment="after the write"),
    "encounter received": Call(operation="CreateEncounter", moment="before the write"),
    "encounter written": Call(operation="CreateEncounter", moment="after the write"),
    "patient asked for": Call(operation="GetPatient", moment="during the call"),
    "charges asked for": Call(operation="GetCharges", moment="during the call"),
    "payments looked for": Call(operation="GetPayments", moment="during the call"),
}

_PREPARE = """
CREATE SCHEMA IF NOT EXISTS chaos;
GRANT USAGE ON SCHEMA chaos TO PUBLIC;
CREATE SEQUENCE IF NOT EXISTS chaos.passed;
CREATE OR REPLACE FUNCTION chaos.was_absent(key text) RETURNS boolean LANGUAGE sql SECURITY DEFINER AS $$
    SELECT EXISTS (SELECT 1 FROM ops.intents WHERE natural_key = key AND state = 'absent')
$$;
CREATE OR REPLACE FUNCTION chaos.stop_here() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF nextval('chaos.passed') = TG_ARGV[0]::bigint THEN
        PERFORM pg_sleep(60);
    END IF;
    RETURN NULL;
END $$;
"""
#: Seconds that a call waits at the vendor for the kill.
_HELD = 0.7


class Trap:
    """Holds a worker at the nth passing of a boundary, until it is killed."""

    def __init__(self, site: Site, control: TebraControl, name: str, *, nth: int = 1) -> None:
        self._site = site
        self._control = control
        self._boundary = BOUNDARIES[name]
        self._nth = nth
        self._before = 0

    def set(self) -> None:
        """Lay the trap; nothing else may be at work."""
        boundary = self._boundary
        if isinstance(boundary, Step):
            self._site.ask(_PREPARE)
            self._site.ask("SELECT setval('chaos.passed', 1, false)")
            self._site.ask(
                f"CREATE OR REPLACE TRIGGER stop_here AFTER {boundary.event} ON {boundary.table} FOR EACH ROW "
                f"WHEN ({boundary.when}) EXECUTE FUNCTION chaos.stop_here({self._nth})"
            )
            return
        self._before = self._count(boundary.operation)
        if boundary.moment == "before the write":
            self._control.configure(latency_ms=300)
        else:
            self._control.fault("delay", boundary.operation, seconds=_HELD, times=1, skip=self._nth - 1)

    def sprung(self) -> bool:
        """Whether the worker stands at the boundary."""
        boundary = self._boundary
        if isinstance(boundary, Step):
            return bool(
                self._site.ask(
                    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
                )
            )
        return self._count(boundary.operation) >= self._before + (
            self._nth if boundary.moment == "before the write" else 1
        )

    def clear(self) -> None:
        """Take the trap away; whoever stood in it must have been killed."""
        boundary = self._boundary
        if isinstance(boundary, Step):
            end_sessions(self._site)
            self._site.ask(f"DROP TRIGGER IF EXISTS stop_here ON {boundary.table}")
        elif boundary.moment == "before the write":
            self._control.configure(latency_ms=0)

    def _count(self, operation: str) -> int:
        count = self._control.calls().get(operation)
        if count is None:
            return 0
        before = isinstance(self._boundary, Call) and self._boundary.moment == "before the write"
        return count.received if before else count.faulted


def end_sessions(site: Site) -> int:
    """End every session of the workbench, as a network that breaks would; returns how many."""
    return len(
        site.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    )
