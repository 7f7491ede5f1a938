"""The errors that a person may read: each says what happened and what to do about it."""

from __future__ import annotations


class DaysheetError(Exception):
    """An expected failure, worded for the person who has to act on it.

    `what` says what happened and to which row or record (by number or id, never by a person's name);
    `fix` says what to do. Both are shown; neither may hold credentials or patient data.
    """

    def __init__(self, what: str, *, fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what} {self.fix}".strip()


class BadInput(DaysheetError):
    """What was given cannot be used; nothing was done with it."""


class NotFound(DaysheetError):
    """There is no such record in the actor's scope."""


class Conflict(DaysheetError):
    """The record is in a state that does not allow this act, or somebody else has just changed it."""


class Misconfigured(DaysheetError):
    """A setting is missing or malformed; the process cannot start with it."""


class Stopped(DaysheetError):
    """The work was asked to stop (cancel, shutdown, lost lock) and did so between two steps."""


class SignedOut(DaysheetError):
    """The session is over: ended, idle for too long, too old, or its person was disabled; nothing was done."""

    def __init__(self) -> None:
        super().__init__("You are signed out.", fix="Sign in again; what was under way goes on without you.")


class TokenOver(DaysheetError):
    """The API token was revoked or has ended; nothing was done."""

    def __init__(self) -> None:
        super().__init__("The token is not in force any more.", fix="Ask an administrator for another one.")
