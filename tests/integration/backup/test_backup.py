"""Backup, drop, restore: the same rows, files and audit; and whatever is wrong is found before anything is touched."""

from __future__ import annotations

import contextlib
import itertools
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from jobs.commands import app
from jobs.recurring import make_backup
from lib.core import clients, intents, runs
from lib.core.access.retention import forget_sessions
from lib.core.access.tokens import tokens_in_force
from lib.core.actor import shell_user
from lib.core.audit.anchors import KeptHeads
from lib.core.audit.search import Search, search
from lib.core.audit.verify import verify
from lib.core.backup import check, target
from lib.core.backup.bring_back import Restored, bring_back
from lib.core.backup.disk import NoRoom
from lib.core.backup.make import back_up, forget_old_backups
from lib.core.backup.sealed_stream import BackupBroken
from lib.core.database import Database, open_database
from lib.core.errors import BadInput, Conflict, DaysheetError, Misconfigured
from lib.core.executor import Execution, Finished
from lib.core.intents import IntentState
from lib.core.run_retention import expire_run_files
from lib.core.runs import RunState
from lib.core.settings import Settings, read_settings
from tests.conftest import KEY, Cluster
from tests.integration.backup.books import PASSPHRASE, Books, ask, digests, keep_books

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SHELL = shell_user("tester")
_numbers = itertools.count()


