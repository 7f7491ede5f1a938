"""Reading posted encounters back: total and status, from the charge list of a practice and day."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence

from lib.charges import store
from lib.charges.planning.intend import ENCOUNTER
from lib.charges.posting.account import Account
from lib.charges.posting.ledger import Day, RunLedger, day_of
from lib.charges.posting.progress import Phase, Progress
from lib.charges.posting.readback import charge_status, encounter_total
from lib.charges.posting.stages import Stages
from lib.core.executor import Execution
from lib.core.intents import Intent, IntentState
from lib.vendors.errors import Refused, Throttled, Unavailable, UnexpectedReply
from lib.vendors.tebra.model import ChargeFound

STAGE = "read back"


class ChargeList:
    """Asks for a day's charges once all its encounters are settled, and again for what did not show then."""

    def __init__(
        self, execution: Execution, account: Account, ledger: RunLedger, progress: Progress, stages: Stages
    ) -> None:
        self._execution = execution
        self._account = account
        self._ledger = ledger
        self._progress = progress
        self._stages = stages
        self._guard = threading.Lock()
        self._unread: dict[Day, str] = {}

    @property
    def unread(self) -> dict[Day, str]:
        """The days whose charges could not be read, with the reason."""
        return dict(self._unread)

    def read_later(self, day: Day) -> None:
        """Put the day before the stage that reads charges."""
        self._progress.expect(Phase.READ_BACK, 1)
        self._stages.submit(STAGE, (day[1].isoformat(), day[0]), lambda: self._read(day))

    def read_rest(self, looked_at: Mapping[Day, Sequence[ChargeFound]]) -> None:
        """Read back what is missing: from the lists that were looked at, then from new ones once everything shows."""
        for day, charges in looked_at.items():
            self._keep(self._ledger.encounters_of(day, IntentState.POSTED), charges)
        if not (missing := self._without_charges()):
            return
        # Whatever was looked at or read back, these were posted too late to show there.
        self._progress.say("Waiting until Tebra shows the new charges.")
        self._execution.pause(self._account.visibility_seconds)
        self._progress.say("")
        for day in sorted(missing, key=lambda day: (day[1], day[0])):
            self.read_later(day)
        self._stages.drain()

    def _read(self, day: Day) -> None:
        posted = self._ledger.encounters_of(day, IntentState.POSTED)
        self._progress.done(Phase.READ_BACK)
        try:
            charges = self._account.client.get_charges(posted[0].body["practice_name"], day[1])
        except (Refused, UnexpectedReply, Unavailable, Throttled) as error:
            # What is posted is posted; only its charges cannot be shown. A second try comes at the end.
            with self._guard:
                self._unread[day] = error.what
            return
        with self._guard:
            self._unread.pop(day, None)
        self._keep(posted, charges)

    def _keep(self, posted: Sequence[Intent], charges: Sequence[ChargeFound]) -> None:
        """Keep total and status of every posted encounter that the list shows with all of its lines."""
        by_encounter: dict[str, list[ChargeFound]] = defaultdict(list)
        for charge in charges:
            by_encounter[charge.encounter_id].append(charge)
        with self._execution.database.session(self._execution.actor) as session:
            for intent in posted:
                encounter_id = intent.vendor_id or ""
                shown = by_encounter.get(encounter_id, [])
                total = encounter_total(shown, encounter_id)
                if total is not None and len(shown) >= len(intent.body["lines"]):
                    read = store.ReadBack(amount=total, status=charge_status(shown, encounter_id))
                    store.put_readback(session, intent, read)

    def _without_charges(self) -> set[Day]:
        posted = [i for i in self._ledger.in_state(IntentState.POSTED) if i.kind == ENCOUNTER]
        with self._execution.database.session(self._execution.actor) as session:
            read = store.readbacks(session, [intent.id for intent in posted])
        return {day_of(intent) for intent in posted if intent.id not in read}
