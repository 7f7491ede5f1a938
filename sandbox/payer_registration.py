"""Tells the workbench where the practice clients ask for claim status, and which practice asks which payer."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.clearinghouse.service import STATUS_PATH, ClearinghouseClient
from sandbox.registration import Connection, RegistrationFailed, register_connection
from sandbox.uhc.clients import PAYER_IDS, UhcClient
from sandbox.uhc.service import CLAIM_PATH, TOKEN_PATH
from sandbox.workbench import Stamps, run_jobs
from sandbox.world.payer_side import BilledPractice

#: The payer that practice clients ask through the clearinghouse.
_THROUGH_CLEARINGHOUSE = "TST01"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapping:
    """A practice that may ask a payer."""

    client: str
    practice: BilledPractice
    payer: str
    payer_id: str

    @property
    def name(self) -> str:
        """What the stamp calls it."""
        return f"{self.client}: {self.practice.name} at {self.payer}"

    def mark(self) -> str:
        """Changes when anything does that the workbench must be told of."""
        known_by = (self.practice.tin, self.practice.npi, self.payer_id, os.environ.get("DAYSHEET_DATABASE_URL", ""))
        return hashlib.sha256("\n".join(known_by).encode()).hexdigest()[:16]


async def register_payers(
    uhc: tuple[UhcClient, ...],
    clearinghouse: tuple[ClearinghouseClient, ...],
    base_url: str,
    home: Path,
    tell: Callable[[str], None],
) -> None:
    """Register what is not registered yet; nothing at all while the workbench knows neither vendor nor mapping.

    What is done is stamped in the folder practice/ of `home`. A refusal is told, and tried again at the next start.
    """
    stamps = Stamps(home / "practice" / "payers.json")
    connections = [_to_uhc(client, base_url) for client in uhc]
    connections += [_to_clearinghouse(client, base_url) for client in clearinghouse]
    mappings = list(_map_practices(uhc, clearinghouse))
    new_connections = [known for known in connections if not stamps.has(known.name, known.mark())]
    new_mappings = [known for known in mappings if not stamps.has(known.name, known.mark())]
    if not (new_connections or new_mappings) or not await _is_known(home):
        return
    try:
        for connection in new_connections:
            await register_connection(connection, home)
            stamps.add(connection.name, connection.mark())
        for mapping in new_mappings:
            await _map(mapping, home)
            stamps.add(mapping.name, mapping.mark())
    except RegistrationFailed as failed:
        tell(f"Claim status is not set up whole: {failed} The next start tries again.")
        return
    tell("The practice clients can ask payers for the status of claims.")


async def _is_known(home: Path) -> bool:
    for words in (("connect", "uhc"), ("connect", "clearinghouse"), ("practices", "map")):
        if (await run_jobs(home, *words, "--help")).code:
            return False
    return True


async def _map(mapping: Mapping, home: Path) -> None:
    mapped = await run_jobs(
        home,
        *("practices", "map", "--client", mapping.client, "--practice", mapping.practice.name),
        *("--tin", mapping.practice.tin, "--npi", mapping.practice.npi),
        *("--payer", mapping.payer, "--payer-id", mapping.payer_id),
    )
    if mapped.code:
        raise RegistrationFailed(f"{mapping.name} could not be mapped. {mapped.said}".strip())


def _map_practices(uhc: tuple[UhcClient, ...], clearinghouse: tuple[ClearinghouseClient, ...]) -> Iterator[Mapping]:
    for client in uhc:
        for practice in client.practices:
            yield Mapping(client=client.name, practice=practice, payer="uhc", payer_id=PAYER_IDS[0])
    for reached in clearinghouse:
        for practice in reached.practices:
            yield Mapping(
                client=reached.name, practice=practice, payer="clearinghouse", payer_id=_THROUGH_CLEARINGHOUSE
            )


def _to_uhc(client: UhcClient, base_url: str) -> Connection:
    return Connection(
        client=client.name,
        vendor="uhc",
        options=(
            f"url={base_url}{CLAIM_PATH}",
            f"token_url={base_url}{TOKEN_PATH}",
            f"client_id={client.client_id}",
        ),
        secret=client.secret,
    )


def _to_clearinghouse(client: ClearinghouseClient, base_url: str) -> Connection:
    return Connection(
        client=client.name, vendor="clearinghouse", options=(f"url={base_url}{STATUS_PATH}",), secret=client.key
    )