@pytest.fixture(scope="module")
def books(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    """One office with its backup, for every test here; they only look at it."""
    folder = tmp_path_factory.mktemp("books")
    settings = read_settings(
        home=folder / "home", database_url=cluster.database(), secret_key=KEY, backup_passphrase=PASSPHRASE
    )
    kept = keep_books(settings, folder)
    yield kept
    kept.office.database.close()


@pytest.fixture
def bare(cluster: Cluster, tmp_path: Path) -> Settings:
    """An instance on another machine: no key, nothing in the home, an empty database."""
    url = target.add_beside(cluster.address.url("postgres"), NOW + timedelta(seconds=next(_numbers)))
    return read_settings(home=tmp_path / "home", database_url=url)


def _url(settings: Settings) -> str:
    assert settings.database_url is not None
    return settings.database_url.get_secret_value()


def _restore(settings: Settings, backup: Path, *, passphrase: str = PASSPHRASE, replace: bool = False) -> Restored:
    return bring_back(
        settings, _url(settings), SHELL, backup, passphrase, now=NOW, replace=replace, sending_kinds={"charges"}
    )


def test_backup_and_restore_elsewhere_give_the_same_rows_files_and_audit(books: Books, bare: Settings) -> None:
    restored = _restore(bare, books.backup.path)
    assert digests(_url(bare)) == digests(books.url)
    for path in (f"files/{books.run_id}/upload.xlsx", f"raw/{books.client.id}/1.sealed", "audit/head.json"):
        assert (bare.home / path).read_bytes() == (books.office.settings.home / path).read_bytes()
    assert restored.verdict.whole and restored.key_restored and (bare.home / "secret.key").read_text() == KEY
    head = restored.verdict.last
    assert head is not None and restored.manifest.audit is not None
    assert (head.number, head.digest.hex()) == (restored.manifest.audit.number, restored.manifest.audit.digest)
    with contextlib.closing(open_database(bare)) as database:
        assert verify(database, SHELL, anchors=KeptHeads(bare.home).all()).whole
        assert search(database, SHELL, Search(action="office:backup:restore:done")).events
        _nothing_goes_on_by_itself(database, books, restored)
        assert tokens_in_force(database) == {} != tokens_in_force(books.office.database)
    assert ask(_url(bare), "SELECT ended_why FROM ops.sessions") == [("restored from a backup",)]


def _nothing_goes_on_by_itself(database: Database, books: Books, restored: Restored) -> None:
    """What was sent since is not known: no write may be sent again until a person has looked."""
    run = runs.get(database, SHELL, books.run_id)
    assert run.state is RunState.FAILED and set(restored.held_runs) == {run.id, books.draft_id}
    assert run.error and "Look at the vendor" in run.error
    with database.session(SHELL) as session:
        states = [intent.state for intent in intents.of_run(session, run.id)]
    assert states == [IntentState.UNKNOWN, IntentState.UNKNOWN, IntentState.CANCELLED]


def test_a_backup_is_of_one_moment_while_others_write(books: Books, bare: Settings, tmp_path: Path) -> None:
    stop, office = threading.Event(), books.office

    def write() -> None:
        number = 0
        while not stop.is_set():
            clients.add_client(office.database, office.actor, f"Test office {(number := number + 1)} {tmp_path.name}")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = back_up(office.database, office.settings, office.actor, tmp_path, now=NOW)
    finally:
        stop.set()
        writer.join()
    assert made.path.name == "daysheet-20261120T120000Z.backup" and made.path.stat().st_mode & 0o077 == 0
    # It compares every count with what the backup says of its moment.
    restored = _restore(bare.model_copy(update={"secret_key": SecretStr(KEY)}), made.path)
    assert restored.verdict.whole and not restored.key_restored
    assert restored.manifest.tables["ops.clients"] < ask(books.url, "SELECT count(*) FROM ops.clients")[0][0]


def test_what_is_there_is_moved_aside_and_only_when_told(books: Books, settings: Settings, tmp_path: Path) -> None:
    (settings.home / "files").mkdir(parents=True)
    (settings.home / "files" / "mine").write_text("mine")
    with contextlib.closing(open_database(settings)) as database:
        clients.add_client(database, SHELL, "Test office of before")
        with pytest.raises(Conflict, match="not empty"):
            _restore(settings, books.backup.path)
        with pytest.raises(Conflict, match="connected"):
            _restore(settings, books.backup.path, replace=True)
    restored = _restore(settings, books.backup.path, replace=True)
    assert restored.database_aside is not None and restored.folder_aside is not None
    aside = _url(settings).rsplit("/", 1)[0] + "/" + restored.database_aside
    assert ask(aside, "SELECT name FROM ops.clients") == [("Test office of before",)]
    assert ask(_url(settings), "SELECT name FROM ops.clients") == [("Test office",)]
    assert (restored.folder_aside / "files" / "mine").read_text() == "mine"
    assert (settings.home / "files" / books.run_id / "upload.xlsx").exists()


def _cut_off(sealed: bytes) -> bytes:
    # At the end of a part, where nothing but the seal tells that more came.
    return sealed[: len(sealed) - len(sealed) % (1 << 20)]


@pytest.mark.parametrize(
    ("change", "passphrase", "error", "said"),
    [
        (bytes, "another passphrase altogether", BadInput, "passphrase is not the one"),
        (lambda sealed: sealed[:-1], PASSPHRASE, BackupBroken, "cut off or changed"),
        (_cut_off, PASSPHRASE, BackupBroken, "cut off or changed"),
        (lambda sealed: sealed[:-9] + bytes([sealed[-9] ^ 1]) + sealed[-8:], PASSPHRASE, BackupBroken, "changed"),
        (lambda sealed: b"not one of ours" * 10, PASSPHRASE, BackupBroken, "no backup of Daysheet"),
    ],
)
def test_a_broken_backup_is_found_before_anything_is_touched(
    books: Books, bare: Settings, tmp_path: Path, change: object, passphrase: str, error: type[DaysheetError], said: str
) -> None:
    assert callable(change)
    changed = tmp_path / "changed.backup"
    changed.write_bytes(change(books.backup.path.read_bytes()))
    with pytest.raises(error, match=said):
        _restore(bare, changed, passphrase=passphrase)
    assert target.look(_url(bare))[1] and not bare.home.exists()


def test_a_backup_of_a_newer_version_or_of_another_key_is_refused(books: Books, bare: Settings) -> None:
    manifest = books.backup.manifest
    newer = manifest.model_copy(update={"migrations": (*manifest.migrations, "9999_of_tomorrow")})
    with pytest.raises(Misconfigured, match="newer version of Daysheet: it has 9999_of_tomorrow"):
        check.refuse_newer(newer, manifest.postgres)
    with pytest.raises(Misconfigured, match="this server is 9"):
        check.refuse_newer(manifest, 90000)
    with pytest.raises(Misconfigured, match="another key"):
        check.key_to_restore(manifest, None, bare)


def test_a_full_disk_is_told_and_leaves_nothing(books: Books, tmp_path: Path) -> None:
    (tmp_path / "full.backup.undone").symlink_to("/dev/full")
    with pytest.raises(NoRoom, match="no room left"):
        back_up(books.office.database, books.office.settings, SHELL, tmp_path / "full.backup", now=NOW)
    assert not list(tmp_path.iterdir())


def test_a_backup_is_never_written_over_nor_made_without_a_passphrase(books: Books, tmp_path: Path) -> None:
    office = books.office
    with pytest.raises(Conflict, match="exists already"):
        back_up(office.database, office.settings, SHELL, books.backup.path, now=NOW)
    with pytest.raises(Misconfigured, match="no passphrase"):
        without = office.settings.model_copy(update={"backup_passphrase": None})
        back_up(office.database, without, SHELL, tmp_path / "new.backup", now=NOW)
    assert not list(tmp_path.iterdir())


def test_a_backup_that_cannot_go_on_leaves_nothing(books: Books, tmp_path: Path) -> None:
    without_programs = books.office.settings.model_copy(update={"postgres_binaries": tmp_path})
    with pytest.raises(Misconfigured, match="No pg_dump of PostgreSQL"):
        back_up(books.office.database, without_programs, SHELL, tmp_path / "new.backup", now=NOW)
    assert not list(tmp_path.iterdir())


def test_the_scheduled_backup_writes_into_its_folder_and_misses_one_in_production_only(
    books: Books, tmp_path: Path
) -> None:
    office = books.office

    def result(**changes: object) -> Finished:
        run = runs.get(office.database, SHELL, books.run_id)
        return make_backup(Execution(office.database, office.settings.model_copy(update=changes), SHELL, run))

    assert result().state is RunState.CANCELLED
    assert result(production=True).state is RunState.FAILED
    made = result(backup_folder=tmp_path)
    [file] = tmp_path.iterdir()
    assert made.result is not None and str(made.result["said"]).startswith(f"{file.name} holds ")
    assert not check.read_through(file, PASSPHRASE)[0].with_key


def test_the_commands_tell_what_was_kept(
    books: Books, bare: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAYSHEET_HOME", str(books.office.settings.home))
    monkeypatch.setenv("DAYSHEET_DATABASE_URL", books.url)
    monkeypatch.setenv("DAYSHEET_SECRET_KEY", KEY)
    monkeypatch.setenv("DAYSHEET_BACKUP_PASSPHRASE", PASSPHRASE)
    made = CliRunner().invoke(app, ["backup", "-o", str(tmp_path), "--json"])
    told = json.loads(made.stdout)
    assert told["files"] == 3 and told["tables"]["ops.intents"] == 3 and not told["with_key"]
    monkeypatch.setenv("DAYSHEET_HOME", str(bare.home))
    back = CliRunner().invoke(app, ["restore", told["file"], "--into", _url(bare)])
    assert back.exit_code == 0 and "every count is as it was" in back.stdout, back.output
    assert f"Runs {books.run_id}, {books.draft_id} wait for you" in back.stdout
    again = CliRunner().invoke(app, ["restore", told["file"], "--into", _url(bare)])
    assert isinstance(again.exception, Conflict) and "not empty" in again.exception.what


def test_old_backups_go_but_never_the_newest(tmp_path: Path) -> None:
    for day in ("20261001", "20261020", "20261021"):
        (tmp_path / f"daysheet-{day}T010000Z.backup").touch()
    (tmp_path / "daysheet-20261101T010000Z.backup.undone").touch()
    (tmp_path / "notes.txt").touch()
    assert forget_old_backups(tmp_path, days=32, now=NOW) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "daysheet-20261020T010000Z.backup",
        "daysheet-20261021T010000Z.backup",
        "notes.txt",
    ]
    assert forget_old_backups(tmp_path, days=1, now=NOW) == 1, "the newest stays, however old it is"


def test_what_is_old_goes_files_of_ended_runs_and_sessions_and_the_runs_stay(books: Books, bare: Settings) -> None:
    _restore(bare, books.backup.path)
    upload = bare.home / "files" / books.run_id / "upload.xlsx"
    with contextlib.closing(open_database(bare)) as database:
        ask(_url(bare), "UPDATE ops.runs SET finished_at = now() - interval '3 years' RETURNING id")
        assert expire_run_files(database, bare, SHELL) == [] and upload.exists(), "a write of it is still unknown"
        ask(_url(bare), "UPDATE ops.intents SET state = 'absent' WHERE state = 'unknown' RETURNING id")
        assert expire_run_files(database, bare, SHELL) == [books.run_id] and not upload.exists()
        assert runs.get(database, SHELL, books.run_id).title == "sheet.xlsx"
        now = datetime.now(UTC)
        assert forget_sessions(database, SHELL, now - timedelta(days=1)) == 0
        assert forget_sessions(database, SHELL, now + timedelta(days=1)) == 1
