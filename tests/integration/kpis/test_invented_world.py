"""The figures of a client of the invented world, its reports synced from the stand-in as any client's are."""

from __future__ import annotations

from decimal import Decimal

from lib.analytics.kpis.definitions import definitions
from lib.analytics.kpis.service import kpi
from lib.analytics.reading.reader import ViewReader
from lib.analytics.snapshot.reader import CopyReader, open_reader
from tests.integration.kpis.by_hand import by_hand
from tests.integration.reports.login_desk import LoginDesk

#: Where the world's figures must lie, so that a formula which is wrong by more than a little is seen.
BOUNDS = {
    "days_in_ar": (15, 250),
    "net_collection_rate": ("0.5", "1.2"),
    "gross_collection_rate": ("0.2", "0.9"),
    "clean_claim_rate": ("0.6", "0.99"),
    "first_pass_resolution": ("0.4", "0.99"),
    "denial_rate_claims": ("0.02", "0.4"),
    "denial_rate_dollars": ("0.02", "0.4"),
    "overturn_rate": ("0.1", "1"),
    "days_denial_to_appeal": (5, 45),
    "days_denial_to_resolution": (25, 140),
    "charge_lag": (0, 4),
    "posting_turnaround": (0, 4),
    "payment_velocity": (10, 120),
    "late_charges": ("0.05", "0.5"),
}


def test_every_figure_has_a_value_and_both_readers_agree(loaded: LoginDesk) -> None:
    office = loaded.office
    views, copy = ViewReader(office.database, office.actor), open_reader(office.database, office.settings, office.actor)
    assert isinstance(copy, CopyReader)
    found = {name: kpi(views, name) for name in definitions()}
    assert {name: kpi(copy, name) for name in definitions()} == found
    assert {name: each.reason for name, each in found.items() if each.value is None} == {}
    for name, (least, most) in BOUNDS.items():
        value = found[name].value
        assert value is not None and Decimal(least) <= value <= Decimal(most), (name, value)
    for each in found.values():
        if each.denominator is not None and each.unit != "days":
            assert each.numerator is not None and each.value == each.numerator * each.factor / each.denominator


def test_every_figure_is_what_plain_sql_adds_up(loaded: LoginDesk) -> None:
    office = loaded.office
    copy = open_reader(office.database, office.settings, office.actor)
    differ = {}
    for name in definitions():
        found = kpi(copy, name)
        assert found.as_of is not None
        plain = by_hand(name, found.as_of, lambda statement: copy.ask(statement).rows[0])
        if plain != found.value:
            differ[name] = (plain, found.value)
    assert differ == {}
