"""The members of the operations that the stand-in serves, by type and in wire order (contract sections 1 to 3).

Members of a type stand on the wire in ordinal order of their names, so they are declared here in the order that
reads best and sorted. Nothing else about the protocol is said twice: requests are checked, replies ordered and the
WSDL written from this one description.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.tebra import wide_members

SCHEMAS = "http://www.kareo.com/api/schemas/"
SCHEMAS_NO_SLASH = "http://www.kareo.com/api/schemas"
ENUMS = "http://schemas.datacontract.org/2004/07/KareoServicesWCF"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"

Scalar = Literal["string", "int", "double", "boolean", "dateTime"]
SCALARS: frozenset[str] = frozenset(("string", "int", "double", "boolean", "dateTime"))

ENUMERATIONS: dict[str, tuple[str, ...]] = {
    "EncounterStatusCode": ("Draft", "Submitted", "Approved", "Rejected", "Unpayable"),
    "PaymentMethodCode": ("Cash", "ElectronicFundsTransfer", "Check", "Other", "CreditCard", "Unknown"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One member of a type: `kind` is a scalar, an enumeration or the name of another type."""

    name: str
    kind: str
    required: bool = False
    many: bool = False

    @property
    def nillable(self) -> bool:
        """Whether the member may be nil: texts, times and objects may, numbers and enumerations may not."""
        return self.kind not in {"int", "double", "boolean"} and self.kind not in ENUMERATIONS


@dataclass(frozen=True, kw_only=True, slots=True)
class Type:
    """A complex type; members of its base come first on the wire, then its own."""

    name: str
    members: tuple[Member, ...]
    namespace: str = SCHEMAS
    base: str | None = None


TYPES: dict[str, Type] = {}


def _declare(name: str, members: str, *, namespace: str = SCHEMAS, base: str | None = None) -> None:
    """Declare a type from words like `Name`, `Name:kind`, `Name:kind*` (many) and `Name:kind!` (required)."""
    declared: list[Member] = []
    for word in members.split():
        member_name, _, kind = word.partition(":")
        declared.append(
            Member(
                name=member_name,
                kind=kind.rstrip("*!") or "string",
                required=kind.endswith("!"),
                many=kind.endswith("*"),
            )
        )
    declared.sort(key=lambda member: member.name)
    TYPES[name] = Type(name=name, members=tuple(declared), namespace=namespace, base=base)


def _declare_toggles(name: str, columns: str, *, namespace: str = SCHEMAS) -> None:
    _declare(name, " ".join(f"{column}:boolean" for column in columns.split()), namespace=namespace)


def _declare_list(item: str, *, namespace: str = SCHEMAS) -> None:
    _declare(f"ArrayOf{item}", f"{item}:{item}*", namespace=namespace)


_declare("RequestHeader", "ClientVersion CustomerKey Password User")
_declare("RequestBase", "RequestHeader:RequestHeader!")
_declare("ErrorResponse", "ErrorMessage IsError:boolean StackTrace")
_declare("ArrayOfstring", "string:string*", namespace=ARRAYS)
_declare("ArrayOfint", "int:int*", namespace=ARRAYS)
_declare("PermissionsMissing", "Permission:ArrayOfstring")
_declare("PracticiesAuthorized", "PracticeID:ArrayOfint")
_declare(
    "SecurityResponse",
    "Authenticated:boolean Authorized:boolean CustomerId:int CustomerKeyValid:boolean "
    "PermissionsMissing:PermissionsMissing PracticesAuthorized:PracticiesAuthorized SecurityResult "
    "SecurityResultSuccess:boolean",
)
_declare("ResponseBase", "ErrorResponse:ErrorResponse SecurityResponse:SecurityResponse")

_declare("GetCustomerIdFromKeyRequest", "CustomerKey Password User")
_declare("GetCustomerIdFromKeyResp", "CustomerId:int IsAuthorized:boolean")
_declare("GetThrottlesReq", "", base="RequestBase")
_declare("ThrottleDetail", "Endpoint ThrottleTimeMs:double")
_declare_list("ThrottleDetail")
_declare("GetThrottlesResp", "ThrottleDetails:ArrayOfThrottleDetail", base="ResponseBase")

