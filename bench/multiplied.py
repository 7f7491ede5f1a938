"""A client's copy made larger than anybody wants to wait for: every row many times over, as charges of their own."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as parquet

from bench.warehouse import Warehouse
from lib.analytics.snapshot.manifest import CopiedView, Manifest, SnapshotFolder

#: What tells charges, claims and patients apart; each time over they have other ids.
_IDS = frozenset({"charge_id", "claim_id", "charge_claim_id", "patient_id", "charge_patient_id"})
#: A view with fewer rows is a summary, which stays as it is however many charges there are.
_FEWEST_ROWS = 1_000


def multiply_copy(office: Warehouse, times: int) -> float:
    """Put files with every row that many times in place of the latest ones; returns the seconds it took.

    Columns, types, groups of rows and the spread of every value are those of the copy; only ids differ.
    """
    began = time.monotonic()
    folder = SnapshotFolder(office.settings)
    manifest = folder.read(office.client_id)
    assert manifest is not None
    place = folder.of_client(office.client_id)
    larger = {
        name: _multiply(place, copied, times) if copied.rows >= _FEWEST_ROWS else copied
        for name, copied in manifest.days[None].items()
    }
    folder.swap(
        office.client_id,
        Manifest(made_at=datetime.now(UTC).isoformat(timespec="seconds"), days={**manifest.days, None: larger}),
    )
    return time.monotonic() - began


def _multiply(place: Path, copied: CopiedView, times: int) -> CopiedView:
    source = parquet.ParquetFile(place / copied.file)
    # Texts that repeat are written fastest as the dictionaries that they are in the file.
    texts = [each.name for each in source.schema_arrow if pa.types.is_string(each.type) and each.name not in _IDS]
    coded = parquet.ParquetFile(place / copied.file, read_dictionary=texts)
    to = place / f"{times}-{copied.file}"
    with parquet.ParquetWriter(
        to, coded.schema_arrow, compression="zstd", compression_level=1, store_schema=False
    ) as writer:
        for group in range(coded.num_row_groups):
            rows = coded.read_row_group(group)
            # A copy is sorted by the clock of its view; slices of a group, repeated, stay so, in groups of its size.
            length = max(1, rows.num_rows // times)
            for start in range(0, rows.num_rows, length):
                few = rows.slice(start, length)
                repeated = pa.concat_tables([_renamed(few, number) for number in range(times)])
                writer.write_table(repeated, row_group_size=1 << 20)
    return CopiedView(
        file=to.name,
        fingerprint=f"{times} {copied.fingerprint}",
        rows=copied.rows * times,
        bytes=to.stat().st_size,
    )


def _renamed(rows: pa.Table, number: int) -> pa.Table:
    for place, name in enumerate(rows.column_names):
        if name in _IDS and pa.types.is_string(rows.schema.field(name).type):
            renamed = pc.binary_join_element_wise(rows.column(name), f"{number:02d}", "")
            rows = rows.set_column(place, name, renamed)
    return rows
