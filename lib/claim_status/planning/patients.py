"""Queries of one patient each, for the days on which a payer has more claims than a query may find."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from lib.claim_status.model import Patient
from lib.claim_status.planning.limits import Window, WindowLimits


def patient_windows(
    asked: Iterable[tuple[Patient, date]],
    *,
    answered: Iterable[Window] = (),
    limits: WindowLimits | None = None,
) -> list[Window]:
    """The fewest windows of each patient that cover their days, those in `answered` left out; oldest first.

    `answered` also takes what was refused: a patient's window that overflows cannot be narrowed further by anybody.
    """
    limits = limits or WindowLimits()
    done: dict[Patient, list[Window]] = defaultdict(list)
    for window in answered:
        if window.patient is not None:
            done[window.patient].append(window)
    days: dict[Patient, set[date]] = defaultdict(set)
    for patient, day in asked:
        if not any(day in window for window in done[patient]):
            days[patient].add(day)
    return [window for patient, of_patient in days.items() for window in _cover(patient, sorted(of_patient), limits)]


def _cover(patient: Patient, days: list[date], limits: WindowLimits) -> Iterator[Window]:
    first = last = days[0]
    for day in days[1:]:
        if (day - first).days >= limits.longest_days:
            yield Window(first=first, last=last, patient=patient)
            first = day
        last = day
    yield Window(first=first, last=last, patient=patient)
