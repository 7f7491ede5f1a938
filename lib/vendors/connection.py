"""What the connections to all vendors have in common: where they may go, and how typed options become one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from lib.core.errors import BadInput

Built = TypeVar("Built", bound=BaseModel)
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def must_be_safe_address(name: str, address: str, *, practice: bool) -> None:
    """Raise ValueError, naming the option, unless it is an https address without credentials or a query.

    This machine and practice mode may be reached by http.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{name} must be an https address")
    if parts.username or parts.password:
        raise ValueError(f"{name} must not hold a user or password")
    if parts.query or parts.fragment:
        raise ValueError(f"{name} must end before any ? or #")
    if parts.scheme == "http" and not practice and parts.hostname not in _LOOPBACK:
        raise ValueError(f"{name} must be https, unless it is this machine's or practice mode's")


def build_connection(
    kind: type[Built], settings: Mapping[str, Any], secrets: Mapping[str, str], *, owner: str, title: str
) -> Built:
    """Build a connection from typed-in or stored options, and its secrets apart.

    `owner` begins the sentence about an unknown option, `title` names the connection. Raises BadInput naming the
    option at fault, never its value.
    """
    known = [name for name in kind.model_fields if name not in secrets]
    unknown = sorted(set(settings) - set(known))
    if unknown:
        raise BadInput(f"{owner} has no option {', '.join(unknown)}.", fix=f"Known options: {', '.join(known)}.")
    try:
        return kind.model_validate({**settings, **secrets})
    except ValidationError as error:
        faults = "; ".join(
            f"{fault['loc'][0]}: {fault['msg']}" if fault["loc"] else str(fault["msg"])
            for fault in error.errors(include_input=False, include_url=False)
        )
        raise BadInput(f"The {title} connection cannot be used: {faults}.", fix="Correct these options.") from None
