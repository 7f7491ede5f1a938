"""A new .xlsx made from an old one: every part copied as it was, except those that are replaced or dropped."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lxml import etree

from lib.core.spreadsheets.package import Package, damage_is_bad_input, relationships_part

CONTENT_TYPES = "[Content_Types].xml"

#: Writes the new content of a part.
WritePart = Callable[[IO[bytes]], None]


@contextmanager
def written_whole(out: Path) -> Generator[Path]:
    """A temporary path beside `out` that becomes `out` in one step when the block ends well, and vanishes otherwise."""
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.", suffix=".part")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)


def repack(
    package: Package, out: Path, replaced: Mapping[str, WritePart], dropped: Mapping[str, str] | None = None
) -> None:
    """Write the package to `out`, in one step; order, names and times of the parts stay.

    `dropped` maps parts that go to the parts that they hung on; the mentions of them go too.
    """
    gone = dropped or {}
    parts = {**_without_mentions(package, gone), **replaced}
    with written_whole(out) as temporary, zipfile.ZipFile(temporary, "w") as target:
        for entry in package.archive.infolist():
            if entry.filename in gone:
                continue
            copy = zipfile.ZipInfo(entry.filename, entry.date_time)
            copy.compress_type = zipfile.ZIP_DEFLATED if entry.filename in parts else entry.compress_type
            copy.external_attr = entry.external_attr
            with target.open(copy, "w") as sink:
                if entry.filename in parts:
                    parts[entry.filename](sink)
                else:
                    with damage_is_bad_input(), package.open(entry.filename) as stream:
                        shutil.copyfileobj(stream, sink, 1 << 20)


def calculation_chain(package: Package) -> dict[str, str]:
    """The list of formula cells, to be dropped when a formula goes (Excel builds it anew), and what it hangs on."""
    related = package.related(package.workbook).values()
    return {part: package.workbook for kind, part in related if kind == "calcChain"}


def _without_mentions(package: Package, gone: Mapping[str, str]) -> dict[str, WritePart]:
    if not gone:
        return {}
    parts = {CONTENT_TYPES: writes(_without(package, CONTENT_TYPES, "PartName", {f"/{part}" for part in gone}))}
    for owner in set(gone.values()):
        ids = {link for link, (_, part) in package.related(owner).items() if part in gone}
        links = relationships_part(owner)
        parts[links] = writes(_without(package, links, "Id", ids))
    return parts


def _without(package: Package, part: str, attribute: str, values: set[str]) -> bytes:
    root = package.xml(part)
    for element in list(root):
        if element.get(attribute) in values:
            root.remove(element)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def writes(content: bytes) -> WritePart:
    """A part's new content, as repack wants it."""

    def write(sink: IO[bytes]) -> None:
        sink.write(content)

    return write


def copies(content: IO[bytes]) -> WritePart:
    """The same for content that stands in a temporary file."""

    def write(sink: IO[bytes]) -> None:
        content.seek(0)
        shutil.copyfileobj(content, sink, 1 << 20)

    return write
