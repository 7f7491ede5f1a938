"""Routes of claim status: ask for a few claims or a file of them, see what payers say, ask again for what failed."""

from __future__ import annotations

import asyncio
import hashlib
import time
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response

from lib.api import run_keys
from lib.api.answers import encoded, sent
from lib.api.asked import Word
from lib.api.caller import Asking, ClaimsAsking, ClaimsReading, needs
from lib.api.claim_answers import ClaimResult, ClaimsAsked, JobAnswer, ResultsAnswer
from lib.api.desk import Desk
from lib.api.uploads import FORM, Upload, sent_upload
from lib.claim_status import service
from lib.claim_status.reading.claims import ReadClaims, read_claims
from lib.core.access.tokens import Scope
from lib.core.errors import BadInput
from lib.core.runs import Run

_RunId = Annotated[str, Path(pattern=r"^[1-9]\d{0,17}$", description="The batch's number.")]
_Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        description="A text of yours for this batch; asked again with it, the same batch is answered.",
    ),
]
_JOB: dict[int | str, dict[str, Any]] = {200: {"model": JobAnswer}}
_STARTED: dict[int | str, dict[str, Any]] = {201: {"model": JobAnswer}}
_MOST = 1_000
_LOOK_SECONDS = 0.25


def claim_routes(desk: Desk) -> APIRouter:
    """Claim status."""
    router = APIRouter(tags=["Claim status"])
    reading, asking_for = needs(Scope.CLAIMS_READ), needs(Scope.CLAIMS_ASK)

    @router.post(
        "/v1/claim-status",
        responses=_STARTED,
        status_code=201,
        summary="Ask for the status of up to 100 claims",
        description="Waits up to 20 seconds. What is not answered by then is PENDING or PROCESSING: look at the batch "
        "again. What the payer has said lately is not asked for again unless forced.",
        openapi_extra=asking_for,
    )
    async def post_claims(asked: ClaimsAsked, key: _Key, asking: ClaimsAsking) -> Response:
        client = await desk.client(asking, asked.client)
        wanted = hashlib.sha256(asked.model_dump_json().encode()).digest()
        run = await desk.write(
            lambda: _start(
                desk, asking, key, client.id, wanted, asked.read(), "API", payer=asked.payer, forced=asked.force
            )
        )
        run = await _waited(desk, asking, run)
        return _started(await desk.work(lambda: _answer(desk, asking, run)), asking)

    @router.post(
        "/v1/claim-status/files",
        responses=_STARTED,
        status_code=201,
        summary="Ask for the status of a file of claims",
        description="A CSV or .xlsx file of at most 10 MB and 100,000 rows with a column claim_number. A column of "
        "SSNs is dropped before anything is stored, and `notes` says so.",
        openapi_extra=asking_for | {"requestBody": _file_form()},
    )
    async def post_file(request: Request, key: _Key, asking: ClaimsAsking) -> Response:
        async with desk.uploading, sent_upload(request) as upload:
            if upload.control_payments is not None or upload.control_charges is not None:
                raise BadInput("Claims have no control totals.", fix="Send the fields client and file.")
            client = await desk.client(asking, upload.client)
            run = await desk.write(lambda: _take_in(desk, asking, key, client.id, upload))
        return _started(await desk.work(lambda: _answer(desk, asking, run)), asking)

    @router.get("/v1/claim-status/{run_id}", responses=_JOB, summary="A batch of claims", openapi_extra=reading)
    async def get_batch(run_id: _RunId, asking: ClaimsReading) -> Response:
        made = await desk.work(lambda: encoded(_answer(desk, asking, _batch(desk, asking, run_id))))
        asking.which = run_id
        return sent(made)

    @router.get(
        "/v1/claim-status/{run_id}/results",
        responses={200: {"model": ResultsAnswer}},
        summary="What payers say, a page at a time",
        description="It names patients, so the token needs patients:see as well.",
        openapi_extra=needs(Scope.CLAIMS_READ, Scope.PATIENTS_SEE),
    )
    async def get_results(
        run_id: _RunId,
        asking: ClaimsReading,
        skip: Annotated[int, Query(ge=0, le=100_000, description="So many rows are left out first.")] = 0,
        limit: Annotated[int, Query(ge=1, le=_MOST, description="Rows of a page at most.")] = 500,
    ) -> Response:
        asking.must(Scope.PATIENTS_SEE)
        made = await desk.work(lambda: encoded(_results(desk, asking, run_id, skip, limit)))
        asking.which = run_id
        return sent(made)

    @router.post(
        "/v1/claim-status/{run_id}/retry",
        responses=_JOB,
        summary="Ask again for the failed rows",
        openapi_extra=asking_for,
    )
    async def post_retry(run_id: _RunId, asking: ClaimsAsking) -> Response:
        made = await desk.write(lambda: encoded(_retry(desk, asking, run_id)))
        asking.which = run_id
        return sent(made)

    return router


