"""What pages, API and commands call: take an upload in, check it, post it, decide, look at it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from lib.charges import store
from lib.charges.model import Outcome
from lib.charges.params import KIND, TIMELY_FILING_MONTHS, VENDOR, ChargesParams, Mode
from lib.charges.planning.names import Candidate, plain_place, resolve
from lib.charges.run import execute_charges
from lib.charges.sheet.columns import match_header, missing_columns, plain_header
from lib.charges.sheet.workbook import OwnColumn, find_layout, open_charges_sheet, read_workbook
from lib.charges.store import Nickname, RowPage
from lib.core import audit, intents, runs
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.clients import client_by_id
from lib.core.connections import connection_of
from lib.core.database import Database
from lib.core.errors import BadInput
from lib.core.files import RunFile, RunFiles
from lib.core.intents import Intent
from lib.core.runs import Run, RunState
from lib.core.secrets import encrypt
from lib.core.settings import Settings
from lib.vendors.tebra.connection import TebraConnection

WORKS = {KIND: execute_charges}
#: The columns in which a nickname of each kind may be written.
_NAMED_IN = {
    "practice": ("practice",),
    "provider": ("rendering_provider", "scheduling_provider", "referring_provider"),
}
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedLogin:
    """Credentials typed for one run; kept encrypted with it, forgotten when it ends."""

    customer_key: str
    user: str
    password: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MappedColumn:
    """A header that stands for one of our columns because the client's billers said so."""

    letter: str
    title: str
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Headers:
    """What a sheet's header row says before anything else is read."""

    #: Columns of the biller's own or unknown spellings of ours; each may be mapped.
    own: tuple[OwnColumn, ...]
    #: Columns that were mapped; each may be taken back.
    mapped: tuple[MappedColumn, ...]
    #: Titles of required columns that are not there.
    missing: tuple[str, ...]
    #: Keys of the columns that were recognised.
    found: tuple[str, ...]


def receive_upload(
    database: Database,
    settings: Settings,
    actor: Actor,
    *,
    client_id: str,
    name: str,
    content: BinaryIO,
    login: TypedLogin | None = None,
    **choices: Any,
) -> str:
    """Take a workbook in as a draft run and return the run's id; nothing is sent.

    `choices` are fields of ChargesParams. Raises BadInput when the file is too large, NotFound without a connection.
    """
    gate.must(database, actor, Permission.CHARGES_POST)
    client = client_by_id(database, actor, client_id)
    stored = connection_of(database, actor, client_id, VENDOR)
    values = dict(stored.settings) | {"customer_key": stored.secrets["customer_key"], "practice": stored.practice}
    typed = None
    if login:
        typed = {"customer_key": login.customer_key, "user": login.user, "password": login.password}
        values |= {"customer_key": login.customer_key, "user": login.user}
    password = login.password if login else stored.secrets["password"]
    connection = TebraConnection.from_settings(values, password=password)
    today = datetime.now(UTC).astimezone(client.zone).date()
    with database.session(actor) as session:
        mapping = store.mappings(session, client_id) | choices.pop("mapping", {})
        params = ChargesParams(
            file_name=Path(name).name,
            mode=Mode.CHECK,
            today=today,
            post_date=today,
            mapping=mapping,
            timely_filing_months=client.settings.get("timely_filing_months", TIMELY_FILING_MONTHS),
            **choices,
        )
        run_id = runs.create(
            session,
            client_id=client_id,
            kind=KIND,
            title=params.file_name,
            state=RunState.DRAFT,
            params=params.model_dump(mode="json"),
            lane=connection.account,
            secret=encrypt(session, json.dumps(typed)) if typed else None,
        )
        files = RunFiles(settings)
        kept = files.folder(run_id) / f"upload{Path(name).suffix.lower() or '.xlsx'}"
        _save(content, kept, settings.max_upload_mib)
        files.keep(session, run_id=run_id, client_id=client_id, role="upload", name=name, made=kept)
        audit.record(session, "charges:workbook:upload:done", f"run:{run_id}", client_id=client_id)
    return run_id


def read_headers(database: Database, settings: Settings, actor: Actor, run_id: str) -> Headers:
    """Read the header row of a run's upload; raises BadInput when the workbook cannot be used."""
    gate.must(database, actor, Permission.CHARGES_VIEW)
    run = runs.get(database, actor, run_id)
    params = ChargesParams.model_validate(run.params)
    with database.session(actor) as session:
        upload = RunFiles(settings).find(session, run_id, "upload")
    with open_charges_sheet(upload.path) as (_, source):
        layout = find_layout(source, params.mapping)
    found = tuple(layout.columns.values())
    mapped = tuple(
        MappedColumn(letter=letter, title=layout.titles[letter], key=key)
        for letter, key in layout.columns.items()
        if match_header(layout.titles[letter]) != key
    )
    missing = tuple(column.title for column in missing_columns(found))
    return Headers(own=layout.own, mapped=mapped, missing=missing, found=found)