_declare_toggles("PracticeFieldsToReturn", wide_members.PRACTICE)
_declare(
    "PracticeFilter",
    "Active FromCreatedDate FromLastModifiedDate ID NPI PracticeName TaxID ToCreatedDate ToLastModifiedDate",
)
_declare("GetPracticesReq", "Fields:PracticeFieldsToReturn! Filter:PracticeFilter", base="RequestBase")
_declare("PracticeData", wide_members.PRACTICE)
_declare_list("PracticeData")
_declare("GetPracticesResp", "Practices:ArrayOfPracticeData", base="ResponseBase")

_declare_toggles("ServiceLocationFieldsToReturn", wide_members.SERVICE_LOCATION, namespace=SCHEMAS_NO_SLASH)
_declare(
    "ServiceLocationFilter",
    "FromCreatedDate FromLastModifiedDate ID PracticeID PracticeName ToCreatedDate ToLastModifiedDate",
    namespace=SCHEMAS_NO_SLASH,
)
_declare(
    "GetServiceLocationsReq",
    "Fields:ServiceLocationFieldsToReturn! Filter:ServiceLocationFilter",
    namespace=SCHEMAS_NO_SLASH,
    base="RequestBase",
)
_declare("ServiceLocationData", wide_members.SERVICE_LOCATION, namespace=SCHEMAS_NO_SLASH)
_declare_list("ServiceLocationData", namespace=SCHEMAS_NO_SLASH)
_declare(
    "GetServiceLocationsResp",
    "ServiceLocations:ArrayOfServiceLocationData",
    namespace=SCHEMAS_NO_SLASH,
    base="ResponseBase",
)

_declare_toggles("ProviderFieldsToReturn", wide_members.PROVIDER)
_declare(
    "ProviderFilter",
    "DepartmentName FromCreatedDate FromLastModifiedDate FullName PracticeID PracticeName ToCreatedDate "
    "ToLastModifiedDate Type",
)
_declare("GetProvidersReq", "Fields:ProviderFieldsToReturn! Filter:ProviderFilter", base="RequestBase")
_declare("ProviderData", wide_members.PROVIDER)
_declare_list("ProviderData")
_declare("GetProvidersResp", "Providers:ArrayOfProviderData", base="ResponseBase")

_declare_toggles("ProcedureCodeFieldsToReturn", wide_members.PROCEDURE_CODE, namespace=SCHEMAS_NO_SLASH)
_declare(
    "ProcedureCodeFilter",
    "Active:boolean CustomerSpecific:boolean FromCreatedDate FromLastModifiedDate ID ProcedureCode ToCreatedDate "
    "ToLastModifiedDate",
    namespace=SCHEMAS_NO_SLASH,
)
_declare(
    "GetProcedureCodesReq",
    "Fields:ProcedureCodeFieldsToReturn! Filter:ProcedureCodeFilter",
    namespace=SCHEMAS_NO_SLASH,
    base="RequestBase",
)
_declare("ProcedureCodeData", wide_members.PROCEDURE_CODE, namespace=SCHEMAS_NO_SLASH)
_declare_list("ProcedureCodeData", namespace=SCHEMAS_NO_SLASH)
_declare(
    "GetProcedureCodesResp",
    "ProcedureCodes:ArrayOfProcedureCodeData",
    namespace=SCHEMAS_NO_SLASH,
    base="ResponseBase",
)

