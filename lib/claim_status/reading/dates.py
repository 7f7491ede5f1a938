"""Dates of a bulk file: YYYY-MM-DD or MM/DD/YYYY, and nothing that could be read in two ways."""

from __future__ import annotations

import re
from datetime import date

from lib.claim_status.reading.fault import Fault

_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?)?"
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})" + _TIME, re.ASCII)
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})" + _TIME, re.ASCII)
_SHORT_YEAR = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}" + _TIME, re.ASCII)
_OTHER_SIGNS = re.compile(r"\d{1,2}[-.]\d{1,2}[-.]\d{4}|\d{4}[/.]\d{1,2}[/.]\d{1,2}", re.ASCII)
_WITHOUT_SIGNS = re.compile(r"\d{8}", re.ASCII)
_DAY_COUNT = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_WRITE_IT = "Write it as YYYY-MM-DD or MM/DD/YYYY."


def read_date(text: str) -> date | Fault:
    """The date that a cell means; a time of day behind it is left out."""
    if match := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
        return _calendar(year, month, day)
    if match := _US.fullmatch(text):
        month, day, year = (int(part) for part in match.groups())
        return _calendar(year, month, day)
    if _SHORT_YEAR.fullmatch(text):
        return Fault(what="has a year of two digits.", fix=_WRITE_IT)
    if _OTHER_SIGNS.fullmatch(text):
        return Fault(what="is written with other signs than a date has here.", fix=_WRITE_IT)
    if _WITHOUT_SIGNS.fullmatch(text):
        return Fault(what="is written without signs between year, month and day.", fix=_WRITE_IT)
    if _DAY_COUNT.fullmatch(text):
        return Fault(what="is a spreadsheet's count of days.", fix="Format the column as dates before saving.")
    if re.search("[^\\W\\d_]{3}", text) and re.search(r"\d", text):
        return Fault(what="names its month in letters.", fix=_WRITE_IT)
    return Fault(what="is not a date.", fix=_WRITE_IT)


def _calendar(year: int, month: int, day: int) -> date | Fault:
    if month > 12:
        return Fault(what=f"has no month {month}: the month comes before the day.", fix=_WRITE_IT)
    try:
        return date(year, month, day)
    except ValueError:
        return Fault(what="is a day that the calendar does not have.", fix=_WRITE_IT)
