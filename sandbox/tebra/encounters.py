"""CreateEncounter, UpdateEncounterStatus and GetEncounterDetails (contract section 3)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sandbox.tebra.call import Call
from sandbox.tebra.dates import read_datetime, show_date, show_midnight, show_moment
from sandbox.tebra.encounter_check import PreparedEncounter, check_encounter
from sandbox.tebra.journal import Encounter, EncounterLine, StatusChange
from sandbox.tebra.reading import Given
from sandbox.tebra.replies import Refusal, write_members
from sandbox.world.codes import FEE_SCHEDULE

#: The numbers that GetEncounterDetails gives for a status (Unpayable is a setting).
_STATUS_NUMBERS = {"Draft": "1", "Submitted": "2", "Approved": "3", "Rejected": "4"}
_STATUS_WORDS = {"draft": "Draft", "approved": "Approved", "rejected": "Rejected"}


def create_encounter(call: Call) -> str:
    """Write an encounter with all its lines, or refuse it whole with the echo that marks each error."""
    wanted = call.given.object("Encounter")
    prepared = check_encounter(call, wanted)
    external_id = wanted.text("EncounterExternalID")
    repeated = (call.customer.id, external_id) in call.journal.external_ids
    if external_id and repeated and call.settings.repeated_external_id == "refused":
        raise Refusal("Violation of UNIQUE KEY constraint. Cannot insert duplicate key for the external ID.")
    encounter = _write_encounter(call, wanted, prepared)
    return _answer_encounter(encounter, prepared)


def update_encounter_status(call: Call) -> str:
    """Change the status of a Draft or Review encounter; any other is refused."""
    wanted = call.given.object("EncounterUpdateStatus")
    encounter = call.journal.encounters.get(wanted.text("EncounterID"))
    if encounter is None or encounter.customer_id != call.customer.id:
        raise Refusal("Encounter could not be found.")
    if call.journal.status_of(encounter) not in ("Draft", "Submitted"):
        raise Refusal("Only encounters with a status of Draft or Review can be updated.")
    status = _read_status(wanted.text("EncounterStatus"), call.settings.review_word)
    call.journal.write(
        StatusChange(
            encounter_id=encounter.id,
            customer_id=call.customer.id,
            status=status,
            received_at=call.now,
            answered=call.answered,
        )
    )
    return write_members(
        {"AppointmentID": "0", "EncounterID": encounter.id, "PatientID": encounter.patient_id}
        | {"EncounterExternalID": encounter.external_id, "PracticeID": encounter.practice_id}
    )


def get_encounter_details(call: Call) -> str:
    """One encounter with its status as a number; nothing when there is none, or it is not visible yet."""
    encounter = call.journal.encounters.get(call.filter().text("EncounterID"))
    if encounter is None or encounter.customer_id != call.customer.id or encounter.visible_at > call.now:
        return call.rows("EncounterDetailsData", ())
    practice = call.world.practice(encounter.practice_id)
    patient = call.world.patient(encounter.patient_id)
    assert practice and patient, "an encounter in the journal is of this world"
    staff = {provider.id: provider.full_name for provider in practice.providers}
    status = call.journal.status_of(encounter)
    return call.rows(
        "EncounterDetailsData",
        [
            {
                "BatchNumber": encounter.batch,
                "CaseID": encounter.case_id,
                "CreatedDate": show_moment(encounter.received_at),
                "EncounterID": encounter.id,
                "EncounterStatus": _STATUS_NUMBERS.get(status, call.settings.unpayable_code),
                "HospitalizationEndDate": show_date(encounter.discharged),
                "HospitalizationStartDate": show_date(encounter.admitted),
                "LastModifiedDate": show_moment(encounter.received_at),
                "PatientFirstName": patient.first_name,
                "PatientID": patient.id,
                "PatientLastName": patient.last_name,
                "PlaceOfServiceCode": encounter.place_of_service,
                "PostDate": show_date(encounter.post_date),
                "PracticeID": practice.id,
                "PracticeName": practice.name,
                "ReferringProvider": staff.get(encounter.referring_provider_id),
                "RenderingProvider": staff.get(encounter.rendering_provider_id),
                "SchedulingProvider": staff.get(encounter.scheduling_provider_id),
                "ServiceEndDate": show_midnight(encounter.dos_end),
                "ServiceLocationID": encounter.location_id,
                "ServiceStartDate": show_midnight(encounter.dos),
            }
        ],
    )


def _write_encounter(call: Call, wanted: Given, prepared: PreparedEncounter) -> Encounter:
    hospitalization = wanted.object("Hospitalization")
    dos = _day(wanted.text("ServiceStartDate"))
    assert dos, "checked before"
    encounter = Encounter(
        id=call.journal.next_encounter_id(),
        customer_id=call.customer.id,
        practice_id=prepared.practice.id,
        patient_id=prepared.patient.id,
        case_id=prepared.case.id,
        rendering_provider_id=prepared.rendering_provider_id,
        scheduling_provider_id=prepared.scheduling_provider_id,
        referring_provider_id=prepared.referring_provider_id,
        location_id=prepared.location_id,
        place_of_service=wanted.object("PlaceOfService").text("PlaceOfServiceCode"),
        dos=dos,
        dos_end=_day(wanted.text("ServiceEndDate")) or dos,
        post_date=_day(wanted.text("PostDate")) or dos,
        admitted=_day(hospitalization.text("StartDate")),
        discharged=_day(hospitalization.text("EndDate")),
        batch=wanted.text("BatchNumber"),
        status=wanted.text("EncounterStatus") or "Draft",
        external_id=wanted.text("EncounterExternalID"),
        lines=tuple(
            _price_line(line, call.journal.next_line_id(place))
            for place, line in enumerate(wanted.object("ServiceLines").objects("ServiceLineReq"))
        ),
        received_at=call.now,
        visible_at=call.visible_at,
        answered=call.answered,
    )
    call.journal.write(encounter)
    return encounter


def _price_line(line: Given, line_id: str) -> EncounterLine:
    places = range(1, 5)
    given_price = line.text("UnitCharge")
    code = line.text("ProcedureCode")
    return EncounterLine(
        id=line_id,
        code=code,
        modifiers=tuple(filter(None, (line.text(f"ProcedureModifier{place}") for place in places))),
        diagnoses=tuple(filter(None, (line.text(f"DiagnosisCode{place}") for place in places))),
        units=Decimal(line.text("Units")),
        unit_charge=Decimal(given_price) if given_price else FEE_SCHEDULE[code],
        external_id=line.text("ExternalID"),
    )


def _answer_encounter(encounter: Encounter, prepared: PreparedEncounter) -> str:
    lines = "".join(
        f"<ServiceLineRes><EncounterID>{encounter.id}</EncounterID>"
        f"{write_members({'ServiceLineExternalID': line.external_id, 'ServiceLineID': line.id})}</ServiceLineRes>"
        for line in encounter.lines
    )
    return write_members(
        {
            "AppointmentID": "0",
            "EncounterExternalID": encounter.external_id,
            "EncounterID": encounter.id,
            "PatientCaseID": encounter.case_id,
            "PatientID": encounter.patient_id,
            "PracticeID": encounter.practice_id,
            "PracticeName": prepared.practice.name,
            "ReferringProviderID": encounter.referring_provider_id or "0",
            "RenderingProviderID": encounter.rendering_provider_id,
            "SchedulingProviderID": encounter.scheduling_provider_id or "0",
            "ServiceLocationID": encounter.location_id,
        },
        {"ServiceLinesAdded": f"<ServiceLinesAdded>{lines}</ServiceLinesAdded>"},
    )


def _read_status(word: str, review_word: str) -> str:
    if word.casefold() in ("review", "submitted") and review_word in ("both", word.capitalize()):
        return "Submitted"
    if word.casefold() not in _STATUS_WORDS:
        raise Refusal("Encounter status is not valid.")
    return _STATUS_WORDS[word.casefold()]


def _day(text: str) -> date | None:
    moment = read_datetime(text)
    return moment.date() if moment else None
