"""GetCharges: the charge list of a practice over days, with the vendor's looseness (contract section 4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from sandbox.tebra.call import Call
from sandbox.tebra.dates import close_window, show_date, show_midnight, show_moment, today_at_server
from sandbox.tebra.journal import Encounter, EncounterLine
from sandbox.tebra.reading import Fault, Given
from sandbox.tebra.replies import Refusal
from sandbox.world import Practice

LONGEST_WINDOW = timedelta(days=60)
#: So many rows from the days around the asked range come along when filters are loose.
STRAY_ROWS = 4
_YES = frozenset(("t", "true", "1", "yes", "y"))
#: The status of a charge, by that of its encounter.
_CHARGE_STATUS = {
    "Draft": "Draft",
    "Submitted": "Pending",
    "Approved": "Ready",
    "Rejected": "Error - Rejection",
    "Unpayable": "Voided",
}


def get_charges(call: Call) -> str:
    """The charges in the window; patient and procedure filters do not narrow, and days around it may come along."""
    asked = call.filter()
    if not asked.text("PracticeName"):
        raise Refusal("Practice name is required.")
    practices = call.practices(practice_id="", name=asked.text("PracticeName"))
    return call.rows("ChargeData", (row for practice in practices for row in _list_practice(call, asked, practice)))


def _list_practice(call: Call, asked: Given, practice: Practice) -> Iterator[dict[str, str | None]]:
    served = close_window(asked.text("FromServiceDate"), asked.text("ToServiceDate"))
    posted = close_window(asked.text("FromPostingDate"), asked.text("ToPostingDate"))
    if not any((*served, *posted)):
        today = today_at_server(call.now)
        posted = (today - timedelta(days=7), today)
    if _width(posted) > LONGEST_WINDOW:
        raise Fault("a:InternalServiceFault", "The server was unable to process the request due to an internal error.")
    if _width(served) > LONGEST_WINDOW:
        return
    for encounter in _find(call, practice, served, posted):
        if _is_asked_for(call, asked, encounter):
            for line in encounter.lines:
                yield _describe(call, practice, encounter, line)
    if call.settings.loose_filters and served[0] and served[1]:
        before, after = served[0] - timedelta(days=1), served[1] + timedelta(days=1)
        strays = (
            _describe(call, practice, encounter, line)
            for day in (before, after)
            for encounter in _find(call, practice, (day, day), (None, None))
            for line in encounter.lines
        )
        yield from islice(strays, STRAY_ROWS)


def _find(
    call: Call,
    practice: Practice,
    served: tuple[date | None, date | None],
    posted: tuple[date | None, date | None],
) -> Iterator[Encounter]:
    """The visible encounters in both windows, day by day of service."""
    by_day = call.journal.encounters_by_day
    if served[0] and served[1]:
        days = [served[0] + timedelta(days=nth) for nth in range((served[1] - served[0]).days + 1)]
    else:
        days = sorted(day for practice_id, day in by_day if practice_id == practice.id)
    for day in days:
        for encounter in by_day.get((practice.id, day), ()):
            after_start = posted[0] is None or encounter.post_date >= posted[0]
            before_end = posted[1] is None or encounter.post_date <= posted[1]
            if encounter.visible_at <= call.now and after_start and before_end:
                yield encounter


def _is_asked_for(call: Call, asked: Given, encounter: Encounter) -> bool:
    status = call.journal.status_of(encounter)
    if status != "Approved" and asked.text("IncludeUnapprovedCharges").casefold() not in _YES:
        return False
    return (
        asked.text("BatchNumber") in ("", encounter.batch)
        and asked.text("EncounterStatus") in ("", status)
        and asked.text("Status") in ("", _CHARGE_STATUS[status])
    )


def _describe(call: Call, practice: Practice, encounter: Encounter, line: EncounterLine) -> dict[str, str | None]:
    patient = call.world.patient(encounter.patient_id)
    assert patient, "an encounter in the journal is of this world"
    staff = {provider.id: provider.full_name for provider in practice.providers}
    location = next(location for location in practice.locations if location.id == encounter.location_id)
    case = next((case for case in patient.cases if case.id == encounter.case_id), None)
    status = call.journal.status_of(encounter)
    described: dict[str, str | None] = {
        "AdjustedCharges": f"{line.charge:.4f}",
        "BatchNumber": encounter.batch,
        "CaseName": case.name if case else None,
        "CasePayerScenario": case.payer_scenario if case else None,
        "CreatedDate": show_moment(encounter.received_at),
        "EncounterID": encounter.id,
        "EncounterProcedureID": line.id,
        "EncounterStatus": status,
        "HospitalizationEndDate": show_date(encounter.discharged),
        "HospitalizationStartDate": show_date(encounter.admitted),
        "ID": str(int(line.id) + 50_000_000),
        "LastModifiedDate": show_moment(encounter.received_at),
        "PatientBalance": "0.0000",
        "PatientDateOfBirth": show_midnight(patient.born),
        "PatientFirstName": patient.first_name,
        "PatientID": patient.id,
        "PatientLastName": patient.last_name,
        "PatientMiddleName": patient.middle_name,
        "PatientName": patient.full_name,
        "PostingDate": show_midnight(encounter.post_date),
        "PracticeID": practice.id,
        "PracticeName": practice.name,
        "ProcedureCode": line.code,
        "Receipts": "0.0000",
        "ReferringProviderID": encounter.referring_provider_id,
        "ReferringProviderName": staff.get(encounter.referring_provider_id),
        "RenderingProviderID": encounter.rendering_provider_id,
        "RenderingProviderName": staff.get(encounter.rendering_provider_id),
        "SchedulingProviderID": encounter.scheduling_provider_id,
        "SchedulingProviderName": staff.get(encounter.scheduling_provider_id),
        "ServiceEndDate": show_midnight(encounter.dos_end),
        "ServiceLocationId": location.id,
        "ServiceLocationName": location.name,
        "ServiceLocationPlaceOfServiceCode": encounter.place_of_service,
        "ServiceStartDate": show_midnight(encounter.dos),
        "Status": _CHARGE_STATUS[status],
        "TotalBalance": f"{line.charge:.4f}",
        "TotalCharges": f"{line.charge:.4f}",
        "UnitCharge": f"{line.unit_charge:.4f}",
        "Units": f"{line.units:.4f}",
    }
    described.update({f"ProcedureModifier{nth}": code for nth, code in enumerate(line.modifiers, start=1)})
    described.update({f"EncounterDiagnosisID{nth}": code for nth, code in enumerate(line.diagnoses, start=1)})
    return described


def _width(window: tuple[date | None, date | None]) -> timedelta:
    first, last = window
    return last - first if first and last else timedelta(0)
