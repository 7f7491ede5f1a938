"""Routes of charges runs: take a sheet in, see what became of it, post it, take its files away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, BinaryIO, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response
from starlette.responses import StreamingResponse

from lib.api import run_keys
from lib.api.answers import encoded, sent
from lib.api.asked import Word
from lib.api.caller import Asking, PostAsking, RunsAsking, StartAsking, needs
from lib.api.desk import Desk
from lib.api.run_answers import RunAnswer, RunsAnswer
from lib.api.uploads import FORM, Upload, sent_upload
from lib.charges import service
from lib.charges.intake import TakenIn, take_in
from lib.charges.params import KIND
from lib.core import runs
from lib.core.access.tokens import Scope
from lib.core.errors import Conflict, NotFound
from lib.core.files import RunFile
from lib.core.runs import Run, RunState

_RunId = Annotated[str, Path(pattern=r"^[1-9]\d{0,17}$", description="The run's number.")]
_Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        description="A text of yours for this sheet; asked again with it, the same run is answered.",
    ),
]
_Role = Literal["result", "failed_rows", "errors"]
_MOST = 200
_PIECE = 1 << 20
_FILE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_RUN: dict[int | str, dict[str, Any]] = {200: {"model": RunAnswer}}


def run_routes(desk: Desk) -> APIRouter:
    """Charges runs."""
    router = APIRouter(tags=["Runs"])
    reading, starting, posting = needs(Scope.RUNS_READ), needs(Scope.RUNS_START), needs(Scope.RUNS_POST)

    @router.post(
        "/v1/runs",
        responses={201: {"model": RunAnswer}},
        status_code=201,
        summary="Take a charges sheet in and check it",
        description="The run is queued to be checked; nothing is sent to the vendor. Where its columns have to be "
        "explained first, it stays a draft and `asks` says what; the Charges page goes on from there.",
        openapi_extra=starting | {"requestBody": FORM},
    )
    async def post_run(request: Request, key: _Key, asking: StartAsking) -> Response:
        async with desk.uploading, sent_upload(request) as upload:
            client = await desk.client(asking, upload.client)
            answer = await desk.write(lambda: _take_in(desk, asking, key, client.id, upload))
        asking.which = answer.id
        return Response(
            encoded(answer),
            status_code=201,
            media_type="application/json",
            headers={"Cache-Control": "no-store", "Location": f"/api/v1/runs/{answer.id}"},
        )

    @router.get("/v1/runs", responses={200: {"model": RunsAnswer}}, summary="Charges runs", openapi_extra=reading)
    async def get_runs(
        asking: RunsAsking,
        client: Annotated[Word | None, Query(description="Of this client, by name or id; none: of all.")] = None,
        limit: Annotated[int, Query(ge=1, le=_MOST, description="So many at most, newest first.")] = 50,
    ) -> Response:
        client_id = (await desk.client(asking, client)).id if client is not None else None
        return sent(await desk.work(lambda: encoded(_list(desk, asking, client_id, limit))))

    @router.get("/v1/runs/{run_id}", responses=_RUN, summary="A charges run", openapi_extra=reading)
    async def get_run(run_id: _RunId, asking: RunsAsking) -> Response:
        made = await desk.work(lambda: encoded(_answer(desk, asking, _charges_run(desk, asking, run_id))))
        asking.which = run_id
        return sent(made)

    @router.post(
        "/v1/runs/{run_id}/post",
        responses=_RUN,
        summary="Post a checked sheet",
        description="What is posted cannot be taken back. Asked again, nothing is sent twice.",
        openapi_extra=posting,
    )
    async def post_posting(run_id: _RunId, asking: PostAsking) -> Response:
        made = await desk.write(lambda: encoded(_post(desk, asking, run_id)))
        asking.which = run_id
        return sent(made)

    @router.get(
        "/v1/runs/{run_id}/files/{role}",
        response_class=StreamingResponse,
        responses={200: {"content": _FILE, "description": "The file, whole."}},
        summary="A file that a run has made",
        description="It names patients, so the token needs patients:see as well. Taking it away is audited.",
        openapi_extra=needs(Scope.RUNS_READ, Scope.PATIENTS_SEE),
    )
    async def get_file(run_id: _RunId, role: _Role, asking: RunsAsking) -> StreamingResponse:
        asking.must(Scope.PATIENTS_SEE)
        file, opened = await desk.write(lambda: _take_file(desk, asking, run_id, role))
        asking.which = run_id
        return StreamingResponse(
            _pieces(desk, opened),
            media_type="application/octet-stream",
            headers={
                "Cache-Control": "no-store",
                "Content-Encoding": "identity",
                "Content-Length": str(file.bytes),
                "Content-Disposition": f'attachment; filename="run_{run_id}_{role}{file.path.suffix}"',
            },
        )

    return router


def _take_in(desk: Desk, asking: Asking, key: str, client_id: str, upload: Upload) -> RunAnswer:
    taken: TakenIn | None = None

    def make() -> str:
        nonlocal taken
        taken = take_in(
            desk.database,
            desk.settings,
            asking.actor,
            client_id=client_id,
            name=upload.name,
            content=upload.content,
            control_payments=upload.control_payments,
            control_charges=upload.control_charges,
        )
        return taken.run_id

    run_id = run_keys.once(desk.database, asking, key, client_id=client_id, asked=upload.digest(), make=make)
    if taken is not None and not taken.asks:
        desk.hand_to_workers(run_id)
    return _answer(desk, asking, _charges_run(desk, asking, run_id), taken)


def _post(desk: Desk, asking: Asking, run_id: str) -> RunAnswer:
    run = _charges_run(desk, asking, run_id)
    if run.state is not RunState.CHECKED:
        raise Conflict(f"Run {run_id} is {run.state}, and not checked.", fix="Only a checked sheet is posted.")
    posting = service.queue_posting(desk.database, asking.actor, run_id)
    desk.hand_to_workers(run_id)
    return _answer(desk, asking, posting)


def _charges_run(desk: Desk, asking: Asking, run_id: str) -> Run:
    run = runs.get(desk.database, asking.actor, run_id)
    if run.kind != KIND:
        raise NotFound(f"There is no charges run {run_id}.")
    asking.clients = (run.client_id,)
    return run


def _answer(desk: Desk, asking: Asking, run: Run, taken: TakenIn | None = None) -> RunAnswer:
    files = service.files_of(desk.database, desk.settings, asking.actor, run.id)
    return RunAnswer.of(run, files=sorted(set(files) - {"upload"}), taken=taken)


def _list(desk: Desk, asking: Asking, client_id: str | None, most: int) -> RunsAnswer:
    found = runs.list_runs(desk.database, asking.actor, kind=KIND, client_id=client_id, most=most, with_drafts=True)
    # A list leaves out what costs a look at each run.
    return RunsAnswer(runs=[RunAnswer.of(run, files=None) for run in found])


def _take_file(desk: Desk, asking: Asking, run_id: str, role: str) -> tuple[RunFile, BinaryIO]:
    run = _charges_run(desk, asking, run_id)
    file = service.take_file(desk.database, desk.settings, asking.actor, run, role)
    return file, file.path.open("rb")


async def _pieces(desk: Desk, file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while piece := await desk.write(lambda: file.read(_PIECE)):
            yield piece
