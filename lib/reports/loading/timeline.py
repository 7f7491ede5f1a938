"""Which package speaks for which days, on every day of knowledge: pure, worked out anew from a cell's packages.

On a day of knowledge D, a row's window date d is spoken for by the package with the greatest (as-of day, number) not
after D whose own days hold d; rows without a window date by the greatest of all not after D. A package of a whole
report speaks for everything, and packages that come on top all speak (docs/decisions/0012_packages.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from lib.reports.catalog import Meets

#: First and last day, both within.
Days = tuple[date, date]
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedPackage:
    """What a timeline needs to know of a package; `days` are its first and last window date, None where it has none."""

    id: int
    as_of: date
    days: Days | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A package is shown on the days of knowledge from `known_from` to the day before `known_until` (None: for ever).

    `days`: the window dates it speaks for, in order and apart; None for all of its rows. `undated`: it also speaks for
    rows without a window date, even where it has none.
    """

    package_id: int
    as_of: date
    known_from: date
    known_until: date | None
    days: tuple[Days, ...] | None
    undated: bool

    def known_on(self, day: date) -> bool:
        """Whether it is shown on that day of knowledge."""
        return self.known_from <= day and (self.known_until is None or day < self.known_until)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one package speaks for at a moment; `days` None is everything."""

    days: tuple[Days, ...] | None
    undated: bool


def work_out_timeline(meets: Meets, packages: Iterable[PublishedPackage]) -> list[Shown]:
    """The rows of shown_packages of one cell, by day of knowledge; those of one package never overlap in it."""
    ordered = sorted(packages, key=lambda package: (package.as_of, package.id))
    as_ofs = {package.id: package.as_of for package in ordered}
    speaking: dict[int, _Part] = {}
    since: dict[int, date] = {}
    shown: list[Shown] = []

    def end(package_id: int, until: date | None) -> None:
        part = speaking[package_id]
        shown.append(
            Shown(
                package_id=package_id,
                as_of=as_ofs[package_id],
                known_from=since[package_id],
                known_until=until,
                days=part.days,
                undated=part.undated,
            )
        )

    for as_of, arriving in groupby(ordered, key=lambda package: package.as_of):
        following = dict(speaking)
        for package in arriving:
            following = _after(meets, following, package)
        for package_id in speaking:
            if following.get(package_id) != speaking[package_id]:
                end(package_id, as_of)
        for package_id, part in following.items():
            if speaking.get(package_id) != part:
                since[package_id] = as_of
        speaking = following
    for package_id in speaking:
        end(package_id, None)
    return sorted(shown, key=lambda row: (row.known_from, row.package_id))


def _after(meets: Meets, speaking: dict[int, _Part], package: PublishedPackage) -> dict[int, _Part]:
    """Who speaks for what once this package, the greatest so far, has come."""
    if meets is Meets.REPLACE:
        return {package.id: _Part(None, True)}
    if meets is Meets.APPEND:
        return speaking | {package.id: _Part(None, True)}
    left = {}
    for package_id, part in speaking.items():
        days = _without(part.days or (), package.days)
        if days:
            left[package_id] = _Part(days, False)
    return left | {package.id: _Part((package.days,) if package.days else (), True)}


def _without(ranges: tuple[Days, ...], taken: Days | None) -> tuple[Days, ...]:
    if taken is None:
        return ranges
    first, last = taken
    left: list[Days] = []
    for start, end in ranges:
        if end < first or last < start:
            left.append((start, end))
            continue
        if start < first:
            left.append((start, first - _DAY))
        if last < end:
            left.append((last + _DAY, end))
    return tuple(left)
