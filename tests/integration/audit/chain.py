"""A chain of invented events, and the hand of somebody who owns the database."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2

from jobs.office import Office
from lib.core import audit
from lib.core.actor import job
from lib.core.audit.anchors import Anchor, KeptHeads
from lib.core.audit.events import recorded_from, written_time
from lib.core.audit.sealing import head_now, seal_and_keep
from lib.core.audit.seals import NOTHING_BEFORE, digest_of
from lib.core.audit.verify import Verdict, verify
from lib.core.database import Database, named_queries
from lib.core.keys import data_keys

SEALER = job("audit sealer")


@dataclass(frozen=True)
class Chain:
    """The audit of one office."""

    office: Office

    @property
    def database(self) -> Database:
        return self.office.database

    def kept(self) -> KeptHeads:
        return KeptHeads(self.office.settings.home)

    def record(self, count: int, *, action: str = "office:client:change:done") -> None:
        with self.database.session(self.office.actor) as session:
            for number in range(count):
                audit.record(session, action, f"client:{number}", settings=["days", number], ratio=0.5)

    def seal(self) -> None:
        while seal_and_keep(self.database, SEALER, self.kept(), datetime.now(UTC)):
            pass

    def sealed(self, count: int) -> None:
        """So many events, sealed, after the one that says that the chain began."""
        self.record(count)
        self.seal()

    def verify(self, anchors: Sequence[Anchor] = ()) -> Verdict:
        return verify(self.database, self.office.actor, anchors=anchors)

    def anchor(self) -> Anchor:
        with self.database.session(self.office.actor) as session:
            anchor = head_now(session)
        assert anchor is not None
        return anchor

    def application(self, *statements: str) -> None:
        """Do it as the application's role, around the application."""
        with self.database.session(self.office.actor) as session, session.raw.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def aged(self, through: int, years: int) -> None:
        """Seal the chain as if it had been so many years ago up to that number; only the key's holder can."""
        with self.database.session(self.office.actor) as session:
            [key] = data_keys(session, "audit").values()
            rows = list(named_queries("audit").sealed(session.raw, after=0, most=1000))
        digest, changes = NOTHING_BEFORE, []
        for row in rows:
            at = row.sealed_at - timedelta(days=366 * years) if row.number <= through else row.sealed_at
            event = recorded_from(row)
            digest = digest_of(key.secret, digest, row.number, event.id, event.digest(), written_time(at))
            sealed = f"sealed_at = '{at}', digest = '\\x{digest.hex()}'"
            changes.append(f"UPDATE ops.audit_seals SET {sealed} WHERE number = {row.number}")
        self.owner(*changes)
        (self.office.settings.home / "audit" / "head.json").unlink()

    def owner(self, *statements: str) -> list[tuple[Any, ...]]:
        """Do it as the superuser, with every trigger and constraint switched off that can be."""
        assert self.office.settings.database_url is not None
        url = self.office.settings.database_url.get_secret_value()
        with contextlib.closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
