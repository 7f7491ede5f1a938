"""Sending one message to one address, by apprise."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import apprise

#: Its messages hold addresses with credentials; what has to be known of a failure is on the page.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
#: Seconds to connect and to wait for an answer, in an address that names none.
_TIMEOUTS = "cto=5&rto=10"


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What is sent: a line, and a few."""

    title: str
    text: str


def send(url: str, message: Message) -> bool:
    """Send it, and return whether the service took it; raises nothing that a service can cause."""
    timed = f"{url}{'&' if '?' in url else '?'}{_TIMEOUTS}"
    service = apprise.Apprise.instantiate(timed, suppress_exceptions=True)
    if service is None:
        return False
    one = apprise.Apprise()
    one.add(service)
    return bool(one.notify(title=message.title, body=message.text, body_format=apprise.NotifyFormat.TEXT))
