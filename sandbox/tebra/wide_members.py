"""The members of the wide flat types, composed of the blocks that repeat in them; members.py puts them in order."""

from __future__ import annotations


def _each(prefix: str, members: str) -> str:
    """The members, each with the prefix before its name."""
    return " ".join(prefix + member for member in members.split())


def _with_ext(phones: str) -> str:
    """Each telephone number and its extension."""
    return " ".join(f"{phone} {phone}Ext" for phone in phones.split())


_ADDRESS = "AddressLine1 AddressLine2 City Country State ZipCode"
_CONDITIONS = _each(
    "ConditionRelatedTo",
    "Abuse AutoAccident AutoAccidentState EPSDT Emergency Employment FamilyPlanning Other Pregnancy",
)
_CASE_DATES = _each(
    "Dates",
    "AccidentDate AcuteManifestationDate InjuryEndDate InjuryStartDate LastMenstrualPeriodDate LastSeenDate "
    "LastXRayDate ReferralDate RelatedDisabilityEndDate RelatedDisabilityStartDate RelatedHospitalizationEndDate "
    "RelatedHospitalizationStartDate SameOrSimilarIllnessEndDate SameOrSimilarIllnessStartDate UnableToWorkEndDate "
    "UnableToWorkStartDate",
)
_POLICY_TERMS = (
    "CompanyID CompanyName Copay Deductible EffectiveEndDate EffectiveStartDate GroupNumber "
    f"{_each('Insured', _ADDRESS)} "
    "InsuredDateOfBirth InsuredFullName InsuredGender InsuredIDNumber InsuredNotes InsuredSocialSecurityNumber Number "
    f"PatientRelationshipToInsured {_each('Plan', _ADDRESS)} PlanAdjusterFullName PlanID PlanName "
    f"{_with_ext('PlanFaxNumber PlanPhoneNumber')}"
)

PRACTICE = (
    "Active CreatedDate Email ID LastModifiedDate NPI Notes PracticeName SubscriptionEdition TaxID WebSite kFaxNumber "
    f"{_each('Practice', _ADDRESS)} {_with_ext('Fax Phone')} "
    + " ".join(
        _each(person, f"{_ADDRESS} Email FullName {_with_ext('Fax Phone')}")
        for person in ("Administrator", "BillingContact")
    )
)

SERVICE_LOCATION = (
    f"{_ADDRESS} BillingName CLIANumber CreatedDate FacilityIDType HCFABox32FacilityID ID ModifiedDate NPI Name "
    f"PlaceOfService PracticeID PracticeName {_with_ext('FaxPhone Phone')}"
)

PROVIDER = (
    f"Active {_ADDRESS} BillingType CreatedDate Degree DepartmentName EmailAddress EncounterFormName FirstName "
    "FullName ID LastModifiedDate LastName MiddleName NationalProviderIdentifier Notes PracticeID PracticeName Prefix "
    f"{_each('ProviderPerformanceReport', 'Active CCEmailRecipients Delay Fequency Scope')} SocialSecurityNumber "
    f"SpecialtyName Suffix Type {_with_ext('Fax HomePhone MobilePhone Pager WorkPhone')}"
)

PROCEDURE_CODE = (
    "Active BillableCode CreatedDate CustomerSpecific DefaultUnits DrugName ID LocalName ModifiedDate NDC "
    "OfficialDescription OfficialName PracticeName ProcedureCode ProcedureCodeCategoryID TypeOfServiceCode"
)

AUTHORIZATION = (
    "AuthorizationNumber AuthorizedNumberOfVisits AuthorizedNumberOfVisitsUsed ContactFullName ContactPhone "
    "ContactPhoneExt EndDate InsurancePolicyID Notes StartDate"
)
POLICY = f"{_POLICY_TERMS} InsurancePolicyID PatientCaseID"
CASE = (
    f"{_CONDITIONS} {_CASE_DATES} Description Name PatientCaseID PayerScenario ReferringProviderFullName "
    "ReferringProviderID SendPatientStatements"
)

