"""From a visit and what Tebra says of its patient to the intents that would be sent, or the reasons why not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from lib.charges.model import CaseStatus, Coverage, EncounterDraft, PaymentDraft, Problem, Severity, Visit
from lib.charges.planning.coverage import coverage_on
from lib.charges.planning.directory import Directory, Parties
from lib.charges.planning.keys import lines_fingerprint, natural_key_encounter, natural_key_payment
from lib.charges.planning.names import plain_place
from lib.charges.sheet.columns import title_of
from lib.core.intents import IntentDraft
from lib.vendors.tebra.model import (
    EncounterStatus,
    NewEncounter,
    NewLine,
    NewPayment,
    Patient,
    PaymentMethod,
    Practice,
    ReferringProvider,
)

PAYMENT = "payment"
ENCOUNTER = "encounter"
NEW_PAYMENT = TypeAdapter(NewPayment)
NEW_ENCOUNTER = TypeAdapter(NewEncounter)
_EXTERNAL_ID_LENGTH = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class IntendedVisit:
    """A visit with what it would send. With an error among `problems`, it sends nothing."""

    visit: Visit
    practice: Practice | None
    coverage: Coverage | None
    problems: tuple[Problem, ...] = ()
    payments: tuple[tuple[PaymentDraft, IntentDraft], ...] = ()
    encounter: IntentDraft | None = None

    @property
    def blocked(self) -> bool:
        """Whether nothing of the visit may be sent."""
        return self.visit.blocked or any(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def drafts(self) -> list[IntentDraft]:
        """Every intent of the visit; none when it is blocked."""
        if self.blocked:
            return []
        return [draft for _, draft in self.payments] + ([self.encounter] if self.encounter else [])


def intend_visit(
    visit: Visit,
    patient: Patient | None,
    directory: Directory,
    *,
    post_date: date,
    status: EncounterStatus | None = None,
) -> IntendedVisit:
    """What a visit would send, given its patient as Tebra knows them; None when Tebra does not.

    The patient's practice must be the row's, whatever else the row says (contract §3).
    """
    practice = directory.practice_named(visit.practice, visit.rows)
    if isinstance(practice, list):
        return IntendedVisit(visit=visit, practice=None, coverage=_coverage(patient, visit), problems=tuple(practice))
    found = IntendedVisit(visit=visit, practice=practice, coverage=_coverage(patient, visit))
    if patient is None:
        return _with_problems(
            found,
            "patient_id",
            visit.patient_id,
            "Tebra knows no such patient, or this login may not see them.",
            "Check the number, and the practices that this login may see.",
        )
    if not _belongs(patient, practice):
        return _with_problems(
            found,
            "practice",
            visit.practice,
            f"the patient belongs to another practice in Tebra (“{patient.practice_name}”).",
            "Correct the practice or the patient's number.",
        )
    found = _warn_of_coverage(found)
    payments = tuple((draft, _payment_intent(draft, visit, patient, practice, post_date)) for draft in visit.payments)
    if visit.encounter is None:
        return replace(found, payments=payments)
    if patient.primary_case is None:
        return _with_problems(
            found,
            "patient_id",
            visit.patient_id,
            "the patient has no case in Tebra, so no encounter can be made.",
            "Add a case in Tebra, then upload these rows again.",
        )
    parties = directory.parties(visit, visit.encounter, practice)
    if isinstance(parties, list):
        return replace(found, problems=(*found.problems, *parties))
    encounter = _encounter_intent(visit.encounter, visit, patient, practice, parties, post_date, status)
    return replace(found, payments=payments, encounter=encounter)


def unshown_visit(visit: Visit, directory: Directory, why: str) -> IntendedVisit:
    """A visit whose patient Tebra could not show: nothing of it is sent."""
    practice = directory.practice_named(visit.practice, visit.rows)
    found = IntendedVisit(visit=visit, practice=None if isinstance(practice, list) else practice, coverage=None)
    return _with_problems(
        found,
        "patient_id",
        visit.patient_id,
        f"Tebra could not show this patient. {why}",
        "Upload the row again later.",
    )


def _belongs(patient: Patient, practice: Practice) -> bool:
    """Whether the patient's practice is this one; by name where Tebra tells no id, and never where it tells neither."""
    if patient.practice_id:
        return patient.practice_id == practice.id
    return bool(patient.practice_name) and plain_place(patient.practice_name) == plain_place(practice.name)


