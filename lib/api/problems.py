"""What the API says when it cannot answer: problem JSON (RFC 9457) with a sentence, what to do, and a number."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from lib.api.caller import OutOfScope
from lib.core.access.gate import Forbidden
from lib.core.database import DatabaseUnavailable
from lib.core.errors import BadInput, Conflict, DaysheetError, Misconfigured, NotFound, TokenOver

_LOG = logging.getLogger(__name__)
_STATUS: tuple[tuple[type[DaysheetError], HTTPStatus], ...] = (
    (DatabaseUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (Misconfigured, HTTPStatus.SERVICE_UNAVAILABLE),
    (TokenOver, HTTPStatus.UNAUTHORIZED),
    (OutOfScope, HTTPStatus.FORBIDDEN),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (BadInput, HTTPStatus.UNPROCESSABLE_ENTITY),
)


class Problem(BaseModel):
    """Why there is no answer. The log has `reference` beside the place, and neither has what was asked."""

    type: str = "about:blank"
    title: str = Field(description="The kind of problem.")
    status: int
    detail: str = Field(description="What happened.")
    fix: str = Field("", description="What to do about it.")
    reference: str = Field(description="Under this number the log has more.")


class TooLarge(HTTPException):
    """What was sent is larger than what is taken; reading it was stopped."""

    def __init__(self, most_mib: int) -> None:
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"At most {most_mib} MiB are taken here.")


def problem(
    status: HTTPStatus, detail: str, fix: str = "", *, place: str, headers: dict[str, str] | None = None
) -> Response:
    """A problem as a response, noted in the log under its number; `place` is the route, never what was asked of it."""
    reference = secrets.token_hex(4).upper()
    _LOG.info("api refused", extra={"reference": reference, "status": int(status), "route": place})
    return _response(status, detail, fix, reference, headers)


def unforeseen(error: Exception, *, place: str) -> Response:
    """A failure that nobody foresaw: the log has its type and place, the caller the number."""
    reference = secrets.token_hex(4).upper()
    _LOG.error("api failed", extra={"reference": reference, "route": place}, exc_info=error)
    return _response(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "The API met something that it did not foresee.",
        "Tell your administrator the reference; the log has the place under it.",
        reference,
        None,
    )


def refusal(error: DaysheetError, *, place: str) -> Response:
    """An expected failure as a response; one that has no status of its own was not foreseen here."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), None)
    if status is None:
        return unforeseen(error, place=place)
    headers = {"WWW-Authenticate": "Bearer"} if status is HTTPStatus.UNAUTHORIZED else None
    return problem(status, error.what, error.fix, place=place, headers=headers)


def explain(app: FastAPI) -> None:
    """Have the app say every error as a problem."""
    app.add_exception_handler(DaysheetError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _no_such_route)


def place_of(scope: object) -> str:
    """The pattern of the route that was asked; what stands in its place may hold anything."""
    route = scope.get("route") if isinstance(scope, dict) else None
    return str(getattr(route, "path", "unknown"))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, DaysheetError)
    return refusal(error, place=place_of(request.scope))


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # A problem's own text and place are said, never the value that was given.
    faults = [f"{_name(fault['loc'])}: {fault['msg']}" for fault in error.errors()]
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        f"This cannot be asked. {'; '.join(faults[:8])}.",
        "The description at /api/openapi.json says what can.",
        place=place_of(request.scope),
    )


async def _no_such_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    detail = "There is no such address." if status is HTTPStatus.NOT_FOUND else f"{status.phrase}."
    if isinstance(error, TooLarge):
        detail = error.detail
    return problem(
        status,
        detail,
        "The description at /api/openapi.json names all there are.",
        place=place_of(request.scope),
        headers=dict(error.headers or {}),
    )


def _name(location: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in location[1:]) or str(location[0])


def _response(status: HTTPStatus, detail: str, fix: str, reference: str, headers: dict[str, str] | None) -> Response:
    said = Problem(title=status.phrase, status=status, detail=detail, fix=fix, reference=reference)
    return Response(
        json.dumps(said.model_dump(), ensure_ascii=False),
        status_code=status,
        media_type="application/problem+json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )
