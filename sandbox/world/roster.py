"""An account's patients, places, providers and prices as columns, from which months of claims are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.world.claim_codes import INSTITUTIONAL_PLACES, LEVELS_OF_CARE
from sandbox.world.clients import Account, BillingClient
from sandbox.world.codes import FEE_SCHEDULE
from sandbox.world.days import NEVER, Cents, Days, Flags, Places, day_number
from sandbox.world.model import Patient, Payer, Practice, Provider, ServiceLocation
from sandbox.world.population import PAYERS

#: Of every payer: days until it answers, share of the charge it allows, share of lines it denies.
PAYER_HABITS = ((14, 0.62, 0.08), (21, 0.55, 0.11), (18, 0.70, 0.05), (28, 0.48, 0.14), (35, 0.58, 0.09))
NOBODY = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class Roster:
    """What claims of one account are made of; the arrays speak of patients, facilities, providers in tuple order.

    `of_practice` pairs say where a practice's own begin and how many they are.
    """

    client: BillingClient
    account: Account
    practices: tuple[Practice, ...]
    facilities: tuple[ServiceLocation, ...]
    providers: tuple[Provider, ...]
    patients: tuple[Patient, ...]
    payers: tuple[Payer, ...]
    patients_of_practice: tuple[Places, Places]
    facilities_of_practice: tuple[Places, Places]
    providers_of_practice: tuple[Places, Places]
    institutional: Flags
    primary: Places
    secondary: Places
    member_ids: tuple[str, ...]
    group_numbers: tuple[str, ...]
    covered_from: Days
    covered_to: Days
    copay: Cents
    codes: tuple[str, ...]
    prices: Cents
    first_level_of_care: int


def draw_up_roster(client: BillingClient, account: Account) -> Roster:
    """The roster of an account; practices without patients are left out of the drawing, not out of the lists."""
    facilities = [practice.locations for practice in account.practices]
    providers = [practice.providers_of_kind("rendering") for practice in account.practices]
    by_practice = account.derive_patients()
    patients = [patient for row in by_practice for patient in row]
    policies = [case.policies if (case := patient.primary_case) else () for patient in patients]
    first = [row[0] if row else None for row in policies]
    levels = LEVELS_OF_CARE
    return Roster(
        client=client,
        account=account,
        practices=account.practices,
        facilities=tuple(facility for row in facilities for facility in row),
        providers=tuple(provider for row in providers for provider in row),
        patients=tuple(patients),
        payers=PAYERS,
        patients_of_practice=_ranges(by_practice),
        facilities_of_practice=_ranges(facilities),
        providers_of_practice=_ranges(providers),
        institutional=np.array(
            [facility.place_of_service in INSTITUTIONAL_PLACES for row in facilities for facility in row], np.bool_
        ),
        primary=np.array([PAYERS.index(policy.payer) if policy else NOBODY for policy in first], np.int32),
        secondary=np.array([PAYERS.index(row[1].payer) if len(row) > 1 else NOBODY for row in policies], np.int32),
        member_ids=tuple(policy.number if policy else "" for policy in first),
        group_numbers=tuple(policy.group_number if policy else "" for policy in first),
        covered_from=np.array(
            [day_number(policy.starts) if policy and policy.starts else 0 for policy in first], np.int32
        ),
        covered_to=np.array(
            [day_number(policy.ends) if policy and policy.ends else NEVER for policy in first], np.int32
        ),
        copay=np.array([int(policy.copay * 100) if policy else 0 for policy in first], np.int64),
        codes=(*FEE_SCHEDULE, *(code for _, code, _ in levels)),
        prices=np.array(
            [*(int(price * 100) for price in FEE_SCHEDULE.values()), *(price for _, _, price in levels)], np.int64
        ),
        first_level_of_care=len(FEE_SCHEDULE),
    )


def _ranges(rows: list[tuple] | tuple[tuple, ...]) -> tuple[Places, Places]:
    counts = np.array([len(row) for row in rows], np.int32)
    return (np.cumsum(counts, dtype=np.int32) - counts).astype(np.int32), counts
