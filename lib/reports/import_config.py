"""Reading the settings of an older installation: config.ini and the variables that stand in for it.

Sections: [API] (username, password, url), [POSTGRES] (host, port, user, password, database) and [CUSTOMERS] (a name
and its 8-digit accounts a line, either way round). A variable that is set goes before the file, as it did there.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr

from lib.core.errors import BadInput
from lib.vendors.collaboratemd.connection import CollaborateMdConnection

_ACCOUNT = re.compile(r"(?<!\d)\d{8}(?!\d)", re.ASCII)
_KNOWN = {"API", "POSTGRES", "CUSTOMERS"}
#: By setting: its variable, then the names it goes by in the file.
_API = {
    "user": ("API_USERNAME", "username", "user", "api_username"),
    "password": ("API_PASSWORD", "password", "api_password"),
    "url": ("", "url", "base_url", "api_url"),
}
_POSTGRES = {
    "host": ("POSTGRES_HOST", "host", "postgres_host"),
    "port": ("", "port", "postgres_port"),
    "user": ("POSTGRES_USER", "user", "username", "postgres_user"),
    "password": ("POSTGRES_PASSWORD", "password", "postgres_password"),
    "database": ("POSTGRES_DATABASE", "database", "dbname", "postgres_database"),
}
#: Lines of [CUSTOMERS] that list accounts under no name of a client.
_UNNAMED = {"accounts", "customers", "customer_accounts", "ids"}


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedClient:
    """A client of the older installation with its connection."""

    name: str
    connection: CollaborateMdConnection


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedConfig:
    """What an older installation was set up for; `database_url` is where its tables are, if it said so.

    `left_out` names the sections and settings that mean nothing here.
    """

    clients: tuple[ImportedClient, ...]
    database_url: SecretStr | None
    left_out: tuple[str, ...]


def read_config(text: str, environment: Mapping[str, str]) -> ImportedConfig:
    """Read a config.ini and the environment's variables.

    Raises BadInput naming the section and setting at fault, never showing a value.
    """
    sections = _sections(text)
    api = {name: _setting(sections["API"], environment, names) for name, names in _API.items()}
    if not api["user"] or not api["password"]:
        raise BadInput(
            "The configuration names no user and password for CollaborateMD.",
            fix="Set username and password in [API], or API_USERNAME and API_PASSWORD.",
        )
    customers = list(_customers(sections["CUSTOMERS"]))
    if not customers:
        raise BadInput(
            "The configuration names no customer account.", fix="Put NAME = 8-digit account lines into [CUSTOMERS]."
        )
    return ImportedConfig(
        clients=tuple(ImportedClient(name=name, connection=_connection(api, accounts)) for name, accounts in customers),
        database_url=_database_url(sections["POSTGRES"], environment),
        left_out=tuple(_left_out(sections)),
    )


def _sections(text: str) -> dict[str, dict[str, str]]:
    # Passwords may hold %, names of clients have capitals, and one client may have a line for each account.
    parser = configparser.ConfigParser(interpolation=None, strict=True, allow_no_value=True)
    parser.optionxform = str  # ty: ignore[invalid-assignment]
    try:
        parser.read_string(text.removeprefix("\ufeff"))
    except configparser.DuplicateOptionError as error:
        raise BadInput(f"[{error.section}] has a setting twice, in line {error.lineno}.", fix="Keep one.") from None
    except configparser.DuplicateSectionError as error:
        raise BadInput(f"The section [{error.section}] comes twice.", fix="Keep one.") from None
    # The parser's own words quote the line, which may hold a password.
    except configparser.Error:
        raise BadInput(
            "The file is not a config.ini.", fix="It begins with a [SECTION] and has NAME = VALUE lines."
        ) from None
    found = {name.strip().upper(): dict(parser.items(name, raw=True)) for name in parser.sections()}
    return {name: {} for name in _KNOWN} | found


def _setting(section: Mapping[str, str | None], environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    variable, *keys = names
    lowered = {key.lower(): value for key, value in section.items()}
    candidates = [environment.get(variable, "") if variable else "", *(lowered.get(key) or "" for key in keys)]
    return next((value.strip() for value in candidates if value.strip()), "")


def _customers(section: Mapping[str, str | None]) -> Iterator[tuple[str, tuple[str, ...]]]:
    accounts: dict[str, list[str]] = {}
    for key, value in section.items():
        if _ACCOUNT.fullmatch(key.strip()):
            found, name = [key.strip()], (value or "").strip() or key.strip()
        else:
            found, name = _ACCOUNT.findall(value or ""), key.strip()
            if not found:
                raise BadInput(f"[CUSTOMERS] has no 8-digit account at {name}.", fix="Write NAME = ACCOUNT.")
        for account in found:
            accounts.setdefault(account if name.lower() in _UNNAMED else name, []).append(account)
    for name, numbers in accounts.items():
        yield name, tuple(dict.fromkeys(numbers))


def _connection(api: Mapping[str, str], accounts: tuple[str, ...]) -> CollaborateMdConnection:
    settings: dict[str, Any] = {"user": api["user"], "accounts": accounts}
    if api["url"]:
        settings["url"] = re.sub(r"/v1/?$", "", api["url"])
    return CollaborateMdConnection.from_settings(settings, password=api["password"])


def _database_url(section: Mapping[str, str | None], environment: Mapping[str, str]) -> SecretStr | None:
    found = {name: _setting(section, environment, names) for name, names in _POSTGRES.items()}
    if not found["host"] and not found["database"]:
        return None
    missing = [name for name in ("host", "user", "database") if not found[name]]
    if missing:
        raise BadInput(
            f"The configuration names no {' and no '.join(missing)} of Postgres.", fix="Complete [POSTGRES]."
        )
    if found["port"] and not found["port"].isdecimal():
        raise BadInput("The port of Postgres is not a number.", fix="Correct it in [POSTGRES].")
    login = quote(found["user"], safe="") + (f":{quote(found['password'], safe='')}" if found["password"] else "")
    port = f":{found['port']}" if found["port"] else ""
    return SecretStr(f"postgresql://{login}@{found['host']}{port}/{quote(found['database'], safe='')}")


def _left_out(sections: Mapping[str, Mapping[str, str | None]]) -> Iterator[str]:
    for name, section in sections.items():
        if name not in _KNOWN:
            yield f"[{name}]"
            continue
        settings = {"API": _API, "POSTGRES": _POSTGRES}.get(name)
        if settings is not None:
            known = {key for names in settings.values() for key in names[1:]}
            yield from (f"[{name}] {key}" for key in section if key.lower() not in known)
