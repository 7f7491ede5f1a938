"""What a backup holds, by its own account; its last entry."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from lib.core.backup.entries import Entry
from lib.core.backup.sealed_stream import BackupBroken

MANIFEST = "manifest.json"
DATABASE = "database.dump"
INSTANCE_KEY = "secret.key"
#: Entries of the home's files begin with it; the rest of the name is the path within the home.
HOME = "home/"


class KeptRole(BaseModel):
    """A role of the database server that the database needs, besides its owner.

    `verifier` is the SCRAM verifier of its password, where the owner could read it.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    login: bool
    connections: int
    habits: tuple[str, ...]
    member_of: tuple[str, ...]
    verifier: str | None


class AuditHead(BaseModel):
    """The last seal of the audit, with its digest in hexadecimal."""

    model_config = ConfigDict(frozen=True)

    number: int
    digest: str


class Manifest(BaseModel):
    """The account of a backup; `made_at` is aware UTC and the moment that the database is of.

    `tables` counts the rows of each; `key_mark` tells which instance key the database was set up with. `absent` counts
    files that the database names and that were gone before they could be copied.
    """

    model_config = ConfigDict(frozen=True)

    made_at: datetime
    migrations: tuple[str, ...]
    postgres: int
    owner: str
    roles: tuple[KeptRole, ...]
    tables: dict[str, int]
    audit: AuditHead | None
    key_mark: str
    entries: tuple[Entry, ...]
    absent: int

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(self.tables.values())

    @property
    def files(self) -> int:
        """How many files of the home it holds."""
        return sum(entry.name.startswith(HOME) for entry in self.entries)

    @property
    def with_key(self) -> bool:
        """Whether the instance key is in it."""
        return any(entry.name == INSTANCE_KEY for entry in self.entries)


def read_manifest(text: bytes) -> Manifest:
    """The manifest of a backup; raises BackupBroken when it is of a form that this version does not know."""
    try:
        return Manifest.model_validate_json(text)
    except ValidationError:
        raise BackupBroken("The backup's own account cannot be read by this version.") from None


def key_mark(instance_key: str) -> str:
    """Tells one instance key from another without giving it away."""
    return hmac.digest(base64.urlsafe_b64decode(instance_key), b"daysheet backup, which key", "sha256").hex()[:16]
