"""Answers requests for the result of a report (contract, section 2)."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sandbox.collaboratemd.builds import Build
from sandbox.collaboratemd.desk import PATIENCE_SECONDS, Desk, Exchange
from sandbox.collaboratemd.faults import Fault
from sandbox.collaboratemd.replies import NO_RECORDS, DataReply, write_data_reply, write_result_reply
from sandbox.collaboratemd.sending import send_body, send_cut_off, send_data, send_garbage, send_status
from sandbox.tebra.wire import drop_connection

#: Status and message of the answers without data that can be had on demand.
_ANSWERS = {
    "result_running": ("REPORT RUNNING", ""),
    "result_timed_out": ("REPORT TIMED OUT", "The report took longer than it may."),
    "result_error": ("ERROR", "An error occurred while running the report."),
    "result_not_found": ("NOT FOUND", "The request was not found."),
    "result_invalid_criteria": ("INVALID CRITERIA", "The criteria of the filter are not valid."),
    "result_without_data": ("SUCCESS", ""),
    "no_records": ("SUCCESS", NO_RECORDS),
}
_STATUS_WITH_DATA = {"result_complete": "REPORT COMPLETE", "result_odd_status": "QUITE DONE"}


async def answer_result(desk: Desk, call: Exchange, identifier: str) -> None:
    """Hand out the report, or say why not."""
    build = desk.find_build(call, identifier)
    if build is None:
        desk.note_result(call, identifier, "NOT FOUND")
        await _say(call, *_ANSWERS["result_not_found"])
        return
    if await desk.workshop.is_running(build, PATIENCE_SECONDS) or build.running_answers > 0:
        build.running_answers -= 1
        desk.note_result(call, identifier, "REPORT RUNNING")
        await _say(call, *_ANSWERS["result_running"])
        return
    # A fault that puts something else in the place of the rows is no report without rows.
    filled = await desk.workshop.start(build) > 0 or bool(build.faults)
    fault = desk.faults.draw("result", call.account, build.order.report)
    answered = fault.kind if fault else "SUCCESS" if filled else "no_records"
    path = desk.workshop.path(build)
    desk.note_result(call, identifier, answered, path.stat().st_size if answered == "SUCCESS" else 0)
    if fault:
        await _fail(desk, call, build, fault)
    elif filled:
        await send_data(call.send, _data(desk, call, path), call.style)
    else:
        await _say(call, *_ANSWERS["no_records"])


async def _fail(desk: Desk, call: Exchange, build: Build, fault: Fault) -> None:
    path = desk.workshop.path(build)
    if fault.kind in _ANSWERS:
        await _say(call, *_ANSWERS[fault.kind])
        return
    if fault.kind in _STATUS_WITH_DATA:
        await send_data(call.send, _data(desk, call, path, _STATUS_WITH_DATA[fault.kind]), call.style)
        return
    reply = _data(desk, call, path)
    match fault.kind:
        case "result_dropped":
            await drop_connection(call.scope, call.receive)
        case "result_500":
            await send_status(call.send, 500)
        case "result_garbage":
            await send_garbage(call.send)
        case "result_delayed":
            await asyncio.sleep(fault.seconds)
            await send_data(call.send, reply, call.style)
        case "result_truncated":
            whole = b"".join(reply.pieces())
            await send_body(call.send, whole[: len(whole) * 3 // 4], call.style)
        case "result_cut_off":
            await send_cut_off(call.scope, call.receive, call.send, b"".join(reply.pieces()), call.style)
        case "corrupt_base64" | "short_base64" | "wrapped_base64":
            await send_body(call.send, _spoil(reply, fault), call.style)
        case _:
            raise ValueError(f"{fault.kind} is no way to answer a result request.")


def _spoil(reply: DataReply, fault: Fault) -> bytes:
    """The reply with other base64."""
    head, *pieces, tail = reply.pieces()
    data = b"".join(pieces)
    if fault.kind == "corrupt_base64":
        data = data[: len(data) // 2] + b"!*{}" + data[len(data) // 2 + 4 :]
    elif fault.kind == "short_base64":
        data = data.rstrip(b"=")[:-8]
        data = data[: len(data) // 4 * 4 + 1]
    else:
        # In JSON a line break is written with a backslash.
        line = b"\\n" if head.startswith(b"{") else b"\n "
        data = line.join(data[start : start + 76] for start in range(0, len(data), 76))
    return head + data + tail


def _data(desk: Desk, call: Exchange, path: Path, status: str = "SUCCESS") -> DataReply:
    return write_data_reply(call.style, status, path, namespaced=desk.settings.data_namespace)


async def _say(call: Exchange, status: str, message: str) -> None:
    await send_body(call.send, write_result_reply(call.style, status, message), call.style)
