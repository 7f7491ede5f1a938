"""What an account's office enters in a month: claims with their lines, their holds and their first bills."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.world.claim_codes import HOLD_REASONS, LEVELS_OF_CARE, TYPES_OF_BILL
from sandbox.world.days import Cents, Days, Flags, Month, Places
from sandbox.world.life.chance import Dice, when
from sandbox.world.roster import NOBODY, Roster

#: A claim has at most so many lines, so that line ids follow from claim ids.
MOST_LINES = 4
_CLAIMS_OF_A_MONTH = 2_000_000
_JANUARY_2000 = 24_000
_LINES = [0.45, 0.28, 0.15, 0.12]


@dataclass(frozen=True, kw_only=True, slots=True)
class Claims:
    """Claims of one account by month of DOS, and their lines claim by claim.

    Days are numbers of sandbox.world.days; places point into the roster's tuples. `line_*` arrays and those below
    `claim` have one entry a line, the others one a claim. A self-pay claim has no payer and is never billed.
    """

    roster: Roster
    id: Cents
    practice: Places
    facility: Places
    provider: Places
    patient: Places
    primary: Places
    secondary: Places
    institutional: Flags
    type_of_bill: Places
    enterer: Places
    follower: Places
    dos: Days
    dos_to: Days
    entered: Days
    hold_start: Days
    hold_release: Days
    hold_reason: Places
    first_billed: Days
    rejected: Days
    billed_again: Days
    claim: Places
    line_id: Cents
    line_place: Places
    code: Places
    level_of_care: Places
    units: Places
    cents: Cents

    @property
    def line_count(self) -> int:
        """How many charge lines they have."""
        return len(self.claim)

    @property
    def line_entered(self) -> Days:
        """The entry day of each line."""
        return self.entered[self.claim]

    @property
    def insured(self) -> Flags:
        """Whether a claim has a payer."""
        return self.primary != NOBODY


def draw_claims(dice: Dice, roster: Roster, month: Month, first: int, count: int) -> Claims:
    """Draw `count` claims with DOS in that month; `first` is the number of the first in its month."""
    starts, sizes = roster.patients_of_practice
    peopled = np.flatnonzero(sizes).astype(np.int32)
    practice = peopled[dice.within(np.zeros(count, np.int32), np.full(count, len(peopled), np.int32))]
    patient = dice.within(starts[practice], sizes[practice])
    facility = dice.within(*(side[practice] for side in roster.facilities_of_practice))
    institutional = roster.institutional[facility]

    dos = (month.first_day + dice.days(0, month.length - 1, count)).astype(np.int32)
    # Offices are closed on Sundays, wards are not. Day 3 of the count was a Sunday.
    dos = np.where(~institutional & (dos % 7 == 3) & (dos > month.first_day), dos - 1, dos).astype(np.int32)
    stay = np.where(institutional, dice.days(1, 7, count), 1).astype(np.int32)
    dos_to = (dos + stay - 1).astype(np.int32)
    late, slow = dice.happens(0.04, count), dice.happens(0.33, count)
    lag = np.where(late, dice.days(15, 75, count), np.where(slow, dice.days(3, 14, count), dice.days(0, 2, count)))
    entered = (dos_to + lag).astype(np.int32)

    held = dice.happens(0.13, count)
    hold_start = when(held, entered + dice.days(0, 1, count))
    length = np.where(dice.happens(0.07, count), dice.days(60, 400, count), dice.days(1, 30, count))
    hold_release = when(held, hold_start + length)
    forgotten = np.where(dice.happens(0.015, count), dice.days(60, 300, count), 0)
    ready = np.where(held, hold_release, entered)
    insured = roster.primary[patient] != NOBODY
    first_billed = when(insured, ready + dice.days(0, 6, count) + forgotten)
    bounced = insured & dice.happens(0.035, count)
    rejected = when(bounced, first_billed + dice.days(1, 2, count))
    billed_again = when(bounced, rejected + dice.days(1, 10, count))

    lines = np.where(institutional, 1 + dice.happens(0.2, count), 1 + dice.one_of(_LINES, count))
    claim = np.repeat(np.arange(count, dtype=np.int32), lines)
    place = (np.arange(len(claim)) - np.repeat(np.cumsum(lines) - lines, lines)).astype(np.int32)
    id = (month.ordinal - _JANUARY_2000) * _CLAIMS_OF_A_MONTH + first + np.arange(count, dtype=np.int64)
    whole = len(claim)
    level = np.where(institutional[claim], dice.days(0, len(LEVELS_OF_CARE) - 1, whole), NOBODY).astype(np.int32)
    office_code = dice.days(0, roster.first_level_of_care - 1, whole)
    code = np.where(level == NOBODY, office_code, roster.first_level_of_care + level).astype(np.int32)
    several = np.where(dice.happens(0.12, whole), dice.days(2, 4, whole), 1)
    units = np.where(level == NOBODY, several, stay[claim]).astype(np.int32)
    return Claims(
        roster=roster,
        id=id,
        practice=practice,
        facility=facility,
        provider=dice.within(*(side[practice] for side in roster.providers_of_practice)),
        patient=patient,
        primary=roster.primary[patient],
        secondary=roster.secondary[patient],
        institutional=institutional,
        type_of_bill=np.where(institutional, dice.days(0, len(TYPES_OF_BILL) - 1, count), NOBODY).astype(np.int32),
        enterer=dice.days(0, len(roster.client.staff) // 2 - 1, count),
        follower=dice.days(len(roster.client.staff) // 2, len(roster.client.staff) - 1, count),
        dos=dos,
        dos_to=dos_to,
        entered=entered,
        hold_start=hold_start,
        hold_release=hold_release,
        hold_reason=dice.days(0, len(HOLD_REASONS) - 1, count),
        first_billed=first_billed,
        rejected=rejected,
        billed_again=billed_again,
        claim=claim,
        line_id=id[claim] * MOST_LINES + place,
        line_place=place,
        code=code,
        level_of_care=level,
        units=units,
        cents=roster.prices[code] * units,
    )
