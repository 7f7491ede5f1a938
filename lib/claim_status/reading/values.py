"""The values of a row: claim numbers, names, member ids and tax IDs as they may stand in a file."""

from __future__ import annotations

import re
import unicodedata

from lib.claim_status.reading.columns import looks_like_ssn
from lib.claim_status.reading.fault import Fault
from lib.claim_status.reading.records import UNCALCULATED

LONGEST_CELL = 1_000
_PROTECTED = re.compile(r'="([^"]*)"')
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+", re.ASCII)
_DECIMALS = re.compile(r"\d+\.\d*", re.ASCII)
_ERRORS = {"#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!"}
_PLACEHOLDERS = {"n/a", "na", "none", "null", "nan", "nil", "unknown", "tbd", "-", "--", "?", "missing", "pending"}
_NUMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/-]*[A-Za-z0-9])?")
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'’`-])*")
_EIN = re.compile(r"\d{9}|\d{2}-\d{7}", re.ASCII)
_AS_TEXT = "Format the column as text before saving, and fill the number in whole."


def bare(cell: str) -> str:
    """A cell without blanks and invisible signs at its ends, and without the ="…" that keeps zeros in Excel."""
    text = cell.strip().strip("\u200b\u200c\u200d\u2060\ufeff").strip()
    protected = _PROTECTED.fullmatch(text)
    return protected[1].strip() if protected else text


def damage(text: str) -> Fault | None:
    """What makes a cell unreadable whatever it is meant to hold."""
    if len(text) > LONGEST_CELL:
        return Fault(what=f"is longer than {LONGEST_CELL:,} characters.", fix="Check the quotation marks before it.")
    if "\n" in text or "\r" in text:
        return Fault(what="holds a line break.", fix="Remove it, or check the quotation marks before it.")
    if "\ufffd" in text:
        return Fault(what="holds a letter that was lost when the file was saved.", fix="Save it again as UTF-8.")
    if any(unicodedata.category(letter) == "Cc" for letter in text):
        return Fault(what="holds an invisible control character.", fix="Type it anew.")
    if text == UNCALCULATED:
        return Fault(what="is a formula that was never calculated.", fix="Open the file in Excel, save it again.")
    if text.casefold() in _ERRORS:
        return Fault(what="is a spreadsheet's error value.", fix="Mend the formula or type the value.")
    if text.startswith("="):
        return Fault(what="is a formula.", fix="Save the values instead of the formulas.")
    return None


def is_placeholder(text: str) -> bool:
    """Whether a cell says that there is no value, in one of the ways people say so."""
    return text.casefold() in _PLACEHOLDERS


def read_claim_number(text: str) -> str | Fault:
    """A claim number, the payer's or our own."""
    if not text:
        return Fault(what="is empty.", fix="Fill it in; claims are found by it.")
    if is_placeholder(text):
        return Fault(what="is a placeholder.", fix="Fill it in; claims are found by it.")
    if looks_like_ssn(text):
        return Fault(what="is written like a Social Security number.", fix="Fill in the claim's number.")
    if _SCIENTIFIC.fullmatch(text):
        return Fault(what="was shortened by a spreadsheet.", fix=_AS_TEXT)
    if _DECIMALS.fullmatch(text):
        return Fault(what="was turned into a number with decimals.", fix=_AS_TEXT)
    if len(text) > 50:
        return Fault(what="is longer than 50 characters.", fix="Put one claim number in each row.")
    if not text.isascii():
        return Fault(what="holds letters that claim numbers do not have.", fix="Type it anew in plain letters.")
    if re.search(r"[,;|&]", text):
        return Fault(what="names several claims.", fix="Put one claim number in each row.")
    if not _NUMBER.fullmatch(text):
        return Fault(what="holds signs that claim numbers do not have.", fix="Type it as the payer or we write it.")
    if not text.strip("0 -./_"):
        return Fault(what="is nothing but zeros.", fix="Fill it in; claims are found by it.")
    return text


def read_name(text: str) -> str | Fault | None:
    """A first or last name; a placeholder is none."""
    if is_placeholder(text):
        return None
    if len(text) > 60:
        return Fault(what="is longer than 60 characters.", fix="Put one name in each cell.")
    if "," in text:
        return Fault(what="holds first and last name in one cell.", fix="Put them into two columns.")
    if re.search(r"\d", text):
        return Fault(what="has digits in it.", fix="Check whether the row's cells stand one column off.")
    if not _NAME.fullmatch(text):
        return Fault(what="holds signs that names do not have.", fix="Type it anew.")
    return text


def read_subscriber_id(text: str) -> str | Fault | None:
    """A member's or subscriber's id; a placeholder is none."""
    if is_placeholder(text):
        return None
    if _SCIENTIFIC.fullmatch(text):
        return Fault(what="was shortened by a spreadsheet.", fix=_AS_TEXT)
    if len(text) > 30:
        return Fault(what="is longer than 30 characters.", fix="Fill in the id on the member's card.")
    if not (text.isascii() and _NUMBER.fullmatch(text)):
        return Fault(what="holds signs that member ids do not have.", fix="Fill in the id on the member's card.")
    return text


def read_tin(text: str) -> str | Fault | None:
    """A practice's tax ID as 9 digits; a placeholder is none. Written like a Social Security number it is refused."""
    if is_placeholder(text):
        return None
    if looks_like_ssn(text):
        return Fault(
            what="is written like a Social Security number.", fix="Write a practice's tax ID as 9 digits or 12-3456789."
        )
    if _SCIENTIFIC.fullmatch(text):
        return Fault(what="was shortened by a spreadsheet.", fix=_AS_TEXT)
    if _EIN.fullmatch(text):
        digits = text.replace("-", "")
        if len(set(digits)) == 1:
            return Fault(what="is one digit nine times.", fix="Fill in the practice's tax ID.")
        return digits
    if re.fullmatch(r"\d{7,8}", text, re.ASCII):
        return Fault(what="has fewer than 9 digits; a spreadsheet may have cut its zeros.", fix=_AS_TEXT)
    if re.fullmatch(r"\d{10,}", text, re.ASCII):
        return Fault(what="has more than 9 digits.", fix="Fill in the tax ID, not the NPI.")
    return Fault(what="is not 9 digits.", fix="Fill in the practice's tax ID as 9 digits.")
