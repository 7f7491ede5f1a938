"""A whole client, synced: what readers see adds up to the world's own events, to the cent."""

from __future__ import annotations

from decimal import Decimal

from lib.core.runs import RunState
from lib.reports.catalog import catalog
from sandbox.collaboratemd.pages import ReportOrder
from sandbox.collaboratemd.totals import totals
from sandbox.world import World
from sandbox.world.life import OfficeLife
from tests.integration.reports.conftest import ConnectReports


def test_every_report_of_every_account_adds_up_to_the_events(connect_reports: ConnectReports) -> None:
    desk = connect_reports("Harbor")
    run = desk.work(accounts=())
    assert (run.state, run.error) == (RunState.FINISHED, None)
    assert run.result is not None
    assert run.result["counts"] == {"loaded": len(catalog()) * len(desk.login.accounts)}, run.result["cells"]
    life = OfficeLife(world=World(seed=7, patients=200), today=desk.today, claims=2_000)
    for account in desk.login.accounts:
        for report in catalog():
            order = ReportOrder(account=account, report=report, as_of=desk.today, extended=True)
            expected = totals(life, order)
            rows, sums = desk.sums(report, account)
            assert rows == expected.rows, (report, account)
            # The second account has no institutional charges: the vendor says that there are no records.
            assert rows > 0 or (report, account) == ("pdr3_calculator", desk.login.accounts[1])
            missing = {column: Decimal(0) for column in sums if column not in expected.money}
            assert sums == {**missing, **{c: v for c, v in expected.money.items() if c in sums}}, (report, account)
            assert set(expected.money) <= set(sums), (report, account)
