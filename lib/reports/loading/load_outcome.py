"""What a load has found, and how it is recorded: package, rejected rows, request, and what readers see."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice

from lib.core import audit
from lib.core.database import Session, as_json, named_queries
from lib.core.notify.events import Event
from lib.core.notify.outbox import tell
from lib.reports.catalog import report_named
from lib.reports.loading.checks import HABIT_PACKAGES, Finding, Verdict, verdict_of
from lib.reports.loading.publish import lock_cell, show_published
from lib.reports.loading.timeline import Days
from lib.reports.model import PackageState, ReportRequest, RequestState
from lib.reports.reading.headers import SchemaDifferences, normalise_header
from lib.reports.reading.rejects import Reject
from lib.reports.reading.rows import RowCounts

_SQL = named_queries("packages")
#: Rejected rows that are kept to be looked at; all are counted.
MOST_REJECTS = 10_000
_REJECTS_AT_ONCE = 1_000
#: Characters of a rejected row that are kept; the whole of it is in the raw file.
_LONGEST_TEXT = 10_000
#: Different reasons of rejected rows that the differences count.
_REASONS = 20
_NO_ROWS = RowCounts(read=0, loaded=0, rejected=0, padded=0, blank=0, totals={}, filled={}, untyped={})
_STATES = {
    Verdict.PUBLISH: (PackageState.PUBLISHED, RequestState.LOADED),
    Verdict.HOLD: (PackageState.HELD, RequestState.HELD),
    Verdict.FAIL: (PackageState.FAILED, RequestState.FAILED),
}


@dataclass(kw_only=True, slots=True)
class Findings:
    """What has been found of a package so far."""

    found: list[Finding] = field(default_factory=list)
    counts: RowCounts = _NO_ROWS
    labels: Sequence[str] = ()
    differences: SchemaDifferences = field(default_factory=SchemaDifferences)
    reasons: Counter[str] = field(default_factory=Counter)
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    days: Days | None = None
    undated: bool = False

    @property
    def verdict(self) -> Verdict:
        """What may become of the package, as far as is known."""
        return verdict_of(self.found)

    @property
    def sentences(self) -> list[str]:
        """What was found, for the page."""
        sentences = [finding.sentence for finding in self.found]
        if self.counts.rejected > MOST_REJECTS:
            sentences.append(f"The first {MOST_REJECTS:,} of {self.counts.rejected:,} rejected rows are kept.")
        return sentences


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """The published packages of the cell that are not of a later day: their rows, newest first, and last labels."""

    habit: tuple[int, ...]
    fields: tuple[str, ...] | None


def earlier_packages(session: Session, request: ReportRequest) -> Before:
    """The last few published packages of the request's cell that are not of a later day than it."""
    cell = request.cell
    rows = list(
        _SQL.earlier_packages(
            session.raw,
            client_id=cell.client_id,
            report=cell.report,
            account=cell.account,
            as_of=request.as_of,
            most=HABIT_PACKAGES,
        )
    )
    # A package of no records came without labels.
    labels = next((row.labels for row in rows if row.labels), None)
    return Before(
        habit=tuple(row.rows_loaded for row in rows), fields=None if labels is None else normalise_header(labels)
    )


def keep_rejects(session: Session, request: ReportRequest, package_id: str, rejects: Iterator[Reject]) -> None:
    """Keep the first MOST_REJECTS rejected rows beside the package."""
    numbered = enumerate(islice(rejects, MOST_REJECTS), start=1)
    while part := list(islice(numbered, _REJECTS_AT_ONCE)):
        _SQL.put_rejects(
            session.raw,
            client_id=request.cell.client_id,
            package_id=package_id,
            numbers=[number for number, _ in part],
            files=[reject.file for _, reject in part],
            row_numbers=[reject.row for _, reject in part],
            reasons=[reject.reason for _, reject in part],
            texts=[reject.text[:_LONGEST_TEXT] for _, reject in part],
        )


def record_outcome(session: Session, request: ReportRequest, package_id: str, findings: Findings) -> None:
    """Record what was found, and show the package where nothing speaks against it."""
    package_state, request_state = _STATES[findings.verdict]
    cell, counts = request.cell, findings.counts
    lock_cell(session, cell)
    first_day, last_day = findings.days or (None, None)
    kept = 0 if findings.verdict is Verdict.FAIL else counts.loaded
    rejected = {"rejected": dict(findings.reasons.most_common(_REASONS))}
    _SQL.end_load(
        session.raw,
        client_id=cell.client_id,
        package_id=package_id,
        state=str(package_state),
        labels=as_json(list(findings.labels)),
        rows_read=counts.read,
        rows_loaded=kept,
        rows_rejected=counts.rejected,
        rows_padded=counts.padded,
        totals=as_json(dict(findings.totals)),
        differences=as_json(dataclasses.asdict(findings.differences) | rejected),
        findings=as_json(findings.sentences),
        first_day=first_day,
        last_day=last_day,
        undated=findings.undated,
    )
    _SQL.end_request(
        session.raw,
        client_id=cell.client_id,
        request_id=request.id,
        state=str(request_state),
        package_id=package_id,
        error=" ".join(findings.sentences) if findings.verdict is not Verdict.PUBLISH else None,
    )
    if findings.verdict is Verdict.PUBLISH:
        show_published(session, cell)
    elif findings.verdict is Verdict.HOLD:
        tell(
            session,
            Event.PACKAGE_HELD,
            f"{report_named(cell.report).title} of {request.as_of.isoformat()} is held: a person has to look at it.",
            subject=f"{cell.client_id} {cell.report} {cell.account}",
            client_id=cell.client_id,
            link=f"/reports?package={package_id}",
        )
    audit.record(
        session,
        f"reports:package:load:{package_state}",
        f"package:{package_id}",
        client_id=cell.client_id,
        request=request.id,
        rows=kept,
    )
