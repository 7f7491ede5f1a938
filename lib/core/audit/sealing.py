"""One look of the sealer: what waits is sealed, and the new head is kept outside the database."""

from __future__ import annotations

import logging
from datetime import datetime

from lib.core.actor import Actor
from lib.core.audit.anchors import Anchor, KeptHeads, sign
from lib.core.audit.check import tell_broken
from lib.core.audit.record import record
from lib.core.audit.seals import MOST, digest_at, first_number, head_of, seal_waiting
from lib.core.database import Database, Session
from lib.core.keys import data_key

_LOG = logging.getLogger(__name__)


def seal_and_keep(database: Database, actor: Actor, kept: KeptHeads, now: datetime) -> bool:
    """Seal what waits, keep the head, and return whether more is waiting; `now` is aware UTC.

    A chain that has lost the kept head goes on, for the audit must not stop; the loss is recorded in it, and the head
    it had is kept for good, so that every verification finds it.
    """
    with database.session(actor) as session:
        last = kept.last()
        lost = last is not None and not still_holds(session, last)
        if last is not None and lost:
            _LOG.error("the audit has lost its head", extra={"number": last.head.number})
            record(session, "audit:chain:look:broken", f"chain:{last.head.number}", kept=last.head.digest.hex())
            tell_broken(session, f"The chain has lost number {last.head.number}, which was kept as its head.")
        head, sealed = seal_waiting(session, now)
        anchor = sign(head, data_key(session, "audit")) if head else None
    if last is not None and lost:
        kept.set_aside(last)
    if anchor is not None and (last is None or anchor.head != last.head):
        kept.keep(anchor)
    return sealed == MOST


def still_holds(session: Session, anchor: Anchor) -> bool:
    """Whether the chain has that head still; one that was let go by retention counts as held."""
    found = digest_at(session, anchor.head.number)
    if found is not None:
        return found == anchor.head.digest
    first = first_number(session)
    return first is not None and anchor.head.number < first


def head_now(session: Session) -> Anchor | None:
    """The head as it is now, signed."""
    head = head_of(session)
    return sign(head, data_key(session, "audit")) if head else None
