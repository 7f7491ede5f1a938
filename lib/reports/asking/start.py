"""Starting a run: its requests are made with it, in one transaction, so that everybody sees them at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from lib.core import runs
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.clients import Client, client_by_id
from lib.core.database import Database, Session
from lib.core.errors import BadInput, Conflict
from lib.core.runs import RunState
from lib.core.settings import Settings
from lib.reports.asking import requests
from lib.reports.asking.choose import Choice, Seqs, Wish, choose
from lib.reports.asking.login import open_connection
from lib.reports.catalog import catalog, report_named
from lib.reports.model import Cell, ReportSetting
from lib.reports.params import KIND, Action, RefusalReason, RefusedCell, ReportsParams
from lib.reports.settings import check_seq, read_settings

_CLOSED = "It was closed because the report was asked for anew."


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """A run that waits for a worker, and the cells that it leaves out."""

    run_id: str
    refused: tuple[RefusedCell, ...]


class NothingStarted(Conflict):
    """Every cell was refused, and no run was made; `refused` says why, cell by cell."""

    def __init__(self, refused: Sequence[RefusedCell]) -> None:
        reasons = {cell.said for cell in refused}
        super().__init__(
            "Nothing was started." if len(reasons) != 1 else f"Nothing was started. {reasons.copy().pop()}",
            fix="" if len(reasons) == 1 else "Each report says why.",
        )
        self.refused = tuple(refused)


def start(
    database: Database,
    settings: Settings,
    actor: Actor,
    *,
    client_id: str,
    action: Action,
    reports: Collection[str] | None = None,
    accounts: Collection[str] | None = None,
    as_of: date | None = None,
    seqs: Mapping[str, Seqs] | None = None,
    force: bool = False,
    scheduled_for: Mapping[str, datetime] | None = None,
) -> Started:
    """Make a run and its requests, and hand it to the workers.

    Without `reports`, those named by `seqs` (ids for this time only), else all enabled ones; without `accounts`, all of
    the connection. `as_of` is the day that the filters show: the client's today unless given. `scheduled_for` names, by
    report, the scheduled time that it is asked for at. Raises BadInput for what does not exist, NothingStarted where
    every cell is refused.
    """
    gate.must(database, actor, Permission.REPORTS_LOAD)
    client = client_by_id(database, actor, client_id)
    connection = open_connection(database, actor, client_id)
    now = datetime.now(UTC).astimezone(client.zone)
    _check(as_of, now.date(), seqs or {})
    chosen_accounts = _accounts(accounts, connection.accounts)
    with database.session(actor) as session:
        requests.lock_queue(session, client_id)
        known = {setting.report: setting for setting in read_settings(session, client_id)}
        names = _reports(reports, seqs, known, client, action)
        wish = Wish(
            action=action,
            cells=[
                Cell(client_id=client_id, report=name, account=number) for number in chosen_accounts for name in names
            ],
            seqs={n: Seqs(report=s.report_seq, filter=s.filter_seq) for n, s in known.items()} | dict(seqs or {}),
            as_of=as_of or now.date(),
            force=force,
        )
        choice = _choose(session, wish, settings, now)
        if not choice.ask and not choice.take_up:
            raise NothingStarted(choice.refused)
        if action is Action.LOAD and not reports:
            # "Whatever is here" names no report that would be missed.
            choice = dataclasses.replace(choice, refused=())
        params = ReportsParams(action=action, as_of=as_of, force=force, refused=choice.refused)
        run_id = runs.create(
            session,
            client_id=client_id,
            kind=KIND,
            title=_title(action, choice, wish.as_of),
            state=RunState.QUEUED,
            params=params.model_dump(mode="json"),
            lane=connection.account,
        )
        requests.give_up(session, client_id, choice.close, _CLOSED)
        requests.take_up(session, client_id, run_id, choice.take_up)
        refused = [
            *choice.refused,
            *_ask_for(session, wish, choice.ask, run_id, connection.account, scheduled_for or {}),
        ]
        if len(refused) - len(choice.refused) == len(choice.ask) and not choice.take_up:
            raise NothingStarted(refused)
    return Started(run_id=run_id, refused=tuple(refused))


def _choose(session: Session, wish: Wish, settings: Settings, now: datetime) -> Choice:
    client_id = wish.cells[0].client_id
    midnight = datetime.combine(now.date(), time(), now.tzinfo)
    loaded = requests.loaded_since(session, client_id, wish.as_of, midnight.astimezone(UTC))
    left = requests.open_requests(session, client_id, silence_seconds=settings.stalled_seconds)
    return choose(wish, left, loaded)


def _ask_for(
    session: Session,
    wish: Wish,
    cells: Sequence[Cell],
    run_id: str,
    login: str,
    scheduled_for: Mapping[str, datetime],
) -> list[RefusedCell]:
    """Make the waiting requests; those whose scheduled time another scheduler has taken are refused."""
    refused = []
    for cell in cells:
        made = requests.add_request(
            session,
            cell=cell,
            login=login,
            run_id=run_id,
            as_of=wish.as_of,
            report_seq=wish.seqs[cell.report].report,
            filter_seq=wish.seqs[cell.report].filter,
            forced=wish.force,
            scheduled_for=scheduled_for.get(cell.report),
        )
        if made is None:
            refused.append(
                RefusedCell(
                    report=cell.report,
                    account=cell.account,
                    reason=RefusalReason.SCHEDULED,
                    said="Its scheduled time has been asked for already.",
                )
            )
    return refused


def _check(as_of: date | None, today: date, seqs: Mapping[str, Seqs]) -> None:
    if as_of is not None and as_of > today:
        raise BadInput(f"The day {as_of} has not come yet.", fix="Give a day up to the client's today.")
    for numbers in seqs.values():
        check_seq(numbers.report, "report")
        check_seq(numbers.filter, "filter")


def _accounts(wished: Collection[str] | None, known: Sequence[str]) -> list[str]:
    for account in wished or ():
        if account not in known:
            raise BadInput(
                f"Account {account} is not one of this client's.",
                fix=f"Accounts of the connection: {', '.join(known)}.",
            )
    return [account for account in known if not wished or account in wished]


def _reports(
    wished: Collection[str] | None,
    seqs: Mapping[str, Seqs] | None,
    known: Mapping[str, ReportSetting],
    client: Client,
    action: Action,
) -> list[str]:
    named = {report_named(name).name for name in (wished or seqs or ())}
    if not named and action is Action.LOAD:
        # Whatever is here may be loaded, though its report was switched off meanwhile.
        return list(catalog())
    if not named:
        named = {name for name, setting in known.items() if setting.enabled}
    if not named:
        raise BadInput(
            f"No report is set up for {client.name}.",
            fix="Set the ids of its saved reports with: "
            "python -m jobs reports set --client NAME --seq REPORT=REPORT_SEQ/FILTER_SEQ.",
        )
    return [name for name in catalog() if name in named]


def _title(action: Action, choice: Choice, as_of: date) -> str:
    cells = sorted({cell.report for cell in choice.ask} | {request.cell.report for request in choice.take_up})
    what = cells[0] if len(cells) == 1 else f"{len(cells)} reports"
    return f"{action.capitalize()} {what}, {as_of.isoformat()}"
