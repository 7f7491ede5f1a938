"""The one door to the key figures: pages, exports, API, alerts, commands and tests ask here."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from lib.analytics.kpis.books import Books, Standing
from lib.analytics.kpis.definitions import BASES, Definition, definition_named
from lib.analytics.kpis.formulas import FORMULAS, Asked, Worked
from lib.analytics.kpis.model import KpiChange, KpiValue, NoValue, Window
from lib.analytics.kpis.windows import month_end_before, period_before, window_of
from lib.analytics.reading.filters import Filters
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.side_by_side import side_by_side
from lib.analytics.reading.views import Clock, view_named
from lib.core.errors import BadInput

ReaderForDay = Callable[[date | None], Reader]
#: A cohort of collections is mature six months after its last DOS (design rule: maturity).
_COHORT_MATURED_DAYS = 183


def kpi(
    reader: Reader,
    name: str,
    filters: Filters | None = None,
    as_of: date | None = None,
    *,
    settings: Mapping[str, int | str] | None = None,
    only: str | None = None,
) -> KpiValue:
    """A key figure of the clients that the reader sees, within the filters.

    `as_of` must be the day that the reader was opened with; its windows end there. Without either, it is the newest
    day that any of the rows shows, also where other rows are older. Chosen days narrow what is no standing.
    `settings` are those of the definition. `only` one client of those that the filters leave: the same as filtered by
    it, of questions that ask for all of them. Raises NotFound for an unknown name, BadInput for a bad setting or as-of.
    """
    definition = definition_named(name)
    question = _Question(reader, definition, filters or Filters(), definition.chosen(settings), only)
    return question.answer(as_of)


def kpi_trend(
    reader_for_day: ReaderForDay,
    name: str,
    filters: Filters | None,
    days: Sequence[date],
    *,
    settings: Mapping[str, int | str] | None = None,
) -> list[KpiValue]:
    """A key figure as known on each of the days, its own window ending there; chosen days are left aside."""
    open_ended = dataclasses.replace(filters or Filters(), first_day=None, last_day=None)
    asked = [(reader_for_day(day), day) for day in days]
    return side_by_side(lambda each: kpi(each[0], name, open_ended, each[1], settings=settings), asked)


def kpi_trends(
    reader_for_day: ReaderForDay, filters: Filters | None, days: Mapping[str, Sequence[date]]
) -> dict[str, list[KpiValue]]:
    """The same of several figures, each as known on its own days; they share what they ask of a day."""
    open_ended = dataclasses.replace(filters or Filters(), first_day=None, last_day=None)
    every = sorted({day for each in days.values() for day in each})
    readers = {day: reader_for_day(day) for day in every}

    def on(day: date) -> dict[str, KpiValue]:
        return {name: kpi(readers[day], name, open_ended, day) for name, asked in days.items() if day in asked}

    known = dict(zip(every, side_by_side(on, every), strict=True))
    return {name: [known[day][name] for day in asked] for name, asked in days.items()}


def kpi_change(
    reader_for_day: ReaderForDay,
    name: str,
    filters: Filters | None = None,
    as_of: date | None = None,
    *,
    settings: Mapping[str, int | str] | None = None,
) -> KpiChange:
    """A key figure beside that of the period before.

    A standing is compared with what was known at the last month end before it; anything else with the same number of
    days before its window (a month to date with the same days of the month before), as known on the same day.
    """
    reader = reader_for_day(as_of)
    now = kpi(reader, name, filters, as_of, settings=settings)
    if now.as_of is None or now.window is None:
        return KpiChange(now=now, before=now)
    definition = definition_named(name)
    if definition.standing:
        day = month_end_before(now.as_of)
        return KpiChange(now=now, before=kpi(reader_for_day(day), name, filters, day, settings=settings))
    window = period_before(definition.window, now.window)
    earlier = dataclasses.replace(filters or Filters(), first_day=window.first, last_day=window.last)
    return KpiChange(now=now, before=kpi(reader, name, earlier, as_of, settings=settings))


class _Question:
    """One question for one figure."""

    def __init__(
        self,
        reader: Reader,
        definition: Definition,
        filters: Filters,
        settings: Mapping[str, int | str],
        only: str | None,
    ) -> None:
        self._reader = reader
        self._definition = definition
        self._filters = filters
        self._settings = settings
        self._cohort = settings.get("basis") == "cohort"
        self._matured_days = _COHORT_MATURED_DAYS if self._cohort else definition.matured_days
        self._books = Books(reader, definition, filters, settings, only=only)

    def answer(self, as_of: date | None) -> KpiValue:
        newest = self._books.newest()
        latest = max((day for days in newest.values() for day in days.values()), default=None)
        day = self._day(as_of, latest)
        if day is None or latest is None:
            return self._without(NoValue.NO_DATA, "No rows of its reports are loaded.", as_of=day)
        window = window_of(self._definition, self._filters, day, matured_days=self._matured_days)
        standing = self._books.count_in(newest, window)
        if not standing.counted:
            why = NoValue.MISSING_COLUMN if standing.missing else NoValue.NO_DATA
            reasons = " ".join(dict.fromkeys(each.why for each in standing.left_out))
            return self._without(why, reasons, as_of=day, window=window, standing=standing)
        if immature := self._immature(window, day):
            return self._without(NoValue.IMMATURE, immature, as_of=day, window=window, standing=standing)
        worked = FORMULAS[self._definition.name](Asked(books=self._books, window=window, as_of=day, clock=self._clock))
        return self._valued(worked, window, day, standing)

    def _day(self, as_of: date | None, latest: date | None) -> date | None:
        """The as-of day; what was known later must not come into the figures of a day."""
        known = self._reader.as_of
        if as_of is not None and as_of != known and (known is not None or (latest is not None and as_of < latest)):
            raise BadInput(
                f"These rows are known as of {known or latest}, not of {as_of}.", fix="Open a reader as of that day."
            )
        return as_of or known or latest

    @property
    def _clock(self) -> str:
        if self._cohort:
            return "dos"
        clocks = self._definition.clocks
        return self._filters.clock.value if self._filters.clock.value in clocks else clocks[0]

    def _immature(self, window: Window, as_of: date) -> str | None:
        if self._matured_days and window.last > as_of - timedelta(days=self._matured_days):
            return f"Not mature yet: {self._matured_days} days must have passed since the last day of {_words(window)}."
        if self._definition.history_days:
            first = self._books.first_entry()
            if first is not None and first > as_of - timedelta(days=self._definition.history_days):
                return f"Not mature yet: the first charge was entered on {first}, less than six months before {as_of}."
        return None

    def _valued(self, worked: Worked, window: Window, as_of: date, standing: Standing) -> KpiValue:
        filled = self._without(NoValue.NO_DATA, None, as_of=as_of, window=window, standing=standing)
        found = dataclasses.replace(
            filled,
            numerator=worked.numerator,
            denominator=worked.denominator,
            factor=worked.factor,
            rows=worked.rows,
            extras=worked.extras,
        )
        if not worked.rows and not worked.empty_is_zero:
            reason = f"No rows of its reports lie in {_words(window)} with these filters."
            return dataclasses.replace(found, reason=reason)
        if worked.denominator is not None and worked.denominator <= 0:
            reason = f"Nothing to divide by: {self._definition.denominator}, in all {worked.denominator}."
            return dataclasses.replace(found, no_value=NoValue.ZERO_DENOMINATOR, reason=reason)
        value = worked.value
        if value is None and worked.denominator is not None:
            # Division writes 50 as 5E+1; adding nothing writes it out.
            value = worked.numerator * worked.factor / worked.denominator + Decimal(0)
        return dataclasses.replace(found, value=value, no_value=None)

    def _without(
        self,
        no_value: NoValue,
        reason: str | None,
        *,
        as_of: date | None,
        window: Window | None = None,
        standing: Standing | None = None,
    ) -> KpiValue:
        return KpiValue(
            name=self._definition.name,
            title=self._definition.title,
            unit=self._definition.unit,
            version=self._definition.version,
            value=None,
            no_value=no_value,
            reason=reason,
            numerator=None,
            denominator=None,
            factor=Decimal(1),
            window=window,
            date_basis=self._date_basis(),
            as_of=as_of,
            rows=0,
            settings=self._settings,
            extras={},
            missing=standing.missing if standing else (),
            left_out=standing.left_out if standing else (),
            unheeded=self._unheeded(),
            notes=_notes(standing, as_of) if standing and as_of else (),
            clients=frozenset(map(str, standing.counted)) if standing else frozenset(),
        )

    def _date_basis(self) -> str:
        fixed = len(self._definition.clocks) == 1
        return BASES[self._clock] + (" (always)" if fixed else "")

    def _unheeded(self) -> tuple[str, ...]:
        found = list(self._books.unheeded)
        if self._definition.standing and (self._filters.first_day or self._filters.last_day):
            found.append("dates")
        clock = self._filters.clock
        if clock is not Clock.DOS and clock.value != self._clock:
            found.append("clock")
        return tuple(found)


def _notes(standing: Standing, as_of: date) -> tuple[str, ...]:
    """Where rows are of an earlier day than the figure."""
    return tuple(
        f"The newest rows of {view_named(view).title.lower()} are of {day}."
        for view, day in standing.newest.items()
        if day != as_of
    )


def _words(window: Window) -> str:
    return str(window.first) if window.first == window.last else f"{window.first} to {window.last}"
