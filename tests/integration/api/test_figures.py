"""A figure of the API is the figure of the pages, and both are what the views say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from lib.analytics.figures.figure import Figure, Part
from lib.analytics.kpis.definitions import definitions
from lib.analytics.kpis.plain import as_object
from lib.analytics.kpis.service import kpi
from lib.analytics.reading.filters import Filters
from lib.analytics.reading.months import months_before, newest_day, span
from lib.analytics.reading.views import Clock, Dimension
from lib.analytics.subjects import ar, denial_rates, denials
from lib.analytics.subjects.denials import Told
from tests.integration.api.conftest import Served


def test_every_key_figure_is_defined_and_answered_as_the_service_says_it(served: Served) -> None:
    defined = {each["kpi"]: each for each in served.answer("/v1/kpis")["kpis"]}
    assert list(defined) == list(definitions())
    with_value = 0
    for client in (None, *served.clients):
        truth = served.truth(client)
        for name in definitions():
            told = served.answer(f"/v1/kpis/{name}", **({"client": client.name} if client else {}))
            assert told == as_object(kpi(truth, name)), (name, client)
            assert told["version"] == defined[name]["version"]
            with_value += told["value"] is not None
    assert with_value > 40


def test_a_key_figure_is_what_sql_says(served: Served) -> None:
    client = served.clients[0]
    (row,) = (
        served.truth(client)
        .ask(
            "SELECT sum(charge_balance) FILTER (WHERE charge_balance > 0 AND as_of - charge_from_date > 90) AS old, "
            "sum(charge_balance) FILTER (WHERE charge_balance > 0) AS open FROM reporting.ar_aging_view"
        )
        .rows
    )
    told = served.answer("/v1/kpis/ar_over_90", client=client.id)
    assert (Decimal(told["numerator"]), Decimal(told["denominator"])) == tuple(row)
    assert Decimal(told["value"]) == row[0] / row[1]


def test_filters_settings_and_days_narrow_as_they_do_for_the_service(served: Served) -> None:
    client = served.clients[0]
    truth = served.truth(client)
    payers = [
        row[0]
        for row in truth.ask(
            "SELECT charge_primary_payer_name, count(*) FROM reporting.gross_billing_view "
            "WHERE charge_primary_payer_name IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT 2"
        ).rows
    ]
    filters = Filters(
        chosen={Dimension.PAYER: tuple(payers)},
        first_day=date(2026, 9, 1),
        last_day=date(2026, 9, 30),
        clock=Clock.ENTERED,
    )
    asked = {"client": client.name, "payer": payers, "from": "2026-09-01", "to": "2026-09-30", "clock": "entered"}
    for name in ("charges", "payments", "net_collection_rate", "ar_over_90"):
        assert served.answer(f"/v1/kpis/{name}", **asked) == as_object(kpi(truth, name, filters)), name
    told = served.answer("/v1/kpis/charges", **asked)
    assert 0 < Decimal(told["value"]) < Decimal(served.answer("/v1/kpis/charges", client=client.name)["value"])
    late = {each.name: each for each in definitions()["late_charges"].settings.values()}
    (setting,) = list(late)[:1]
    told = served.answer("/v1/kpis/late_charges", client=client.name, set=f"{setting}=10")
    assert told == as_object(kpi(truth, "late_charges", settings={setting: 10}))


def test_an_earlier_day_is_answered_as_it_was_known(served: Served) -> None:
    told = served.answer("/v1/kpis/days_in_ar", as_of="2026-01-31")
    assert (told["value"], told["no_value"]) == (None, "no data")


@pytest.mark.parametrize("by", ["payer", "kind", "practice", "provider", "facility", "client"])
@pytest.mark.parametrize("clock", ["dos", "billed"])
def test_ar_aging_is_the_page(served: Served, by: str, clock: str) -> None:
    for client in (None, served.clients[0]):
        told = served.answer("/v1/ar-aging", by=by, clock=clock, **({"client": client.id} if client else {}))
        truth, filters = served.truth(client), Filters(clock=Clock(clock))
        names = {each.id: each.name for each in served.clients}
        day = ar.day_of_rows(truth, filters)
        assert day is not None
        balance = ar.balance(truth, filters, day)
        assert (told["as_of"], told["rows"], told["open"]) == (str(day), balance.rows(), f"{balance.amount():.2f}")
        assert Decimal(told["over_90"]) == balance.share(ar.OVER_90)
        split = ar.Split(by)
        assert_same(told["figures"][0], ar.aging(truth, filters, split, client_names=names))
        assert_same(told["figures"][1], ar.credits(truth, filters, split, client_names=names))
        assert_same(told["figures"][2], ar.statements(truth, filters))
        # Their first reports are of this month: there is no month end before the day itself.
        assert_same(told["figures"][3], ar.trend([balance], filters))
        assert sum(Decimal(part["amount"]) for part in told["figures"][0]["parts"]) == balance.amount()


@pytest.mark.parametrize("by", ["payer", "category", "code", "provider", "cpt"])
def test_denial_trends_are_the_page(served: Served, by: str) -> None:
    client = served.clients[0]
    told = served.answer("/v1/denial-trends", by=by, client=client.name)
    truth, split = served.truth(client), denials.Split[by.upper()]
    rate = kpi(truth, "denial_rate_claims")
    newest = newest_day(truth, denial_rates.VIEW, Filters())
    assert told["rate"] == as_object(rate) and rate.window is not None and newest is not None
    lately = span(Filters(), rate.window.first, rate.window.last, Clock.POSTED)
    recent = span(Filters(), months_before(newest, 24), newest, Clock.POSTED)
    figures: dict[str, Figure] = {
        figure.name: figure
        for figure in (
            denial_rates.rates(truth, recent, newest),
            denial_rates.dollars_by(truth, lately, split),
            denial_rates.rate_by(truth, lately, split),
            *(denials.dollars_by_month(truth, recent, each) for each in Told),
            denials.pareto(truth, recent, split),
            denials.outcomes(truth, recent),
        )
    }
    assert [each["figure"] for each in told["figures"]] == list(figures)
    for each in told["figures"]:
        assert_same(each, figures[each["figure"]])


def test_one_client_is_never_told_of_another(served: Served) -> None:
    first, second = served.clients
    answers = {}
    for client in (None, first, second):
        asked = {"client": client.name} if client else {}
        answers[client.name if client else "all"] = Decimal(served.answer("/v1/ar-aging", **asked)["open"])
    assert answers["all"] == answers[first.name] + answers[second.name]
    assert len(set(answers.values())) == 3
    both = served.answer("/v1/ar-aging", client=[first.id, second.name])
    assert Decimal(both["open"]) == answers["all"]
    assert [each["name"] for each in served.answer("/v1/clients")["clients"]] == sorted(
        client.name for client in served.clients
    )


def assert_same(told: dict[str, Any], figure: Figure) -> None:
    """The API's figure holds the page's: each mark alike, and what the page folds, opened."""
    assert (told["figure"], told["title"], told["view"], told["unit"]) == (
        figure.name,
        figure.title,
        figure.view,
        str(figure.unit),
    )
    answered = {(part["label"], part["series"]): part for part in told["parts"]}
    assert len(answered) == len(told["parts"]) and told["parts"]
    for part in figure.parts:
        if not part.others:
            assert _facts(answered.pop((part.label, part.series))) == _known(part)
    folded = [part for part in figure.parts if part.others]
    if figure.name == "outcomes":
        return
    assert _by_series(answered.values()) == {part.series: (part.rows, part.amount) for part in folded}
    assert len({label for label, _ in answered}) == max((part.others for part in folded), default=0)


def _facts(part: dict[str, Any]) -> tuple[Any, ...]:
    value = Decimal(part["value"]) if part["value"] is not None else None
    return (part["rows"], Decimal(part["amount"]), value, part["immature"])


def _known(part: Part) -> tuple[Any, ...]:
    return (part.rows, part.amount, part.value, part.immature)


def _by_series(parts: Iterable[dict[str, Any]]) -> dict[str, tuple[int, Decimal]]:
    found: dict[str, tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for part in parts:
        rows, amount = found[part["series"]]
        found[part["series"]] = (rows + part["rows"], amount + Decimal(part["amount"]))
    return dict(found)
