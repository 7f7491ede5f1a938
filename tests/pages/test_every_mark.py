"""A click on a mark of any chart of any page opens exactly its rows; a chart that no click reaches fails here."""

from __future__ import annotations

import ast
import re
from collections.abc import Hashable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib.analytics.explore.exploration import Chart, Exploration
from lib.analytics.figures.figure import Part
from lib.analytics.reading.columns import said_sum
from lib.core.database import open_database
from lib.core.settings import Settings, read_settings
from lib.ui.charts.drawn import Drawn
from lib.ui.drill import PAGE_ROWS
from lib.ui.figure_cache import FigureCache
from lib.ui.wording import counted, literal
from tests.conftest import KEY, Cluster
from tests.integration.kpis.golden import Row, charge
from tests.integration.reports.login_desk import LoginDesk
from tests.integration.views.ledger import Ledger
from tests.pages.biller import said
from tests.pages.conftest import ROOT, fresh_server

#: Everything that can be looked at: a page, and what is chosen on it.
SIGHTS: dict[str, tuple[str, dict[str, Any]]] = {
    "ar_aging": ("ar_aging", {}),
    "denials": ("denials", {}),
    "payments": ("payments", {}),
    **{
        f"billing {tab}": ("billing", {"billing_tab": tab})
        for tab in ("Charges", "Lags", "Late charges", "Holds", "Claim stages", "Revenue", "Patient-day rate")
    },
    **{
        f"performance {tab}": ("performance", {"performance_tab": tab})
        for tab in ("Volume and yield", "Productivity", "Time", "Write-offs")
    },
    "explore": (
        "explore",
        {
            "explore_now": Exploration(
                view="ar_aging_view",
                columns=("charge_id", "charge_balance"),
                groups=("practice_name",),
                added=("charge_balance",),
                chart=Chart.BARS,
            ),
            "explore_round": 9,
        },
    ),
}
#: The invented world's client has no inpatients.
_STAYS = "billing Patient-day rate"
_DRAWING = ("draw_figure", "draw_list", "draw_cross_table")


class WatchedFigures(FigureCache):
    """The pages' own cache, which keeps in mind what each chart was drawn from."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: dict[str, Drawn] = {}

    def once(self, key: Hashable, make: Any) -> Any:
        value = super().once(key, make)
        if isinstance(value, Drawn):
            self.drawn[key[-1][2]] = value  # ty: ignore[not-subscriptable]
        return value


@dataclass(kw_only=True)
class Sweep:
    """Opens every sight once and clicks in all that it draws: of the invented world, or of what `stays` holds."""

    world: Settings
    client: str
    stays: Settings
    figures: WatchedFigures
    _clicked: dict[str, list[str]] = field(default_factory=dict)

    def clicked(self, sight: str) -> list[str]:
        """Click once in each chart and table of a sight and hold the rows against the mark; the charts' names."""
        if sight not in self._clicked:
            name, chosen = SIGHTS[sight]
            where = self.stays if sight == _STAYS else self.world
            with fresh_server(where) as open_page:
                page = open_page(f"pages/{name}.py", client=self.client)
                for key, value in chosen.items():
                    page.session_state[key] = value
                page.run()
                assert not page.exception, page.exception
                tables = _plain_tables(page)
                self._clicked[sight] = [self._click(page, name, key, tables) for key in _keys(page, name)]
        return self._clicked[sight]

    def _click(self, page: AppTest, name: str, key: str, before: Sequence[Any]) -> str:
        chart = re.sub(r"_chart_\d+.*$", "", key.removeprefix(f"{name}_"))
        # As a browser's click does: what was clicked before is let go.
        page.query_params.pop("mark", None)
        page.session_state[f"{name}_picked"] = chart
        if chart in self.figures.drawn:
            self._click_mark(page, key, self.figures.drawn[chart], before)
        else:
            _click_cell(page, key, before)
        return chart

    def _click_mark(self, page: AppTest, key: str, drawn: Drawn, before: Sequence[Any]) -> None:
        (curve, point), part = _telling_mark(drawn)
        page.session_state[key] = {"selection": {"points": [{"curve_number": curve, "point_index": point}]}}
        page.run()
        assert not page.exception, page.exception
        measure = drawn.figure.measure_of(part)
        words, where = said(page), (key, part.label, part.series)
        assert f"· {counted(part.rows, drawn.figure.noun)} ·" in words, where
        assert f"· {literal(said_sum(measure.column, part.amount))} " in words, where
        rows = _opened_rows(page, before)
        assert len(rows) == min(part.rows, PAGE_ROWS), where
        if part.rows <= PAGE_ROWS and measure.column in rows:
            assert sum(Decimal(str(each)) for each in rows[measure.column].fillna(0)) == part.amount, where


@pytest.fixture(scope="module")
def sweep(loaded: LoginDesk, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    home = tmp_path_factory.mktemp("stays") / "home"
    stays = read_settings(home=home, database_url=cluster.database(), secret_key=KEY)
    with closing(open_database(stays)) as database:
        ledger = Ledger(database)
        client = ledger.client()
        # The first client of either database has the same number.
        assert client == loaded.client.id
        ledger.show("gross_billing", [charge("1", "10", "10-01")], client=client)
        ledger.show("pdr3_calculator", [_stay(number) for number in range(6)], client=client)
    return Sweep(world=loaded.office.settings, client=client, stays=stays, figures=WatchedFigures())


def _stay(number: int) -> Row:
    day = date(2026, 10, 5 + number)
    return {
        "charge_id": f"s{number}",
        "charge_patient_id": f"{number % 3}",
        "facility_name": "TEST Lodge",
        "charge_rev_code": f"{100 + number % 2}",
        "charge_from_date": day,
        "charge_to_date": day,
        "charge_amount": Decimal(500),
        "payment_allowed_amount": Decimal(400),
        "insurance_paid_amount": Decimal(300) + number,
    }


@pytest.fixture(autouse=True)
def watched(sweep: Sweep, fresh_cache: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("lib.ui.analytics.FIGURES", "lib.ui.filter_bar.FIGURES"):
        monkeypatch.setattr(place, sweep.figures)


@pytest.mark.parametrize("sight", SIGHTS)
def test_a_click_opens_exactly_the_rows_of_its_mark(sweep: Sweep, sight: str) -> None:
    assert sweep.clicked(sight), "nothing is drawn here that could be clicked"


def test_every_chart_that_pages_draw_was_clicked(sweep: Sweep) -> None:
    clicked = {chart for sight in SIGHTS for chart in sweep.clicked(sight)}
    charts = _charts_in_code()
    assert len(charts) > 30
    for place, pattern in charts:
        assert any(re.fullmatch(pattern, chart) for chart in clicked), f"{place} draws {pattern}, and no test clicks it"


def test_charts_are_drawn_where_clicks_are_heard() -> None:
    drawers = {
        path for path, tree in _code() for call in _calls(tree) if _name(call) in ("plotly_chart", "altair_chart")
    }
    assert drawers == {"lib/ui/drawing.py"}


def _keys(page: AppTest, name: str) -> list[str]:
    """The keys of the charts and tables in which a click is heard."""
    drawn = [each for each in (*page.get("plotly_chart"), *page.dataframe) if each.proto.id]
    keys = [str(each.proto.id).split("-", 2)[2] for each in drawn]
    return [key for key in keys if re.fullmatch(rf"{name}_.+_chart_\d+.*", key)]


def _telling_mark(drawn: Drawn) -> tuple[tuple[int, int], Part]:
    """The mark with the most rows of those whose rows are all drawn at once; the smallest where none is so small."""
    marks = [
        ((curve, point), drawn.figure.parts[part])
        for curve, parts in enumerate(drawn.places)
        for point, part in enumerate(parts)
        if drawn.figure.parts[part].rows
    ]
    few = [mark for mark in marks if mark[1].rows <= PAGE_ROWS]
    return max(few, key=lambda mark: mark[1].rows) if few else min(marks, key=lambda mark: mark[1].rows)


def _click_cell(page: AppTest, key: str, before: Sequence[Any]) -> None:
    """Click a cell of a table that says how many rows it stands for."""
    table = next(each.value for each in page.dataframe if str(each.proto.id).endswith(f"-{key}"))
    column = (
        next((each for each in ("Payment lines", "Charges", "row_count") if each in table), None) or table.columns[2]
    )
    row, count = next((place, int(each)) for place, each in enumerate(table[column].fillna(0)) if each)
    page.session_state[key] = {"selection": {"rows": [], "columns": [], "cells": [(row, column)]}}
    page.run()
    assert not page.exception, page.exception
    assert re.search(rf"· {count:,} \w+( \w+)? ·", said(page)), key
    rows = _opened_rows(page, before)
    assert len(rows) == min(count, PAGE_ROWS), key
    if "Paid" in table and count <= PAGE_ROWS:
        paid = next(each for each in ("payment_total_paid", "insurance_paid_amount") if each in rows)
        assert round(rows[paid].sum(), 2) == round(table["Paid"][row], 2), key
    # Rows in all, also where they are more than are drawn at once.
    assert f"· {counted(count, 'row')} ·" in said(page) or f"of {count:,} ·" in said(page), key


def _opened_rows(page: AppTest, before: Sequence[Any]) -> Any:
    """The rows that a click has opened beside the tables that were there before."""
    (rows,) = [each for each in _plain_tables(page) if not any(each.equals(other) for other in before)]
    return rows


def _plain_tables(page: AppTest) -> list[Any]:
    return [each.value for each in page.dataframe if not each.proto.id]


def _code() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted([*(ROOT / "pages").glob("*.py"), *(ROOT / "lib" / "ui").rglob("*.py")]):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _charts_in_code() -> list[tuple[str, str]]:
    """Every place in the code that draws something to click, with a pattern of the names that it gives."""
    return [
        (f"{path}:{call.lineno}", _pattern(call.args[1]))
        for path, tree in _code()
        for call in _calls(tree)
        if _name(call) in _DRAWING and len(call.args) > 2
    ]


def _pattern(name: ast.expr) -> str:
    if isinstance(name, ast.JoinedStr):
        return "".join(_pattern(each) for each in name.values)
    return re.escape(str(name.value)) if isinstance(name, ast.Constant) else ".+"
