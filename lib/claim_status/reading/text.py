"""From the bytes of a text file to its text: what it really is, and in which encoding."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from lib.core.errors import BadInput

#: First bytes of what is neither text nor a workbook, with the words for it.
_FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{\\rtf", "a Word text (RTF)"),
    (b"ISA*", "an X12 file"),
    (b"{", "JSON"),
    (b"[", "JSON"),
    (b"<", "a web page or XML"),
)
_AS_CSV = "Save it as CSV (UTF-8) or as an Excel workbook (.xlsx) and upload that."
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoded:
    """A file's text and how it was told; `guessed` says that it may be another encoding of one byte a letter."""

    text: str
    encoding: str
    guessed: bool = False


def decode(content: bytes) -> Decoded:
    """The text of a file: UTF-8, UTF-16 with or without its mark, or Windows-1252.

    Raises BadInput for what is no text, is cut off or holds bytes that no encoding of these has.
    """
    if content.startswith(_UTF32):
        raise BadInput("The file is UTF-32 text, which is not read.", fix=_AS_CSV)
    for mark, encoding in _UTF16.items():
        if content.startswith(mark):
            return _utf16(content[len(mark) :], encoding)
    _refuse_foreign(content)
    if b"\0" in content:
        encoding = _unmarked_utf16(content)
        if encoding is None:
            raise BadInput("The file is not text.", fix=_AS_CSV)
        return _utf16(content, encoding)
    if content.startswith(codecs.BOM_UTF8):
        try:
            return Decoded(text=content.decode("utf-8-sig"), encoding="UTF-8")
        except UnicodeDecodeError as error:
            raise BadInput(
                f"The file says it is UTF-8 and is not, from line {_line(content, error.start)} on.", fix=_AS_CSV
            ) from None
    try:
        return Decoded(text=content.decode("utf-8"), encoding="UTF-8")
    except UnicodeDecodeError:
        pass
    try:
        return Decoded(text=content.decode("cp1252"), encoding="Windows-1252", guessed=True)
    except UnicodeDecodeError as error:
        raise BadInput(
            f"The file is neither UTF-8 nor Windows-1252 text: line {_line(content, error.start)} has a byte of"
            " neither.",
            fix=_AS_CSV,
        ) from None


def _refuse_foreign(content: bytes) -> None:
    start = content[:64].removeprefix(codecs.BOM_UTF8).lstrip()
    for mark, kind in _FOREIGN:
        if start.startswith(mark):
            raise BadInput(f"The file is {kind}, not CSV.", fix=_AS_CSV)


def _unmarked_utf16(content: bytes) -> str | None:
    sample = content[:4_096]
    half = len(sample) // 2
    if sample[1::2].count(0) > 0.7 * half and sample[::2].count(0) < 0.05 * half:
        return "utf-16-le"
    if sample[::2].count(0) > 0.7 * half and sample[1::2].count(0) < 0.05 * half:
        return "utf-16-be"
    return None


def _utf16(content: bytes, encoding: str) -> Decoded:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise BadInput("The file is UTF-16 text that is damaged or was cut off.", fix=_AS_CSV) from None
    if "\0" in text:
        raise BadInput("The file is not text.", fix=_AS_CSV)
    return Decoded(text=text, encoding="UTF-16")


def _line(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1
