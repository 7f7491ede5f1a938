"""How a number is shown: which cell formats make it a date, and which pad it with zeros."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

_EAST_ASIAN_DATES = (*range(27, 37), *range(50, 59))
_COLOUR_OR_LOCALE = re.compile(r"\[[^\]]*\]")
_WHOLE = re.compile(r"-?\d+")


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberFormat:
    """What a number format means for reading a cell as text."""

    is_date: bool = False
    #: The pattern's characters, "0" for a digit and literals as they are ("000-00"); "" when it pads nothing.
    zeros: str = ""


PLAIN = NumberFormat()


def number_format(code: str) -> NumberFormat:
    """Classify a format code of a workbook such as "mm/dd/yyyy", "00" or "General"."""
    if is_timedelta_format(code):
        return PLAIN
    if is_date_format(code):
        return NumberFormat(is_date=True)
    return NumberFormat(zeros=_zero_pattern(code))


def formats_by_style(styles: etree._Element | None) -> list[NumberFormat]:
    """The number format of each cell style (the `s` of a cell), in the order of styles.xml."""
    if styles is None:
        return []
    codes = dict(BUILTIN_FORMATS)
    codes.update(dict.fromkeys(_EAST_ASIAN_DATES, "yyyy-mm-dd"))
    for element in styles.iterfind("{*}numFmts/{*}numFmt"):
        codes[int(element.get("numFmtId", "0"))] = element.get("formatCode", "General")
    return [
        number_format(codes.get(int(element.get("numFmtId", "0")), "General"))
        for element in styles.iterfind("{*}cellXfs/{*}xf")
    ]


def shown_number(value: str, form: NumberFormat, *, date1904: bool) -> tuple[str, date | None]:
    """The text of a stored number, and its date when it is shown as one.

    Whole numbers have no point and no exponent; fractions keep what Excel shows (15 significant digits); dates are
    MM/DD/YYYY, with the time when there is one. A value that is no number comes back as it is.
    """
    if form.is_date:
        moment = _moment(value, date1904=date1904)
        if moment is not None:
            day = moment.date()
            return (f"{day:%m/%d/%Y}" if moment.time().isoformat() == "00:00:00" else f"{moment:%m/%d/%Y %H:%M}"), day
    text = plain_number(value)
    return (_padded(text, form.zeros) if form.zeros and text.isdigit() else text), None


def plain_number(value: str) -> str:
    """A stored number without exponent, without a useless ".0" and without the noise of binary fractions."""
    if _WHOLE.fullmatch(value):
        return str(int(value))
    try:
        number = Decimal(format(float(value), ".15g"))
    except (ValueError, InvalidOperation):
        return value
    if not number.is_finite():
        return value
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) if number else "0"


def _moment(value: str, *, date1904: bool) -> datetime | None:
    try:
        serial = float(value)
        moment = from_excel(serial, MAC_EPOCH if date1904 else WINDOWS_EPOCH) if serial >= 0 else None
    except (ValueError, OverflowError):
        return None
    return moment if isinstance(moment, datetime) else None


def _zero_pattern(code: str) -> str:
    section = _COLOUR_OR_LOCALE.sub("", code.split(";")[0])
    section = re.sub(r'"([^"]*)"', lambda match: "".join("\\" + c for c in match.group(1)), section)
    pattern, literal = "", False
    for character in section:
        if literal or character in "0-/() ":
            pattern += "\x00" if literal and character == "0" else character
            literal = False
        elif character == "\\":
            literal = True
        else:
            return ""
    return pattern if pattern.count("0") > 1 or pattern.strip("0") else ""


def _padded(digits: str, pattern: str) -> str:
    left = list(digits.rjust(pattern.count("0"), "0"))
    shown = [(left.pop() if character == "0" else character) for character in reversed(pattern)]
    first_zero = pattern.find("0")
    text = "".join(reversed(shown))
    return (text[:first_zero] + "".join(left) + text[first_zero:]).replace("\x00", "0")
