"""The stream that COPY reads: its bytes, its end, and its errors."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from lib.reports.reading.copy_stream import copy_stream
from lib.reports.reading.payload import PayloadFault

BATCH = pa.record_batch(
    {
        "money": pa.array([Decimal("-5.00"), None], pa.decimal128(14, 2)),
        "day": pa.array([None, date(2026, 3, 4)], pa.date32()),
        "text": pa.array(['a\tb\\"c"\n', None], pa.string()),
    }
)
BYTES = b"1\t-5.00\t\ta\\tb\\\\\\042c\\042\\n\n1\t\t2026-03-04\t\n"


@pytest.mark.parametrize("size", [1, 7, 1_000, -1])
def test_rows_come_in_copys_text_format_in_parts_of_any_size(size: int) -> None:
    with copy_stream([BATCH, BATCH], {"package": "1"}) as stream:
        parts = list(iter(lambda: stream.read(size), b""))
    assert b"".join(parts) == BYTES * 2
    assert size < 0 or all(len(part) <= size for part in parts)


def test_an_error_of_the_rows_takes_the_place_of_what_the_reader_makes_of_it() -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        yield BATCH
        raise PayloadFault("The report's ZIP is damaged or was cut off.")

    with pytest.raises(PayloadFault, match="damaged"), copy_stream(batches()) as stream:
        try:
            while stream.read(10):
                continue
        except PayloadFault:
            raise RuntimeError("COPY failed") from None


def test_an_error_of_the_reader_is_its_own_and_stops_rows_without_end() -> None:
    threads = threading.active_count()
    with pytest.raises(RuntimeError, match="COPY failed"), copy_stream(itertools.repeat(BATCH)) as stream:
        assert stream.read(10)
        raise RuntimeError("COPY failed")
    assert threading.active_count() == threads
