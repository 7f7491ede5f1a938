"""What the staff of a client did with their days: minutes by user, task and day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.world.claim_codes import TASKS
from sandbox.world.days import Days, Month, Places
from sandbox.world.life.chance import Dice
from sandbox.world.roster import Roster

#: Keeps these dice apart from those of the claims, whose last number is a claim's.
_APART = 900_000_001


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeEntries:
    """Entries by day; `user` points into the client's staff, `task` into claim_codes.TASKS."""

    user: Places
    task: Places
    minutes: Places
    day: Days


def keep_time(seed: int, roster: Roster, month: Month) -> TimeEntries:
    """A month's entries on an account: on working days each user spends some time on some of the tasks."""
    dice = Dice(seed, int(roster.account.number), month.ordinal, _APART)
    days = np.arange(month.first_day, month.first_day + month.length, dtype=np.int32)
    # Saturdays and Sundays; day 0 was a Thursday.
    days = days[(days + 3) % 7 < 5]
    day, user, task = (
        grid.ravel().astype(np.int32)
        for grid in np.meshgrid(days, np.arange(len(roster.client.staff)), np.arange(len(TASKS)), indexing="ij")
    )
    worked = dice.happens(0.35, len(day))
    minutes = dice.days(4, 180, len(day))
    return TimeEntries(user=user[worked], task=task[worked], minutes=minutes[worked], day=day[worked])
