"""The table of connections: every client and vendor, whether it is connected, and how the last test went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import streamlit as st

from lib.core.clients import Client
from lib.core.connections import KeptConnection, LoginTest
from lib.ui.connections.vendors import VENDORS, Vendor
from lib.ui.wording import day, moment

_CHOSEN = "connection"
_WHOLE = 15
_TESTED = {LoginTest.LET_IN: "✓ let in", LoginTest.REFUSED: "✕ refused", LoginTest.UNREACHED: "? no answer"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A client and a vendor; `kept` is None where they are not connected."""

    client: Client
    vendor: Vendor
    kept: KeptConnection | None

    @property
    def id(self) -> str:
        """How the address names it."""
        return f"{self.client.id}-{self.vendor.name}"


def lines_of(clients: Sequence[Client], kept: Sequence[KeptConnection]) -> list[Line]:
    """A line for each client and vendor."""
    known = {(each.client_id, each.vendor): each for each in kept}
    return [
        Line(client=client, vendor=vendor, kept=known.get((client.id, vendor.name)))
        for client in clients
        for vendor in VENDORS
    ]


def draw_table(lines: Sequence[Line], zone: ZoneInfo) -> Line | None:
    """Draw the lines, and return the one that is chosen, as the address says."""
    choice = st.dataframe(
        {
            "Client": [line.client.name for line in lines],
            "Vendor": [line.vendor.title for line in lines],
            "State": [_state(line.kept) for line in lines],
            "Last test": [tested_words(line.kept, zone) for line in lines],
            "Secrets changed": [day(line.kept.secrets_changed_at.date()) if line.kept else "" for line in lines],
            "Saved by": [line.kept.updated_by if line.kept else "" for line in lines],
        },
        hide_index=True,
        width="stretch",
        height="content" if len(lines) <= _WHOLE else 560,
        selection_mode="single-cell",
        on_select="rerun",
        key="connections_table",
    )
    cells = choice["selection"]["cells"]
    if cells and cells[0][0] < len(lines):
        st.query_params[_CHOSEN] = lines[cells[0][0]].id
    chosen = st.query_params.get(_CHOSEN)
    return next((line for line in lines if line.id == chosen), None)


def tested_words(kept: KeptConnection | None, zone: ZoneInfo) -> str:
    """How the last test went, and when."""
    if kept is None:
        return ""
    if kept.tested is None or kept.tested_at is None:
        return "– not since it was saved"
    return f"{_TESTED[kept.tested]}, {moment(kept.tested_at, zone)}"


def _state(kept: KeptConnection | None) -> str:
    if kept is None:
        return "– not connected"
    return "Practice" if kept.practice else "Connected"
