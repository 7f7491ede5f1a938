"""Routes of the views: which there are, and their rows a page at a time; every page is audited."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import pyarrow as pa
from fastapi import APIRouter, Query, Request, Response

from lib.analytics.reading.reader import Reader
from lib.analytics.reading.rows import Place, conditions_of, page_of, schema_of, vet
from lib.analytics.reading.views import View, views
from lib.api.answers import ColumnAnswer, RowsAnswer, ViewAnswer, ViewsAnswer, encoded, sent
from lib.api.asked import AskedScope, Day, Word
from lib.api.caller import RowsAsking, needs
from lib.api.cursors import seal, unseal
from lib.api.desk import Desk, Opened
from lib.core import audit
from lib.core.access.tokens import Scope
from lib.core.errors import BadInput, NotFound
from lib.reports.views.dictionary import meaning_of
from lib.reports.views.view_rows import columns_of, list_views

_NEEDS = needs(Scope.ROWS_READ)
_FILTER = "filter."
_KNOWN = frozenset({"client", "as_of", "columns", "after", "limit"})
#: Beside the columns of views.toml that name a patient: numbers of claims, and what nobody knows the content of.
_NOT_IN_ADDRESS = frozenset({"claim_id", "charge_claim_id", "charge_id", "payment_id", "extras"})
_FILTER_PARAMETER = {
    "name": "filter.COLUMN",
    "in": "query",
    "required": False,
    "schema": {"type": "array", "items": {"type": "string"}},
    "description": "Only rows with this value in COLUMN; repeated: with one of these values; empty: without a value. "
    "Columns that name a patient or a claim are refused here: an export takes them in its body.",
}


def row_routes(desk: Desk) -> APIRouter:
    """The views and their rows."""
    router = APIRouter(tags=["Views"])

    @router.get(
        "/v1/views",
        responses={200: {"model": ViewsAnswer}},
        summary="The views and their columns",
        openapi_extra=_NEEDS,
    )
    async def get_views(asked: AskedScope, asking: RowsAsking) -> Response:
        opened = await desk.open(asking, asked.client, asked.as_of)
        return sent(await desk.answer(opened, "views", lambda: encoded(_views(desk, opened))))

    @router.get(
        "/v1/views/{name}",
        responses={200: {"model": RowsAnswer}},
        summary="A page of a view's rows",
        openapi_extra=_NEEDS | {"parameters": [_FILTER_PARAMETER]},
    )
    async def get_rows(
        request: Request,
        name: str,
        asking: RowsAsking,
        client: Annotated[list[Word], Query(max_length=500, description="Of these clients; none: of all.")] = [],  # noqa: B006
        as_of: Annotated[Day | None, Query(description="As it was known on this day; else the latest.")] = None,
        columns: Annotated[list[Word], Query(description="These columns in this order; none: all.")] = [],  # noqa: B006
        after: Annotated[Word | None, Query(max_length=2000, description="`next` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=10_000, description="Rows of a page at most.")] = 1_000,
    ) -> Response:
        filters = _filters_of(request)
        opened = await desk.open(asking, client, as_of)
        asked = _Asked(view=name, columns=tuple(columns), filters=filters, after=after, limit=limit)
        made = await desk.work(lambda: encoded(_page(desk, opened, asked)))
        asking.which = name
        return sent(made)

    return router


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    view: str
    columns: tuple[str, ...]
    filters: Mapping[str, Sequence[str]]
    after: str | None
    limit: int


def known_view(desk: Desk, opened: Opened, name: str) -> View:
    """The view of that name; raises NotFound with the names there are."""
    known = views()
    if name in known:
        return known[name]
    with desk.database.session(opened.actor) as session:
        every = list_views(session)
    if name not in every:
        raise NotFound("There is no such view.", fix=f"Views: {', '.join(every)}.")
    first = next(iter(known.values()))
    return View(
        name=name,
        title=name,
        reports=(),
        dimensions={},
        clocks={},
        marks=(),
        personal=first.personal,
        month_ends=False,
    )


def narrowed(schema: pa.Schema, chosen: Sequence[str]) -> list[str]:
    """The chosen columns, or all. Raises BadInput for one that the view has not, or that is named twice."""
    vet(schema, chosen)
    if len(set(chosen)) < len(chosen):
        raise BadInput("A column is named twice.", fix="Name each column once.")
    return list(chosen) or list(schema.names)


def audited_client(opened: Opened) -> str | None:
    """The client of an audit's row, where it is one."""
    return opened.clients[0].id if len(opened.clients) == 1 else None


