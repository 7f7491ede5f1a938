"""Where a notice goes: addresses as apprise writes them, made from what people type, and refused where they are unsafe.

Credentials stand in them, so they are encrypted when kept, and never shown again. Outside this machine they go by TLS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qs, urlencode, urlsplit

import apprise

from lib.core.errors import BadInput, Misconfigured
from lib.core.settings import LOOPBACK, Settings

_MAILBOX = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)*")
#: Before the recipients of a kept address: the server is a setting, so that its password is not kept a second time.
_MAIL = "to:"
#: What verify=no would switch off.
_NO = frozenset({"no", "false", "0", "off", "disable", "n", "f"})


class Medium(StrEnum):
    """How people are told."""

    EMAIL = "email"
    SMS = "sms"
    TEAMS = "teams"
    SLACK = "slack"
    WEBHOOK = "webhook"

    @property
    def label(self) -> str:
        """The medium as it is shown."""
        return _LABELS[self]


_LABELS = {
    Medium.EMAIL: "E-mail",
    Medium.SMS: "SMS",
    Medium.TEAMS: "Microsoft Teams",
    Medium.SLACK: "Slack",
    Medium.WEBHOOK: "Webhook",
}
#: What apprise calls the services of each medium; any other is refused, the ones that write files or run programs too.
_SCHEMES = {
    Medium.SMS: frozenset({"twilio", "vonage", "nexmo", "sns", "plivo", "d7sms", "clickatell", "messagebird", "sinch"}),
    Medium.TEAMS: frozenset({"msteams", "workflows", "workflow"}),
    Medium.SLACK: frozenset({"slack"}),
    Medium.WEBHOOK: frozenset({"json", "jsons"}),
}
_MICROSOFT = (".logic.azure.com", ".powerplatform.com", ".webhook.office.com")
_HOW = {
    Medium.SMS: "Write it as the gateway needs it, for Twilio: twilio://SID:TOKEN@FROM/TO.",
    Medium.TEAMS: "Paste the address that the workflow of the Teams channel shows.",
    Medium.SLACK: "Paste the address of the incoming webhook: https://hooks.slack.com/services/….",
    Medium.WEBHOOK: "Write it as https://host/path.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A checked address; `shown` is what may be shown of it."""

    medium: Medium
    url: str = field(repr=False)
    shown: str


def mail_address(recipients: str) -> Address:
    """Mail to one or several people, with commas, through the office's mail server; raises BadInput."""
    to = [one.strip() for one in recipients.split(",") if one.strip()]
    for mailbox in to:
        if not _MAILBOX.fullmatch(mailbox):
            raise BadInput(f"“{mailbox}” is not a mail address.", fix="Write it as name@example.com.")
    if not to:
        raise BadInput("Nobody would get it.", fix="Write who gets it: name@example.com.")
    return Address(medium=Medium.EMAIL, url=_MAIL + ",".join(to), shown=", ".join(to))


def outgoing(settings: Settings, url: str) -> str:
    """An address that was kept, as apprise sends to it now: mail goes through the server that is set today.

    Raises Misconfigured where mail is wanted and no server is set.
    """
    if not url.startswith(_MAIL):
        return url
    if settings.mail_server is None:
        raise Misconfigured("No mail server is set.", fix="Set DAYSHEET_MAIL_SERVER and start again.")
    server = urlsplit(settings.mail_server.get_secret_value())
    plain = server.scheme == "smtp" and server.hostname in LOOPBACK
    sender = parse_qs(server.query).get("from", ["daysheet@localhost"])[0]
    options = {"from": sender, "to": url.removeprefix(_MAIL), "format": "text"}
    if not plain:
        options["mode"] = "ssl" if server.scheme == "smtps" else "starttls"
    login = server.netloc.rpartition("@")[0]
    place = f"{login}@{server.hostname}" if login else server.hostname
    port = server.port or (465 if server.scheme == "smtps" else 587)
    return f"{'mailto' if plain else 'mailtos'}://{place}:{port}?{urlencode(options)}"


def read_address(medium: Medium, text: str) -> Address:
    """What somebody has pasted: the service's own address, or apprise's of it. Raises BadInput, which never quotes it.

    For every medium but mail.
    """
    text = text.strip()
    if medium is Medium.WEBHOOK and text.startswith(("https://", "http://")):
        text = "json" + text.removeprefix("http")
    parts = urlsplit(text)
    options = {name.lower(): [value.lower() for value in values] for name, values in parse_qs(parts.query).items()}
    if _NO & set(options.get("verify", ())):
        raise BadInput("This address switches the check of certificates off.", fix="Leave verify out.")
    try:
        service = apprise.Apprise.instantiate(text, suppress_exceptions=True)
    except (TypeError, ValueError):
        service = None
    if service is None or not _service_schemes(service) & _SCHEMES[medium]:
        raise BadInput(f"This is no address of {medium.label}.", fix=_HOW[medium])
    if medium is Medium.TEAMS and not _of_microsoft(parts.scheme, parts.hostname or ""):
        raise BadInput("This address is not one of Microsoft's.", fix=_HOW[medium])
    if parts.scheme == "json" and parts.hostname not in LOOPBACK:
        raise BadInput("This address sends without TLS.", fix="Write https:// instead.")
    return Address(medium=medium, url=text, shown=_shown(medium, parts.hostname or ""))


def _of_microsoft(scheme: str, host: str) -> bool:
    # Everybody may have a Teams channel, and nobody may send this server to a host of the house by it.
    return scheme == "msteams" or host.endswith(_MICROSOFT)


def _service_schemes(service: object) -> set[str]:
    names: set[str] = set()
    for attribute in ("protocol", "secure_protocol"):
        found = getattr(service, attribute, None)
        names |= {found} if isinstance(found, str) else set(found or ())
    return names


def _shown(medium: Medium, host: str) -> str:
    """What tells two channels apart and gives nothing away."""
    return host if medium is Medium.WEBHOOK else medium.label
