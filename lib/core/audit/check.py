"""A verification as an act: recorded itself, and told to who wants to know when the audit is broken."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lib.core.actor import Actor
from lib.core.audit.anchors import Anchor, KeptHeads
from lib.core.audit.record import record
from lib.core.audit.verify import Verdict, verify
from lib.core.database import Database, Session
from lib.core.notify.events import Event
from lib.core.notify.outbox import tell


def check(database: Database, actor: Actor, home: Path, *, anchors: Sequence[Anchor] = ()) -> Verdict:
    """Verify the whole chain against anchors and the heads that `home` keeps, and record what came of it.

    Raises BadInput for an actor that does not see every client, and where a file of heads cannot be read.
    """
    verdict = verify(database, actor, anchors=[*anchors, *KeptHeads(home).all()])
    number = f"chain:{verdict.last.number if verdict.last else 0}"
    with database.session(actor) as session:
        if verdict.whole:
            record(session, "audit:chain:verify:done", number, anchors=verdict.anchors)
        else:
            wrong = sorted({finding.wrong for finding in verdict.findings})
            record(session, "audit:chain:verify:broken", number, anchors=verdict.anchors, wrong=wrong)
            tell_broken(session, verdict.findings[0].said)
    return verdict


def tell_broken(session: Session, said: str) -> None:
    """Let everybody know who wants to that the audit is broken."""
    tell(session, Event.AUDIT_BROKEN, f"The audit is broken. {said}", subject="audit", link="/audit")
