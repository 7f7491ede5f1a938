"""Finding the practice, location or provider that a biller wrote by name.

In order: the exact name; the normalised one (case, accents, punctuation, and for persons "Last, First", titles,
credentials and middle names); a nickname that this client accepted before. Anything else is a ranked suggestion which
the biller must accept: resemblance alone never decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache

_CREDENTIALS = frozenset(
    {"md", "do", "mbbs", "mbchb", "dpm", "dc", "dds", "dmd", "od", "np", "fnp", "fnpc", "fnpbc", "aprn", "arnp", "rn",
     "bsn", "msn", "dnp", "cnp", "crnp", "agnp", "agacnp", "pmhnp", "pmhnpbc", "cnm", "crna", "pa", "pac", "phd",
     "psyd", "edd", "pharmd", "lcsw", "lmsw", "msw", "lpc", "lmft", "lmhc", "lcpc", "ccc", "cccslp", "slp", "pt",
     "dpt", "ot", "otr", "otrl", "otd", "rd", "rdn", "ms", "ma", "mph", "mba", "facs", "facp", "faap", "facog",
     "faafp", "fache", "esq"}
)  # fmt: skip
_TITLES = frozenset({"dr", "doctor", "mr", "mrs", "ms", "miss", "prof"})

#: Letters that Unicode does not take apart, as a keyboard without them spells them.
_SPELLED_OUT = str.maketrans(
    {"&": " and ", "Ø": "O", "ø": "o", "Æ": "Ae", "æ": "ae", "Œ": "Oe", "œ": "oe", "Ł": "L", "ł": "l", "Đ": "D",
     "đ": "d", "Ð": "D", "ð": "d", "Þ": "Th", "þ": "th", "ı": "i"}
)  # fmt: skip
_MOST_SUGGESTIONS = 5
_LEAST_LIKENESS = 0.55


class Found(StrEnum):
    """How a written name led to a record, or why it did not."""

    EXACT = "exact"
    NORMALISED = "normalised"
    NICKNAME = "nickname"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A practice, location or provider of the vendor's list; with a last name it is a person."""

    id: str
    name: str
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    active: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolution:
    """The candidate that is meant, if it is certain, and else whom to suggest, the likeliest first."""

    candidate: Candidate | None
    how: Found
    suggestions: tuple[Candidate, ...] = ()


def resolve(written: str, candidates: Sequence[Candidate], nicknames: Mapping[str, str]) -> Resolution:
    """The candidate that this name means.

    `nicknames` maps what was written, in any case and punctuation, to the id of the candidate that the biller accepted
    for it; an id that is not among the candidates counts for nothing. An active candidate beats an inactive one at
    every step, so an inactive one comes back only when nothing else answers to the name. Two that answer equally well
    are ambiguous and both suggested.
    """
    active = [candidate for candidate in candidates if candidate.active]
    best = _named(written, active)
    if best.candidate:
        return best
    remembered = {plain_place(nickname): vendor_id for nickname, vendor_id in nicknames.items()}.get(
        plain_place(written)
    )
    nicknamed = next((candidate for candidate in candidates if candidate.id == remembered), None)
    if nicknamed:
        return Resolution(candidate=nicknamed, how=Found.NICKNAME)
    if best.how is Found.UNKNOWN:
        best = _named(written, [candidate for candidate in candidates if not candidate.active])
    if best.how is Found.UNKNOWN:
        return Resolution(candidate=None, how=Found.UNKNOWN, suggestions=_suggestions(written, candidates))
    return best


@lru_cache(maxsize=65536)
def plain_place(text: str) -> str:
    """A name reduced to what comparing looks at: one case, no accents, no punctuation, single spaces."""
    letters = unicodedata.normalize("NFKD", text.translate(_SPELLED_OUT))
    letters = "".join(sign for sign in letters if not unicodedata.combining(sign))
    # Again, for what stood under an accent: ǣ is æ now.
    letters = letters.translate(_SPELLED_OUT).casefold()
    return " ".join(re.sub(r"[\W_]+", " ", re.sub(r"['’‘`´.]", "", letters)).split())


@lru_cache(maxsize=65536)
def plain_person(text: str) -> str:
    """A person's name as first, middle, last in one spelling: "SMITH, John A., MD" is "john a smith"."""
    return person_readings(text)[-1]


