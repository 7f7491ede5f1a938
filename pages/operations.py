"""Operations: whether this instance is well, for people without Grafana."""

from __future__ import annotations

from lib.ui.frame import open_page
from lib.ui.operations.board import draw_board


def main() -> None:
    """Draw the board, which redraws itself."""
    page = open_page("Operations", all_clients=True)
    draw_board(page.desk)


main()
