"""The cursor between two pages of rows, sealed: a place in the rows is made of a patient's and a claim's ids."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable

from cryptography.fernet import Fernet, InvalidToken

from lib.analytics.reading.rows import Place
from lib.core.errors import BadInput, Conflict
from lib.core.secrets import secret_key
from lib.core.settings import Settings

_AGAIN = "Begin again without `after`."


def seal(settings: Settings, place: Place, *, question: Hashable, version: str) -> str:
    """The place as a text that says nothing to others and belongs to this question and these rows."""
    said = {"asked": _digest(question), "version": version, "keys": place.keys, "passed": place.passed}
    return Fernet(secret_key(settings)).encrypt(json.dumps(said).encode()).decode()


def unseal(settings: Settings, cursor: str, *, question: Hashable, version: str) -> Place:
    """The place that `seal` was given.

    Raises BadInput for what is no cursor of this question, Conflict where the rows have changed since.
    """
    try:
        said = json.loads(Fernet(secret_key(settings)).decrypt(cursor.encode()))
        asked, of = said["asked"], said["version"]
        place = Place(keys=tuple(said["keys"]), passed=int(said["passed"]))
    except (InvalidToken, ValueError, KeyError, TypeError):
        raise BadInput("`after` is no cursor of ours.", fix=_AGAIN) from None
    if asked != _digest(question):
        raise BadInput(
            "`after` belongs to another question.", fix="Ask the same as on the page before, or begin again."
        )
    if of != version:
        raise Conflict("The rows have changed since the page before.", fix=_AGAIN)
    return place


def _digest(question: Hashable) -> str:
    return hashlib.sha256(repr(question).encode()).hexdigest()[:16]
