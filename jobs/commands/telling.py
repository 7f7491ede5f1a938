"""How commands tell: a table or one JSON object on standard output, complaints on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from lib.core.errors import DaysheetError

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def tell(as_json: bool, found: Any, *lines: str) -> None:
    """Print the JSON of `found`, or the lines."""
    if as_json:
        print(json.dumps(found, default=str))
    else:
        print("\n".join(lines))


def table(titles: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Rows under titles, in columns as wide as what stands in them; numbers to the right."""
    texts = [[str(cell) if cell is not None else "" for cell in row] for row in rows]
    widths = [max(len(title), *(len(row[i]) for row in texts), 0) for i, title in enumerate(titles)]
    right = [bool(rows) and all(isinstance(row[i], int | float) for row in rows) for i in range(len(titles))]

    def line(cells: Sequence[str]) -> str:
        return "  ".join(
            cell.rjust(width) if flush else cell.ljust(width)
            for cell, width, flush in zip(cells, widths, right, strict=True)
        ).rstrip()

    return "\n".join([line(list(titles)), *(line(row) for row in texts)])


def complain(error: DaysheetError, *, as_json: bool = False, **more: Any) -> None:
    """Say what went wrong and what to do; as JSON on standard output where a program reads."""
    if as_json:
        print(json.dumps({**more, "error": error.what, "fix": error.fix}, default=str))
    print(f"Error: {error}", file=sys.stderr)
