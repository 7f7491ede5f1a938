"""Raw files come back as they were, to nobody else, and are in clear only while somebody reads them."""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import stat
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from lib.core.errors import Misconfigured, NotFound
from lib.core.sealed import PART, SealBroken, SealKeys, seal, unseal
from lib.core.settings import ROOT, Settings, read_settings
from lib.reports.loading.raw_files import RawFiles

KEY = Fernet.generate_key().decode()
KEYS = SealKeys.of(os.urandom(32))
HEADER = 32
SEALED_PART = PART + 16


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings(home=tmp_path / "home", secret_key=KEY, database_url=None)


def sealed(folder: Path, content: bytes, context: str = "one") -> Path:
    plain = folder / "plain"
    plain.write_bytes(content)
    target = folder / f"{context}.sealed"
    assert seal(KEYS, plain, target, context=context) == hashlib.sha256(content).hexdigest()
    return target


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 3 * PART, 3 * PART + 5])
def test_a_file_comes_back_as_it_was(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    file = sealed(tmp_path, content)
    assert size < 100 or content[:50] not in file.read_bytes()
    unseal(KEYS, file, tmp_path / "back", context="one")
    assert (tmp_path / "back").read_bytes() == content
    assert stat.S_IMODE((tmp_path / "back").stat().st_mode) == 0o600


def _swapped(whole: bytes) -> bytes:
    first, second = (whole[HEADER + n * SEALED_PART : HEADER + (n + 1) * SEALED_PART] for n in (0, 1))
    return whole[:HEADER] + second + first + whole[HEADER + 2 * SEALED_PART :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[: HEADER + 2 * SEALED_PART],
        lambda whole: whole[:-1],
        lambda whole: whole[:HEADER],
        lambda whole: whole + b"more",
        lambda whole: whole + whole[HEADER : HEADER + SEALED_PART],
        _swapped,
        lambda whole: whole[:HEADER] + whole[HEADER + SEALED_PART :],
        lambda whole: whole[:500] + bytes([whole[500] ^ 1]) + whole[501:],
        lambda whole: whole[:30] + bytes([whole[30] ^ 1]) + whole[31:],
    ],
    ids=[
        "cut between parts",
        "cut",
        "only the header",
        "longer",
        "a part repeated",
        "parts swapped",
        "a part left out",
        "a bit turned",
        "a bit of the header turned",
    ],
)
def test_a_file_that_is_not_as_sealed_is_refused_and_leaves_nothing(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    file = sealed(tmp_path, os.urandom(2 * PART + 100))
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(SealBroken, match="cut off, changed, or put in the place of another"):
        unseal(KEYS, file, tmp_path / "back", context="one")
    assert not (tmp_path / "back").exists()


def test_a_file_in_the_place_of_another_is_refused(tmp_path: Path) -> None:
    file = sealed(tmp_path, b"content", context="one")
    with pytest.raises(SealBroken):
        unseal(KEYS, file, tmp_path / "back", context="two")


@pytest.mark.parametrize("content", [b"", b"\x01short", b"PK\x03\x04" + b"x" * 100])
def test_what_was_never_sealed_is_said_to_be_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "foreign").write_bytes(content)
    with pytest.raises(SealBroken, match="not one that Daysheet has sealed"):
        unseal(KEYS, tmp_path / "foreign", tmp_path / "back", context="one")


def test_a_file_of_another_key_asks_for_that_key(tmp_path: Path) -> None:
    file = sealed(tmp_path, b"content")
    with pytest.raises(Misconfigured, match="sealed with another key"):
        unseal(SealKeys.of(os.urandom(32)), file, tmp_path / "back", context="one")


def test_the_same_content_is_never_sealed_alike(tmp_path: Path) -> None:
    first = sealed(tmp_path, b"x" * 1000, context="one").read_bytes()
    assert sealed(tmp_path, b"x" * 1000, context="one").read_bytes()[HEADER:] != first[HEADER:]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(bytes(40 * PART))
    tracemalloc.start()
    seal(KEYS, plain, tmp_path / "s", context="one")
    unseal(KEYS, tmp_path / "s", tmp_path / "back", context="one")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * PART


def test_a_raw_file_is_sealed_opened_and_deleted(settings: Settings, tmp_path: Path) -> None:
    files = RawFiles(settings)
    fetched = tmp_path / "fetched.zip"
    fetched.write_bytes(b"TEST content")
    kept = files.seal(KEYS, fetched, client_id="3", request_id="77")
    assert not fetched.exists()
    assert (kept.bytes, kept.sha256) == (12, hashlib.sha256(b"TEST content").hexdigest())
    with files.opened(KEYS, kept.path_relative) as plain:
        assert plain.read_bytes() == b"TEST content"
        assert stat.S_IMODE(plain.parent.stat().st_mode) == 0o700
    assert not plain.parent.exists()
    files.delete(kept.path_relative)
    files.delete(kept.path_relative)
    with pytest.raises(NotFound, match="raw file of this report is gone"), files.opened(KEYS, kept.path_relative):
        pass
    everything = b"".join(path.read_bytes() for path in settings.home.rglob("*") if path.is_file())
    assert b"TEST content" not in everything


def test_what_a_killed_process_left_in_clear_is_swept_and_what_is_in_use_is_not(settings: Settings) -> None:
    files = RawFiles(settings)
    code = (
        "import os, signal, sys\n"
        "from lib.core.settings import read_settings\n"
        "from lib.reports.loading.raw_files import RawFiles\n"
        "with RawFiles(read_settings()).workplace() as folder:\n"
        "    (folder / 'clear').write_text('TEST')\n"
        "    print(folder, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    environment = os.environ | {"DAYSHEET_HOME": str(settings.home), "DAYSHEET_SECRET_KEY": KEY}
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdin=-1, stdout=-1, text=True)
    assert process.stdout is not None
    left = Path(process.stdout.readline().strip())
    with files.workplace() as mine:
        assert left.exists() and mine.exists()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with files.workplace():
            assert not left.exists() and mine.exists()


def test_a_folder_is_deleted_only_while_nobody_sweeps(settings: Settings) -> None:
    files = RawFiles(settings)

    def work() -> None:
        with files.workplace() as folder:
            folders.append(folder)
            entered.set()
            leave.wait()

    folders: list[Path] = []
    entered, leave = threading.Event(), threading.Event()
    worker = threading.Thread(target=work)
    worker.start()
    entered.wait()
    with (settings.home / "raw" / "open.lock").open("a") as sweeping:
        fcntl.flock(sweeping, fcntl.LOCK_EX)
        leave.set()
        worker.join(0.3)
        assert worker.is_alive() and (folders[0] / "in-use").exists()
    worker.join()
    assert not folders[0].exists()
