"""One masked row's patient, shown to somebody who may ask for it; each look is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lib.analytics.figures.drill import Behind, columns_of, read_rows
from lib.analytics.reading.filters import Conditions, Order
from lib.analytics.reading.reader import Reader
from lib.analytics.snapshot.reader import open_reader
from lib.core import audit
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.database import Database
from lib.core.errors import NotFound
from lib.core.privacy.masks import MASKS, Mask
from lib.core.settings import Settings

#: What a row is found again by; rows that share these are of one patient.
_ROW_NAMES = ("charge_id", "claim_id", "payment_id")


def reveal_patient(
    database: Database,
    settings: Settings,
    actor: Actor,
    masked: Reader,
    rows: Behind,
    *,
    sort: str,
    order: Order,
    place: int,
) -> Mapping[str, Any]:
    """The patient of the row that stands at `place` (from 0) of those rows in that order, by column.

    Raises Forbidden without patients.reveal, NotFound where there is no such row, or nothing to find it again by.
    """
    gate.must(database, actor, Permission.PATIENTS_REVEAL)
    known = columns_of(masked, rows.view)
    names = [name for name in ("client_id", *_ROW_NAMES) if name in known]
    found = read_rows(masked, rows, names, sort=sort, order=order, skip=place, most=1).records()
    keys = {name: value for name, value in (found[0] if found else {}).items() if value is not None}
    if len(keys) < 2:
        raise NotFound("This row cannot be told from others.", fix="Look at a view that has charge or claim numbers.")
    conditions = Conditions(
        sql=" AND ".join(f"{name} = :row_{name}" for name in keys),
        parameters={f"row_{name}": value for name, value in keys.items()},
        unheeded=(),
    )
    seeing = replace(actor, permissions=(actor.permissions or frozenset()) | {Permission.PATIENTS_SEE})
    clear = open_reader(database, settings, seeing, as_of=masked.as_of, view=rows.view)
    shown = [name for name in known if MASKS.get(name) in (Mask.DOTS, Mask.PSEUDONYM)]
    one = replace(rows, conditions=conditions)
    answer = read_rows(clear, one, shown, sort=names[-1], most=1).records()
    if not answer:
        raise NotFound("This row has gone meanwhile.", fix="Look at the rows again.")
    with database.session(actor) as session:
        audit.record(
            session,
            "patients:row:reveal:done",
            f"view:{rows.view.name}",
            client_id=str(keys["client_id"]),
            row=[f"{name} {value}" for name, value in keys.items() if name != "client_id"],
            columns=shown,
        )
    return answer[0]
