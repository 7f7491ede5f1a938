"""What can go wrong at a vendor, sorted by what the caller may do next.

`TerminalError`: it will not get better by itself. `TransientError`: nothing was written, try later.
`OutcomeUnknown`: a write may or may not have happened; look before anything is sent again.
The text of these errors may be logged: it never holds a vendor's payload, a credential or a person's name.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from lib.core.errors import DaysheetError


class VendorError(DaysheetError):
    """A call to a vendor did not end well. `operation` is the vendor's name of it, `attempts` how often it was sent."""

    def __init__(self, what: str, *, fix: str = "", operation: str, attempts: int = 1) -> None:
        super().__init__(what, fix=fix)
        self.operation = operation
        self.attempts = attempts


class TerminalError(VendorError):
    """The vendor's answer is final: the same call will fail again until somebody changes something."""


class LoginRefused(TerminalError):
    """The vendor does not accept this user and password; stop, or the account may be locked."""


class CustomerKeyRefused(TerminalError):
    """The vendor does not know this customer key."""


class NotPermitted(TerminalError):
    """The login is right, but may not do this. `missing` names the permissions in the vendor's words."""

    def __init__(
        self, what: str, *, fix: str = "", operation: str, attempts: int = 1, missing: tuple[str, ...] = ()
    ) -> None:
        super().__init__(what, fix=fix, operation=operation, attempts=attempts)
        self.missing = missing


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldProblem:
    """One thing that the vendor finds wrong in one record; shown to the biller on the row, never logged.

    `line` counts the charge lines from 1 and is None where the problem is the record's, `field` is the biller's
    word for the place ("Diag 1", "Rendering Provider"), empty where the vendor names none.
    """

    line: int | None = None
    field: str = ""
    value: str = dataclasses.field(default="", repr=False)
    message: str = dataclasses.field(default="", repr=False)


class Refused(TerminalError):
    """The vendor refuses this one record and wrote nothing; `problems` says why, for the biller's row only."""

    def __init__(
        self, what: str, *, fix: str = "", operation: str, attempts: int = 1, problems: tuple[FieldProblem, ...] = ()
    ) -> None:
        super().__init__(what, fix=fix, operation=operation, attempts=attempts)
        self.problems = problems


class BadRequest(TerminalError):
    """The vendor could not read what we sent: a fault of ours, not of the record."""


class UnexpectedReply(TerminalError):
    """The vendor's reply is not what its contract describes (a redirect, a foreign document, far too large)."""


class TransientError(VendorError):
    """Nothing was written, and the same call may succeed later."""


class Throttled(TransientError):
    """The vendor refused the call because it came too soon. `interval_ms` is its minimum gap, if it said so."""

    def __init__(
        self, what: str, *, fix: str = "", operation: str, attempts: int = 1, interval_ms: int | None = None
    ) -> None:
        super().__init__(what, fix=fix, operation=operation, attempts=attempts)
        self.interval_ms = interval_ms


class Unavailable(TransientError):
    """The vendor cannot be reached or does not answer; for a write: it was never sent."""


class OutcomeUnknown(VendorError):
    """A write was sent and its outcome is not known. `record_id` is the id the vendor named, if it named one."""

    def __init__(
        self, what: str, *, fix: str = "", operation: str, attempts: int = 1, record_id: str | None = None
    ) -> None:
        super().__init__(what, fix=fix, operation=operation, attempts=attempts)
        self.record_id = record_id