def _page(desk: Desk, opened: Opened, asked: _Asked) -> RowsAnswer:
    view = known_view(desk, opened, asked.view)
    _refuse_personal(view, asked.filters)
    reader: Reader = desk.reader_of(opened, view.name)
    schema = schema_of(reader, view.name)
    columns = narrowed(schema, asked.columns)
    conditions = conditions_of(schema, asked.filters)
    version = opened.version if reader is opened.reader else reader.version
    filtered = tuple((column, tuple(values)) for column, values in sorted(asked.filters.items()))
    question = (view.name, opened.actor.scope, reader.as_of, tuple(columns), filtered)
    after: Place | None = None
    if asked.after:
        after = unseal(desk.settings, asked.after, question=question, version=version)
    page = page_of(reader, view.name, schema, columns, conditions, after=after, most=asked.limit)
    with desk.database.session(opened.actor) as session:
        audit.record(
            session,
            "analytics:rows:read:done",
            f"view:{view.name}",
            client_id=audited_client(opened),
            rows=len(page.rows),
            columns=columns,
            filtered_by=sorted(asked.filters),
            as_of=reader.as_of,
        )
    return RowsAnswer(
        view=view.name,
        version=version,
        columns=columns,
        rows=[{column: _said(value, column) for column, value in zip(columns, row, strict=True)} for row in page.rows],
        next=seal(desk.settings, page.last, question=question, version=version) if page.last else None,
    )


def _views(desk: Desk, opened: Opened) -> ViewsAnswer:
    titles = views()
    personal = next(iter(titles.values())).personal | _NOT_IN_ADDRESS
    with desk.database.session(opened.actor) as session:
        return ViewsAnswer(
            views=[
                ViewAnswer(
                    view=name,
                    title=titles[name].title if name in titles else None,
                    columns=[
                        ColumnAnswer(
                            name=each.name, type=each.type, said=meaning_of(name, each), personal=each.name in personal
                        )
                        for each in columns_of(session, name)
                    ],
                )
                for name in list_views(session)
            ]
        )


def _filters_of(request: Request) -> Mapping[str, Sequence[str]]:
    """What the address filters by. Raises BadInput for a name that means nothing here."""
    filters: dict[str, list[str]] = defaultdict(list)
    for name, value in request.query_params.multi_items():
        if name.startswith(_FILTER):
            filters[name.removeprefix(_FILTER)].append(value)
        elif name not in _KNOWN:
            raise BadInput("A parameter means nothing here.", fix=f"Parameters: {', '.join(sorted(_KNOWN))}, filter.….")
        if "\0" in value:
            raise BadInput("A text holds no NUL.")
    return filters


def _refuse_personal(view: View, filters: Mapping[str, Any]) -> None:
    if named := sorted((view.personal | _NOT_IN_ADDRESS) & set(filters)):
        raise BadInput(
            f"{', '.join(named)} cannot stand in an address.",
            fix="POST /api/v1/exports takes such filters in its body.",
        )


def _said(value: Any, column: str) -> Any:
    """A value as JSON says it: ids and decimals as text, days and moments ISO."""
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime() | date():
            return value.isoformat()
        case int() if column.endswith("_id"):
            return str(value)
    return value
