"""What hangs on a sheet's rows (validations, formats, notes, tables) moved to where the rows went."""

from __future__ import annotations

from collections.abc import Callable, Collection

from lxml import etree
from openpyxl.utils import coordinate_to_tuple, get_column_letter

from lib.core.spreadsheets.package import parse_xml
from lib.core.spreadsheets.row_map import RowMap

#: Views, breaks and watches that point at rows and matter to nobody in a short copy.
_POINTLESS = ("sortState", "rowBreaks", "customSheetViews", "scenarios", "cellWatches")


def moved_sheet(content: bytes, rows: RowMap, *, lost: Collection[str] = ()) -> bytes:
    """The XML of a sheet apart from its rows, with every range in it moved; `lost` are ids of tables that went."""
    root = parse_xml(content)
    for table in list(root.iter("{*}tablePart")):
        if any(value in lost for value in table.attrib.values()):
            table.getparent().remove(table)
    for name in _POINTLESS:
        for element in list(root.iter("{*}" + name)):
            element.getparent().remove(element)
    _reset_view(root, rows)
    for element in list(root.iter("{*}autoFilter", "{*}mergeCell", "{*}hyperlink")):
        _move_attribute(element, "ref", rows)
    for filtered in root.iter("{*}autoFilter"):
        del filtered[:]
    for element in list(root.iter("{*}mergeCell")):
        if ":" not in element.get("ref", ""):
            element.getparent().remove(element)
    for element in list(
        root.iter("{*}conditionalFormatting", "{*}dataValidation", "{*}protectedRange", "{*}ignoredError")
    ):
        _move_validity(element, rows)
    for element in list(root.iter("{*}sparkline")):
        _move_validity(element, rows)
    _drop_emptied(root)
    return _serialised(root)


def moved_notes(content: bytes, rows: RowMap) -> bytes:
    """A comments or threaded-comments part: notes move with their rows or go with them."""
    root = parse_xml(content)
    for element in list(root.iter("{*}comment", "{*}threadedComment")):
        row, column = coordinate_to_tuple(element.get("ref", "A1"))
        number = rows.row(row)
        if number is None:
            element.getparent().remove(element)
        else:
            element.set("ref", f"{get_column_letter(column)}{number}")
    return _serialised(root)


def moved_note_shapes(content: bytes, rows: RowMap) -> bytes:
    """The drawing that holds the boxes of notes: each moves with its row or goes with it."""
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
    for place in list(root.iter("{urn:schemas-microsoft-com:office:excel}Row")):
        row = int(place.text or "0") + 1
        number = rows.row(row)
        shape = place.getparent().getparent()
        if number is None:
            shape.getparent().remove(shape)
            continue
        place.text = str(number - 1)
        for anchor in place.getparent().iter("{urn:schemas-microsoft-com:office:excel}Anchor"):
            anchor.text = _shifted_anchor(anchor.text or "", number - row)
    return etree.tostring(root)


def moved_table(content: bytes, rows: RowMap) -> bytes | None:
    """A table's part with its range moved, unfiltered and without a totals row; None when its header row is gone."""
    root = parse_xml(content)
    top, _ = coordinate_to_tuple(root.get("ref", "A1").split(":")[0])
    moved = rows.area(root.get("ref", "A1"))
    if moved is None or ":" not in moved or rows.row(top) is None:
        return None
    root.set("ref", moved)
    if root.attrib.pop("totalsRowCount", None):
        root.set("totalsRowShown", "0")
    for element in root.findall("{*}sortState"):
        root.remove(element)
    for element in root.findall("{*}autoFilter"):
        element.set("ref", moved)
        del element[:]
    return _serialised(root)


def _reset_view(root: etree._Element, rows: RowMap) -> None:
    for view in root.iter("{*}sheetView"):
        view.attrib.pop("topLeftCell", None)
    for pane in root.iter("{*}pane"):
        column = "".join(c for c in pane.get("topLeftCell", "A1") if c.isalpha())
        first = int(float(pane.get("ySplit", "0"))) + 1 if pane.get("state", "").startswith("frozen") else 1
        pane.set("topLeftCell", f"{column}{first}")
    for selection in root.iter("{*}selection"):
        for name in ("activeCell", "activeCellId", "sqref"):
            selection.attrib.pop(name, None)


def _move_attribute(element: etree._Element, name: str, rows: RowMap) -> None:
    moved = rows.area(element.get(name, "A1"))
    if moved is None:
        element.getparent().remove(element)
    else:
        element.set(name, moved)


def _move_validity(element: etree._Element, rows: RowMap) -> None:
    """Move where a rule applies: in its `sqref` attribute or, for the newer rules, in an `sqref` element below it."""
    below = next((child for child in element.iter("{*}sqref") if child.getparent() is element), None)
    before = element.get("sqref") if below is None else (below.text or "")
    if before is None:
        return
    after = rows.areas(before)
    if not after:
        element.getparent().remove(element)
        return
    for formula in element.iter("{*}formula", "{*}formula1", "{*}formula2", "{*}f"):
        if formula.text and not len(formula):
            formula.text = rows.formula(formula.text, before, after)
    if below is None:
        element.set("sqref", after)
    else:
        below.text = after


def _drop_emptied(root: etree._Element) -> None:
    """Lists that lost all members go, the others are counted anew."""
    for name in (
        "mergeCells",
        "dataValidations",
        "hyperlinks",
        "protectedRanges",
        "ignoredErrors",
        "sparklines",
        "tableParts",
    ):
        for element in list(root.iter("{*}" + name)):
            if len(element) == 0:
                element.getparent().remove(element)
            elif "count" in element.attrib:
                element.set("count", str(len(element)))
    for name in ("conditionalFormattings", "sparklineGroup", "sparklineGroups", "ext", "extLst"):
        for element in list(root.iter("{*}" + name)):
            if not _holds_anything(element, name):
                element.getparent().remove(element)


def _holds_anything(element: etree._Element, name: str) -> bool:
    if name == "sparklineGroup":
        return element.find("{*}sparklines") is not None
    return len(element) > 0


def _shifted_anchor(text: str, by: int) -> str:
    numbers = [part.strip() for part in text.split(",")]
    if len(numbers) != 8:
        return text
    for place in (2, 6):
        numbers[place] = str(max(0, int(numbers[place]) + by))
    return ", ".join(numbers)


def _serialised(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


#: How the parts that hang on a sheet are moved, by the kind of their relationship.
MOVERS: dict[str, Callable[[bytes, RowMap], bytes | None]] = {
    "comments": moved_notes,
    "threadedComment": moved_notes,
    "vmlDrawing": moved_note_shapes,
    "table": moved_table,
}
