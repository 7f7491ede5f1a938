"""The embedded PostgreSQL: one server whoever starts it, found again after a crash, never mistaken for another."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from lib.core.errors import Misconfigured
from lib.core.postgres import EmbeddedPostgres, ServerAddress
from lib.core.settings import ROOT, Settings, read_settings


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Settings]:
    settings = read_settings(home=tmp_path / "home", database_url=None)
    yield settings
    EmbeddedPostgres(settings).delete()


def _answer(address: ServerAddress) -> object:
    with contextlib.closing(psycopg2.connect(address.url())) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_postmaster_start_time()::text")
        return cursor.fetchone()[0]


def _pid(settings: Settings) -> int:
    pid_file = EmbeddedPostgres(settings).place / "postgres" / "data" / "postmaster.pid"
    return int(pid_file.read_text().splitlines()[0])


def _gone(pid: int) -> bool:
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True


def _wait_until_gone(pid: int) -> None:
    for _ in range(500):
        if _gone(pid):
            return
        time.sleep(0.02)
    raise AssertionError(f"{pid} lives on")


def test_a_second_start_adopts_the_running_server(own: Settings) -> None:
    first = EmbeddedPostgres(own).ensure_running()
    started = _answer(first)
    assert EmbeddedPostgres(own).ensure_running() == first
    assert _answer(first) == started


def test_processes_that_start_at_once_get_one_server(own: Settings) -> None:
    code = "from lib.core.settings import read_settings as r; from lib.core.postgres import EmbeddedPostgres as E;"
    code += "print(E(r(database_url=None)).ensure_running().port)"
    environment = os.environ | {"DAYSHEET_HOME": str(own.home)}
    started = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert len({process.communicate()[0].strip() for process in started}) == 1
    assert all(process.returncode == 0 for process in started)


def test_the_server_is_found_again_after_kill_9(own: Settings) -> None:
    address = EmbeddedPostgres(own).ensure_running()
    with contextlib.closing(psycopg2.connect(address.url())) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (n int)")
        cursor.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
        connection.commit()
    pid = _pid(own)
    os.kill(pid, signal.SIGKILL)
    _wait_until_gone(pid)
    again = EmbeddedPostgres(own).ensure_running()
    with contextlib.closing(psycopg2.connect(again.url())) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kept")
        assert cursor.fetchone() == (1000,)


def test_a_recorded_pid_that_another_program_has_now_does_not_block_the_start(own: Settings) -> None:
    server = EmbeddedPostgres(own)
    server.ensure_running()
    pid_file = server.place / "postgres" / "data" / "postmaster.pid"
    record = pid_file.read_text().splitlines()
    pid = _pid(own)
    os.kill(pid, signal.SIGKILL)
    _wait_until_gone(pid)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        try:
            pid_file.write_text("\n".join([str(other.pid), *record[1:]]) + "\n")
            assert _answer(server.ensure_running())
        finally:
            other.kill()


def test_a_taken_port_is_changed(own: Settings) -> None:
    server = EmbeddedPostgres(own)
    address = server.ensure_running()
    server.stop()
    with subprocess.Popen(
        [sys.executable, "-m", "http.server", str(address.port), "--bind", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as other:
        try:
            _wait_for_port(address.port)
            moved = server.ensure_running()
        finally:
            other.kill()
    assert moved.port != address.port
    assert _answer(moved)


def test_an_interrupted_making_leaves_nothing_behind(own: Settings) -> None:
    server = EmbeddedPostgres(own)
    half = server.place / "postgres.new-1"
    half.mkdir(parents=True)
    (half / "data").mkdir()
    assert _answer(server.ensure_running())
    assert not half.exists()


def test_it_asks_for_a_password_and_keeps_it_private(own: Settings) -> None:
    address = EmbeddedPostgres(own).ensure_running()
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(host=address.host, port=address.port, user=address.user, dbname="daysheet", password="guess")
    kept = EmbeddedPostgres(own).place / "postgres" / "address.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert json.loads(kept.read_text())["password"] == address.password


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to hand the server to another OS user")
def test_as_root_a_home_that_nobody_else_may_enter_is_left_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    settings = read_settings(home=closed / "home", database_url=None)
    server = EmbeddedPostgres(settings)
    try:
        assert _answer(server.ensure_running())
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert not server.place.is_relative_to(closed)
    finally:
        server.stop()
        subprocess.run(["rm", "-r", str(server.place)], check=True)


def test_missing_programs_are_a_clear_sentence(tmp_path: Path) -> None:
    settings = read_settings(home=tmp_path / "home", database_url=None, postgres_binaries=tmp_path)
    with pytest.raises(Misconfigured, match="No PostgreSQL programs"):
        EmbeddedPostgres(settings).ensure_running()


def _wait_for_port(port: int) -> None:
    import socket

    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("the port is not listened on")


def test_a_home_that_is_reached_by_another_path_is_the_same_home(own: Settings, tmp_path: Path) -> None:
    address = EmbeddedPostgres(own).ensure_running()
    started = _answer(address)
    (tmp_path / "alias").symlink_to(own.home)
    again = EmbeddedPostgres(read_settings(home=tmp_path / "alias", database_url=None)).ensure_running()
    assert again == address
    assert _answer(again) == started
