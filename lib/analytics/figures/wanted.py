"""What is to be exported, as records: rows behind a mark, a question's whole answer, or a table as a page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

from lib.analytics.figures.drill import Behind
from lib.analytics.reading.columns import title_of
from lib.analytics.reading.filters import Order
from lib.analytics.reading.views import View


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Rows, columns in their order, and how they are sorted.

    `title` names the figure and the mark, `said` are lines of a name and what is said of it (definition, filters,
    clock); `totals` sums by column.
    """

    rows: Behind
    columns: Sequence[str]
    sort: str
    order: Order
    title: str
    said: Sequence[tuple[str, str]]
    totals: Mapping[str, Decimal]

    @property
    def view(self) -> View:
        """Whose rows they are."""
        return self.rows.view

    @property
    def titles(self) -> Mapping[str, str]:
        """Of its columns."""
        return {name: title_of(name) for name in self.columns}


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedAnswer:
    """The whole answer of a question about one view; `added` types what is no column of the view.

    `titles` are those of its columns; `title`, `said` and `totals` as in Wanted.
    """

    view: View
    question: str
    parameters: Mapping[str, Any]
    added: Mapping[str, pa.DataType]
    titles: Mapping[str, str]
    title: str
    said: Sequence[tuple[str, str]]
    totals: Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedTable:
    """A table as a page shows it, made of the rows of a view, with exact values; the rest as in WantedAnswer."""

    view: View
    rows: pa.Table
    titles: Mapping[str, str]
    title: str
    said: Sequence[tuple[str, str]]
    totals: Mapping[str, Decimal]