_declare("SinglePatientFilter", "ExternalID ExternalVendorID:int PatientID:int")
_declare("GetPatientReq", "Filter:SinglePatientFilter", base="RequestBase")
_declare("PatientInsurancePolicyAuthorizationData", wide_members.AUTHORIZATION)
_declare_list("PatientInsurancePolicyAuthorizationData")
_declare(
    "PatientInsurancePolicyData",
    f"Authorizations:ArrayOfPatientInsurancePolicyAuthorizationData SyncWithEHR:boolean {wide_members.POLICY}",
)
_declare_list("PatientInsurancePolicyData")
_declare(
    "PatientCaseData",
    f"InsurancePolicies:ArrayOfPatientInsurancePolicyData IsPrimaryCase:boolean {wide_members.CASE}",
)
_declare_list("PatientCaseData")
_declare("PatientData", f"Cases:ArrayOfPatientCaseData {wide_members.PATIENT}")
_declare_list("PatientData")
_declare("GetPatientResp", "Patient:PatientData", base="ResponseBase")
_declare_toggles("PatientFieldsToReturn", f"{wide_members.PATIENT} {wide_members.PATIENT_AUTHORIZATIONS}")
_declare(
    "PatientFilter",
    "CollectionCategoryName DefaultCasePayerScenario DefaultRenderingProviderFullName DefaultServiceLocationName "
    "FirstName FromCreatedDate FromDateOfBirth FromLastEncounterDate FromLastModifiedDate FullName Gender LastName "
    "MiddleName PracticeID PracticeName PrimaryCarePhysicianFullName PrimaryInsurancePolicyCompanyName "
    "PrimaryInsurancePolicyPlanName ReferralSource ReferringProviderFullName SSN "
    "SecondaryInsurancePolicyCompanyName SecondaryInsurancePolicyPlanName ToCreatedDate ToDateOfBirth "
    "ToLastEncounterDate ToLastModifiedDate",
)
_declare("GetPatientsReq", "Fields:PatientFieldsToReturn! Filter:PatientFilter", base="RequestBase")
_declare("GetPatientsResp", "Patients:ArrayOfPatientData", base="ResponseBase")

_declare_toggles("PaymentFieldsToReturn", wide_members.PAYMENT)
_declare(
    "PaymentFilter",
    "Amount AppointmentID BatchNumber FromCreatedDate FromLastModifiedDate FromPostDate ID PayerName PayerType "
    "PracticeID PracticeName ReferenceNumber ToCreatedDate ToLastModifiedDate ToPostDate",
)
_declare("GetPaymentsReq", "Fields:PaymentFieldsToReturn! Filter:PaymentFilter", base="RequestBase")
_declare("PaymentData", wide_members.PAYMENT)
_declare_list("PaymentData")
_declare("GetPaymentsResp", "Payments:ArrayOfPaymentData", base="ResponseBase")

_declare("PaymentAppointmentCreate", "AppointmentID")
_declare("PaymentInsuranceCreate", "CompanyPlanID CompanyPlanName")
_declare("PaymentPatientCreate", "FirstName LastName MiddleName PatientID Prefix Suffix")
_declare("PaymentPaymentCreate", "AmountPaid:string! PaymentMethod:string! ReferenceNumber")
_declare("PaymentPracticeCreate", "PracticeID PracticeName")
_declare(
    "PaymentCreate",
    "AjudicationDate Appointment:PaymentAppointmentCreate BatchNumber Insurance:PaymentInsuranceCreate Other "
    "Patient:PaymentPatientCreate PayerType:string! Payment:PaymentPaymentCreate! PostDate "
    "Practice:PaymentPracticeCreate",
)
_declare("CreatePaymentRequest", "Payment:PaymentCreate!", base="RequestBase")
_declare("CreatePaymentResp", "PaymentID:int PracticeID:int PracticeName", base="ResponseBase")

