"""What CreateEncounter refuses, and the echo in which it says so (contract section 6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from sandbox.tebra.call import Call
from sandbox.tebra.reading import Given
from sandbox.tebra.replies import Refusal
from sandbox.world import Case, Patient, Practice
from sandbox.world.codes import DIAGNOSES, FEE_SCHEDULE, MODIFIERS, PLACES_OF_SERVICE

_DIAGNOSES = frozenset(code.replace(".", "") for code in DIAGNOSES)
_MODIFIERS = frozenset(MODIFIERS)
_PLACES = frozenset(PLACES_OF_SERVICE)
_SUMMARY_ID = 6100

Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PreparedEncounter:
    """What the identifiers of a valid CreateEncounter stand for; an optional provider not given is empty."""

    practice: Practice
    patient: Patient
    case: Case
    rendering_provider_id: str
    scheduling_provider_id: str
    referring_provider_id: str
    location_id: str


@dataclass(kw_only=True, slots=True)
class _Marks:
    """Errors by the place of the offending member: names, and a line's place in the list."""

    errors: dict[Path, tuple[int, str]] = field(default_factory=dict)

    def mark(self, path: Path, id: int, message: str) -> None:
        self.errors.setdefault(path, (id, message))


def check_encounter(call: Call, wanted: Given) -> PreparedEncounter:
    """What the encounter's identifiers stand for; Refusal with the marked echo when anything is wrong."""
    marks = _Marks()
    practice = _check_practice(call, wanted, marks)
    patient, case = _check_patient(call, wanted, practice, marks)
    rendering = _check_provider(practice, wanted, "RenderingProvider", marks, required=True)
    scheduling = _check_provider(practice, wanted, "SchedulingProvider", marks, required=False)
    referring = _check_provider(practice, wanted, "ReferringProvider", marks, required=False)
    location_id = _check_location(practice, wanted, marks)
    for name in ("ServiceStartDate", "PostDate"):
        if name not in wanted:
            marks.mark((name,), 6001, f"{name} is required.")
    place_of_service = wanted.object("PlaceOfService").text("PlaceOfServiceCode")
    if place_of_service and place_of_service not in _PLACES:
        marks.mark(("PlaceOfService", "PlaceOfServiceCode"), 6020, "Place of service code was not found.")
    _check_lines(wanted, marks)
    if marks.errors or practice is None or patient is None or case is None:
        raise Refusal(_echo(wanted, marks))
    return PreparedEncounter(
        practice=practice,
        patient=patient,
        case=case,
        rendering_provider_id=rendering,
        scheduling_provider_id=scheduling,
        referring_provider_id=referring,
        location_id=location_id,
    )


def _check_practice(call: Call, wanted: Given, marks: _Marks) -> Practice | None:
    given = wanted.object("Practice")
    practice_id, name = given.text("PracticeID"), given.text("PracticeName").casefold()
    for practice in call.customer.practices:
        if practice.id == practice_id or (not practice_id and practice.name.casefold() == name):
            return practice
    marks.mark(("Practice",), 6002, "Practice was not found.")
    return None


def _check_patient(
    call: Call, wanted: Given, practice: Practice | None, marks: _Marks
) -> tuple[Patient | None, Case | None]:
    patient = call.patient(wanted.object("Patient").text("PatientID"))
    if patient is None:
        marks.mark(("Patient",), 6003, "Patient was not found.")
        return None, None
    refuses = call.settings.practice_mismatch == "refused"
    if refuses and practice and patient.practice_id != practice.id:
        marks.mark(("Patient",), 6004, "Patient does not belong to the practice.")
    case_id = wanted.object("Case").text("CaseID")
    case = next((case for case in patient.cases if case.id == case_id), None)
    if case is None:
        message = "Case was not found for the patient." if case_id else "Case is required."
        marks.mark(("Case",), 6005, message)
    return patient, case


def _check_provider(practice: Practice | None, wanted: Given, role: str, marks: _Marks, *, required: bool) -> str:
    if role not in wanted:
        if required:
            marks.mark((role,), 6010, "Provider is required.")
        return ""
    given = wanted.object(role)
    wanted_id, npi = given.text("ProviderID"), given.text("NPI")
    for provider in practice.providers if practice else ():
        known = provider.id == wanted_id if wanted_id else bool(npi) and provider.npi == npi
        if known and provider.active and (role == "ReferringProvider" or provider.kind == "rendering"):
            return provider.id
    marks.mark((role,), 6011, "Provider was not found in the practice.")
    return ""


def _check_location(practice: Practice | None, wanted: Given, marks: _Marks) -> str:
    given = wanted.object("ServiceLocation")
    location_id, name = given.text("LocationID"), given.text("LocationName").casefold()
    for location in practice.locations if practice else ():
        if location.id == location_id or (not location_id and location.name.casefold() == name):
            return location.id
    marks.mark(("ServiceLocation",), 6012, "Service location was not found in the practice.")
    return ""


def _check_lines(wanted: Given, marks: _Marks) -> None:
    lines = wanted.object("ServiceLines").objects("ServiceLineReq")
    if not lines:
        marks.mark(("ServiceLines",), 6030, "At least one service line is required.")
    for place, line in enumerate(lines):
        code = line.text("ProcedureCode")
        if code not in FEE_SCHEDULE:
            marks.mark((place, "ProcedureCode"), 6031, f"Procedure code {code} was not found.")
        for nth in range(1, 5):
            diagnosis = line.text(f"DiagnosisCode{nth}")
            missing = nth == 1 and not diagnosis
            if missing or (diagnosis and diagnosis.replace(".", "").upper() not in _DIAGNOSES):
                marks.mark(
                    (place, f"DiagnosisCode{nth}"), 6032, f"Diagnosis code {diagnosis} was not found, or inactive."
                )
            modifier = line.text(f"ProcedureModifier{nth}")
            if modifier and modifier not in _MODIFIERS:
                marks.mark((place, f"ProcedureModifier{nth}"), 6033, f"Modifier {modifier} was not found.")
        if not line.text("Units") or float(line.text("Units")) <= 0:
            marks.mark((place, "Units"), 6034, "Units must be greater than zero.")
        if "ServiceStartDate" not in line:
            marks.mark((place, "ServiceStartDate"), 6035, "Service start date is required.")
    if any(isinstance(path[0], int) for path in marks.errors):
        marks.mark(("ServiceLines",), _SUMMARY_ID, "One or more service lines have errors.")


def _echo(wanted: Given, marks: _Marks) -> str:
    return f"<Encounter>{_echo_members(wanted, (), marks)}</Encounter>"


def _echo_members(given: Given, path: Path, marks: _Marks) -> str:
    names: set[str | int] = {name for name in given if name in given}
    names |= {mark[len(path)] for mark in marks.errors if mark[: len(path)] == path and len(mark) == len(path) + 1}
    return "".join(_echo_member(given, name, path, marks) for name in sorted(n for n in names if isinstance(n, str)))


def _echo_member(given: Given, name: str, path: Path, marks: _Marks) -> str:
    here = (*path, name)
    if name == "ServiceLines":
        lines = given.object(name).objects("ServiceLineReq")
        content = "".join(
            f"<ServiceLine>{_echo_members(line, (place,), marks)}</ServiceLine>" for place, line in enumerate(lines)
        )
    elif isinstance(given.members.get(name), Given):
        content = _echo_members(given.object(name), here, marks)
    else:
        content = escape(given.text(name))
    if here in marks.errors:
        id, message = marks.errors[here]
        content += f'<err id="{id}">{escape(message)}</err>'
    return f"<{name}>{content}</{name}>"
