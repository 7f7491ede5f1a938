"""Verifying: the whole chain is walked, and what does not fit is named in plain words.

What each finding rests on is told in docs/audit.md.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from lib.core.actor import Actor
from lib.core.audit.anchors import Anchor, is_signed
from lib.core.audit.events import Recorded, event_digest, is_genuine, recorded_from, written_time
from lib.core.audit.findings import Finding, Wrong
from lib.core.audit.seals import BEGUN, CUT, MOST, NOTHING_BEFORE, Head, digest_of
from lib.core.audit.suspects import misplaced
from lib.core.database import Database, Session, named_queries
from lib.core.errors import BadInput
from lib.core.keys import DataKey, data_keys

_SQL = named_queries("audit")
#: Processes of the version before there was a chain may go on so long after it began, and their events have no mac.
_CHANGEOVER = timedelta(days=1)
#: Findings after which nothing more is looked for.
_ENOUGH = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What a verification found; `waiting` events, the first of them of `waiting_since`, have no seal yet.

    `first` and `last` are the ends of what was walked; findings are in the order of their numbers.
    """

    first: int
    last: Head | None
    waiting: int
    waiting_since: datetime | None
    anchors: int
    findings: tuple[Finding, ...]
    #: Until when the processes of a version without macs may have written; None where there was none.
    changeover_ends: datetime | None

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    @property
    def events(self) -> int:
        """How many sealed events there are, if none is missing."""
        return self.last.number - self.first + 1 if self.last else 0


def verify(database: Database, actor: Actor, *, anchors: Sequence[Anchor] = (), through: int | None = None) -> Verdict:
    """Walk the chain from its first seal, to the number `through` or its end, and hold it against anchors.

    Raises BadInput for an actor that does not see every client, for the chain goes through all of them.
    """
    if actor.clients is not None:
        raise BadInput(
            "The audit can be verified as a whole only.", fix="Let somebody do it who sees every client of the office."
        )
    with database.session(actor) as session:
        _SQL.hold_off_expiry(session.raw)
        walk = _Walk(session, data_keys(session, "audit"), anchors)
        walk.to(through)
        if through is None:
            walk.look_beside_the_chain()
        waiting = _SQL.count_waiting(session.raw)
        return Verdict(
            first=walk.first,
            last=walk.last,
            waiting=waiting.events,
            waiting_since=waiting.since,
            anchors=len(anchors),
            findings=tuple(walk.findings[:_ENOUGH]),
            changeover_ends=walk.changeover_ends,
        )


