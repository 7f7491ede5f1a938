"""New cell styles added to a workbook's styles.xml; the ones it has keep their numbers."""

from __future__ import annotations

from copy import deepcopy
from typing import Literal

from lxml import etree

from lib.core.spreadsheets.package import Package

Look = Literal["as is", "wrapped", "date", "money", "header"]

#: Built-in number formats: the reader's own short date, and #,##0.00.
_DATE_FORMAT, _MONEY_FORMAT = "14", "4"


def growing_styles(package: Package) -> CellStyles | None:
    """The styles of this workbook, None when it has none to grow from."""
    if package.styles is None:
        return None
    root = package.xml(package.styles)
    return None if root.find("{*}cellXfs") is None or root.find("{*}fonts") is None else CellStyles(root)


class CellStyles:
    """The styles of one workbook, growing by what new cells need."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._namespace = root.tag.removesuffix("styleSheet")
        self._styles = self._part("cellXfs")
        self._made: dict[tuple[int, Look], int] = {}

    def variant(self, base: int, look: Look) -> int:
        """The number of a style that is like `base` apart from the look asked for."""
        if look == "as is" or base >= len(self._styles):
            return base
        made = self._made.get((base, look))
        if made is None:
            made = self._made[base, look] = self._add(base, look)
        return made

    def xml(self) -> bytes:
        """styles.xml with what was added."""
        for name in ("cellXfs", "fonts"):
            part = self._part(name)
            part.set("count", str(len(part)))
        return etree.tostring(self._root, xml_declaration=True, encoding="UTF-8", standalone=True)

    def _part(self, name: str) -> etree._Element:
        return self._root.find(self._namespace + name)

    def _add(self, base: int, look: Look) -> int:
        style = deepcopy(self._styles[base])
        if look in ("date", "money"):
            style.set("numFmtId", _DATE_FORMAT if look == "date" else _MONEY_FORMAT)
            style.set("applyNumberFormat", "1")
        elif look == "wrapped":
            self._align(style)
        elif look == "header":
            style.set("fontId", str(self._bold(int(style.get("fontId", "0")))))
            style.set("applyFont", "1")
        known = etree.tostring(style, method="c14n")
        for number, other in enumerate(self._styles):
            if etree.tostring(other, method="c14n", with_tail=False) == known:
                return number
        self._styles.append(style)
        return len(self._styles) - 1

    def _align(self, style: etree._Element) -> None:
        alignment = style.find(self._namespace + "alignment")
        if alignment is None:
            alignment = etree.Element(self._namespace + "alignment")
            style.insert(0, alignment)
        alignment.set("wrapText", "1")
        alignment.set("vertical", alignment.get("vertical", "top"))
        style.set("applyAlignment", "1")

    def _bold(self, font_number: int) -> int:
        fonts = self._part("fonts")
        font = deepcopy(fonts[font_number])
        if font.find(self._namespace + "b") is None:
            font.insert(0, etree.Element(self._namespace + "b"))
        fonts.append(font)
        return len(fonts) - 1
