"""From the rows of a reply to records, and which columns a list has to return for that."""

from __future__ import annotations

from collections.abc import Iterable

from lib.vendors.tebra.messages import method_read
from lib.vendors.tebra.model import (
    ChargeFound,
    EncounterDetails,
    InsurancePolicy,
    Patient,
    PatientCase,
    PaymentFound,
    Practice,
    ProcedureCode,
    Provider,
    ServiceLocation,
)
from lib.vendors.tebra.reply import Row, is_id

PRACTICE_FIELDS = ("Active", "ID", "NPI", "PracticeName")
LOCATION_FIELDS = ("BillingName", "ID", "NPI", "Name", "PlaceOfService", "PracticeID", "PracticeName")
PROVIDER_FIELDS = (
    "Active",
    "Degree",
    "FirstName",
    "FullName",
    "ID",
    "LastName",
    "MiddleName",
    "NationalProviderIdentifier",
    "PracticeID",
    "Prefix",
    "Suffix",
    "Type",
)
PROCEDURE_CODE_FIELDS = ("Active", "DefaultUnits", "ID", "ProcedureCode")
PAYMENT_FIELDS = (
    "Amount",
    "BatchNumber",
    "ID",
    "PayerName",
    "PayerType",
    "PaymentMethod",
    "PostDate",
    "PracticeId",
    "ReferenceNumber",
)
CHARGE_FIELDS = (
    "BatchNumber",
    "EncounterID",
    "EncounterProcedureID",
    "EncounterStatus",
    "ID",
    "PatientID",
    "PatientName",
    "PostingDate",
    "PracticeID",
    "PracticeName",
    "ProcedureCode",
    "ProcedureModifier1",
    "ProcedureModifier2",
    "ProcedureModifier3",
    "ProcedureModifier4",
    "RenderingProviderID",
    "RenderingProviderName",
    "ServiceLocationName",
    "ServiceStartDate",
    "Status",
    "TotalCharges",
    "UnitCharge",
    "Units",
)
ENCOUNTER_FIELDS = (
    "BatchNumber",
    "CaseID",
    "EncounterID",
    "EncounterStatus",
    "PatientID",
    "PlaceOfServiceCode",
    "PostDate",
    "PracticeID",
    "PracticeName",
    "ReferringProvider",
    "RenderingProvider",
    "SchedulingProvider",
    "ServiceLocationID",
    "ServiceLocationName",
    "ServiceStartDate",
)


def practice(row: Row) -> Practice:
    """A PracticeData."""
    return Practice(id=row.text("ID"), name=row.text("PracticeName"), active=_active(row), npi=row.text("NPI"))


def service_location(row: Row) -> ServiceLocation:
    """A ServiceLocationData."""
    return ServiceLocation(
        id=row.text("ID"),
        name=row.text("Name"),
        practice_id=row.text("PracticeID"),
        practice_name=row.text("PracticeName"),
        pos=row.text("PlaceOfService"),
        npi=row.text("NPI"),
        billing_name=row.text("BillingName"),
    )


def provider(row: Row) -> Provider:
    """A ProviderData."""
    return Provider(
        id=row.text("ID"),
        full_name=row.text("FullName"),
        first_name=row.text("FirstName"),
        middle_name=row.text("MiddleName"),
        last_name=row.text("LastName"),
        prefix=row.text("Prefix"),
        suffix=row.text("Suffix"),
        degree=row.text("Degree"),
        type=row.text("Type"),
        active=_active(row),
        npi=row.text("NationalProviderIdentifier"),
        practice_id=row.text("PracticeID"),
    )


def procedure_code(row: Row) -> ProcedureCode:
    """A ProcedureCodeData; the licensed descriptions are not asked for."""
    return ProcedureCode(
        id=row.text("ID"),
        code=row.text("ProcedureCode"),
        active=_active(row),
        default_units=row.decimal("DefaultUnits"),
    )


