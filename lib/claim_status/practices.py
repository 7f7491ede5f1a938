"""Which practice asks which payer: the tax id that it bills under, and the payer's ids."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from lib.claim_status.payers.registry import payer_named
from lib.core import audit
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.database import Database, Session, named_queries
from lib.core.errors import BadInput

_SQL = named_queries("claim_status")
_PAYER_ID = re.compile(r"[A-Z0-9]{2,20}")


@dataclass(frozen=True, kw_only=True, slots=True)
class PayerPractice:
    """A practice of a client at a payer; `tin` has nine digits, `npi` ten or none."""

    id: str
    client_id: str
    client_name: str
    practice: str
    tin: str = field(repr=False)
    payer: str
    payer_id: str
    npi: str
    active: bool


def list_practices(database: Database, actor: Actor, client_id: str | None = None) -> list[PayerPractice]:
    """The practices of a client, or of every client in scope, that are mapped to payers; by name."""
    gate.must(database, actor, Permission.CLAIM_STATUS_VIEW)
    with database.session(actor) as session:
        return read_practices(session, client_id)


def read_practices(session: Session, client_id: str | None) -> list[PayerPractice]:
    """The same within a transaction; who calls has let the actor pass."""
    return [_practice(row) for row in _SQL.practices(session.raw, client_id=client_id)]


def map_practice(
    database: Database,
    actor: Actor,
    *,
    client_id: str,
    practice: str,
    tin: str,
    payer: str,
    payer_id: str,
    npi: str = "",
    active: bool = True,
) -> str:
    """Let a practice ask a payer, or change how it does, and return the mapping's id.

    A mapping is known by client, tax id, payer and payer id. Raises BadInput for what cannot be one of these.
    """
    gate.must(database, actor, Permission.CONNECTIONS_EDIT)
    known = payer_named(payer)
    name, digits, upper = " ".join(practice.split()), re.sub(r"[\s-]", "", tin), payer_id.strip().upper()
    if not name or len(name) > 200:
        raise BadInput("A practice needs a name of 1 to 200 letters.")
    if not re.fullmatch(r"\d{9}", digits, re.ASCII):
        raise BadInput("A tax id has nine digits.", fix="Write it as 123456789 or 12-3456789.")
    if not _PAYER_ID.fullmatch(upper):
        raise BadInput("A payer id has 2 to 20 letters and digits.", fix="For UHC it is 87726, for example.")
    if known.payer_ids and upper not in known.payer_ids:
        raise BadInput(
            f"{known.title} does not answer for the payer id {upper}.", fix=f"Payer ids: {', '.join(known.payer_ids)}."
        )
    if npi and not re.fullmatch(r"\d{10}", npi, re.ASCII):
        raise BadInput("An NPI has ten digits.")
    with database.session(actor) as session:
        mapped = _SQL.map_practice(
            session.raw,
            client_id=client_id,
            practice=name,
            tin=digits,
            payer=payer,
            payer_id=upper,
            npi=npi,
            active=active,
            who=actor.label,
        )
        audit.record(
            session,
            "claim_status:practice:map:done",
            f"payer_practice:{mapped}",
            client_id=client_id,
            payer=payer,
            active=active,
        )
    return str(mapped)


def _practice(row: Any) -> PayerPractice:
    return PayerPractice(
        id=str(row.id),
        client_id=str(row.client_id),
        client_name=row.client_name,
        practice=row.practice,
        tin=row.tin,
        payer=row.payer,
        payer_id=row.payer_id,
        npi=row.npi,
        active=row.active,
    )
