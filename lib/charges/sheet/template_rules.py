"""The rules of the Charges workbook in a biller's words, as the template shows them."""

from __future__ import annotations

GENERAL_RULES: tuple[str, ...] = (
    'The sheet must be called "Charges". Columns may stand in any order; columns of your own stay as they are.',
    "One row is one procedure line. Rows of one patient, practice and DOS form one encounter, wherever they stand.",
    "A row with Patient ID, Practice and DOS only is verified and nothing more.",
    "A row with payment columns only is a payment without an encounter.",
    "If one row of an encounter has an error, nothing of that encounter is sent, its payments included.",
    "A payment is entered once, on one row. Where it repeats on other rows, you are asked if it is one or several.",
    "Tebra's payment call takes no description: put what you need into Reference Number or the batch.",
    "No merged cells, no macros, no links to other workbooks; 100,000 rows at most. Save it before you upload it.",
    "Delete the sample row.",
)

_PROVIDER = "full name as in Tebra; “Last, First” and credentials are understood."
_DIAGNOSIS = "ICD-10-CM code, such as M54.50; no code twice in a row."
_MODIFIER = "Two characters; no modifier twice in a row."

COLUMN_RULES: dict[str, str] = {
    "patient_id": "The patient's number in Tebra, digits only.",
    "practice": "Name of the practice as in Tebra.",
    "dos": "Date of service, a date cell or MM/DD/YYYY; not in the future.",
    "rendering_provider": f"Rendering provider: {_PROVIDER}",
    "encounter_mode": "In Office or Telehealth; must go with POS (02 and 10 are telehealth).",
    "pos": "Place of service, two digits of the CMS list, such as 11 or 02.",
    "procedure": "One CPT or HCPCS code.",
    "units": "More than 0.",
    "diag_1": f"First diagnosis: {_DIAGNOSIS}",
    "diag_2": _DIAGNOSIS,
    "diag_3": _DIAGNOSIS,
    "diag_4": _DIAGNOSIS,
    "mod_1": _MODIFIER,
    "mod_2": _MODIFIER,
    "mod_3": _MODIFIER,
    "mod_4": _MODIFIER,
    "ce_batch": "Batch of the encounter.",
    "scheduling_provider": f"Rendering provider when empty; else {_PROVIDER}",
    "referring_provider": f"Referring provider: {_PROVIDER}",
    "admit_date": "Start of the hospitalization; expected with POS 21.",
    "discharge_date": "End of the hospitalization, not before the admit date.",
    "pp_batch": "Batch of the patient payment.",
    "patient_payment": "Amount in dollars, more than 0, at most two decimals.",
    "payment_source": "CHECK, CREDIT CARD, EFT or CASH.",
    "reference": "Check or transfer number; required for CHECK and EFT.",
}
