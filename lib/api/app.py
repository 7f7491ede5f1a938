"""The API as one application, to be mounted at /api: routes, the door before them, and their description."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from lib.api.claim_status import claim_routes
from lib.api.desk import Desk, Open
from lib.api.door import Door
from lib.api.exports import export_routes
from lib.api.figures import figure_routes
from lib.api.kpis import kpi_routes
from lib.api.problems import Problem, explain
from lib.api.rows import row_routes
from lib.api.runs import run_routes

_PROBLEMS = {
    400: "The body cannot be read.",
    401: "The token is missing, wrong, revoked or over.",
    403: "The token is not for this.",
    404: "There is no such client, view, key figure or run.",
    409: "Something has changed meanwhile, or does not allow this.",
    413: "The body is too large.",
    422: "This cannot be asked.",
    429: "The token asks too often; Retry-After says when to ask again.",
    503: "The database does not answer.",
}
_SAID = (
    "Key figures, AR aging, denial trends, the rows of every view, and exports. They come from the same functions as "
    "the pages. Amounts are text with their cents, shares are fractions, days are ISO, ids are text. Every answer is "
    "of one state of the data; it is at most a second behind the pages."
)


def make_api(open_office: Open) -> FastAPI:
    """The API behind its door.

    `open_office` gives this process's settings and database when they are first needed.
    """
    # Pages that describe it would load their scripts from foreign servers; /openapi.json is for tools.
    app = FastAPI(
        title="Daysheet",
        version="1",
        description=_SAID,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        responses={status: _described(said) for status, said in _PROBLEMS.items()},
    )
    desk = Desk(open_office)
    for routes in (kpi_routes, figure_routes, row_routes, export_routes, run_routes, claim_routes):
        app.include_router(routes(desk))
    explain(app)
    app.add_middleware(Door, desk=desk)
    app.openapi = lambda: _description(app)
    return app


def _described(said: str) -> dict[str, Any]:
    return {"description": said, "content": {"application/problem+json": {"schema": {"$ref": _PROBLEM}}}}


_PROBLEM = "#/components/schemas/Problem"


def _description(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        found = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            servers=[{"url": "/api"}],
        )
        parts = found.setdefault("components", {})
        parts.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
        parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        found["security"] = [{"token": []}]
        app.openapi_schema = found
    return app.openapi_schema
