"""One view as one Parquet file, streamed: exact types, texts as dictionaries, groups of rows that a query may skip."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet

from lib.analytics.reading.views import View
from lib.core.database import Session
from lib.reports.views.view_rows import view_rows

#: Rows in a group: DuckDB reads a group in one thread.
_GROUP_ROWS = 122_880


def write_view(session: Session, view: View, path: Path) -> int:
    """Write every row that the session sees of a view to `path`, and return how many those are; memory stays flat.

    The rows are sorted by the view's usual clock, so that a question about some days reads few groups.
    """
    rows = waiting = 0
    batches: list[pa.RecordBatch] = []
    with view_rows(session, view.name, sorted_by=view.usual_clock) as (schema, stream):
        path.touch(mode=0o600)
        os.chmod(path, 0o600)
        with parquet.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
            for batch in stream:
                batches.append(batch)
                waiting += batch.num_rows
                rows += batch.num_rows
                if waiting >= _GROUP_ROWS:
                    writer.write_table(pa.Table.from_batches(batches, schema), row_group_size=_GROUP_ROWS)
                    batches, waiting = [], 0
            writer.write_table(pa.Table.from_batches(batches, schema), row_group_size=_GROUP_ROWS)
    return rows
