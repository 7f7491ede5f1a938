"""A reader that asks no question twice, for as long as one figure is worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pyarrow as pa

from lib.analytics.reading.reader import Answer, Reader, Streamed


class Remembered:
    """Another reader's answers, each asked for once and kept as long as this object, however long it is."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._answers: dict[tuple[str, str], Answer] = {}

    @property
    def version(self) -> str:
        """The reader's."""
        return self._reader.version

    @property
    def as_of(self) -> date | None:
        """The reader's day of knowledge."""
        return self._reader.as_of

    def ask(self, question: str, parameters: Mapping[str, Any] | None = None) -> Answer:
        """The answer, from before where the same was asked."""
        key = (question, repr(sorted((parameters or {}).items())))
        if key not in self._answers:
            self._answers[key] = self._reader.ask(question, parameters)
        return self._answers[key]

    def stream(
        self,
        question: str,
        parameters: Mapping[str, Any],
        *,
        view: str,
        added: Mapping[str, pa.DataType] | None = None,
    ) -> AbstractContextManager[Streamed]:
        """The rows as they come, never kept."""
        return self._reader.stream(question, parameters, view=view, added=added)

    def stream_rows(
        self, view: str, columns: Sequence[str], conditions: str, parameters: Mapping[str, Any], order: str
    ) -> AbstractContextManager[Streamed]:
        """The rows of a view, sorted, never kept."""
        return self._reader.stream_rows(view, columns, conditions, parameters, order)
