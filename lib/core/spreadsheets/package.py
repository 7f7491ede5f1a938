"""An .xlsx file as a package of parts, opened only when nothing in it is unsafe.

Everything is judged from the directory of the zip and from small parts, before any sheet is unpacked.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lxml import etree

from lib.core.errors import BadInput

_MIB = 1024 * 1024
_SAVE_AGAIN = "Open it in Excel, save it as an Excel workbook (.xlsx) and upload that."
_UPLOAD_AGAIN = "Save it once more in Excel and upload it again."


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What an uploaded workbook may cost at most, in bytes, zip entries, data rows and packed : unpacked ratio."""

    file_bytes: int = 200 * _MIB
    unpacked_bytes: int = 300 * _MIB
    entries: int = 5_000
    ratio: int = 300
    rows: int = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetPart:
    """One worksheet: its name as on the tab, and the part of the package that holds it."""

    name: str
    part: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """An open, harmless .xlsx package."""

    archive: zipfile.ZipFile
    workbook: str
    sheets: tuple[SheetPart, ...]
    styles: str | None
    shared_strings: str | None
    #: Whether day 0 is 1904-01-01 (old Excel for Mac) rather than 1899-12-31.
    date1904: bool

    def open(self, part: str) -> IO[bytes]:
        """The unpacked stream of one part."""
        return self.archive.open(part)

    def xml(self, part: str) -> etree._Element:
        """The root element of a small part; BadInput when it is broken or declares a document type."""
        with self.archive.open(part) as stream:
            return parse_xml(stream.read())

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationships of a part: id → (last word of the type, name of the target part)."""
        return _relationships(self.archive, part)


def parse_xml(content: bytes) -> etree._Element:
    """Parse a part without entities, network or document type; BadInput otherwise."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(content, parser)
    refuse_document_type(root)
    return root


def refuse_document_type(root: etree._Element) -> None:
    """BadInput when the document declares a type: entities would come with it, and Excel never writes one."""
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadInput("The workbook contains an XML document type declaration, which is unsafe.", fix=_SAVE_AGAIN)


@contextmanager
def damage_is_bad_input() -> Generator[None]:
    """Turn what unpacking or parsing a broken file raises into one clear BadInput."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, etree.XMLSyntaxError, LookupError, ValueError) as error:
        raise BadInput("The workbook is damaged or was cut off on its way here.", fix=_UPLOAD_AGAIN) from error
    except NotImplementedError as error:
        raise BadInput("The workbook is packed in a way that is not supported.", fix=_SAVE_AGAIN) from error


@contextmanager
def open_package(path: Path | IO[bytes], limits: Limits) -> Generator[Package]:
    """Open an .xlsx file, on disk or in memory, or raise BadInput saying why it is refused.

    Refused: broken or over-sized archives, encrypted entries, other office formats, macros, links to other workbooks.
    """
    with damage_is_bad_input():
        archive = zipfile.ZipFile(path)
    with archive:
        with damage_is_bad_input():
            package = _inspect(archive, limits)
        yield package


def _inspect(archive: zipfile.ZipFile, limits: Limits) -> Package:
    _refuse_bomb(archive, limits)
    names = set(archive.namelist())
    if "[Content_Types].xml" not in names:
        raise BadInput("The file is a zip archive, but not an Excel workbook.", fix=_SAVE_AGAIN)
    content_types = _content_types(archive)
    workbook = next(
        (target for kind, target in _relationships(archive, "").values() if kind == "officeDocument"), "xl/workbook.xml"
    )
    if workbook.endswith(".bin"):
        raise BadInput("The file is a binary workbook (.xlsb), which is not read.", fix=_SAVE_AGAIN)
    if workbook not in names or not any("spreadsheetml" in kind for kind in content_types):
        raise BadInput("The file is an Office document, but not an Excel workbook.", fix=_SAVE_AGAIN)
    _refuse_macros(names, content_types)
    _refuse_external_links(names, content_types)
    return _package(archive, workbook)


def _refuse_bomb(archive: zipfile.ZipFile, limits: Limits) -> None:
    entries = archive.infolist()
    if len({entry.filename for entry in entries}) != len(entries):
        raise BadInput("The workbook's archive holds the same part twice.", fix=_SAVE_AGAIN)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise BadInput("The workbook is protected by a password.", fix="Remove the password and upload it again.")
    unpacked = sum(entry.file_size for entry in entries)
    # A few megabytes that pack very well are honest; more than that is a file made to hurt.
    bomb = any(
        entry.file_size > 20 * _MIB and entry.file_size > limits.ratio * max(entry.compress_size, 1)
        for entry in entries
    )
    if bomb or unpacked > limits.unpacked_bytes or len(entries) > limits.entries:
        raise BadInput(
            f"The workbook unpacks to {unpacked / _MIB:,.0f} MB in {len(entries):,} parts, "
            f"which is more than is accepted ({limits.unpacked_bytes / _MIB:,.0f} MB).",
            fix="Copy the rows into a fresh template and upload that, in several files if there are very many.",
        )


def _content_types(archive: zipfile.ZipFile) -> set[str]:
    root = parse_xml(archive.read("[Content_Types].xml"))
    return {element.get("ContentType", "") for element in root.iter("{*}Override", "{*}Default")}


def _refuse_macros(names: set[str], content_types: set[str]) -> None:
    macro_part = any(name.lower().endswith("vbaproject.bin") or "/macrosheets/" in name.lower() for name in names)
    if macro_part or any("macro" in kind.lower() or "vbaproject" in kind.lower() for kind in content_types):
        raise BadInput("The workbook contains macros.", fix="Save it as .xlsx (without macros) and upload that.")


def _refuse_external_links(names: set[str], content_types: set[str]) -> None:
    if any("/externallinks/" in name.lower() for name in names) or any(
        "externallink" in kind.lower() for kind in content_types
    ):
        raise BadInput(
            "The workbook contains links to other workbooks.",
            fix="In Excel: Data, Edit Links, Break Link; then save and upload it again.",
        )


def _package(archive: zipfile.ZipFile, workbook: str) -> Package:
    root = parse_xml(archive.read(workbook))
    if root.find("{*}externalReferences") is not None:
        _refuse_external_links({"xl/externalLinks/"}, set())
    related = _relationships(archive, workbook)
    by_kind = {kind: target for kind, target in related.values()}
    properties = root.find("{*}workbookPr")
    sheets = []
    for element in root.iterfind("{*}sheets/{*}sheet"):
        link = next((value for name, value in element.attrib.items() if name.endswith("}id")), "")
        kind, part = related.get(str(link), ("", ""))
        if kind == "worksheet":
            sheets.append(SheetPart(name=element.get("name", ""), part=part))
    return Package(
        archive=archive,
        workbook=workbook,
        sheets=tuple(sheets),
        styles=by_kind.get("styles"),
        shared_strings=by_kind.get("sharedStrings"),
        date1904=properties is not None and properties.get("date1904", "0") in ("1", "true"),
    )


def relationships_part(part: str) -> str:
    """The part that lists what another part refers to; "" stands for the package itself."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _relationships(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    folder = posixpath.dirname(part)
    file = relationships_part(part)
    if file not in archive.namelist():
        return {}
    found = {}
    for element in parse_xml(archive.read(file)).iter("{*}Relationship"):
        if element.get("TargetMode") == "External":
            continue
        target = element.get("Target", "").replace("\\", "/")
        full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[element.get("Id", "")] = (element.get("Type", "").rpartition("/")[2], full)
    return found
