"""A patient's primary insurance on the date of service, computed from the policies' effective dates.

Tebra's policies have no active flag (contract §3, patient and insurance facts). The primary case counts, else the
first; in it the first policy in Tebra's order that covers the day.
"""

from __future__ import annotations

from datetime import date

from lib.charges.model import CaseStatus, Coverage
from lib.vendors.tebra.model import InsurancePolicy, Patient


def coverage_on(patient: Patient, dos: date) -> Coverage:
    """The primary insurance on the DOS: Active, else the first policy as Inactive, else None without a policy."""
    case = patient.primary_case
    policies = case.policies if case else ()
    for policy in policies:
        if _covers(policy, dos):
            return _coverage(policy, CaseStatus.ACTIVE)
    if policies:
        return _coverage(policies[0], CaseStatus.INACTIVE)
    return Coverage(insurance="", policy_number="", status=CaseStatus.NONE)


def _covers(policy: InsurancePolicy, dos: date) -> bool:
    """Started by the DOS and not ended before it; without any date a policy holds, with an end alone it does not."""
    if policy.effective_start is None:
        return policy.effective_end is None
    return policy.effective_start <= dos and (policy.effective_end is None or policy.effective_end >= dos)


def _coverage(policy: InsurancePolicy, status: CaseStatus) -> Coverage:
    return Coverage(insurance=policy.plan_name or policy.company_name, policy_number=policy.number, status=status)
