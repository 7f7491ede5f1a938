"""Open balances: who owes them, how old they are by the chosen clock, how often patients were written to, and credits.

Every figure of debits leaves credits out; they are not aged and stand apart (docs/kpis.md, buckets).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from lib.analytics.figures.figure import Figure, Measure, Part, fold, sums
from lib.analytics.kpis.service import ReaderForDay
from lib.analytics.reading.filters import Filters, Mark, conditions_on
from lib.analytics.reading.questions import questions
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.side_by_side import side_by_side
from lib.analytics.reading.views import Clock, Dimension, view_named

VIEW = view_named("ar_aging_view")
#: The clocks by which balances are aged.
CLOCKS = (Clock.DOS, Clock.BILLED, Clock.ENTERED)
OPEN = Measure(column="debit_balance", title="Open AR")
CREDIT = Measure(column="credit_balance", title="Credit")
#: Month ends of the trend.
MONTHS = 13
_DEBITS = Mark(values={"is_credit": False})
_BUCKET_COLUMNS = {Clock.DOS: "dos_bucket", Clock.BILLED: "first_bill_bucket", Clock.ENTERED: "entry_bucket"}
_SINCE = {Clock.DOS: "days since service", Clock.BILLED: "days since first bill", Clock.ENTERED: "days since entry"}
#: Youngest first; day 30 is in the first, and so is what is dated ahead.
BUCKETS = ("0-30", "31-60", "61-90", "91-120", "over 120")
_UNDATED = ("no date", "unbilled")
OVER_90 = frozenset(BUCKETS[3:])
OVER_120 = frozenset(BUCKETS[4:])
_STATEMENTS = ("less than 3", "3-4", "5-6", "over 6")


class Split(StrEnum):
    """By what open balances are told apart."""

    PAYER = "payer"
    KIND = "kind"
    PRACTICE = "practice"
    PROVIDER = "provider"
    FACILITY = "facility"
    CLIENT = "client"

    @property
    def words(self) -> str:
        """The split for people."""
        return "Payer kind" if self is Split.KIND else self.value.capitalize()

    @property
    def dimension(self) -> Dimension | None:
        """What it is among the filters; payer kinds are amounts and no dimension."""
        return {
            Split.PAYER: Dimension.PAYER,
            Split.PRACTICE: Dimension.PRACTICE,
            Split.PROVIDER: Dimension.PROVIDER,
            Split.FACILITY: Dimension.FACILITY,
            Split.CLIENT: Dimension.CLIENT,
        }.get(self)


#: A balance is the sum of these, whoever the charge's primary payer is.
KINDS = (
    Measure(column="charge_balance_due_ins", title="Insurance"),
    Measure(column="charge_balance_due_pat", title="Patient"),
    Measure(column="charge_balance_due_other", title="Other payers"),
    Measure(column="charge_balance_at_collections", title="Collections"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DayBalance:
    """What was open on a day: rows and amount by bucket.

    `as_of` is what its reader was asked for; `clients` are those that had rows on that day, whatever is filtered.
    """

    day: date
    as_of: date | None
    buckets: Mapping[str, tuple[int, Decimal]]
    clients: frozenset[str]

    def among(self, buckets: Collection[str]) -> tuple[str, ...]:
        """Those of the buckets that hold something."""
        return tuple(bucket for bucket in self.buckets if bucket in buckets)

    def rows(self, buckets: Collection[str] | None = None) -> int:
        """Open charges in these buckets, or in all."""
        return sum(self.buckets[bucket][0] for bucket in self._of(buckets))

    def amount(self, buckets: Collection[str] | None = None) -> Decimal:
        """What is open in these buckets, or in all."""
        return sum((self.buckets[bucket][1] for bucket in self._of(buckets)), Decimal("0.00"))

    def share(self, buckets: Collection[str]) -> Decimal | None:
        """Of what is open, the share in these buckets; None where nothing is open."""
        return self.amount(buckets) / self.amount() if self.amount() else None

    def _of(self, buckets: Collection[str] | None) -> tuple[str, ...]:
        return tuple(self.buckets) if buckets is None else self.among(buckets)


def clock_of(filters: Filters) -> Clock:
    """The clock by which balances are aged; the default where the chosen one does not apply to them."""
    return filters.clock if filters.clock in CLOCKS else Clock.DOS


def day_of_rows(reader: Reader, filters: Filters) -> date | None:
    """The newest day that the rows show; None where there are none."""
    conditions = conditions_on(VIEW, filters, clock=clock_of(filters))
    question = questions("figures")["newest_day"].format(view=VIEW.name, conditions=conditions.sql)
    found: date | None = reader.ask(question, conditions.parameters).rows[0][0]
    return found


def aging(
    reader: Reader, filters: Filters, split: Split, *, client_names: Mapping[str, str], within: Mark | None = None
) -> Figure:
    """Open AR by the split and by age; `within` narrows to what an “other (n)” stands for."""
    clock = clock_of(filters)
    bucket = _BUCKET_COLUMNS[clock]
    parts: list[Part] = []
    if split.dimension is None:
        column = None
        for kind in KINDS:
            for group in sums(reader, VIEW, filters, kind, ["is_credit", bucket], within=_DEBITS, clock=clock):
                parts.append(
                    Part(
                        label=kind.title,
                        series=str(group.values[bucket]),
                        mark=Mark(values=group.values),
                        rows=group.rows,
                        amount=group.amount,
                        measure=kind,
                    )
                )
    else:
        column = VIEW.column_of(split.dimension)
        assert column is not None
        for group in sums(reader, VIEW, filters, OPEN, [column, bucket], within=within, clock=clock):
            value = group.values[column]
            named = client_names.get(str(value)) if split is Split.CLIENT else value
            parts.append(
                Part(
                    label=str(named or f"No {split}"),
                    series=str(group.values[bucket]),
                    mark=Mark(values=group.values),
                    rows=group.rows,
                    amount=group.amount,
                )
            )
    return Figure(
        name=f"aging_{split}",
        title=f"Open AR by {split.words.lower()}, {_SINCE[clock]}",
        view=VIEW.name,
        measure=OPEN,
        parts=fold(parts, column) if column else tuple(sorted(parts, key=lambda part: _place(KINDS, part))),
        series=tuple(each for each in (*BUCKETS, *_UNDATED) if any(part.series == each for part in parts)),
        basis=clock.label,
        unheeded=conditions_on(VIEW, filters, clock=clock).unheeded,
        within=within,
        clock=clock,
    )


def statements(reader: Reader, filters: Filters) -> Figure:
    """What patients owe, by how many statements they were sent."""
    clock = clock_of(filters)
    owed = KINDS[1]
    found = sums(reader, VIEW, filters, owed, ["statement_bucket", "is_credit"], within=_DEBITS, clock=clock)
    by_bucket = {group.values["statement_bucket"]: group for group in found}
    order: list[str | None] = [*_STATEMENTS, None]
    return Figure(
        name="statements",
        title="Patient balances by statements sent",
        view=VIEW.name,
        measure=Measure(column=owed.column, title="Patient balance"),
        parts=tuple(
            Part(
                label=f"{bucket} statements" if bucket else "number not in the saved report",
                mark=Mark(values=group.values),
                rows=group.rows,
                amount=group.amount,
            )
            for bucket in order
            if (group := by_bucket.get(bucket))
        ),
        unheeded=conditions_on(VIEW, filters, clock=clock).unheeded,
        clock=clock,
    )


def credits(
    reader: Reader, filters: Filters, split: Split, *, client_names: Mapping[str, str], within: Mark | None = None
) -> Figure:
    """Credit balances by the split (payers instead of payer kinds); they have no age."""
    clock = clock_of(filters)
    split = Split.PAYER if split is Split.KIND else split
    assert split.dimension is not None
    column = VIEW.column_of(split.dimension)
    assert column is not None
    found = sums(reader, VIEW, filters, CREDIT, [column, "is_credit"], within=within, clock=clock)
    return Figure(
        name=f"credits_{split}",
        title=f"Credit balances by {split.words.lower()}, not aged",
        view=VIEW.name,
        measure=CREDIT,
        parts=fold(
            (
                Part(
                    label=str(
                        (client_names.get(str(group.values[column])) if split is Split.CLIENT else group.values[column])
                        or f"No {split}"
                    ),
                    mark=Mark(values=group.values),
                    rows=group.rows,
                    amount=group.amount,
                )
                for group in found
            ),
            column,
        ),
        unheeded=conditions_on(VIEW, filters, clock=clock).unheeded,
        within=within,
        clock=clock,
    )


def balance(reader: Reader, filters: Filters, day: date) -> DayBalance:
    """What was open as the reader knows it; `day` is what that day is called."""
    clock = clock_of(filters)
    bucket = _BUCKET_COLUMNS[clock]
    ages = sums(reader, VIEW, filters, OPEN, [bucket], clock=clock)
    in_view = conditions_on(VIEW, Filters(chosen={Dimension.CLIENT: filters.values(Dimension.CLIENT)}))
    loaded = reader.ask(
        questions("figures")["values"].format(view=VIEW.name, column="client_id", conditions=in_view.sql),
        in_view.parameters,
    )
    return DayBalance(
        day=day,
        as_of=reader.as_of,
        buckets={str(group.values[bucket]): (group.rows, group.amount) for group in ages},
        clients=frozenset(str(row[0]) for row in loaded.rows),
    )


def balances(reader_on: ReaderForDay, filters: Filters, month_ends: Sequence[date], latest: date) -> list[DayBalance]:
    """What was open at the last month ends before a day (month ends: newest first), and on that day, the page's own."""
    before = [each for each in reversed(month_ends) if each < latest][-MONTHS:]
    asked = [*((reader_on(each), each) for each in before), (reader_on(filters.as_of), latest)]
    return side_by_side(lambda each: balance(each[0], filters, each[1]), asked)


def trend(days: Sequence[DayBalance], filters: Filters) -> Figure:
    """Open AR and what of it is over 90 days old, as known on each of these days, the last of which is the page's."""
    clock = clock_of(filters)
    bucket = _BUCKET_COLUMNS[clock]
    latest = days[-1].clients
    parts = []
    for each in days:
        said = (
            (f"{len(each.clients)} of {len(latest)} clients have data of that day",) if each.clients != latest else ()
        )
        for series, chosen in (("Open AR", tuple(each.buckets)), ("Over 90 days", each.among(OVER_90))):
            parts.append(
                Part(
                    label=each.day.isoformat(),
                    series=series,
                    mark=Mark(values={bucket: chosen}),
                    rows=each.rows(chosen),
                    amount=each.amount(chosen),
                    as_of=each.as_of,
                    said=said,
                )
            )
    return Figure(
        name="trend",
        title=f"Open AR at month ends, {_SINCE[clock]}",
        view=VIEW.name,
        measure=OPEN,
        parts=tuple(parts),
        series=("Open AR", "Over 90 days"),
        basis=clock.label,
        unheeded=conditions_on(VIEW, filters, clock=clock).unheeded,
        note=_fewer_clients(days),
        clock=clock,
    )


def _fewer_clients(days: Sequence[DayBalance]) -> str:
    latest = days[-1].clients
    fewer = [each for each in days if each.clients != latest]
    if not fewer:
        return ""
    least, most = min(len(each.clients) for each in fewer), max(len(each.clients) for each in fewer)
    of = f"{least}" if least == most else f"{least} to {most}"
    return f"{len(fewer)} of these {len(days)} days hold {of} of {len(latest)} clients, and compare with no other."


def _place(kinds: Sequence[Measure], part: Part) -> int:
    return [kind.title for kind in kinds].index(part.label)
