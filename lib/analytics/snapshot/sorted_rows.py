"""Rows of copied files in any order, however many: only their keys are sorted, and rows are put aside on disk.

First the keys are sorted, which gives each row its rank. Then the rows are read as they lie, and each is put into the
stretch of ranks that it belongs to, a file. At last one stretch after the other is brought into order in memory.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as parquet

from lib.analytics.reading.questions import questions
from lib.analytics.reading.reader import Streamed, for_duckdb
from lib.core.privacy.masks import Masking

#: Rows that are brought into order at once, and those that are read at once.
_STRETCH_ROWS, _BATCH_ROWS = 100_000, 50_000
#: Keys beyond this, and what their sorting needs, go to disk too.
_KEYS_MEMORY = "256MiB"
#: Where a row lies among all rows of the files.
_PLACE = "row_place"
_RANK = "row_rank"
_PACKED = ipc.IpcWriteOptions(compression="lz4")


@contextlib.contextmanager
def sorted_rows(
    files: Sequence[Path],
    columns: Sequence[str],
    conditions: str,
    parameters: Mapping[str, Any],
    order: str,
    *,
    shown: str = "*",
    aside: Path,
) -> Generator[Streamed]:
    """The rows of Parquet files that hold to some conditions, by `order`, and as they lie where it leaves that open.

    `shown` are the files' columns as they are to be seen, as shown_columns says them. `aside` is a folder of this one
    answer, for whatever is put on disk.
    """
    engine = duckdb.connect(":memory:")
    with contextlib.closing(engine):
        engine.execute(f"SET temp_directory = {_quoted(aside / 'keys')}")
        engine.execute(f"SET memory_limit = '{_KEYS_MEMORY}'")
        engine.execute(f"SET allowed_directories = [{', '.join(sorted({_quoted(path.parent) for path in files}))}]")
        # From here on the engine itself refuses every other file.
        engine.execute("SET enable_external_access = false")
        engine.execute("SET lock_configuration = true")
        counts = [parquet.read_metadata(path).num_rows for path in files]
        sql = questions("sorted_rows")
        parts = {
            "files": _source(sql["of_file"], files, counts, shown),
            "conditions": conditions,
            "place": _PLACE,
            "order": order,
            "columns": ", ".join(columns),
        }
        question, given = for_duckdb(sql["ranked"].format(**parts), parameters)
        ranked = engine.sql(question, params=given)
        ranks, count = _ranks(ranked.to_arrow_reader(_BATCH_ROWS), sum(counts))
        question, given = for_duckdb(sql["found"].format(**parts), parameters)
        found = engine.sql(question, params=given)
        rows = found.to_arrow_reader(_BATCH_ROWS)
        stretches = [aside / f"{number}.stretch" for number in range(-(-count // _STRETCH_ROWS))]
        _put_aside(rows, ranks, stretches)
        with contextlib.closing(_ahead(_in_order(stretches))) as in_order:
            yield rows.schema.remove(0), in_order


def columns_of_copy(files: Sequence[Path]) -> list[str]:
    """The columns of a copied view, which all of its files have."""
    return list(parquet.read_schema(files[0]).names)


def shown_columns(columns: Sequence[str], masking: Masking | None) -> str:
    """The columns of a copied view as a reader sees them, for a SELECT."""
    masked = masking.duckdb(columns) if masking else {}
    return ", ".join(f"{masked[name]} AS {name}" if name in masked else name for name in columns) if masked else "*"


def _source(of_file: str, files: Sequence[Path], counts: Sequence[int], shown: str) -> str:
    """The rows of all files, each with its place among them."""
    parts, before = [], 0
    for path, count in zip(files, counts, strict=True):
        parts.append(of_file.format(shown=shown, before=before, place=_PLACE, file=_quoted(path)))
        before += count
    return " UNION ALL ".join(parts)


def _ranks(places: pa.RecordBatchReader, most: int) -> tuple[np.ndarray, int]:
    """The rank of each row by its place, and how many have one: four bytes a row are all that grows with the rows."""
    ranks = np.zeros(most, dtype=np.uint32)
    count = 0
    for batch in places:
        ranks[batch.column(0).to_numpy()] = np.arange(count, count + batch.num_rows, dtype=np.uint32)
        count += batch.num_rows
    return ranks, count


def _put_aside(rows: pa.RecordBatchReader, ranks: np.ndarray, stretches: Sequence[Path]) -> None:
    """Write each row, with its rank instead of its place, into the file of its stretch."""
    schema = rows.schema.set(0, pa.field(_RANK, pa.uint32()))
    with contextlib.ExitStack() as opened:
        writers = [opened.enter_context(ipc.new_stream(str(path), schema, options=_PACKED)) for path in stretches]
        for batch in _ahead(_by_stretch(rows, ranks, schema)):
            numbers = batch.column(0).to_numpy() // _STRETCH_ROWS
            bounds = np.searchsorted(numbers, np.arange(len(stretches) + 1))
            for writer, start, end in zip(writers, bounds[:-1], bounds[1:], strict=True):
                if end > start:
                    writer.write_batch(batch.slice(start, end - start))


def _by_stretch(rows: pa.RecordBatchReader, ranks: np.ndarray, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for batch in rows:
        rank = ranks[batch.column(0).to_numpy()]
        ranked = batch.set_column(0, schema.field(0), pa.array(rank))
        yield ranked.take(pa.array(np.argsort(rank // _STRETCH_ROWS, kind="stable")))


def _in_order(stretches: Sequence[Path]) -> Iterator[pa.RecordBatch]:
    for path in stretches:
        with ipc.open_stream(str(path)) as source:
            table = source.read_all()
        path.unlink()
        by_rank = np.argsort(table.column(0).to_numpy())
        rows = table.remove_column(0)
        for start in range(0, len(by_rank), _BATCH_ROWS):
            yield from rows.take(pa.array(by_rank[start : start + _BATCH_ROWS])).combine_chunks().to_batches()


def _ahead(batches: Iterator[pa.RecordBatch]) -> Generator[pa.RecordBatch]:
    """The same, the next one being made while one is at work on the last."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="sorted-rows") as thread:
        coming = thread.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = thread.submit(next, batches, None)
            yield batch


def _quoted(path: Path) -> str:
    return "'" + str(path.resolve()).replace("'", "''") + "'"
