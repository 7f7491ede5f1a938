"""The practices, locations and providers of a Tebra account, and what the names of a sheet mean among them."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lib.charges.model import EncounterDraft, Problem, Visit
from lib.charges.planning.names import Candidate, Found, Resolution, resolve
from lib.charges.sheet.columns import title_of
from lib.vendors.tebra.model import Practice, Provider, ServiceLocation


@dataclass(frozen=True, kw_only=True, slots=True)
class Unresolved:
    """A name of the sheet that means nobody for sure, with whom it may mean; the biller accepts one."""

    kind: str
    written: str
    #: The practice within which the name was looked for; "" for a practice's own name.
    practice_id: str
    suggestions: tuple[Candidate, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Parties:
    """Who and where an encounter is, as the vendor's records."""

    rendering: Provider
    scheduling: Provider
    referring: Provider | None
    location: ServiceLocation


@dataclass
class Directory:
    """What an account's practices, locations and providers are called; one for a run, safe in many threads."""

    practices: Sequence[Practice]
    nicknames: Mapping[str, Mapping[str, str]]
    #: The client's setting: service location id by practice id, for practices with several.
    usual_locations: Mapping[str, str] = field(default_factory=dict)
    locations: dict[str, Sequence[ServiceLocation]] = field(default_factory=dict)
    providers: dict[str, Sequence[Provider]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._unresolved: dict[tuple[str, str, str], Unresolved] = {}
        self._known: dict[tuple[str, str, str], Resolution] = {}
        self._lock = threading.Lock()

    @property
    def unresolved(self) -> list[Unresolved]:
        """The names that a biller has to decide, in the order of their rows."""
        return sorted(self._unresolved.values(), key=lambda name: name.rows)

    def practice_named(self, written: str, rows: Sequence[int]) -> Practice | list[Problem]:
        """The practice of that name, or the problems of the rows that name it."""
        by_id = {practice.id: practice for practice in self.practices}
        candidates = [Candidate(id=p.id, name=p.name, active=p.active) for p in self.practices]
        found = self._resolve("practice", written, "", candidates, rows)
        if found.candidate:
            return by_id[found.candidate.id]
        return self._problems("practice", written, found, rows, "among the practices of this Tebra account")

    def parties(self, visit: Visit, draft: EncounterDraft, practice: Practice) -> Parties | list[Problem]:
        """Who and where an encounter of the practice is, or the problems of its rows."""
        problems: list[Problem] = []
        rendering = self._provider("rendering_provider", draft.part.rendering_provider, practice, draft.rows, problems)
        scheduling = rendering
        if draft.part.scheduling_provider:
            scheduling = self._provider(
                "scheduling_provider", draft.part.scheduling_provider, practice, draft.rows, problems
            )
        referring = None
        if draft.part.referring_provider:
            referring = self._provider(
                "referring_provider", draft.part.referring_provider, practice, draft.rows, problems, referring=True
            )
        location = self._location(visit, practice, problems)
        if problems or rendering is None or scheduling is None or location is None:
            return problems
        return Parties(rendering=rendering, scheduling=scheduling, referring=referring, location=location)

    def _provider(
        self,
        column: str,
        written: str,
        practice: Practice,
        rows: Sequence[int],
        problems: list[Problem],
        *,
        referring: bool = False,
    ) -> Provider | None:
        # A referring provider may be one of the practice's own; a rendering one is never a mere referrer.
        eligible = [p for p in self.providers[practice.id] if referring or not p.is_referring]
        candidates = [
            Candidate(
                id=p.id,
                name=p.full_name,
                first_name=p.first_name,
                middle_name=p.middle_name,
                last_name=p.last_name,
                active=p.active,
            )
            for p in sorted(eligible, key=lambda p: p.is_referring != referring)
        ]
        found = self._resolve("provider", written, practice.id, candidates, rows)
        if found.candidate is None:
            problems += self._problems(column, written, found, rows, "among the providers of this practice")
            return None
        provider = next(p for p in eligible if p.id == found.candidate.id)
        if not provider.active:
            problems += [
                Problem(
                    row=row,
                    column=title_of(column),
                    value=written,
                    what="this provider is inactive in Tebra.",
                    fix="Make the provider active there, or name another.",
                )
                for row in rows
            ]
            return None
        return provider

    def _location(self, visit: Visit, practice: Practice, problems: list[Problem]) -> ServiceLocation | None:
        """The location named like the practice, else its only one, else the client's setting (spec, phase 3)."""
        locations = self.locations[practice.id]
        named = [place for place in locations if place.name.strip().casefold() == practice.name.strip().casefold()]
        usual = [place for place in locations if place.id == self.usual_locations.get(practice.id)]
        for choice in (named, locations, usual):
            if len(choice) == 1:
                return choice[0]
        what = "this practice has several service locations." if locations else "this practice has no service location."
        fix = "Choose the usual one on the Charges page." if locations else "Add one in Tebra."
        if locations:
            candidates = tuple(Candidate(id=place.id, name=place.name) for place in locations)
            self._remember("location", practice.name, practice.id, candidates, visit.rows)
        problems += [
            Problem(row=row, column=title_of("practice"), value=visit.practice, what=what, fix=fix)
            for row in visit.rows
        ]
        return None

    def _resolve(
        self, kind: str, written: str, practice_id: str, candidates: Sequence[Candidate], rows: Sequence[int]
    ) -> Resolution:
        key = (kind, written, f"{practice_id}:{len(candidates)}")
        with self._lock:
            found = self._known.get(key)
            if found is None:
                found = self._known[key] = resolve(written, candidates, self.nicknames.get(kind, {}))
        if found.candidate is None:
            self._remember(kind, written, practice_id, found.suggestions, rows)
        return found

    def _remember(
        self, kind: str, written: str, practice_id: str, suggestions: tuple[Candidate, ...], rows: Sequence[int]
    ) -> None:
        with self._lock:
            before = self._unresolved.get((kind, written, practice_id))
            seen = tuple(sorted({*(before.rows if before else ()), *rows}))
            self._unresolved[(kind, written, practice_id)] = Unresolved(
                kind=kind, written=written, practice_id=practice_id, suggestions=suggestions, rows=seen
            )

    @staticmethod
    def _problems(column: str, written: str, found: Resolution, rows: Sequence[int], where: str) -> list[Problem]:
        named = ", ".join(f"“{candidate.name}”" for candidate in found.suggestions[:3])
        if found.how is Found.AMBIGUOUS:
            what, fix = f"this name fits several {where}: {named}.", "Write the name in full."
        else:
            what = f"there is no such name {where}."
            fix = (
                f"Did you mean {named}? Accept it on the Charges page, or correct the name."
                if named
                else ("Write the name as Tebra has it.")
            )
        return [Problem(row=row, column=title_of(column), value=written, what=what, fix=fix) for row in rows]