def remember_mapping(database: Database, actor: Actor, run_id: str, mapping: dict[str, str]) -> None:
    """Use what the biller said about headers for this run, and for the client from now on."""
    gate.must(database, actor, Permission.CHARGES_POST)
    run = runs.get(database, actor, run_id)
    params = ChargesParams.model_validate(run.params)
    plain = {plain_header(header): key for header, key in mapping.items()}
    with database.session(actor) as session:
        store.put_mappings(session, run.client_id, plain)
        merged = params.model_copy(update={"mapping": params.mapping | plain})
        runs.set_params(session, run_id, merged.model_dump(mode="json"))
        audit.record(session, "charges:mapping:save:done", f"run:{run_id}", client_id=run.client_id, headers=len(plain))


def accept_name(
    database: Database,
    actor: Actor,
    run_id: str,
    *,
    kind: str,
    written: str,
    practice_id: str,
    vendor_id: str,
    name: str,
) -> None:
    """Remember for the client what a written name means; the run has to be checked again."""
    gate.must(database, actor, Permission.CHARGES_POST)
    run = runs.get(database, actor, run_id)
    spelled = f"practice {practice_id}" if kind == "location" else plain_place(written)
    with database.session(actor) as session:
        store.put_nickname(session, run.client_id, kind=kind, written=spelled, vendor_id=vendor_id, name=name)
        audit.record(
            session, "charges:nickname:accept:done", f"{kind}:{vendor_id}", client_id=run.client_id, run=run_id
        )


