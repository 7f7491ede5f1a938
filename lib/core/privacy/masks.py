"""Masking: what somebody reads of a patient who may not see patients, the same by every door.

A name, address or member id is read as dots. A patient's id is read as a pseudonym, equal for equal ids of one client,
so that counting and grouping by patients comes out the same as for everybody; it is a keyed digest, and leads nowhere.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.database import Database, Session
from lib.core.keys import data_key

DOTS = "••••"


class Mask(StrEnum):
    """How a column is masked."""

    DOTS = "dots"
    PSEUDONYM = "pseudonym"
    #: Nothing is known of what is in it.
    EMPTY = "empty"


#: The columns of the views and tables of reports that name or identify a patient.
MASKS: Mapping[str, Mask] = {
    "patient_id": Mask.PSEUDONYM,
    "charge_patient_id": Mask.PSEUDONYM,
    "patient_full_name": Mask.DOTS,
    "primary_payer_member_id": Mask.DOTS,
    "claim_primary_member_id": Mask.DOTS,
    "primary_member_id": Mask.DOTS,
    "primary_group_number": Mask.DOTS,
    "patient_address_1": Mask.DOTS,
    "patient_city": Mask.DOTS,
    "patient_state": Mask.DOTS,
    "patient_zip": Mask.DOTS,
    "extras": Mask.EMPTY,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Masking:
    """The masks with the key of their pseudonyms, as SQL over a view that has `client_id`."""

    key: str = field(repr=False)

    def postgres(self, columns: Collection[str]) -> dict[str, str]:
        """By column, those of them that are masked: an expression in PostgreSQL."""
        return self._said(columns, "encode(sha256(convert_to({text}, 'UTF8')), 'hex')", empty="NULL::jsonb")

    def duckdb(self, columns: Collection[str]) -> dict[str, str]:
        """The same in DuckDB."""
        return self._said(columns, "sha256({text})", empty="CAST(NULL AS VARCHAR)")

    def _said(self, columns: Collection[str], digest: str, *, empty: str) -> dict[str, str]:
        return {name: self._one(name, digest, empty) for name in columns if name in MASKS}

    def _one(self, column: str, digest: str, empty: str) -> str:
        match MASKS[column]:
            case Mask.EMPTY:
                return empty
            case Mask.DOTS:
                return f"CASE WHEN {column} IS NOT NULL THEN '{DOTS}' END"
            case Mask.PSEUDONYM:
                text = f"'{self.key} ' || CAST(client_id AS varchar) || ' ' || CAST({column} AS varchar)"
                return f"CASE WHEN {column} IS NOT NULL THEN 'P-' || substr({digest.format(text=text)}, 1, 12) END"


def masking_in(session: Session) -> Masking | None:
    """The masks for whoever acts in this session; None for who may see patients."""
    if session.actor.may(Permission.PATIENTS_SEE):
        return None
    return Masking(key=hmac.digest(data_key(session, "credentials").secret, b"daysheet pseudonyms 1", "sha256").hex())


def masking_for(database: Database, actor: Actor) -> Masking | None:
    """The same, in a transaction of its own where one is needed."""
    if actor.may(Permission.PATIENTS_SEE):
        return None
    with database.session(actor) as session:
        return masking_in(session)
