"""What every figure is held to: each of its marks opens exactly the rows that it counts, with the sum that it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from lib.analytics.figures.drill import add_up, behind, read_rows
from lib.analytics.figures.figure import Figure
from lib.analytics.reading.filters import Filters
from lib.analytics.reading.reader import Reader


def assert_every_mark_opens_its_rows(
    reader: Reader,
    figure: Figure,
    filters: Filters,
    *,
    of: int = 1,
    on: Callable[[date], Reader] | None = None,
) -> None:
    """Open every mark of a figure, as a click does, and compare rows and sum; at least `of` must be there.

    `on` gives the readers of other days than the page's, for figures that have parts of several.
    """
    assert len(figure.parts) >= of, f"{figure.name} has too few marks to prove anything"
    for part in figure.parts:
        where = f"{figure.name}: {part.label} {part.series}"
        if part.as_of is None or part.as_of == reader.as_of:
            asked = reader
        else:
            assert on is not None, f"{where} is of {part.as_of}: give `on`"
            asked = on(part.as_of)
        rows = behind(figure, part, filters)
        added = add_up(asked, rows, [])
        assert added.rows == part.rows, where
        assert added.sums[rows.sum_of] == part.amount, where
        page = read_rows(asked, rows, [rows.sum_of], sort=rows.sum_of, most=part.rows + 1)
        assert len(page.rows) == part.rows, where
        assert sum(row[0] or 0 for row in page.rows) == part.amount, where