_declare("AppointmentIdentifierReq", "AppointmentID:int ExternalID")
_declare(
    "ProviderIdentifierDetailedReq",
    "AddressLine1 AddressLine2 City Country Degree ExternalID Fax FirstName HomePhone LastName MiddleName MobilePhone "
    "NPI Pager Prefix ProviderID:int State Suffix WorkPhone Zip",
)
_declare("PatientCaseIdentifierReq", "CaseID:int CaseName CasePayerScenario ExternalID")
_declare("EncounterHospitalization", "EndDate:dateTime StartDate:dateTime")
_declare(
    "EncounterMiscellaneous",
    "DoNotSendClaimElectronically:boolean DoNotSendElectronicallytoSecondary:boolean EClaimNote EClaimNoteType "
    "LocalUseBox10d LocalUseBox19",
)
_declare("OrphanDiagnosisCodes", " ".join(f"OrphanDiagnosisCode{place}" for place in range(1, 13)))
_declare("PatientIdentifierReq", "ExternalID FirstName LastName MiddleName PatientID:int Prefix Suffix")
_declare("EncounterPayment", "AmountPaid Category Description PaymentMethod:PaymentMethodCode ReferenceNumber")
_declare("EncounterPlaceOfService", "PlaceOfServiceCode PlaceOfServiceName")
_declare("PracticeIdentifierReq", "ExternalID PracticeID:int PracticeName")
_declare(
    "ServiceLineReq",
    "AltDiagnosisCode1 AltDiagnosisCode2 AltDiagnosisCode3 AltDiagnosisCode4 DiagnosisCode1 DiagnosisCode2 "
    "DiagnosisCode3 DiagnosisCode4 ExternalID LineNote Minutes:int ProcedureCode ProcedureModifier1 "
    "ProcedureModifier2 ProcedureModifier3 ProcedureModifier4 RefCode ServiceEndDate:dateTime "
    "ServiceStartDate:dateTime TypeofService UnitCharge:double Units:double",
)
_declare_list("ServiceLineReq")
_declare("EncounterServiceLocation", "LocationID:int LocationName")
_declare("HealthCodeReq", "Amount:double DateFrom:dateTime DateTo:dateTime DiagnosisCode HealthCode HealthCodeType")
_declare_list("HealthCodeReq")
_declare(
    "UB04Req",
    "AdmissionCode AdmissionDate:dateTime AdmittingDiagnosisCode BillType DischargeStatusCode "
    "HealthCodes:ArrayOfHealthCodeReq PointOfOriginCode PrincipalDiagnosisCode PrincipalProcedureCode "
    "PrincipalProcedureDate:dateTime Remarks",
)
_declare(
    "EncounterCreate",
    "Appointment:AppointmentIdentifierReq AssistantProvider:ProviderIdentifierDetailedReq AuthorizationNumber "
    "BatchNumber BusinessOfficeNotes Case:PatientCaseIdentifierReq EncounterExternalID "
    "EncounterStatus:EncounterStatusCode ExternalVendorID:int Hospitalization:EncounterHospitalization "
    "MedicalOfficeNotes Miscellaneous:EncounterMiscellaneous OrphanDiagnosisCodes:OrphanDiagnosisCodes "
    "Patient:PatientIdentifierReq Payment:EncounterPayment PlaceOfService:EncounterPlaceOfService PostDate:dateTime "
    "Practice:PracticeIdentifierReq PrimaryClaimType ReferringProvider:ProviderIdentifierDetailedReq "
    "RenderingProvider:ProviderIdentifierDetailedReq SchedulingProvider:ProviderIdentifierDetailedReq "
    "SecondaryClaimType ServiceEndDate:dateTime ServiceLines:ArrayOfServiceLineReq "
    "ServiceLocation:EncounterServiceLocation ServiceStartDate:dateTime "
    "SupervisingProvider:ProviderIdentifierDetailedReq UB04:UB04Req",
)
_declare("CreateEncounterReq", "Encounter:EncounterCreate!", base="RequestBase")
_declare("ServiceLineRes", "EncounterID:int ServiceLineExternalID ServiceLineID:int")
_declare_list("ServiceLineRes")
_declare(
    "CreateEncounterResp",
    "AppointmentExternalID AppointmentID:int EncounterExternalID EncounterID:int ExternalVendorID:int "
    "PTAProviderExternalID PatientCaseExternalID PatientCaseID:int PatientExternalID PatientID:int PaymentMethod "
    "PracticeExternalID PracticeID:int PracticeName ReferringProviderExternalID ReferringProviderID:int "
    "RenderingProviderExternalID RenderingProviderID:int SchedulingProviderExternalID SchedulingProviderID:int "
    "ServiceLinesAdded:ArrayOfServiceLineRes ServiceLocationID:int SupervisingProviderExternalID "
    "SupervisingProviderID:int",
    base="ResponseBase",
)