def patient(row: Row) -> Patient:
    """A PatientData with its cases and policies."""
    return Patient(
        id=row.text("ID"),
        first_name=row.text("FirstName"),
        middle_name=row.text("MiddleName"),
        last_name=row.text("LastName"),
        full_name=row.text("PatientFullName")
        or _joined(row.text("FirstName"), row.text("MiddleName"), row.text("LastName")),
        dob=row.day("DOB"),
        practice_id=row.text("PracticeId"),
        practice_name=row.text("PracticeName"),
        cases=tuple(_case(item) for item in row.rows("Cases", "PatientCaseData") if item.text("PatientCaseID")),
        primary_policy_number=row.text("PrimaryInsurancePolicyNumber"),
        primary_plan_name=row.text("PrimaryInsurancePolicyPlanName"),
        primary_company_name=row.text("PrimaryInsurancePolicyCompanyName"),
    )


def payment(row: Row) -> PaymentFound:
    """A PaymentData."""
    return PaymentFound(
        id=row.text("ID"),
        amount=row.decimal("Amount"),
        payer_name=row.text("PayerName"),
        payer_type=row.text("PayerType"),
        method=method_read(row.text("PaymentMethod")),
        method_text=row.text("PaymentMethod"),
        reference=row.text("ReferenceNumber"),
        batch=row.text("BatchNumber"),
        post_date=row.day("PostDate"),
        practice_id=row.text("PracticeId"),
    )


def charge(row: Row) -> ChargeFound:
    """A ChargeData."""
    modifiers = (row.text(f"ProcedureModifier{n}") for n in range(1, 5))
    return ChargeFound(
        id=row.text("ID"),
        encounter_id=row.text("EncounterID"),
        patient_id=row.text("PatientID"),
        patient_name=row.text("PatientName"),
        practice_id=row.text("PracticeID"),
        practice_name=row.text("PracticeName"),
        encounter_procedure_id=row.text("EncounterProcedureID"),
        encounter_status=row.text("EncounterStatus"),
        batch=row.text("BatchNumber"),
        dos=row.day("ServiceStartDate"),
        post_date=row.day("PostingDate"),
        code=row.text("ProcedureCode"),
        modifiers=tuple(modifier for modifier in modifiers if modifier),
        units=row.decimal("Units"),
        unit_charge=row.decimal("UnitCharge"),
        total_charges=row.decimal("TotalCharges"),
        status=row.text("Status"),
        rendering_provider_id=row.text("RenderingProviderID"),
        rendering_provider_name=row.text("RenderingProviderName"),
        location_name=row.text("ServiceLocationName"),
    )


def encounter_details(row: Row) -> EncounterDetails:
    """An EncounterDetailsData."""
    return EncounterDetails(
        id=row.text("EncounterID"),
        status=row.text("EncounterStatus"),
        patient_id=row.text("PatientID"),
        practice_id=row.text("PracticeID"),
        practice_name=row.text("PracticeName"),
        case_id=row.text("CaseID"),
        batch=row.text("BatchNumber"),
        pos=row.text("PlaceOfServiceCode"),
        location_id=row.text("ServiceLocationID"),
        location_name=row.text("ServiceLocationName"),
        rendering_provider=row.text("RenderingProvider"),
        scheduling_provider=row.text("SchedulingProvider"),
        referring_provider=row.text("ReferringProvider"),
        dos=row.day("ServiceStartDate"),
        post_date=row.day("PostDate"),
        line_ids=line_ids(row.rows("ServiceLines", "ServiceLineRes")),
    )


def line_ids(rows: Iterable[Row]) -> tuple[str, ...]:
    """The ids of the service lines that were really written."""
    return tuple(row.text("ServiceLineID") for row in rows if is_id(row.text("ServiceLineID")))


def _case(row: Row) -> PatientCase:
    return PatientCase(
        id=row.text("PatientCaseID"),
        name=row.text("Name"),
        is_primary=row.flag("IsPrimaryCase") is True,
        payer_scenario=row.text("PayerScenario"),
        policies=tuple(_policy(item) for item in row.rows("InsurancePolicies", "PatientInsurancePolicyData")),
    )


def _policy(row: Row) -> InsurancePolicy:
    return InsurancePolicy(
        id=row.text("InsurancePolicyID"),
        company_name=row.text("CompanyName"),
        plan_name=row.text("PlanName"),
        number=row.text("Number"),
        group_number=row.text("GroupNumber"),
        effective_start=row.day("EffectiveStartDate"),
        effective_end=row.day("EffectiveEndDate"),
    )


def _active(row: Row) -> bool:
    """Only a plain no makes a record inactive: the column may be missing."""
    return row.flag("Active") is not False


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
