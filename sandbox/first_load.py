"""Fills the workbench at the first start: tells it the saved reports, and has it load them as a person would."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.collaboratemd.control import ReportClient
from sandbox.collaboratemd.filters import EVERYTHING, name_month_end
from sandbox.workbench import Ended, Stamps, run_jobs

#: The workbench's exit code for a load of which a part failed or waits for a person, and for one that it refused.
_IN_PART, _REFUSED = 3, 2
#: Clients whose logins are at work at the same time.
_AT_A_TIME = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One command of the first load, with the name of its stamp; `said` is told when it begins."""

    name: str
    said: str
    arguments: tuple[str, ...]


async def load_reports(clients: tuple[ReportClient, ...], home: Path, tell: Callable[[str], None]) -> bool:
    """Load the current day of every client, then the month ends of the first; whether everything was done.

    What is done is stamped in the folder practice/ of `home`, so that a start after an interrupted one goes on where
    it was and a start after a whole one does nothing. A step that fails is told of, and tried again at the next start;
    the steps of its client that build on it are left out until then.
    """
    stamps = Stamps(home / "practice" / "loaded.json")
    if all(stamps.has(client.name, _mark(client)) for client in clients):
        return True
    room = asyncio.Semaphore(_AT_A_TIME)

    async def take(client: ReportClient, steps: Iterator[Step]) -> bool:
        async with room:
            for step in steps:
                if not stamps.has(step.name, _mark(client)):
                    tell(step.said)
                    if not await _take_step(step, home, tell):
                        return False
                    stamps.add(step.name, _mark(client))
        return True

    current = await asyncio.gather(*(take(client, _current_day(client)) for client in clients))
    past = current[0] and await take(clients[0], _month_ends(clients[0]))
    done = [past, *current[1:]]
    for client, is_done in zip(clients, done, strict=True):
        if is_done:
            stamps.add(client.name, _mark(client))
    if all(done):
        tell("The practice clients' reports are loaded.")
    return all(done)


def _current_day(client: ReportClient) -> Iterator[Step]:
    yield Step(
        name=f"{client.name}: reports",
        said=f"Telling the workbench of {client.name}'s saved reports.",
        arguments=("reports", "set", "--client", client.name, *_seqs(client, EVERYTHING)),
    )
    yield Step(
        name=f"{client.name}: current day",
        said=f"Loading {client.name}'s reports of today.",
        arguments=("reports", "sync", "--client", client.name, "--json"),
    )


def _month_ends(client: ReportClient) -> Iterator[Step]:
    for nth, day in enumerate(client.month_ends, start=1):
        seqs = _seqs(client, name_month_end(day))
        yield Step(
            name=f"{client.name}: {day}",
            said=f"Loading {client.name}'s month ends: {nth} of {len(client.month_ends)}.",
            arguments=("reports", "sync", "--client", client.name, "--as-of", str(day), *seqs, "--json"),
        )


def _seqs(client: ReportClient, filter: str) -> list[str]:
    """The ids of all reports with a filter, as options of the command line."""
    return [
        word
        for saved in client.saved
        if saved.filter == filter
        for word in ("--seq", f"{saved.report}={saved.report_seq}/{saved.filter_seq}")
    ]


async def _take_step(step: Step, home: Path, tell: Callable[[str], None]) -> bool:
    ended = await run_jobs(home, *step.arguments)
    answer = _read(ended)
    if ended.code == 0 or (ended.code == _REFUSED and _was_asked_before(answer)):
        return True
    if ended.code == _IN_PART:
        tell(f"{step.name}: a part is not published; the Reports page says which and why.")
        return True
    why = answer.get("error") or ended.complained or f"the command ended with {ended.code}"
    tell(f"{step.name}: not loaded. {why} The next start tries again.")
    return False


def _read(ended: Ended) -> dict[str, Any]:
    """The JSON object that a command printed, empty where it printed none."""
    try:
        answer = json.loads(ended.printed)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _was_asked_before(answer: dict[str, Any]) -> bool:
    """Whether all was refused because it is loaded, or on its way, by a load that was interrupted."""
    refused = answer.get("refused") or []
    return bool(refused) and all(cell["reason"] in ("loaded", "building") for cell in refused)


def _mark(client: ReportClient) -> str:
    """Changes with the client, its saved reports and the database, not with the address."""
    known_by = (client.user, client.password, *client.accounts, *_seqs(client, EVERYTHING))
    database = os.environ.get("DAYSHEET_DATABASE_URL", "")
    return hashlib.sha256("\n".join((*known_by, database)).encode()).hexdigest()[:16]