@dataclass
class _Walk:
    """A walk along the chain: where it is, and what was found so far."""

    session: Session
    keys: dict[int, DataKey]
    anchors: Sequence[Anchor]
    findings: list[Finding] = field(default_factory=list)
    first: int = 1
    last: Head | None = None
    #: What the next seal may have before it: the last seal as it stands and as it should; nothing where it is gone.
    _before: tuple[bytes, ...] = (NOTHING_BEFORE,)
    #: Until when an event was sealed that need not have a mac.
    changeover_ends: datetime | None = None

    def to(self, through: int | None) -> None:
        """Walk to a number, or to the end."""
        by_number: dict[int, list[Anchor]] = defaultdict(list)
        for anchor in self.anchors:
            if not is_signed(anchor, self.keys):
                self._find(Wrong.REWRITTEN, anchor.head.number, f"An anchor in {anchor.source} is not signed by us.")
            else:
                by_number[anchor.head.number].append(anchor)
        self._begin()
        expected = self.first
        for row in self._rows(through):
            if row.number > expected:
                self._missing(expected, row.number - 1)
            self._look_at(row)
            for anchor in by_number.pop(row.number, ()):
                if bytes(row.digest) != anchor.head.digest:
                    said = f"The chain was written anew: number {row.number} is not what {anchor.source} kept of it."
                    self._find(Wrong.REWRITTEN, row.number, said)
            expected = row.number + 1
            if len(self.findings) >= _ENOUGH:
                return
        if through is None:
            for number in sorted(number for number in by_number if number >= expected):
                said = f"The end was cut off: {by_number[number][0].source} knows number {number}, but after "
                self._find(Wrong.TRUNCATED, expected, said + f"{expected - 1} there is nothing.")
                break

    def look_beside_the_chain(self) -> None:
        """Look at events that no seal names: those that wait, those that should, those that are there twice."""
        for row in _SQL.waiting(self.session.raw, most=MOST):
            event = recorded_from(row)
            if event.mac is not None and not self._genuine(event):
                said = f"Event {event.id}, not sealed yet, was edited or inserted: its mac is not ours."
                self._find(Wrong.INSERTED, None, said, event.id)
        lost = _SQL.count_waiting(self.session.raw).lost
        if lost is not None:
            said = f"Event {lost} was deleted before it was sealed."
            self._find(Wrong.DELETED, None, said, str(lost))
        copied = {str(row.last): row.first for row in _SQL.copied(self.session.raw, most=_ENOUGH)}
        for last, first in copied.items():
            self._find(Wrong.INSERTED, None, f"Event {last} was inserted: it is a copy of event {first}.", last)
        for row in _SQL.astray(self.session.raw, most=_ENOUGH):
            event = recorded_from(row)
            if event.id in copied:
                continue
            if self._genuine(event):
                said = f"Event {event.id} has lost its seal: the chain was cut off."
                self._find(Wrong.TRUNCATED, None, said, event.id)
            else:
                said = f"Event {event.id} was inserted around the application: it has neither seal nor mac of ours."
                self._find(Wrong.INSERTED, None, said, event.id)

    def _begin(self) -> None:
        """See where the chain begins: at 1, or after the last cut of retention."""
        begun = [row for row in self._own_events(BEGUN) if row.sealed_at is not None]
        if begun and recorded_from(begun[-1]).detail["before"] > 0:
            self.changeover_ends = begun[-1].sealed_at + _CHANGEOVER
        row = next(iter(_SQL.sealed(self.session.raw, after=0, most=1)), None)
        if row is None or row.number == 1:
            return
        for cut in self._own_events(CUT):
            told = recorded_from(cut).detail
            if told["through"] == row.number - 1:
                self.first, self._before = row.number, (bytes.fromhex(told["digest"]),)
                if told["changeover_ends"]:
                    self.changeover_ends = datetime.fromisoformat(told["changeover_ends"])
                return

    def _own_events(self, action: str) -> list[Any]:
        rows = _SQL.events_of_action(self.session.raw, action=action)
        return [row for row in rows if self._genuine(recorded_from(row))]

    def _genuine(self, event: Recorded) -> bool:
        return is_genuine(event, event.canonical(), self.keys)

    def _rows(self, through: int | None) -> Iterator[Any]:
        after = self.first - 1
        while page := list(_SQL.sealed(self.session.raw, after=after, most=MOST)):
            yield from itertools.takewhile(lambda row: through is None or row.number <= through, page)
            after = page[-1].number
            if through is not None and after >= through:
                return

    def _missing(self, first: int, last: int) -> None:
        said = f"Number {first} is missing" if first == last else f"Numbers {first} to {last} are missing"
        self._find(Wrong.DELETED, first, f"{said}: deleted, with no cut of retention that would explain it.")
        self._before = ()

    def _look_at(self, row: Any) -> None:
        stored = bytes(row.digest)
        self.last = Head(number=row.number, digest=stored, key_version=row.seal_key_version, sealed_at=row.sealed_at)
        key = self.keys.get(row.seal_key_version)
        if row.id is None or key is None:
            if key is None:
                self._find(Wrong.REWRITTEN, row.number, f"Number {row.number} was sealed with no key of ours.")
            else:
                said = f"Number {row.number}: its event {row.event_id} was deleted."
                self._find(Wrong.DELETED, row.number, said, str(row.event_id))
            self._before = (stored,)
            return
        event, at = recorded_from(row), written_time(row.sealed_at)
        canonical = event.canonical()
        digest, genuine = event_digest(canonical, event.mac), is_genuine(event, canonical, self.keys)
        right = [digest_of(key.secret, before, row.number, event.id, digest, at) for before in self._before]
        if self._before and stored not in right:
            self._find(*self._judged(row, event, key, genuine))
        elif not genuine and not self._may_lack_mac(row, event):
            said = f"Number {row.number}: event {event.id} was inserted around the application: its mac is not ours."
            self._find(Wrong.INSERTED, row.number, said, event.id)
        self._before = (stored,) if stored in right or not right else (stored, right[0])

    def _judged(self, row: Any, event: Recorded, key: DataKey, genuine: bool) -> tuple[Wrong, int, str, str]:
        """Why a seal and its event do not go together."""
        if misplaced(self.session, key.secret, self._before[0], row):
            said = f"Number {row.number}: another event stood here: events or seals were reordered."
            return Wrong.REORDERED, row.number, said, event.id
        if genuine:
            said = f"Number {row.number}: its seal is not the one that was set: the chain was written anew from here."
            return Wrong.REWRITTEN, row.number, said, event.id
        said = f"Number {row.number}: event {event.id} was edited: it is not what was sealed."
        return Wrong.EDITED, row.number, said, event.id

    def _may_lack_mac(self, row: Any, event: Recorded) -> bool:
        return event.mac is None and self.changeover_ends is not None and row.sealed_at <= self.changeover_ends

    def _find(self, wrong: Wrong, number: int | None, said: str, event_id: str | None = None) -> None:
        self.findings.append(Finding(wrong=wrong, number=number, event_id=event_id, said=said))