def forget_name(database: Database, actor: Actor, run_id: str, *, kind: str, written: str) -> None:
    """Forget for the client what a name means, `written` as its Nickname has it; the run has to be checked again.

    A name that somebody else has forgotten already is no failure.
    """
    gate.must(database, actor, Permission.CHARGES_POST)
    run = runs.get(database, actor, run_id)
    with database.session(actor) as session:
        vendor_id = store.forget_nickname(session, run.client_id, kind=kind, written=written)
        if vendor_id:
            audit.record(
                session, "charges:nickname:forget:done", f"{kind}:{vendor_id}", client_id=run.client_id, run=run_id
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class NameUsed:
    """A nickname or usual location of the client that a sheet makes use of."""

    nickname: Nickname
    #: The name as the sheet writes it; of a usual location, the name of its practice.
    written: str


def names_used(database: Database, settings: Settings, actor: Actor, run_id: str) -> list[NameUsed]:
    """What the client's billers have accepted and the sheet of a run uses; BadInput when it cannot be read.

    Which practice a usual location belongs to is told by the account's practices as last seen.
    """
    gate.must(database, actor, Permission.CHARGES_VIEW)
    run = runs.get(database, actor, run_id)
    with database.session(actor) as session:
        nicknames = store.nicknames(session, run.client_id)
        lists = store.lists(session, run.client_id, run.lane or "", since=_LONG_AGO)
        upload = RunFiles(settings).find(session, run_id, "upload")
    if not nicknames:
        return []
    rows = read_workbook(upload.path, mapping=ChargesParams.model_validate(run.params).mapping).rows
    used = {
        kind: {plain_place(name): name for row in rows for key in keys if (name := row.text(key))}
        for kind, keys in _NAMED_IN.items()
    }
    practices = [
        Candidate(id=practice.id, name=practice.name, active=practice.active)
        for each in lists
        if each.kind == "practices"
        for practice in each.entries
    ]
    accepted = {nickname.written: nickname.vendor_id for nickname in nicknames if nickname.kind == "practice"}
    meant = (resolve(name, practices, accepted).candidate for name in used["practice"].values())
    used["location"] = {f"practice {practice.id}": practice.name for practice in meant if practice}
    return [
        NameUsed(nickname=nickname, written=used[nickname.kind][nickname.written])
        for nickname in nicknames
        if nickname.written in used[nickname.kind]
    ]


def queue_check(database: Database, actor: Actor, run_id: str, *, refresh_lists: bool = False, **choices: Any) -> Run:
    """Hand a run to the workers for checking; `choices` are fields of ChargesParams that the biller changed.

    With `refresh_lists`, practices, locations and providers are asked for anew.
    """
    gate.must(database, actor, Permission.CHARGES_POST)
    if refresh_lists:
        choices["lists_since"] = datetime.now(UTC)
    return _queue(
        database,
        actor,
        run_id,
        Mode.CHECK,
        choices,
        from_states=(RunState.DRAFT, RunState.CHECKED, RunState.FAILED, RunState.CANCELLED),
        verb="check",
    )


def queue_posting(database: Database, actor: Actor, run_id: str, **choices: Any) -> Run:
    """Hand a checked run to the workers for posting. What is posted cannot be taken back."""
    gate.must(database, actor, Permission.CHARGES_POST)
    return _queue(
        database, actor, run_id, Mode.RUN, choices, from_states=(RunState.DRAFT, RunState.CHECKED), verb="post"
    )


def resume(database: Database, actor: Actor, run_id: str) -> Run:
    """Hand a run that stopped, or has something left to do, to the workers again."""
    gate.must(database, actor, Permission.CHARGES_POST)
    return _resume(database, actor, run_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """A person's decision as it was recorded, and what it means for the run."""

    intent: Intent
    #: The intent's run; queued when the decision lets it go on.
    run: Run
    #: Intents of the run that still wait for a person.
    left: int


def decide(database: Database, actor: Actor, intent_id: str, *, vendor_id: str | None, reason: str) -> Decided:
    """Record what a person found in Tebra; with the last open question of a finished run, queue it to go on.

    Raises what lib.core.intents.decide raises. A run that is being worked on is left alone, and so is one that was
    cancelled or failed: a decision about one write must not send the others.
    """
    gate.must(database, actor, Permission.INTENTS_DECIDE)
    intent = intents.decide(database, actor, intent_id, vendor_id=vendor_id, reason=reason)
    left = sum(each.undecidable for each in intents.unknown(database, actor, run_id=intent.run_id))
    run = runs.get(database, actor, intent.run_id)
    if not left and run.state is RunState.FINISHED:
        run = _resume(database, actor, run.id)
    return Decided(intent=intent, run=run, left=left)


def read_rows(
    database: Database,
    actor: Actor,
    run_id: str,
    *,
    outcome: Outcome | None = None,
    only_problems: bool = False,
    skip: int = 0,
    most: int = 500,
) -> RowPage:
    """One page of a run's rows in sheet order, of one outcome or of all, with the count of all that match."""
    gate.must(database, actor, Permission.CHARGES_VIEW)
    gate.must(database, actor, Permission.PATIENTS_SEE)
    runs.get(database, actor, run_id)
    with database.session(actor) as session:
        return store.row_page(session, run_id, outcome=outcome, only_problems=only_problems, skip=skip, most=most)


def record_look(database: Database, actor: Actor, run: Run, *, shown: str, skipped: int, rows: int) -> None:
    """Record that a page of the run's rows was looked at; `shown` says which of them: an outcome, or all."""
    with database.session(actor) as session:
        audit.record(
            session,
            "charges:rows:read:done",
            f"run:{run.id}",
            client_id=run.client_id,
            shown=shown,
            skipped=skipped,
            rows=rows,
        )


def take_file(database: Database, settings: Settings, actor: Actor, run: Run, role: str) -> RunFile:
    """A file of a run, to be taken away; that is recorded. Raises NotFound when it is not there."""
    gate.must(database, actor, Permission.CHARGES_VIEW)
    gate.must(database, actor, Permission.PATIENTS_SEE)
    with database.session(actor) as session:
        file = RunFiles(settings).find(session, run.id, role)
        audit.record(session, "charges:workbook:download:done", f"run:{run.id}", client_id=run.client_id, file=role)
    return file


def files_of(database: Database, settings: Settings, actor: Actor, run_id: str) -> dict[str, RunFile]:
    """The files of a run that are there to download, by role."""
    gate.must(database, actor, Permission.CHARGES_VIEW)
    with database.session(actor) as session:
        return {role: file for role, file in RunFiles(settings).list(session, run_id).items() if file.path.exists()}


def _resume(database: Database, actor: Actor, run_id: str) -> Run:
    run = runs.get(database, actor, run_id)
    with database.session(actor) as session:
        runs.queue(session, run, from_states=runs.RESUMABLE, verb="resume")
    return runs.get(database, actor, run_id)


def _queue(
    database: Database,
    actor: Actor,
    run_id: str,
    mode: Mode,
    choices: dict[str, Any],
    *,
    from_states: tuple[RunState, ...],
    verb: str,
) -> Run:
    run = runs.get(database, actor, run_id)
    changes = ChargesParams.model_validate(run.params | choices | {"mode": mode})
    with database.session(actor) as session:
        runs.queue(session, run, from_states=from_states, verb=verb, changes=changes.model_dump(mode="json"))
    return runs.get(database, actor, run_id)


def _save(content: BinaryIO, path: Path, most_mib: int) -> None:
    with path.open("wb") as out:
        shutil.copyfileobj(content, out, 1 << 20)
        size = out.tell()
    if size > most_mib << 20:
        path.unlink()
        raise BadInput(f"The file is larger than {most_mib} MiB.", fix="Split the sheet, or delete what is not needed.")
    if size == 0:
        path.unlink()
        raise BadInput("The file is empty.", fix="Save the workbook again and upload it.")
