"""Every key figure of the hand-made ledgers is what was worked out by hand, from the views and from their copy."""

from __future__ import annotations

import pytest

from lib.analytics.kpis.definitions import definitions
from lib.analytics.kpis.model import KpiValue, NoValue
from lib.analytics.kpis.service import kpi
from tests.integration.kpis.conftest import Readers
from tests.integration.kpis.golden import Expect, Golden
from tests.integration.kpis.ledgers import GOLDEN
from tests.integration.views.ledger import Ledger


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden.name)
def test_figures_are_what_was_worked_out_by_hand(ledger: Ledger, owner: str, readers: Readers, golden: Golden) -> None:
    for report, rows in golden.reports.items():
        ledger.show(report, rows, client=owner, as_of=golden.as_of)
    views, copy = readers(owner)
    for expected in golden.expected:
        found = kpi(views, expected.kpi, expected.filters, settings=expected.settings)
        assert found.as_of == golden.as_of or found.no_value is NoValue.NO_DATA
        _compare(found, expected)
    for name, definition in definitions().items():
        found = kpi(views, name)
        assert kpi(copy, name) == found
        assert set(found.extras) <= set(definition.extras)


def test_every_figure_is_in_a_golden_ledger_with_a_value() -> None:
    told = {expected.kpi for golden in GOLDEN for expected in golden.expected if expected.no_value is None}
    assert told == set(definitions())


def test_nothing_was_ever_loaded(owner: str, readers: Readers) -> None:
    for reader in readers(owner):
        for name in definitions():
            found = kpi(reader, name)
            assert (found.value, found.no_value, found.rows, found.as_of) == (None, NoValue.NO_DATA, 0, None)
            assert found.reason


def _compare(found: KpiValue, expected: Expect) -> None:
    said = (found.name, found.reason)
    assert (found.value, found.no_value) == (expected.value, expected.no_value), said
    assert (found.reason is None) == (found.no_value is None), said
    for name in ("numerator", "denominator", "rows"):
        if getattr(expected, name) is not None:
            assert getattr(found, name) == getattr(expected, name), (*said, name)
    assert {name: found.extras[name] for name in expected.extras} == expected.extras, said
