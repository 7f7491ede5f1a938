"""What people can be told of, and in which words."""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    """Something that somebody may want to know at once."""

    RUN_FAILED = "run_failed"
    PACKAGE_HELD = "package_held"
    VENDOR_LOGIN_REFUSED = "vendor_login_refused"
    SIGN_INS_REFUSED = "sign_ins_refused"
    WIDER_ACCESS = "wider_access"
    AUDIT_BROKEN = "audit_broken"

    @property
    def label(self) -> str:
        """The event as a form and a subject line name it."""
        return _LABELS[self]


_LABELS = {
    Event.RUN_FAILED: "A run has failed",
    Event.PACKAGE_HELD: "A report package is held",
    Event.VENDOR_LOGIN_REFUSED: "A vendor refuses a login",
    Event.SIGN_INS_REFUSED: "Sign-ins are refused time and again",
    Event.WIDER_ACCESS: "Somebody takes wider access",
    Event.AUDIT_BROKEN: "The audit does not verify",
}
