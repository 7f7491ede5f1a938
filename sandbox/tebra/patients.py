"""GetPatient and GetPatients (contract section 3, patient and insurance facts)."""

from __future__ import annotations

from decimal import Decimal

from sandbox.tebra.call import Call
from sandbox.tebra.dates import read_date, show_date, show_midnight
from sandbox.tebra.replies import Refusal, write_members, write_object
from sandbox.world import Case, Patient, Policy


def get_patient(call: Call) -> str:
    """One patient with cases and policies; nil when there is none, or the login may not see it."""
    patient_id = call.filter().text("PatientID")
    patient = call.patient(patient_id)
    if patient is None or patient_id in call.settings.hidden_patients:
        return '<Patient xsi:nil="true"/>'
    cases = "".join(_write_case(patient, case, call) for case in patient.cases)
    objects = {"Cases": f"<Cases>{cases}</Cases>"} if cases else {}
    return write_object("Patient", _describe(patient, call), objects)


def get_patients(call: Call) -> str:
    """The patients whose names contain the texts asked for; the end of the birth-date range is exclusive."""
    asked = call.filter()
    if not any(asked.text(name) for name in asked):
        raise Refusal("At least one filter is required.")
    first, last = read_date(asked.text("FromDateOfBirth")), read_date(asked.text("ToDateOfBirth"))
    texts = {
        "FirstName": lambda patient: patient.first_name,
        "LastName": lambda patient: patient.last_name,
        "MiddleName": lambda patient: patient.middle_name,
        "FullName": lambda patient: patient.full_name,
        "Gender": lambda patient: patient.gender,
    }

    def fits(patient: Patient) -> bool:
        return (
            all(asked.text(name).casefold() in of(patient).casefold() for name, of in texts.items())
            and (first is None or patient.born >= first)
            and (last is None or patient.born < last)
        )

    practices = call.practices(practice_id=asked.text("PracticeID"), name=asked.text("PracticeName"))
    patients = (
        call.patient(patient_id) for practice in practices for patient_id in call.world.patient_ids(practice.id)
    )
    return call.rows("PatientData", (_describe(patient, call) for patient in patients if patient and fits(patient)))


def _describe(patient: Patient, call: Call) -> dict[str, str | None]:
    practice = call.world.practice(patient.practice_id)
    paid = [payment for payment in call.journal.payments_by_patient[patient.id] if payment.visible_at <= call.now]
    case = patient.primary_case
    described: dict[str, str | None] = {
        "AddressLine1": "1 Invented Street",
        "City": "Nowhere",
        "Country": "USA",
        "CreatedDate": "1/2/2019 9:00:00 AM",
        "DOB": show_midnight(patient.born),
        "FirstName": patient.first_name,
        "Gender": patient.gender,
        "ID": patient.id,
        "LastModifiedDate": "1/2/2019 9:00:00 AM",
        "LastName": patient.last_name,
        "LastPaymentDate": show_date(max((payment.post_date for payment in paid), default=None)),
        "MiddleName": patient.middle_name,
        "PatientFullName": patient.full_name,
        "PatientPayments": str(sum((payment.amount for payment in paid), Decimal("0.00"))),
        "PracticeId": patient.practice_id,
        "PracticeName": practice.name if practice else None,
        "State": "CA",
        "ZipCode": "00000",
    }
    if case:
        described["DefaultCaseID"] = case.id
        described["DefaultCaseName"] = case.name
        described["DefaultCasePayerScenario"] = case.payer_scenario
        for order, policy in zip(("Primary", "Secondary"), case.policies, strict=False):
            terms = _describe_policy(policy)
            described.update({f"{order}InsurancePolicy{name}": value for name, value in terms.items()})
    return described


def _write_case(patient: Patient, case: Case, call: Call) -> str:
    policies = case.policies if call.settings.policy_order == "precedence" else case.policies[::-1]
    own = {"PatientCaseID": case.id}
    written = "".join(
        f"<PatientInsurancePolicyData>"
        f"{write_members(_describe_policy(policy) | own | {'InsurancePolicyID': policy.id})}"
        "<SyncWithEHR>false</SyncWithEHR></PatientInsurancePolicyData>"
        for policy in policies
    )
    return write_object(
        "PatientCaseData",
        {
            "IsPrimaryCase": "true" if case.primary else "false",
            "Name": case.name,
            "PatientCaseID": case.id,
            "PayerScenario": case.payer_scenario,
            "SendPatientStatements": "True",
        },
        {"InsurancePolicies": f"<InsurancePolicies>{written}</InsurancePolicies>"} if written else None,
    )


def _describe_policy(policy: Policy) -> dict[str, str | None]:
    return {
        "CompanyID": policy.payer.id,
        "CompanyName": policy.payer.name,
        "Copay": str(policy.copay),
        "EffectiveEndDate": show_midnight(policy.ends),
        "EffectiveStartDate": show_midnight(policy.starts),
        "GroupNumber": policy.group_number,
        "Number": policy.number,
        "PatientRelationshipToInsured": "S",
        "PlanID": policy.payer.plan_id,
        "PlanName": policy.payer.plan,
    }