def _payment_intent(
    draft: PaymentDraft, visit: Visit, patient: Patient, practice: Practice, post_date: date
) -> IntentDraft:
    payment = NewPayment(
        practice_id=practice.id,
        practice_name=practice.name,
        patient_id=patient.id,
        amount=draft.part.amount,
        method=PaymentMethod(draft.part.source.value),
        post_date=post_date,
        reference=draft.part.reference,
        batch=draft.part.batch,
        first_name=patient.first_name,
        middle_name=patient.middle_name,
        last_name=patient.last_name,
    )
    key = natural_key_payment(
        practice_id=practice.id, patient_id=patient.id, dos=visit.dos, part=draft.part, ordinal=draft.ordinal
    )
    body = _body(NEW_PAYMENT, payment) | {"dos": visit.dos.isoformat()}
    return IntentDraft(kind=PAYMENT, natural_key=key, body=body, amount=draft.part.amount)


def _encounter_intent(
    draft: EncounterDraft,
    visit: Visit,
    patient: Patient,
    practice: Practice,
    parties: Parties,
    post_date: date,
    status: EncounterStatus | None,
) -> IntentDraft:
    case = patient.primary_case
    assert case is not None
    referring = parties.referring
    key = natural_key_encounter(
        practice_id=practice.id, patient_id=patient.id, dos=visit.dos, rendering_provider_id=parties.rendering.id
    )
    fingerprint = lines_fingerprint(draft.lines)
    encounter = NewEncounter(
        practice_id=practice.id,
        practice_name=practice.name,
        patient_id=patient.id,
        case_id=case.id,
        rendering_provider_id=parties.rendering.id,
        scheduling_provider_id=parties.scheduling.id,
        referring_provider=ReferringProvider(
            id=referring.id,
            npi=referring.npi,
            first_name=referring.first_name,
            middle_name=referring.middle_name,
            last_name=referring.last_name,
        )
        if referring
        else None,
        location_id=parties.location.id,
        pos=draft.part.pos,
        dos=visit.dos,
        post_date=post_date,
        batch=draft.part.batch,
        admit_date=draft.part.admit_date,
        discharge_date=draft.part.discharge_date,
        status=status,
        external_id=fingerprint[:_EXTERNAL_ID_LENGTH],
        lines=tuple(
            NewLine(code=line.procedure, units=line.units, diagnoses=line.diagnoses, modifiers=line.modifiers)
            for line in draft.lines
        ),
    )
    body = _body(NEW_ENCOUNTER, encounter) | {"rendering_provider_name": parties.rendering.full_name}
    return IntentDraft(kind=ENCOUNTER, natural_key=key, fingerprint=fingerprint, body=body)


def _body(adapter: TypeAdapter[Any], record: NewPayment | NewEncounter) -> dict[str, Any]:
    return adapter.dump_python(record, mode="json")


def _coverage(patient: Patient | None, visit: Visit) -> Coverage | None:
    return coverage_on(patient, visit.dos) if patient else None


def _warn_of_coverage(found: IntendedVisit) -> IntendedVisit:
    """Inactive insurance is shown and warned about; it does not block (specification, phase 1)."""
    if found.coverage is None or found.coverage.status is CaseStatus.ACTIVE:
        return found
    what = (
        "no insurance is on file for this patient."
        if found.coverage.status is CaseStatus.NONE
        else "the patient's primary insurance was not active on this DOS."
    )
    warnings = tuple(
        Problem(
            row=row,
            column="Insurance Status",
            value=found.coverage.status,
            what=what,
            fix="It is sent all the same; check the coverage.",
            severity=Severity.WARNING,
        )
        for row in found.visit.rows
    )
    return replace(found, problems=(*found.problems, *warnings))


def _with_problems(found: IntendedVisit, column: str, value: str, what: str, fix: str) -> IntendedVisit:
    problems = tuple(
        Problem(row=row, column=title_of(column), value=value, what=what, fix=fix) for row in found.visit.rows
    )
    return replace(found, problems=(*found.problems, *problems))
