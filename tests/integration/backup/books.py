"""An office with something of everything that a backup has to bring back, and what its books come to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg2
from psycopg2 import sql

from jobs.office import Office
from lib.core import clients, intents, runs
from lib.core.actor import shell_user
from lib.core.backup.make import Backup, back_up
from lib.core.clients import Client
from lib.core.database import connected_as_owner, open_database
from lib.core.files import RunFiles
from lib.core.intents import IntentDraft
from lib.core.runs import RunState
from lib.core.settings import Settings
from tests.api_token import new_token
from tests.integration.audit.chain import Chain
from tests.signed_in import signed_in_token

PASSPHRASE = "a passphrase of the tests"
#: Tables that a restore itself writes in.
TOUCHED = (
    "ops.audit_events",
    "ops.audit_waiting",
    "ops.sessions",
    "ops.runs",
    "ops.intents",
    "ops.setup_links",
    "ops.api_tokens",
)


@dataclass(frozen=True)
class Books:
    """The office, and what is to be found again."""

    office: Office
    client: Client
    #: In the middle of posting.
    run_id: str
    #: Uploaded, and not checked yet.
    draft_id: str
    backup: Backup

    @property
    def url(self) -> str:
        assert self.office.settings.database_url is not None
        return self.office.settings.database_url.get_secret_value()


def keep_books(settings: Settings, folder: Path) -> Books:
    """An office with a client, a run in the middle of posting, files, a chain and a session; and its backup."""
    office = Office(settings=settings, database=open_database(settings), actor=shell_user("tester"))
    client = clients.add_client(office.database, office.actor, "Test office")
    with office.database.session(office.actor) as session:
        run_id = runs.create(
            session, client_id=client.id, kind="charges", title="sheet.xlsx", state=RunState.QUEUED, params={}
        )
        draft_id = runs.create(
            session, client_id=client.id, kind="charges", title="later.xlsx", state=RunState.DRAFT, params={}
        )
        made = RunFiles(settings).folder(run_id) / "upload.xlsx"
        made.write_bytes(b"a sheet\n" * 300_000)
        RunFiles(settings).keep(
            session, run_id=run_id, client_id=client.id, role="upload", name="sheet.xlsx", made=made
        )
        planned = intents.plan(
            session, [_payment(n) for n in range(3)], client_id=client.id, account="practice:1", run_id=run_id
        )
        intents.begin_sending(session, [intent.id for intent in planned.values()][:2])
    raw = settings.home / "raw" / client.id / "1.sealed"
    raw.parent.mkdir(parents=True)
    raw.write_bytes(b"sealed already")
    signed_in_token(settings)
    new_token(office.database, "portal")
    Chain(office).sealed(20)
    backup = back_up(office.database, settings, office.actor, folder, now=datetime.now(UTC), with_key=True)
    return Books(office=office, client=client, run_id=run_id, draft_id=draft_id, backup=backup)


def digests(url: str, *, without: Iterable[str] = TOUCHED) -> dict[str, str]:
    """A digest of the rows of every table."""
    found = {}
    with connected_as_owner(url) as owner, owner.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'r' AND n.nspname IN ('ops', 'queue', 'warehouse', 'reporting', 'intake', 'public')"
        )
        for schema, name in cursor.fetchall():
            if f"{schema}.{name}" not in without:
                told = sql.SQL(
                    "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') "
                )
                cursor.execute(told + sql.SQL("FROM {} t").format(sql.Identifier(schema, name)))
                found[f"{schema}.{name}"] = cursor.fetchone()[0]
    return found


def ask(url: str, statement: str) -> list[tuple]:
    """What the owner of a database reads there."""
    with contextlib.closing(psycopg2.connect(url)) as owner, owner, owner.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def _payment(number: int) -> IntentDraft:
    amount = Decimal("10.50")
    return IntentDraft(kind="payment", natural_key=f"key {number}", body={"amount": str(amount)}, amount=amount)
