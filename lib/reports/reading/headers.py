"""From a vendor's header row to the columns of our table: normalised labels, aliases, and what differs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lib.core.errors import BadInput
from lib.reports.catalog import Column, Report

_SPECIAL = re.compile(r"[^\w\s]")


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnMap:
    """Which field of a file feeds which column.

    `fields` are the file's normalised labels in its order. `sources` maps a column's name to the label that feeds it;
    `extras` are the labels that feed none, kept as JSON; `missing` are the catalog's columns that nothing feeds.
    """

    report: Report
    fields: tuple[str, ...]
    sources: Mapping[str, str]
    extras: tuple[str, ...]
    missing: tuple[Column, ...]

    @property
    def missing_required(self) -> tuple[str, ...]:
        """Required columns that the file does not have: it cannot be loaded."""
        return tuple(column.name for column in self.missing if column.required)


@dataclass(frozen=True, kw_only=True, slots=True)
class SchemaDifferences:
    """How a package's columns differ from the package before it, or from the catalog where there is none.

    `retyped` are typed columns most of whose cells are of another type now.
    """

    new: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    retyped: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.missing or self.retyped)


def snake_case(label: str) -> str:
    """A label as a name: special characters out, lower case, `_` between words, `unnamed_column` where nothing stays.

    Source: contract, CSV conventions.
    """
    return "_".join(_SPECIAL.sub(" ", label).lower().split()).strip("_") or "unnamed_column"


def normalise_header(labels: Iterable[str]) -> tuple[str, ...]:
    """The names of a header row; the second of a name gets `_1`, the third `_2`, and no name comes twice."""
    names: list[str] = []
    taken: set[str] = set()
    for label in labels:
        base = name = snake_case(label)
        number = 0
        while name in taken:
            number += 1
            name = f"{base}_{number}"
        taken.add(name)
        names.append(name)
    return tuple(names)


def map_columns(report: Report, fields: Sequence[str], client_labels: Mapping[str, str] | None = None) -> ColumnMap:
    """Find each column's field: by the client's own label first, then by name, then by the catalog's other labels.

    `fields` are normalised; `client_labels` maps a label as the client's report shows it to a column's name. No field
    feeds two columns. Raises BadInput where the client's labels name a column that the report does not have.
    """
    labels = {snake_case(label): column for label, column in (client_labels or {}).items()}
    names = {column.name for column in report.columns}
    for label, column in labels.items():
        if column not in names:
            raise BadInput(
                f"The label “{label}” is mapped to {column}, which {report.name} does not have.",
                fix="Choose one of the report's columns.",
            )
    present = set(fields)
    sources: dict[str, str] = {}
    used: set[str] = set()

    def feed(column: str, label: str) -> None:
        if column not in sources and label in present and label not in used:
            sources[column] = label
            used.add(label)

    for label, column in labels.items():
        feed(column, label)
    for column in report.columns:
        feed(column.name, column.name)
    for column in report.columns:
        for label in (snake_case(column.label), *column.also):
            # The name of one column feeds no other, even where a client's label has fed that one already.
            if label not in names:
                feed(column.name, label)
    return ColumnMap(
        report=report,
        fields=tuple(fields),
        sources={column.name: sources[column.name] for column in report.columns if column.name in sources},
        extras=tuple(field for field in fields if field not in used),
        missing=tuple(column for column in report.columns if column.name not in sources),
    )


def schema_differences(
    columns: ColumnMap, *, before: Sequence[str] | None = None, retyped: Iterable[str] = ()
) -> SchemaDifferences:
    """What is new, missing and retyped; `before` are the normalised labels of the package before, where there is one.

    Without a package before it, extensions and optional columns are not missed.
    """
    changed = tuple(sorted(retyped))
    if before is not None:
        return SchemaDifferences(
            new=tuple(field for field in columns.fields if field not in set(before)),
            missing=tuple(field for field in before if field not in set(columns.fields)),
            retyped=changed,
        )
    return SchemaDifferences(
        new=columns.extras,
        missing=tuple(column.name for column in columns.missing if not column.extension),
        retyped=changed,
    )
