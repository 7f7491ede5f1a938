"""Answers requests to run a saved report (contract, section 1)."""

from __future__ import annotations

import asyncio

from sandbox.collaboratemd.desk import Desk, Exchange
from sandbox.collaboratemd.faults import Fault
from sandbox.collaboratemd.replies import UNAVAILABLE, write_run_reply
from sandbox.collaboratemd.sending import send_body, send_garbage, send_status
from sandbox.tebra.wire import drop_connection

#: Status and message of the refusals on demand.
_REFUSALS = {
    "run_error": ("ERROR", "An error occurred while running the report."),
    "run_invalid_criteria": ("INVALID CRITERIA", "The criteria of the filter are not valid."),
    "run_not_found": ("NOT FOUND", "The report or filter was not found."),
    "run_unavailable": ("ERROR", UNAVAILABLE),
}
_STATUSES = {"login_refused": 401, "account_gone": 404, "run_500_before": 500}


async def answer_run(desk: Desk, call: Exchange, report_seq: str, filter_seq: str) -> None:
    """Start the report, or say why not: unknown, refused on demand, or another one of the login is running."""
    saved = desk.find_saved(call.client, report_seq, filter_seq)
    if saved is None:
        await _say(call, *_REFUSALS["run_not_found"])
        return
    fault = desk.faults.draw("run", call.account, saved.report)
    if fault and (fault.kind in _REFUSALS or fault.kind in _STATUSES or fault.kind == "run_dropped_before"):
        desk.note_run(call, saved, fault.kind)
        await _refuse(call, fault)
        return
    if fault and fault.kind == "run_elsewhere":
        desk.accept_elsewhere(call, saved, fault.seconds)
        fault = None
    running = await desk.find_running(call.login)
    if running:
        desk.note_run(call, saved, "REPORT RUNNING")
        await _say(call, "REPORT RUNNING", f"Report {running.identifier} is still running.", running.identifier)
        return
    if fault and fault.kind == "run_same_identifier":
        desk.note_run(call, saved, fault.kind)
        await _say(call, "SUCCESS", "", desk.latest(call.login))
        return
    build = desk.accept(call, saved, fault.kind if fault else "SUCCESS")
    if fault is None:
        await _say(call, "SUCCESS", "", build.identifier)
    else:
        await _fail(call, fault, build.identifier)


async def _refuse(call: Exchange, fault: Fault) -> None:
    if fault.kind == "run_dropped_before":
        await drop_connection(call.scope, call.receive)
    elif fault.kind in _STATUSES:
        await send_status(call.send, _STATUSES[fault.kind])
    else:
        await _say(call, *_REFUSALS[fault.kind])


async def _fail(call: Exchange, fault: Fault, identifier: str) -> None:
    """Answer badly, or not at all, what was accepted."""
    reply = write_run_reply(call.style, "SUCCESS", "", identifier)
    match fault.kind:
        case "run_dropped_after":
            await drop_connection(call.scope, call.receive)
        case "run_500_after":
            await send_status(call.send, 500)
        case "run_garbage":
            await send_garbage(call.send)
        case "run_truncated":
            await send_body(call.send, reply[: len(reply) * 2 // 3], call.style)
        case "run_without_identifier":
            await _say(call, "SUCCESS", "")
        case "run_delayed":
            await asyncio.sleep(fault.seconds)
            await send_body(call.send, reply, call.style)
        case _:
            raise ValueError(f"{fault.kind} is no way to answer a run request.")


async def _say(call: Exchange, status: str, message: str, identifier: str = "") -> None:
    await send_body(call.send, write_run_reply(call.style, status, message, identifier), call.style)
