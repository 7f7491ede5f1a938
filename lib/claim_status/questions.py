"""The rows of a batch that go to one payer under one tax id, as long as they are open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from lib.claim_status.model import ClaimAnswer, ClaimAsked
from lib.claim_status.planning.limits import WindowLimits, earliest_day
from lib.claim_status.practices import PayerPractice
from lib.claim_status.store import Place


class Questions:
    """Open rows of one place; a row is taken out when it is answered or has failed."""

    def __init__(self, practice: PayerPractice, asked: Iterable[ClaimAsked]) -> None:
        self.practice = practice
        self.place = Place(payer=practice.payer, tin=practice.tin, payer_id=practice.payer_id)
        self.open: dict[int, ClaimAsked] = {each.row: each for each in asked}
        self._by_number: dict[str, list[int]] = {}
        for each in self.open.values():
            self._by_number.setdefault(_plain(each.claim_number), []).append(each.row)

    def days(self, *, today: date, limits: WindowLimits) -> dict[date, int]:
        """Claims that are asked for by their first day; where a row has none, every day that may be asked for too."""
        wanted = Counter(each.first_service_date for each in self.open.values() if each.first_service_date)
        found: dict[date, int] = dict(wanted)
        if any(each.first_service_date is None for each in self.open.values()):
            first = earliest_day(today, limits)
            for number in range((today - first).days + 1):
                found.setdefault(first + timedelta(days=number), 0)
        return found

    def match(self, answers: Iterable[ClaimAnswer]) -> dict[int, str]:
        """Open rows that these answers are about, with the payer's number of the claim; they are open no more."""
        matched: dict[int, str] = {}
        for answer in answers:
            for number in {_plain(answer.claim_number), _plain(answer.account_number)} - {""}:
                for row in self._by_number.get(number, ()):
                    if self.open.pop(row, None) is not None:
                        matched[row] = answer.claim_number
        return matched

    def between(self, first: date, last: date) -> list[ClaimAsked]:
        """Open rows whose first day lies there."""
        return [
            each for each in self.open.values() if each.first_service_date and first <= each.first_service_date <= last
        ]

    def undated(self) -> list[ClaimAsked]:
        """Open rows of which nobody knows the day."""
        return [each for each in self.open.values() if each.first_service_date is None]

    def close(self, rows: Iterable[ClaimAsked]) -> None:
        """Take rows out that have failed."""
        for each in list(rows):
            self.open.pop(each.row, None)


def group(practices: Mapping[int, PayerPractice], asked: Iterable[ClaimAsked]) -> list[Questions]:
    """Rows by where they are asked for; `practices` names the practice of each row by its number."""
    grouped: dict[Place, tuple[PayerPractice, list[ClaimAsked]]] = {}
    for each in asked:
        practice = practices[each.row]
        place = Place(payer=practice.payer, tin=practice.tin, payer_id=practice.payer_id)
        grouped.setdefault(place, (practice, []))[1].append(each)
    return [Questions(practice, rows) for practice, rows in grouped.values()]


def _plain(number: str) -> str:
    return number.strip().upper()
