"""Idempotency keys: a run that is asked for again under the same key is the same run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from lib.api.caller import Asking
from lib.core.database import Database, named_queries
from lib.core.errors import BadInput, Conflict, DaysheetError

_SQL = named_queries("api_tokens")


def once(database: Database, asking: Asking, key: str, *, client_id: str, asked: bytes, make: Callable[[], str]) -> str:
    """The id of the run that `make` makes, or has made under this key.

    Raises BadInput where the key was used for something else, Conflict while the first is at work, and what `make`
    raises; the key is free again then. A key is remembered for 30 days.
    """
    this = {"token_id": asking.token.id, "key": hashlib.sha256(key.encode()).digest()}
    with database.session(asking.actor) as session:
        _SQL.drop_old_run_keys(session.raw)
        found = _SQL.run_key(session.raw, **this)
        if found is not None and found.stale:
            _SQL.release_run_key(session.raw, **this)
            found = None
        if found is None and not _SQL.claim_run_key(session.raw, client_id=client_id, asked=asked, **this):
            raise _at_work()
    if found is not None:
        if bytes(found.asked_digest) != asked:
            raise BadInput("This Idempotency-Key was used for something else.", fix="Use a new key for each sheet.")
        if found.run_id is None:
            raise _at_work()
        return str(found.run_id)
    try:
        run_id = make()
    except DaysheetError:
        with database.session(asking.actor) as session:
            _SQL.release_run_key(session.raw, **this)
        raise
    with database.session(asking.actor) as session:
        _SQL.settle_run_key(session.raw, run_id=run_id, **this)
    return run_id


def _at_work() -> Conflict:
    return Conflict("A request with this Idempotency-Key is at work.", fix="Ask again in a moment with the same key.")
