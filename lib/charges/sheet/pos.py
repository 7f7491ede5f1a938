"""Places of service and encounter modes: which codes and words there are, and which go together."""

from __future__ import annotations

import re
from enum import StrEnum


class Mode(StrEnum):
    """How patient and provider met, in the words of the sheet."""

    IN_OFFICE = "In Office"
    TELEHEALTH = "Telehealth"


#: The two-digit codes of the CMS place-of-service code set; what is absent is unassigned.
PLACES_OF_SERVICE: frozenset[str] = frozenset(
    f"{code:02d}"
    for codes in (range(1, 28), range(31, 35), (41, 42), range(49, 59), (60, 61, 62, 65, 66, 71, 72, 81, 99))
    for code in codes
)

TELEHEALTH_PLACES: frozenset[str] = frozenset({"02", "10"})

INPATIENT_HOSPITAL = "21"

_MODES: dict[str, Mode] = {
    **dict.fromkeys(
        ("inoffice", "office", "inperson", "person", "facetoface", "f2f", "inclinic", "clinic", "onsite"),
        Mode.IN_OFFICE,
    ),
    **dict.fromkeys(
        ("telehealth", "telemedicine", "tele", "telephone", "phone", "video", "videovisit", "virtual", "virtualvisit",
         "televisit", "remote", "audio", "audioonly", "online"),
        Mode.TELEHEALTH,
    ),
}  # fmt: skip


def mode_of(text: str) -> Mode | None:
    """The mode that this word means, or None; case, spaces and punctuation do not count."""
    return _MODES.get(re.sub(r"[\W_]+", "", text.casefold()))


def agree(mode: Mode, place: str) -> bool:
    """Whether the mode goes with the place of service: 02 and 10 with telehealth, every other place with In Office."""
    return (mode is Mode.TELEHEALTH) == (place in TELEHEALTH_PLACES)
