"""The axes of charts: round steps from zero, written as the amounts beside them are."""

from __future__ import annotations

import pytest

from lib.analytics.kpis.definitions import Unit
from lib.ui.charts.axes import axis_between, value_axis


@pytest.mark.parametrize(
    ("unit", "values", "said"),
    [
        (Unit.MONEY, [66_000.0, 12.0], ["$0", "$20K", "$40K", "$60K"]),
        (Unit.MONEY, [1_270_000.0], ["$0", "$500K", "$1M"]),
        (Unit.MONEY, [2.4], ["$0", "$0.50", "$1", "$1.50", "$2"]),
        (Unit.MONEY, [900.0, -250.0], ["$0", "$500"]),
        (Unit.PERCENT, [0.184], ["0%", "5%", "10%", "15%"]),
        (Unit.PERCENT, [0.009], ["0%", "0.2%", "0.4%", "0.6%", "0.8%"]),
        (Unit.COUNT, [2.0], ["0", "1", "2"]),
        (Unit.COUNT, [4_100.0], ["0", "1,000", "2,000", "3,000", "4,000"]),
        (Unit.DAYS, [], ["0", "0.5", "1"]),
    ],
)
def test_steps_are_round_and_begin_at_zero(unit: Unit, values: list[float], said: list[str]) -> None:
    axis = value_axis(unit, values)
    assert axis["ticktext"] == said
    low, high = axis["range"]
    assert low <= min([0.0, *values]) and high >= max([0.0, *values])


def test_an_axis_between_two_rates_tells_its_steps_apart() -> None:
    assert axis_between(Unit.PERCENT, 0.5405, 0.5461)["ticktext"] == ["54.2%", "54.4%", "54.6%"]
