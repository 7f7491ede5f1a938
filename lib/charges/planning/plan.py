"""Making visits of the checked rows: what the sheet asks to be verified, paid and entered, and what holds it back.

A visit is a patient, practice and DOS, wherever its rows stand. It is all or nothing: an error in one of its rows
holds back its payments and its encounter. A row whose practice or DOS cannot be read may belong to any visit of its
patient that has the practice or DOS that can be read, so it holds all of those back.

A visit whose rows disagree on the rendering provider only may be split into one encounter a provider. Each part is
then all or nothing by itself, with three bonds: a row of which even the provider cannot be read holds back every
part; a row without an encounter goes with the first part; parts that share one payment go together or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from lib.charges.model import (
    ChargeRow,
    CheckedRow,
    Choices,
    EncounterDraft,
    PaymentDraft,
    Plan,
    Problem,
    RepeatedPayments,
    ServiceLine,
    Severity,
    Visit,
)
from lib.charges.planning.agreement import differing_fields, explain_differences, explain_stay, merge_parts, name_rows
from lib.charges.planning.names import plain_person, plain_place
from lib.charges.planning.payments import add_up, draft_payments, equal_payments, needs_answer
from lib.charges.sheet.columns import title_of


def plan_visits(
    rows: Sequence[CheckedRow],
    choices: Choices,
    *,
    practice_key: Callable[[str], str] = plain_place,
    provider_key: Callable[[str], str] = plain_person,
) -> Plan:
    """The sheet as visits in the order of their first rows, with the problems that only rows together show.

    `practice_key` and `provider_key` say which written names mean the same one. The defaults see through case,
    punctuation, "Last, First" and credentials; pass functions that give Tebra's ids once names are resolved, so that
    a nickname and a full name meet. The problems of the rows themselves are not repeated here.
    """
    groups = _group(sorted(rows, key=lambda row: row.number), practice_key)
    totals, answer, decided_by_control = add_up([group.rows for group in groups], choices)
    visits: list[Visit] = []
    problems: list[Problem] = []
    splittable: list[int] = []
    for group in groups:
        differing = differing_fields(group.rows, provider_key)
        parts = [group.rows]
        if differing == ("rendering_provider",):
            splittable.append(group.rows[0].number)
            if choices.split_by_provider:
                parts = _split(group.rows, provider_key)
        found = _check_together(group, parts, differing, answer, provider_key)
        drafts = draft_payments(group.rows, answer)
        blocked = _blocked_parts(group, parts, drafts, found)
        problems += found
        problems += _held_back(group, parts, blocked, found)
        visits += [_visit(part, drafts, blocked=index in blocked) for index, part in enumerate(parts)]
    return Plan(
        visits=tuple(sorted(visits, key=lambda visit: visit.rows)),
        problems=tuple(sorted(problems, key=lambda problem: problem.row)),
        totals=totals,
        splittable=tuple(splittable),
        decided_by_control=decided_by_control,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Group:
    """The rows of one patient, practice and DOS."""

    rows: list[ChargeRow]
    #: The numbers of those with an error of their own.
    faulty: set[int]
    #: The numbers of rows that belong nowhere, and may belong here.
    lost: list[int]


def _group(rows: Iterable[CheckedRow], practice_key: Callable[[str], str]) -> list[_Group]:
    groups: dict[tuple[str, date, str], _Group] = {}
    unplaced: dict[str, list[CheckedRow]] = {}
    for checked in rows:
        row = checked.row
        if row is None:
            unplaced.setdefault(checked.patient_id, []).append(checked)
            continue
        key = (row.patient_id, row.dos, practice_key(row.practice))
        group = groups.setdefault(key, _Group(rows=[], faulty=set(), lost=[]))
        group.rows.append(row)
        if checked.blocked:
            group.faulty.add(row.number)
    for (patient_id, dos, practice), group in groups.items():
        group.lost.extend(
            row.number
            for row in unplaced.get(patient_id, ())
            if row.dos in (None, dos) and (not row.practice or practice_key(row.practice) == practice)
        )
    return list(groups.values())


def _split(rows: Sequence[ChargeRow], provider_key: Callable[[str], str]) -> list[list[ChargeRow]]:
    """The rows by rendering provider; those without an encounter go with the first."""
    parts: dict[str, list[ChargeRow]] = {}
    for row in rows:
        if row.encounter:
            parts.setdefault(provider_key(row.encounter.rendering_provider), []).append(row)
    first, *others = parts.values()
    first += [row for row in rows if not row.encounter]
    return [sorted(first, key=lambda row: row.number), *others]


def _check_together(
    group: _Group,
    parts: Sequence[Sequence[ChargeRow]],
    differing: tuple[str, ...],
    answer: RepeatedPayments | None,
    provider_key: Callable[[str], str],
) -> list[Problem]:
    problems = explain_differences(group.rows, differing, provider_key) if differing and len(parts) == 1 else []
    for part in parts:
        merged = merge_parts(part)
        if merged:
            problems += explain_stay(merged, part)
        problems += _repeated_lines(part)
    for equals in equal_payments(group.rows):
        if needs_answer(equals, answer):
            problems += _unanswered(equals)
    return problems


def _repeated_lines(rows: Sequence[ChargeRow]) -> list[Problem]:
    first_of: dict[tuple[object, ...], int] = {}
    problems: list[Problem] = []
    for row in rows:
        if not row.line:
            continue
        line = row.line
        first = first_of.setdefault((line.procedure, line.units, line.modifiers, line.diagnoses), row.number)
        if first != row.number:
            problems.append(
                Problem(
                    row=row.number,
                    column=title_of("procedure"),
                    value=line.procedure,
                    what=f"may be a duplicate: row {first} has the same line in the same encounter.",
                    fix="Delete one of the two rows if it was entered twice.",
                    severity=Severity.WARNING,
                )
            )
    return problems


def _unanswered(equals: Sequence[ChargeRow]) -> list[Problem]:
    rows = name_rows(row.number for row in equals)
    return [
        Problem(
            row=row.number,
            column=title_of("patient_payment"),
            value=f"{row.payment.amount:.2f}",
            what=f"stands in {rows} of one visit without a reference: it may be one payment or {len(equals)}.",
            fix="Answer on the Check page (--repeated-payments one or each), or write reference numbers.",
        )
        for row in equals
        if row.payment
    ]


def _errors(problems: Iterable[Problem]) -> set[int]:
    return {problem.row for problem in problems if problem.severity is Severity.ERROR}


def _blocked_parts(
    group: _Group,
    parts: Sequence[Sequence[ChargeRow]],
    drafts: Sequence[PaymentDraft],
    found: Sequence[Problem],
) -> set[int]:
    """Which of the parts must not be sent, by their index."""
    wrong = group.faulty | _errors(found)
    everything = set(range(len(parts)))
    without_provider = any(row.number in group.faulty and not row.encounter for row in group.rows)
    if (wrong and without_provider) or group.lost:
        return everything
    part_of = {row.number: index for index, part in enumerate(parts) for row in part}
    blocked = {part_of[number] for number in wrong}
    shared = [{part_of[number] for number in draft.rows} for draft in drafts]
    for _ in parts:  # a bond may reach the next part through another payment
        for together in shared:
            if together & blocked:
                blocked |= together
    return blocked


def _held_back(
    group: _Group,
    parts: Sequence[Sequence[ChargeRow]],
    blocked: set[int],
    found: Sequence[Problem],
) -> list[Problem]:
    """Tell every row that is held back without an error of its own which rows are the cause."""
    wrong = group.faulty | _errors(found)
    causes = []
    if wrong:
        causes.append(f"{name_rows(wrong)} of the same visit {'has an error' if len(wrong) == 1 else 'have errors'}")
    if group.lost:
        causes.append(f"{name_rows(group.lost)} of the same patient cannot be placed without practice and DOS")
    what = f"Held back: {', and '.join(causes)}."
    return [
        Problem(row=row.number, column="", value="", what=what, fix="Correct that, and this row goes with it.")
        for index in sorted(blocked)
        for row in parts[index]
        if row.number not in wrong
    ]


def _visit(rows: Sequence[ChargeRow], drafts: Sequence[PaymentDraft], *, blocked: bool) -> Visit:
    """One visit; a payment belongs to the visit of its first row."""
    numbers = tuple(row.number for row in rows)
    lines: list[ServiceLine] = [row.line for row in rows if row.line]
    merged = merge_parts(rows)
    encounter = None
    if merged and lines:
        encounter = EncounterDraft(rows=tuple(line.row for line in lines), part=merged, lines=tuple(lines))
    return Visit(
        patient_id=rows[0].patient_id,
        practice=rows[0].practice,
        dos=rows[0].dos,
        rows=numbers,
        encounter=encounter,
        payments=tuple(draft for draft in drafts if draft.rows[0] in numbers),
        blocked=blocked,
    )
