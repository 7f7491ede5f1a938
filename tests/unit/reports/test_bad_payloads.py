"""Every kind of bad payload ends in its own sentence, and no sentence holds anything of the payload."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.reports.reading.payload import PayloadFault
from tests.unit.reports.bad_payloads import COLUMNS, FILES, ROWS, ZIPS, Kind, OddRow
from tests.unit.reports.payload_files import ROW, csv_text, read_payload, zipped


@pytest.mark.parametrize("kind", [*ZIPS, *FILES, *COLUMNS], ids=repr)
def test_a_bad_payload_fails_with_its_own_sentence(tmp_path: Path, kind: Kind) -> None:
    with pytest.raises(PayloadFault) as failed:
        read_payload(tmp_path, kind.build(), limits=kind.limits)
    assert failed.value.what == kind.sentence
    assert failed.value.fix
    assert os.fspath(tmp_path) not in str(failed.value)
    assert "TEST" not in str(failed.value)


@pytest.mark.parametrize("odd", ROWS, ids=repr)
def test_an_odd_row_is_turned_away_and_the_others_are_loaded(tmp_path: Path, odd: OddRow) -> None:
    read = read_payload(tmp_path, zipped(csv_text([ROW, odd.row, ROW])))
    assert [(reject.row, reject.reason) for reject in read.rejects] == [(3, odd.reason)]
    assert [row["charge_id"] for row in read.rows] == ["5001", "5001"]
    assert (read.counts.read, read.counts.loaded, read.counts.rejected) == (3, 2, 1)
    assert "TEST" not in read.rejects[0].reason and "TEST" not in repr(read.rejects[0])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 400), cut=st.integers(0, 20), put=st.binary(max_size=8), method=st.sampled_from([0, 8]))
def test_whatever_happens_to_a_zip_on_its_way_is_a_fault_or_does_no_harm(
    tmp_path: Path, at: int, cut: int, put: bytes, method: int
) -> None:
    whole = zipped(csv_text([ROW] * 3), method=method)
    at %= len(whole)
    try:
        read = read_payload(tmp_path, whole[:at] + put + whole[at + cut :])
    except PayloadFault:
        return
    assert read.counts.totals == {"charge_amount": Decimal("3703.50")}