PATIENT = (
    f"{_ADDRESS} Adjustments Age AlertMessage Charges CollectionCategoryName CreatedDate DOB EmailAddress "
    "EmergencyName EmployerName EmploymentStatus FirstName Gender GuarantorDifferentThanPatient ID InsuranceBalance "
    "InsurancePayments LastAppointmentDate LastDiagnosis LastEncounterDate LastModifiedDate LastName LastPaymentDate "
    "LastStatementDate MaritalStatus MedicalRecordNumber MiddleName PatientBalance PatientFullName PatientPayments "
    "PracticeId PracticeName Prefix PrimaryCarePhysicianFullName PrimaryCarePhysicianId ReferralSource "
    "ReferringProviderFullName ReferringProviderId SSN StatementNote Suffix TotalBalance "
    "DefaultRenderingProviderFullName DefaultRenderingProviderId "
    f"{_with_ext('EmergencyPhone HomePhone MobilePhone WorkPhone')} "
    f"{_each('Guarantor', 'FirstName LastName MiddleName Prefix Suffix')} "
    + _each(
        "AlertShowWhen",
        "DisplayingPatientDetails EnteringEncounters PostingPayments PreparingPatientStatements SchedulingAppointments "
        "ViewingClaimDetails",
    )
    + " "
    + _each(
        "DefaultCase",
        f"{_CONDITIONS} {_CASE_DATES} Description ID Name PayerScenario ReferringProviderFullName ReferringProviderID "
        "SendPatientStatements",
    )
    + " "
    + _each(
        "DefaultServiceLocation",
        f"BillingName Id Name {_with_ext('FaxPhone Phone')} {_each('Name', _ADDRESS)}",
    )
    + " "
    + " ".join(_each(f"MostRecentNote{place}", "Date Message User") for place in range(1, 5))
    + " "
    + " ".join(_each(f"{order}InsurancePolicy", _POLICY_TERMS) for order in ("Primary", "Secondary"))
)
PATIENT_AUTHORIZATIONS = " ".join(
    _each(
        f"Authorization{place}",
        "ContactFullName ContactPhone ContactPhoneExt EndDate InsurancePlanName Notes Number NumberOfVisits "
        "NumberOfVisitsUsed StartDate",
    )
    for place in range(1, 4)
)

PAYMENT = (
    "AdjudicationDate Adjustments Amount Applied AppointmentID BatchNumber Category CreatedDate ID LastModifiedDate "
    "PayerName PayerType PaymentMethod PostDate PracticeId ReferenceNumber Refunds Unapplied"
)

ENCOUNTER = (
    "AppointmentID BatchNumber CaseID CaseName CasePayerScenario CreatedDate EncounterID EncounterStatus "
    "HospitalizationEndDate HospitalizationStartDate LastModifiedDate PatientFirstName PatientID PatientLastName "
    "PatientMiddleName PatientPrefix PatientSufix Payment PlaceOfServiceCode PlaceOfServiceName PostDate PracticeID "
    "PracticeName ReferringProvider RenderingProvider SchedulingProvider ServiceEndDate ServiceLocationID "
    "ServiceLocationName ServiceStartDate SupervisingProvider"
)

_PAYMENT_OF_CHARGE = "PaymentCategoryDesc PaymentID PaymentMethodDesc PaymentPostingDate PaymentRef"
_INSURANCE_OF_CHARGE = (
    f"{_ADDRESS} AdjudicationDate BatchID CompanyName InsuranceAllowed InsuranceCoinsurance "
    "InsuranceContractAdjustment InsuranceContractAdjustmentReason InsuranceCopay InsuranceDeductible "
    f"InsurancePayment InsuranceSecondaryAdjustment InsuranceSecondaryAdjustmentReason {_PAYMENT_OF_CHARGE}"
)
CHARGE = (
    "AdjustedCharges AllowedAmount AppointmentID BatchNumber BilledTo CaseName CasePayerScenario CopayAmount "
    "CopayCategory CopayMethod CopayReference CreatedDate DoNotSendClaimElectronically "
    "DoNotSendElectronicallyToSecondary EClaimNote EClaimNoteType EncounterDiagnosisID1 EncounterDiagnosisID2 "
    "EncounterDiagnosisID3 EncounterDiagnosisID4 EncounterID EncounterProcedureID EncounterStatus ExpectedAmount "
    "HospitalizationEndDate HospitalizationStartDate ID InsuranceBalance LastModifiedDate LineNote LocalUseBox10d "
    "LocalUseBox19 Minutes OtherAdjustment OtherPaymentAmount PatientBalance PatientBatchID PatientDateOfBirth "
    "PatientFirstBillDate PatientFirstName PatientID PatientLastBillDate PatientLastName PatientMiddleName PatientName "
    "PatientPaymentAmount PostingDate PracticeID PracticeName ProcedureCode ProcedureCodeCategory ProcedureModifier1 "
    "ProcedureModifier2 ProcedureModifier3 ProcedureModifier4 ProcedureName Receipts RefCode ServiceEndDate "
    "ServiceStartDate Status TotalBalance TotalCharges TypeOfService UnitCharge Units "
    f"{_each('Other', _PAYMENT_OF_CHARGE)} {_each('Patient', _PAYMENT_OF_CHARGE)} "
    + " ".join(_each(f"{role}Provider", "ID Name") for role in ("Referring", "Rendering", "Scheduling", "Supervising"))
    + " "
    + _each(
        "ServiceLocation",
        f"BillingName CLIANumber FacilityID FacilityIdType Id NPI Name PlaceOfServiceCode PlaceOfServiceName "
        f"{_with_ext('Fax Phone')} {_each('Name', _ADDRESS)}",
    )
    + " "
    + " ".join(
        _each(f"{order}Insurance", f"{_INSURANCE_OF_CHARGE} FirstBillDate LastBillDate PlanName")
        for order in ("Primary", "Secondary")
    )
    + " "
    + _each("TertiaryInsurance", f"{_INSURANCE_OF_CHARGE} CompanyPlanName")
)
