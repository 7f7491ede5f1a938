"""Whether a package may be published, must wait for a person, or cannot be loaded: pure decisions on what was counted.

Whether keys are unique is counted in SQL over the staged rows (a GROUP BY of the keys, HAVING count(*) > 1, spills to
disk within work_mem at any size); the number of keys that come twice is handed in here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from statistics import median

from lib.reports.reading.headers import ColumnMap
from lib.reports.reading.rows import RowCounts

#: How many published packages make a client's habit.
HABIT_PACKAGES = 5
#: A package with fewer rows than this share of the habit waits for a person.
SMALLEST_SHARE = 0.5
#: Below so many usual rows a drop is no sign of anything: a list of seven held charges may well be of two next week.
FEWEST_USUAL_ROWS = 20
#: More rejected rows than this share wait for a person.
MOST_REJECTED = 0.05
#: Totals beyond this are no money of a billing office: the type of a total is numeric(20,2).
_LARGEST_TOTAL = Decimal(10) ** 18


class Verdict(StrEnum):
    """What may become of a package, from best to worst."""

    PUBLISH = "publish"
    #: A person publishes it or throws it away, with a reason.
    HOLD = "hold"
    #: It cannot be published; yesterday's rows stay.
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that keeps a package from being published, in a sentence for the page and the log."""

    verdict: Verdict
    sentence: str


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """The worst of the findings; PUBLISH where there are none."""
    found = {finding.verdict for finding in findings}
    return next((verdict for verdict in (Verdict.FAIL, Verdict.HOLD) if verdict in found), Verdict.PUBLISH)


def check_columns(columns: ColumnMap) -> list[Finding]:
    """Before anything is read: every required column must be in the file."""
    missing = columns.missing_required
    if not missing:
        return []
    return [_fail(f"The report has no column {', '.join(missing)}.")]


def check_rows(columns: ColumnMap, counts: RowCounts, habit: Sequence[int]) -> list[Finding]:
    """After the rows were read. `habit` are the rows of the client's published packages of this report, newest first.

    An empty package is fine for a client that has none or few rows; a drop of more than half is not.
    """
    findings = _check_retyped(columns, counts)
    if counts.read and not counts.loaded:
        findings.append(_fail(f"None of the {counts.read:,} rows could be loaded."))
    elif counts.rejected > MOST_REJECTED * counts.read:
        findings.append(_hold(f"{counts.rejected:,} of {counts.read:,} rows could not be loaded."))
    return findings + check_habit(counts.loaded, habit) + _check_totals(counts.totals)


def check_habit(loaded: int, habit: Sequence[int]) -> list[Finding]:
    """Row count against the client's habit; also for a report that the vendor says has no records (0 rows)."""
    if not habit:
        return []
    usual = median(habit[:HABIT_PACKAGES])
    if usual < FEWEST_USUAL_ROWS or loaded >= SMALLEST_SHARE * usual:
        return []
    return [_hold(f"{loaded:,} rows, where this client's report usually has about {usual:,.0f}.")]


def check_staged(counts: RowCounts, *, rows: int, totals: Mapping[str, Decimal], repeated_keys: int) -> list[Finding]:
    """After COPY: the database must hold what was read, to the cent; no key may come twice."""
    findings = []
    if rows != counts.loaded:
        findings.append(_fail(f"{rows:,} rows arrived in the database, where {counts.loaded:,} were read."))
    for name, total in counts.totals.items():
        staged = totals.get(name)
        if staged is None or staged != total:
            findings.append(_fail(f"The sum of {name} is {staged} in the database, where {total} was read."))
    if repeated_keys:
        findings.append(_hold(f"{repeated_keys:,} keys come more than once."))
    return findings


def _check_retyped(columns: ColumnMap, counts: RowCounts) -> list[Finding]:
    findings = []
    for name in counts.retyped:
        column = columns.report.column(name)
        sentence = f"{counts.untyped[name]:,} of {counts.filled[name]:,} cells of {name} are no {column.type}."
        findings.append(_fail(sentence) if column.required else _hold(sentence))
    return findings


def _check_totals(totals: Mapping[str, Decimal]) -> list[Finding]:
    return [
        _fail(f"The sum of {name} is not a sum of money.")
        for name, total in totals.items()
        if not total.is_finite() or abs(total) >= _LARGEST_TOTAL
    ]


def _hold(sentence: str) -> Finding:
    return Finding(verdict=Verdict.HOLD, sentence=sentence)


def _fail(sentence: str) -> Finding:
    return Finding(verdict=Verdict.FAIL, sentence=sentence)
