"""pg_dump and pg_restore as streams; they learn the address from their environment, never from a command line."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from psycopg2.extensions import parse_dsn

from lib.core.errors import DaysheetError, Misconfigured
from lib.core.postgres import program_folders
from lib.core.settings import Settings

_PIECE = 1 << 20
#: How libpq's environment names what a URL can hold.
_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "options": "PGOPTIONS",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslcrl": "PGSSLCRL",
    "channel_binding": "PGCHANNELBINDING",
    "gssencmode": "PGGSSENCMODE",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}


class ProgramFailed(DaysheetError):
    """A program of PostgreSQL gave up; its own first complaint is told, without the rows that it may quote."""


def dump(settings: Settings, url: str, *, snapshot: str, least: int) -> Iterator[bytes]:
    """The database as pg_dump's custom format, as the exported snapshot shows it; `least` is the server's version.

    Raises ProgramFailed, and Misconfigured without a pg_dump that is new enough.
    """
    arguments = ["--format=custom", "--compress=1", f"--snapshot={snapshot}", "--lock-wait-timeout=60000"]
    with _running(settings, "pg_dump", arguments, url, least=least) as process:
        assert process.stdout is not None
        while piece := process.stdout.read(_PIECE):
            yield piece


def restore(settings: Settings, url: str, archive: Iterable[bytes], *, least: int) -> None:
    """Put a dump into the database, all of it or nothing; everything becomes the login's own.

    Raises ProgramFailed, and Misconfigured without a pg_restore that is new enough.
    """
    database = parse_dsn(url)["dbname"]
    arguments = ["--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={database}"]
    with _running(settings, "pg_restore", arguments, url, least=least) as process:
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            # A pg_restore that has ended early says why itself.
            for piece in archive:
                process.stdin.write(piece)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


@contextlib.contextmanager
def _running(
    settings: Settings, name: str, arguments: Sequence[str], url: str, *, least: int
) -> Generator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            [_program(settings, name, least), "--no-password", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if name == "pg_dump" else subprocess.DEVNULL,
            stderr=complaints,
            env=_environment(url),
        )
        try:
            yield process
            code = process.wait()
        finally:
            # Only a failure on our side leaves it running; its output is of no use then.
            process.kill()
            process.communicate()
        if code != 0:
            raise ProgramFailed(f"{name} gave up: {_first_error(complaints)}.", fix="See PostgreSQL's own log.")


def _program(settings: Settings, name: str, least: int) -> str:
    """The program, of the server's major version or later."""
    found = [folder / name for folder in program_folders(settings) if (folder / name).exists()]
    for program in found:
        if _major(program) >= least // 10000:
            return str(program)
    raise Misconfigured(
        f"No {name} of PostgreSQL {least // 10000} or later was found.",
        fix="Install PostgreSQL's client programs of the server's version, and set DAYSHEET_POSTGRES_BINARIES to them.",
    )


def _major(program: Path) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\) (\d+)", said)
    return int(number.group(1)) if number else 0


def _environment(url: str) -> dict[str, str]:
    parts = parse_dsn(url)
    if unknown := sorted(parts.keys() - _VARIABLES.keys() - {"application_name"}):
        raise Misconfigured(
            f"The database's URL holds {', '.join(unknown)}, which cannot be handed to PostgreSQL's programs.",
            fix="Leave it out of the URL, or set it for libpq by a service file.",
        )
    given = {_VARIABLES[name]: str(value) for name, value in parts.items() if name in _VARIABLES}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYSHEET_")}
    return kept | given | {"LC_ALL": "C", "PGAPPNAME": "daysheet backup"}


def _first_error(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    lines = complaints.read(1 << 16).decode(errors="replace").splitlines()
    # The lines after it may quote rows.
    first = next((line for line in lines if "error:" in line), "it said nothing")
    return first.split("error:", 1)[-1].strip().rstrip(".")[:200]