def _start(
    desk: Desk,
    asking: Asking,
    key: str,
    client_id: str,
    wanted: bytes,
    read: ReadClaims,
    name: str,
    *,
    payer: Word | None = None,
    forced: bool = False,
) -> Run:
    def make() -> str:
        return service.start(
            desk.database, asking.actor, client_id=client_id, read=read, name=name, payer=payer, forced=forced
        )

    run_id = run_keys.once(desk.database, asking, key, client_id=client_id, asked=wanted, make=make)
    run = _batch(desk, asking, run_id)
    if run.open:
        desk.hand_to_workers(run_id)
    return run


def _take_in(desk: Desk, asking: Asking, key: str, client_id: str, upload: Upload) -> Run:
    today = service.today_of(desk.database, asking.actor, client_id)
    read = read_claims(upload.content.read(), today=today)
    return _start(desk, asking, key, client_id, upload.digest(), read, upload.name)


async def _waited(desk: Desk, asking: Asking, run: Run) -> Run:
    """The batch when it is over, or as it is when the time for that is over; no thread waits with it."""
    until, run_id = time.monotonic() + service.WAIT_SECONDS, run.id
    while run.open and time.monotonic() < until:
        await asyncio.sleep(_LOOK_SECONDS)
        run = await desk.work(lambda: _batch(desk, asking, run_id))
    return run


def _batch(desk: Desk, asking: Asking, run_id: str) -> Run:
    run = service.get(desk.database, asking.actor, run_id)
    asking.clients = (run.client_id,)
    return run


def _answer(desk: Desk, asking: Asking, run: Run) -> JobAnswer:
    total = (run.result or {}).get("rows_total", 0)
    if run.open or total > service.SMALL_BATCH or Scope.PATIENTS_SEE not in asking.token.scopes:
        return JobAnswer.of(run)
    page = service.results(desk.database, asking.actor, run.id, most=service.SMALL_BATCH)
    return JobAnswer.of(run, [ClaimResult.of(row) for row in page.rows])


def _results(desk: Desk, asking: Asking, run_id: str, skip: int, most: int) -> ResultsAnswer:
    run = _batch(desk, asking, run_id)
    page = service.results(desk.database, asking.actor, run.id, skip=skip, most=most)
    return ResultsAnswer(total=page.total, results=[ClaimResult.of(row) for row in page.rows])


def _retry(desk: Desk, asking: Asking, run_id: str) -> JobAnswer:
    _batch(desk, asking, run_id)
    run = service.retry(desk.database, asking.actor, run_id)
    desk.hand_to_workers(run_id)
    return JobAnswer.of(run)


def _started(answer: JobAnswer, asking: Asking) -> Response:
    asking.which = answer.id
    return Response(
        encoded(answer),
        status_code=201,
        media_type="application/json",
        headers={"Cache-Control": "no-store", "Location": f"/api/v1/claim-status/{answer.id}"},
    )


def _file_form() -> dict[str, Any]:
    schema = FORM["content"]["multipart/form-data"]["schema"]
    properties = schema["properties"]
    told = {
        "client": properties["client"] | {"description": "Whose claims, by name or id."},
        "file": properties["file"] | {"description": "The claims, as CSV or .xlsx."},
    }
    return {"required": True, "content": {"multipart/form-data": {"schema": schema | {"properties": told}}}}
