"""Routes of clients and key figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Response

from lib.analytics.kpis.definitions import definition_named, definitions
from lib.analytics.kpis.plain import as_object
from lib.analytics.kpis.service import kpi
from lib.api.answers import (
    ClientAnswer,
    ClientsAnswer,
    DefinitionAnswer,
    DefinitionsAnswer,
    KpiAnswer,
    encoded,
    sent,
)
from lib.api.asked import AskedKpi
from lib.api.caller import AnyAsking, KpisAsking, needs
from lib.api.desk import Desk
from lib.core.access.tokens import Scope
from lib.core.errors import BadInput

_NEEDS = needs(Scope.KPIS_READ)


def kpi_routes(desk: Desk) -> APIRouter:
    """Clients, definitions, and each key figure's value."""
    router = APIRouter(tags=["Key figures"])
    every = encoded(DefinitionsAnswer(kpis=[DefinitionAnswer.of(each) for each in definitions().values()]))

    @router.get("/v1/clients", responses=_ok(ClientsAnswer), summary="The clients of the office")
    async def get_clients(asking: AnyAsking) -> Response:
        known = await desk.clients(asking)
        return sent(
            encoded(
                ClientsAnswer(
                    clients=[ClientAnswer(id=each.id, name=each.name, time_zone=each.time_zone) for each in known]
                )
            )
        )

    @router.get("/v1/kpis", responses=_ok(DefinitionsAnswer), summary="What each key figure is", openapi_extra=_NEEDS)
    async def get_definitions(asking: KpisAsking) -> Response:
        return sent(every)

    @router.get("/v1/kpis/{name}", responses=_ok(KpiAnswer), summary="A key figure", openapi_extra=_NEEDS)
    async def get_kpi(name: str, asked: AskedKpi, asking: KpisAsking) -> Response:
        definition = definition_named(name)
        asking.which = name
        settings = definition.chosen(_settings(asked.settings))
        opened = await desk.open(asking, asked.client, asked.as_of)
        filters = asked.filters()

        def make() -> bytes:
            return encoded(KpiAnswer(**as_object(kpi(opened.reader, name, filters, asked.as_of, settings=settings))))

        what = ("kpi", name, filters.key(), tuple(sorted(settings.items())))
        return sent(await desk.answer(opened, what, make))

    return router


def _settings(chosen: Sequence[str]) -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    for each in chosen:
        name, equals, value = each.partition("=")
        if not equals:
            raise BadInput("A setting sets nothing.", fix="Write set=NAME=VALUE.")
        found[name] = value
    return found


def _ok(model: type) -> dict[int | str, dict[str, Any]]:
    return {200: {"model": model}}
