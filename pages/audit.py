"""Audit: who did what to which record, and whether the chain of it is whole."""

from __future__ import annotations

from lib.ui.audit.chain import draw_chain
from lib.ui.audit.events import draw_events
from lib.ui.audit.wanted import draw_wanted
from lib.ui.frame import open_page, show_told


def main() -> None:
    """Draw the chain's standing, the fields of the search, and what it finds."""
    page = open_page("Audit", all_clients=True)
    show_told()
    draw_chain(page)
    draw_events(page, draw_wanted(page))


main()
