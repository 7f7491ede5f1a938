"""Whether the home stands on an encrypted volume, as Linux' own tables of mounts and block devices tell it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lib.core.settings import read_settings
from lib.operations.machine import volume_of
from lib.operations.model import Standing
from lib.operations.readiness import check_volume

_MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 253:1 / /srv/day\\040sheet rw,relatime shared:2 - ext4 /dev/mapper/day rw
31 22 0:44 / /srv/private rw,relatime - fuse.gocryptfs private rw
"""


def _crypt(blocks: Path, numbers: str) -> None:
    mark = blocks / numbers / "dm" / "uuid"
    mark.parent.mkdir(parents=True)
    mark.write_text("CRYPT-LUKS2-0f-day\n")


def _logical(blocks: Path, numbers: str, slaves: list[str]) -> None:
    folder = blocks / numbers
    (folder / "dm").mkdir(parents=True)
    (folder / "dm" / "uuid").write_text("LVM-abc\n")
    (folder / "slaves").mkdir()
    for slave in slaves:
        (blocks / slave).mkdir(exist_ok=True)
        (folder / "slaves" / slave).symlink_to(blocks / slave)


@pytest.mark.parametrize(
    ("path", "below", "encrypted"),
    [
        ("/srv/day sheet/home", "LUKS", True),
        ("/srv/day sheet/home", "a volume over LUKS", True),
        ("/srv/day sheet/home", "a volume over one disk with and one without LUKS", False),
        ("/srv/day sheet/home", "a disk", False),
        ("/srv/private/home", "a disk", True),
        ("/srv/elsewhere", "LUKS", False),
    ],
)
def test_a_volume_is_encrypted_only_when_everything_below_it_is(
    tmp_path: Path, path: str, below: str, encrypted: bool
) -> None:
    mounts, blocks = tmp_path / "mountinfo", tmp_path / "block"
    mounts.write_text(_MOUNTS)
    blocks.mkdir()
    if below == "LUKS":
        _crypt(blocks, "253:1")
    elif below != "a disk":
        _crypt(blocks, "253:0")
        _logical(blocks, "253:1", ["253:0"] if below == "a volume over LUKS" else ["253:0", "8:16"])
    found = volume_of(Path(path), mounts=mounts, blocks=blocks)
    assert found is not None
    assert found.encrypted is encrypted


@pytest.mark.parametrize(
    ("production", "named", "below", "standing"),
    [
        (False, None, False, Standing.OK),
        (True, None, False, Standing.FAILED),
        (True, "/srv/day sheet", False, Standing.FAILED),
        (True, "/srv/day sheet", True, Standing.OK),
        (True, "/srv", True, Standing.FAILED),
        (False, "/srv/day sheet", False, Standing.ATTENTION),
    ],
)
def test_production_wants_the_named_volume_mounted_and_encrypted(
    tmp_path: Path, production: bool, named: str | None, below: bool, standing: Standing
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(_MOUNTS)
    settings = read_settings(
        home=tmp_path, database_url=None, production=production, encrypted_volume=named, encrypted_below=below
    )
    volume = volume_of(Path("/srv/day sheet/home"), mounts=mounts, blocks=tmp_path / "block")
    assert check_volume(settings, volume).standing is standing
