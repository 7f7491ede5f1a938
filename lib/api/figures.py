"""Routes of AR aging and denial trends: the figures of the pages, from the same functions."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date

from fastapi import APIRouter, Response

from lib.analytics.figures.figure import Figure
from lib.analytics.kpis.model import KpiValue
from lib.analytics.kpis.plain import as_object
from lib.analytics.kpis.service import kpi
from lib.analytics.reading.filters import Filters, Mark
from lib.analytics.reading.months import RECENT_MONTHS, months_before, newest_day, span
from lib.analytics.reading.views import Clock, Dimension
from lib.analytics.subjects import ar, denial_rates, denials
from lib.analytics.subjects.denials import Told
from lib.api.answers import AgingAnswer, DenialsAnswer, FigureAnswer, KpiAnswer, encoded, sent
from lib.api.asked import AskedAging, AskedDenials
from lib.api.caller import KpisAsking, needs
from lib.api.desk import Desk, Opened
from lib.core.access.tokens import Scope

_NEEDS = needs(Scope.KPIS_READ)
Make = Callable[[Mark | None], Figure]


def figure_routes(desk: Desk) -> APIRouter:
    """AR aging and denial trends."""
    router = APIRouter(tags=["Figures"])

    @router.get(
        "/v1/ar-aging", responses={200: {"model": AgingAnswer}}, summary="Open balances by age", openapi_extra=_NEEDS
    )
    async def get_aging(asked: AskedAging, asking: KpisAsking) -> Response:
        opened = await desk.open(asking, asked.client, asked.as_of)
        filters, split = asked.filters(), asked.split
        what = ("ar-aging", filters.key(), split)
        return sent(await desk.answer(opened, what, lambda: encoded(_aging(desk, opened, filters, split))))

    @router.get(
        "/v1/denial-trends",
        responses={200: {"model": DenialsAnswer}},
        summary="Denials and their rates",
        openapi_extra=_NEEDS,
    )
    async def get_denials(asked: AskedDenials, asking: KpisAsking) -> Response:
        opened = await desk.open(asking, asked.client, asked.as_of)
        filters, split = asked.filters(), asked.split
        what = ("denial-trends", filters.key(), split)
        return sent(await desk.answer(opened, what, lambda: encoded(_denials(opened, filters, split))))

    return router


def _aging(desk: Desk, opened: Opened, filters: Filters, split: ar.Split) -> AgingAnswer:
    reader, names = opened.reader, opened.client_names
    day = filters.as_of or ar.day_of_rows(reader, filters)
    month_ends = desk.month_ends(opened, ar.VIEW)
    balances = (
        ar.balances(lambda asked: desk.reader_on(opened, asked), filters, month_ends, day) if day is not None else []
    )
    balance = balances[-1] if balances else None
    figures = [
        _whole(lambda within: ar.aging(reader, filters, split, client_names=names, within=within)),
        _whole(lambda within: ar.credits(reader, filters, split, client_names=names, within=within)),
        ar.statements(reader, filters),
    ]
    if balances:
        figures.append(ar.trend(balances, filters))
    return AgingAnswer(
        as_of=day.isoformat() if day else None,
        clock=ar.clock_of(filters).label,
        open=f"{balance.amount() if balance else 0:.2f}",
        rows=balance.rows() if balance else 0,
        over_90=_share(balance, ar.OVER_90),
        over_120=_share(balance, ar.OVER_120),
        figures=[FigureAnswer.of(each, filters) for each in figures],
    )


def _denials(opened: Opened, filters: Filters, split: denials.Split) -> DenialsAnswer:
    """What the page shows unasked: rates by month and everything else of the last months, splits of the rate's days."""
    reader = opened.reader
    rate = kpi(reader, "denial_rate_claims", filters, filters.as_of)
    newest = newest_day(reader, denial_rates.VIEW, filters)
    figures: list[FigureAnswer] = []
    if newest is not None:
        recent = span(filters, months_before(newest, RECENT_MONTHS - 1), newest, Clock.POSTED)
        figures += _rates(opened, filters, split, rate, newest)
        for figure in (
            *(denials.dollars_by_month(reader, recent, told) for told in Told),
            _whole(lambda within: denials.pareto(reader, recent, split, within=within)),
            denials.outcomes(reader, recent),
        ):
            figures.append(FigureAnswer.of(figure, recent))
    return DenialsAnswer(
        as_of=newest.isoformat() if newest else None, rate=KpiAnswer(**as_object(rate)), figures=figures
    )


def _rates(opened: Opened, filters: Filters, split: denials.Split, rate: KpiValue, newest: date) -> list[FigureAnswer]:
    """Rates of the clients whose saved reports can tell what was denied initially."""
    reader, left_out = opened.reader, {each.client_id for each in rate.left_out}
    counted = tuple(client.id for client in opened.clients if client.id not in left_out)
    if rate.window is None or not counted:
        return []
    rated = replace(filters, chosen={**filters.chosen, Dimension.CLIENT: counted})
    recent = span(rated, months_before(newest, RECENT_MONTHS - 1), newest, Clock.POSTED)
    lately = span(rated, rate.window.first, rate.window.last, Clock.POSTED)
    return [
        FigureAnswer.of(denial_rates.rates(reader, recent, newest), recent),
        *(
            FigureAnswer.of(figure, lately)
            for figure in (
                _whole(lambda within: denial_rates.dollars_by(reader, lately, split, within=within)),
                _whole(lambda within: denial_rates.rate_by(reader, lately, split, within=within)),
            )
        ),
    ]


def _whole(make: Make, within: Mark | None = None) -> Figure:
    """A figure with what it folds into “other (n)” opened, as a click on it does."""
    figure = make(within)
    shown = tuple(part for part in figure.parts if not part.others)
    folded = next((part for part in figure.parts if part.others), None)
    if folded is None:
        return figure
    opened = {name: value for name, value in folded.mark.values.items() if isinstance(value, tuple)}
    return replace(figure, parts=(*shown, *_whole(make, Mark(values=opened)).parts))


def _share(balance: ar.DayBalance | None, buckets: Collection[str]) -> str | None:
    share = balance.share(buckets) if balance else None
    return None if share is None else f"{share:f}"