@lru_cache(maxsize=65536)
def person_readings(text: str) -> tuple[str, ...]:
    """The ways to read a person's name: as it stands, then without one more credential behind each time.

    A title before and credentials behind a comma go at once. Behind the name they may be the name (Do, Ma), so the
    reading that keeps them stays; two words always remain.
    """
    family, *rest = [part.strip() for part in text.split(",")]
    rest = [part for part in rest if part and not all(_is_credential(word) for word in part.split())]
    given = (rest[0] if rest else family).split()
    behind = [word for part in (family, *rest[1:]) for word in part.split()] if rest else []
    if len(given) + len(behind) > 2 and plain_place(given[0]) in _TITLES:
        given = given[1:]
    readings = [plain_place(" ".join((*given, *behind)))]
    while given and len(given) + len(behind) > 2 and _is_credential(given[-1]):
        given = given[:-1]
        readings.append(plain_place(" ".join((*given, *behind))))
    return tuple(readings)


def _is_credential(word: str) -> bool:
    return re.sub(r"[\W_]+", "", word).casefold() in _CREDENTIALS


def _named(written: str, candidates: Sequence[Candidate]) -> Resolution:
    """Who of these bears the name, by the strictest comparison that anybody passes."""
    steps: tuple[tuple[Found, Callable[[Candidate], bool]], ...] = (
        (Found.EXACT, lambda candidate: " ".join(written.split()) == " ".join(candidate.name.split())),
        (Found.NORMALISED, lambda candidate: _same_name(written, candidate)),
        (Found.NORMALISED, lambda candidate: _same_but_for_middle_name(written, candidate)),
    )
    if plain_place(written):
        for how, answers in steps:
            bearers = [candidate for candidate in candidates if answers(candidate)]
            if len(bearers) == 1:
                return Resolution(candidate=bearers[0], how=how)
            if bearers:
                return Resolution(candidate=None, how=Found.AMBIGUOUS, suggestions=tuple(bearers))
    return Resolution(candidate=None, how=Found.UNKNOWN)


def _same_name(written: str, candidate: Candidate) -> bool:
    if plain_place(written) == plain_place(candidate.name):
        return True
    parts = plain_place(f"{candidate.first_name} {candidate.middle_name} {candidate.last_name}")
    return bool(candidate.last_name) and parts in person_readings(written)


def _same_but_for_middle_name(written: str, candidate: Candidate) -> bool:
    """First and last name agree, and so does the middle name as far as both sides tell one (A agrees with Adam)."""
    first = plain_place(candidate.first_name).split()
    last = plain_place(candidate.last_name).split()
    known = plain_place(candidate.middle_name).split()
    if not first or not last:
        return False
    for reading in person_readings(written):
        words = reading.split()
        if len(words) < len(first) + len(last):
            continue
        middle = words[len(first) : len(words) - len(last)]
        if words[: len(first)] == first and words[-len(last) :] == last and _agree(middle, known):
            return True
    return False


def _agree(middle: Sequence[str], known: Sequence[str]) -> bool:
    if not middle or not known:
        return True
    return len(middle) == len(known) and all(
        one == other or (1 in (len(one), len(other)) and one[0] == other[0])
        for one, other in zip(middle, known, strict=True)
    )


def _suggestions(written: str, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    if not written.strip():
        return ()
    scored = [(_likeness(written, candidate), candidate) for candidate in candidates]
    likely = [(score, candidate) for score, candidate in scored if score >= _LEAST_LIKENESS]
    likely.sort(key=lambda pair: (-pair[0], not pair[1].active, pair[1].name, pair[1].id))
    return tuple(candidate for _, candidate in likely[:_MOST_SUGGESTIONS])


def _likeness(written: str, candidate: Candidate) -> float:
    """From 0 to 1, the better of the words as they stand and the words in alphabetical order."""
    plain = plain_person if candidate.last_name else plain_place
    one, other = plain(written), plain(candidate.name)
    in_order = SequenceMatcher(None, one, other, autojunk=False).ratio()
    sorted_words = (" ".join(sorted(one.split())), " ".join(sorted(other.split())))
    return max(in_order, SequenceMatcher(None, *sorted_words, autojunk=False).ratio())
