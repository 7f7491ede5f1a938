"""Taking a sheet in, as the page and the API do it: a run is made, and checked at once where nothing is to be asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

from lib.charges import service
from lib.charges.params import ChargesParams
from lib.charges.service import Headers, TypedLogin
from lib.core import runs
from lib.core.actor import Actor
from lib.core.database import Database
from lib.core.errors import BadInput, Conflict
from lib.core.runs import Run
from lib.core.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenIn:
    """A run that was made of a sheet, and what its header row says."""

    run_id: str
    headers: Headers

    @property
    def asks(self) -> bool:
        """Whether a person has to say first what columns mean."""
        return bool(self.headers.missing) or any(column.suggestions for column in self.headers.own)


def take_in(
    database: Database,
    settings: Settings,
    actor: Actor,
    *,
    client_id: str,
    name: str,
    content: BinaryIO,
    login: TypedLogin | None = None,
    **choices: Any,
) -> TakenIn:
    """Take a workbook in and queue its check, unless its columns have to be explained first; nothing is sent.

    `choices` are fields of ChargesParams. The caller puts the queued run before the workers. Raises what
    service.receive_upload raises, and BadInput for a workbook that cannot be read, whose run is cancelled.
    """
    run_id = service.receive_upload(
        database, settings, actor, client_id=client_id, name=name, content=content, login=login, **choices
    )
    try:
        headers = service.read_headers(database, settings, actor, run_id)
    except BadInput:
        runs.request_cancel(database, actor, run_id)
        raise
    taken = TakenIn(run_id=run_id, headers=headers)
    if not taken.asks:
        check(database, actor, run_id)
    return taken


def check(database: Database, actor: Actor, run_id: str, *, refresh_lists: bool = False, **choices: Any) -> None:
    """Queue a run's check; somebody who was faster with the same is no failure."""
    try:
        service.queue_check(database, actor, run_id, refresh_lists=refresh_lists, **choices)
    except Conflict:
        if not runs.get(database, actor, run_id).open:
            raise


def count_questions(run: Run) -> int:
    """How many questions a checked run still has; the rows concerned are held back until they are answered."""
    result, params = run.result or {}, ChargesParams.model_validate(run.params)
    repeated = result.get("repeated")
    asks_repeated = bool(repeated and repeated["unanswered_rows"] and params.repeated_payments is None)
    asks_split = bool(result.get("splittable") and not params.split_by_provider)
    return asks_repeated + asks_split + sum(bool(name["suggestions"]) for name in result.get("names", []))
