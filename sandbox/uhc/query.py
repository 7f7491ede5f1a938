"""Reads what a summary is asked for from the headers of a call, and refuses what the contract refuses (section 2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sandbox.uhc.clients import PAYER_IDS
from sandbox.uhc.refusals import Refused
from sandbox.uhc.settings import Settings
from sandbox.world.payer_side.spelling import in_capitals

_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4})")


@dataclass(frozen=True, kw_only=True, slots=True)
class PatientFilter:
    """Of whom claims are asked for; what is empty does not narrow."""

    first_name: str
    last_name: str
    born: date | None

    def __bool__(self) -> bool:
        return bool(self.first_name or self.last_name or self.born)


@dataclass(frozen=True, kw_only=True, slots=True)
class SummaryQuery:
    """A window of first dates of service, both days included, of one tax id and payer."""

    tin: str
    payer_id: str
    first: date
    last: date
    patient: PatientFilter


def read_headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by their names in small letters; values are UTF-8, or else Latin-1."""
    return {name.decode("latin-1").lower(): _text(value) for name, value in raw}


def read_whose(headers: Mapping[str, str]) -> tuple[str, str]:
    """The tax id and payer id of a call; Refused when one is missing or the payer may not be asked."""
    tin, payer_id = headers.get("tin", ""), headers.get("payerid", "")
    if not re.fullmatch(r"\d{9}", tin) or not payer_id:
        raise Refused("LCLM_PS_102")
    if payer_id not in PAYER_IDS:
        raise Refused("LCLM_PS_105")
    return tin, payer_id


def read_query(headers: Mapping[str, str], settings: Settings) -> SummaryQuery:
    """The window that is asked for; Refused when it is none that may be."""
    tin, payer_id = read_whose(headers)
    first, last = headers.get("firstservicedt", ""), headers.get("lastservicedt", "")
    if not first and not last:
        raise Refused("LCLM_PS_102")
    if not first or not last:
        raise Refused("LCLM_PS_106")
    begins, ends = _read_date(first, "LCLM_PS_108"), _read_date(last, "LCLM_PS_111")
    if ends < begins:
        raise Refused("LCLM_PS_113")
    if begins < earliest_day(settings.day) or ends > settings.day:
        raise Refused("LCLM_PS_107")
    if (ends - begins).days >= settings.longest_window:
        raise Refused("LCLM_PS_112")
    born = headers.get("ptntdob", "")
    patient = PatientFilter(
        first_name=in_capitals(headers.get("ptntfn", "")),
        last_name=in_capitals(headers.get("ptntln", "")),
        born=_read_date(born, "LCLM_PS_108") if born else None,
    )
    return SummaryQuery(tin=tin, payer_id=payer_id, first=begins, last=ends, patient=patient)


def earliest_day(today: date) -> date:
    """The first day that may be asked for: 24 months ago."""
    leap = (today.month, today.day) == (2, 29)
    return today.replace(year=today.year - 2, day=28 if leap else today.day)


def _read_date(text: str, code: str) -> date:
    found = _DATE.fullmatch(text)
    if not found:
        raise Refused(code)
    month, day, year = (int(part) for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise Refused(code) from None


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8").strip()
    except UnicodeDecodeError:
        return value.decode("latin-1").strip()