_declare_toggles("EncounterDetailsFieldsToReturn", wide_members.ENCOUNTER)
_declare("EncounterDetailsPractice", "PracticeID PracticeName")
_declare("EncounterDetailsFilter", "EncounterID:string! Practice:EncounterDetailsPractice")
_declare(
    "GetEncounterDetailsReq",
    "Fields:EncounterDetailsFieldsToReturn! Filter:EncounterDetailsFilter!",
    base="RequestBase",
)
_declare("EncounterDetailsData", f"ServiceLines:ArrayOfServiceLineRes {wide_members.ENCOUNTER}")
_declare_list("EncounterDetailsData")
_declare("GetEncounterDetailsResp", "EncounterDetails:ArrayOfEncounterDetailsData", base="ResponseBase")

_declare("EncounterUpdateStatusPractice", "PracticeID PracticeName")
_declare("EncounterUpdateStatus", "EncounterID:int! EncounterStatus:string! Practice:EncounterUpdateStatusPractice")
_declare("UpdateEncounterStatusReq", "EncounterUpdateStatus:EncounterUpdateStatus!", base="RequestBase")

_declare_toggles("ChargeFieldsToReturn", wide_members.CHARGE)
_declare(
    "ChargeFilter",
    "BatchNumber BilledTo CasePayerScenario DiagnosisCode EncounterStatus FromCreatedDate FromLastModifiedDate "
    "FromPostingDate FromServiceDate IncludeUnapprovedCharges PatientName PracticeName ProcedureCode "
    "ReferringProviderFullName RenderingProviderFullName SchedulingProviderFullName ServiceLocationName Status "
    "ToCreatedDate ToLastModifiedDate ToPostingDate ToServiceDate",
)
_declare("GetChargesReq", "Fields:ChargeFieldsToReturn! Filter:ChargeFilter", base="RequestBase")
_declare("ChargeData", wide_members.CHARGE)
_declare_list("ChargeData")
_declare("GetChargesResp", "Charges:ArrayOfChargeData", base="ResponseBase")

#: Operation to the types of its `request` and its result.
OPERATIONS: dict[str, tuple[str, str]] = {
    "GetCustomerIdFromKey": ("GetCustomerIdFromKeyRequest", "GetCustomerIdFromKeyResp"),
    "GetThrottles": ("GetThrottlesReq", "GetThrottlesResp"),
    "GetPractices": ("GetPracticesReq", "GetPracticesResp"),
    "GetServiceLocations": ("GetServiceLocationsReq", "GetServiceLocationsResp"),
    "GetProviders": ("GetProvidersReq", "GetProvidersResp"),
    "GetProcedureCodes": ("GetProcedureCodesReq", "GetProcedureCodesResp"),
    "GetPatient": ("GetPatientReq", "GetPatientResp"),
    "GetPatients": ("GetPatientsReq", "GetPatientsResp"),
    "GetPayments": ("GetPaymentsReq", "GetPaymentsResp"),
    "CreatePayment": ("CreatePaymentRequest", "CreatePaymentResp"),
    "CreateEncounter": ("CreateEncounterReq", "CreateEncounterResp"),
    "GetEncounterDetails": ("GetEncounterDetailsReq", "GetEncounterDetailsResp"),
    "UpdateEncounterStatus": ("UpdateEncounterStatusReq", "CreateEncounterResp"),
    "GetCharges": ("GetChargesReq", "GetChargesResp"),
}
WRITES = frozenset({"CreatePayment", "CreateEncounter", "UpdateEncounterStatus"})
