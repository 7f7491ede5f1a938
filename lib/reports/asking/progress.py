"""How far a reports run is, told at every heartbeat: counts by phase and state, and what is being built or loaded."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from lib.reports.model import Cell, ReportRequest, RequestState
from lib.reports.params import Action

ASK, LOAD = "Bring here", "Load"
_BROUGHT = {RequestState.READY, RequestState.LOADED, RequestState.HELD}


class Progress:
    """The run's requests as they were seen last; safe for the run's thread and its heartbeat."""

    def __init__(self, action: Action) -> None:
        self._action = action
        self._guard = threading.Lock()
        self._states: dict[str, RequestState] = {}
        self._building: dict[str, Any] | None = None
        self._loading: dict[str, Any] | None = None
        self._note = ""
        self._since = datetime.now(UTC)

    def saw(self, *requests: ReportRequest) -> None:
        """Take over the states of these requests."""
        with self._guard:
            for request in requests:
                self._states[request.id] = request.state
                if request.state is RequestState.BUILDING:
                    self._note = ""
                    self._building = _named(request.cell) | {
                        "request": request.id,
                        "since": request.asked_at.isoformat() if request.asked_at else None,
                    }
                elif self._building and self._building["request"] == request.id:
                    self._building = None

    def wait_for(self, note: str) -> None:
        """Say what the run waits for."""
        with self._guard:
            self._note = note

    def begin_loading(self, request: ReportRequest) -> Callable[[int], None]:
        """A load begins; what is returned is told the rows so far."""
        loading = _named(request.cell) | {"request": request.id, "rows": 0}
        with self._guard:
            self._loading = loading

        def count(rows: int) -> None:
            loading["rows"] = rows

        return count

    def end_loading(self) -> None:
        """The load is over."""
        with self._guard:
            self._loading = None

    def report(self) -> dict[str, Any]:
        """The progress as JSON; phases have the shape that every run's have."""
        with self._guard:
            states = Counter(self._states.values())
            told: dict[str, Any] = {
                "phases": list(self._phases(states)),
                "states": {str(state): states[state] for state in RequestState if states[state]},
            }
            told |= {"building": self._building} if self._building else {}
            told |= {"loading": dict(self._loading)} if self._loading else {}
            return told | ({"note": self._note} if self._note else {})

    def _phases(self, states: Counter[RequestState]) -> Iterable[dict[str, Any]]:
        over = states[RequestState.FAILED] + states[RequestState.CANCELLED]
        total, since = sum(states.values()), self._since.isoformat()
        brought = sum(states[state] for state in _BROUGHT) + over
        yield {"name": ASK, "done": brought, "total": total, "since": since}
        if self._action.loads:
            loaded = states[RequestState.LOADED] + states[RequestState.HELD] + over
            yield {"name": LOAD, "done": loaded, "total": total, "since": since}


def _named(cell: Cell) -> dict[str, Any]:
    return {"report": cell.report, "account": cell.account}
