"""CollaborateMD over HTTP as it answers, well and badly: nothing asked twice, nothing taken for what it is not."""

from __future__ import annotations

import base64
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lib.core.errors import BadInput, Stopped
from lib.vendors.collaboratemd.client import CollaborateMdClient
from lib.vendors.collaboratemd.connection import CollaborateMdConnection
from lib.vendors.collaboratemd.model import Asked, Fetched, ReportStatus
from lib.vendors.errors import (
    BadRequest,
    LoginRefused,
    NotPermitted,
    OutcomeUnknown,
    Throttled,
    Unavailable,
    UnexpectedReply,
    VendorError,
)
from lib.vendors.throttle import NoThrottle
from tests.integration.scripted_server import Answer, Server, reset, say, serving, whole

ACCOUNT = "10001001"
ZIP = b"PK\x03\x04 as it came"


def reply(status: str, *, message: str = "", identifier: str = "", data: str = "") -> bytes:
    members = f"<Status>{status}</Status><StatusMessage>{message}</StatusMessage>"
    members += f"<Identifier>{identifier}</Identifier>" if identifier else ""
    members += f"<Data>{data}</Data>" if data else ""
    return whole(f'<GenericResponse xmlns="http://www.collaboratemd.com/api/v1/">{members}</GenericResponse>'.encode())


BUILT = reply("SUCCESS", data=base64.b64encode(ZIP).decode())


@dataclass
class Office:
    """A client of CollaborateMD with the server it speaks to, its counted calls and its naps."""

    client: CollaborateMdClient
    server: Server
    calls: list[tuple[str, str]] = field(default_factory=list)
    naps: list[float] = field(default_factory=list)

    @property
    def asked(self) -> list[str]:
        return [request.split(b"\r\n")[0].decode().removesuffix(" HTTP/1.1") for request in self.server.requests]


Open = Callable[..., Office]


@pytest.fixture
def open_office() -> Iterator[Open]:
    with ExitStack() as stack:

        def open_office(*answers: Answer | bytes, **options: object) -> Office:
            script = [say(answer) if isinstance(answer, bytes) else answer for answer in answers]

            def answer(connection: socket.socket) -> bool:
                return (script.pop(0) if len(script) > 1 else script[0])(connection)

            server = stack.enter_context(serving(answer))
            office = Office(client=None, server=server)  # ty: ignore[invalid-argument-type]
            settings = {"user": "apiuser", "accounts": ACCOUNT, "url": server.url.removesuffix("/service"), **options}
            office.client = CollaborateMdClient(
                CollaborateMdConnection.from_settings(settings, password="hidden-word"),
                NoThrottle(sleep=office.naps.append),
                count_call=lambda operation, outcome: office.calls.append((operation, outcome)),
                sleep=office.naps.append,
            )
            return office

        yield open_office


def run(office: Office) -> Asked:
    return office.client.run_report(ACCOUNT, "123", "456")


def fetch(office: Office, folder: Path) -> Fetched:
    return office.client.fetch_result(ACCOUNT, "41234567", folder / "report.zip")


def test_a_report_is_asked_for_as_the_contract_says(open_office: Open) -> None:
    office = open_office(reply("SUCCESS", identifier="41234567"))
    assert run(office) == Asked(status=ReportStatus.SUCCESS, identifier="41234567")
    assert office.asked == ["POST /v1/customer/10001001/reports/123/filter/456/run"]
    head = office.server.requests[0].lower()
    assert b"authorization: basic " + base64.b64encode(b"apiuser:hidden-word").lower() in head
    assert b"accept: application/xml" in head
    assert office.calls == [("run", "answered")]


def test_the_identifier_of_another_report_is_never_ours(open_office: Open) -> None:
    office = open_office(reply("REPORT RUNNING", message="A report is still running", identifier="999"))
    asked = run(office)
    assert (asked.status, asked.identifier, asked.running_identifier) == (ReportStatus.RUNNING, None, "999")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("ERROR", ReportStatus.ERROR),
        ("NOT FOUND", ReportStatus.NOT_FOUND),
        ("INVALID CRITERIA", ReportStatus.INVALID_CRITERIA),
    ],
)
def test_a_refused_report_comes_with_the_vendors_sentence(open_office: Open, word: str, status: ReportStatus) -> None:
    asked = run(open_office(reply(word, message="Interface is not turned on")))
    assert (asked.status, asked.identifier, asked.message) == (status, None, "Interface is not turned on")


def test_a_report_is_written_to_its_file_and_nothing_else_is_left(open_office: Open, tmp_path: Path) -> None:
    fetched = fetch(open_office(BUILT), tmp_path)
    assert (fetched.status, fetched.bytes) == (ReportStatus.SUCCESS, len(ZIP))
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("report.zip", ZIP)]


def test_json_is_asked_for_and_read_where_it_is_preferred(open_office: Open, tmp_path: Path) -> None:
    body = '{"Status":"SUCCESS","StatusMessage":"","Data":"' + base64.b64encode(ZIP).decode() + '"}'
    office = open_office(whole(body.encode()), prefer="json")
    assert fetch(office, tmp_path).status is ReportStatus.SUCCESS
    assert b"accept: application/json" in office.server.requests[0].lower()


@pytest.mark.parametrize(
    ("word", "message", "status"),
    [
        ("REPORT RUNNING", "", ReportStatus.RUNNING),
        ("REPORT TIMED OUT", "", ReportStatus.TIMED_OUT),
        ("ERROR", "Facility is inactive", ReportStatus.ERROR),
        ("NOT FOUND", "", ReportStatus.NOT_FOUND),
        ("INVALID CRITERIA", "", ReportStatus.INVALID_CRITERIA),
        ("SUCCESS", "The report completed successfully, but no records were found", ReportStatus.NO_RECORDS),
        ("SUCCESS", "", ReportStatus.COMPLETE),
        ("REPORT COMPLETE", "", ReportStatus.COMPLETE),
    ],
)
def test_a_report_without_data_leaves_no_file_not_even_an_old_one(
    open_office: Open, tmp_path: Path, word: str, message: str, status: ReportStatus
) -> None:
    (tmp_path / "report.zip").write_bytes(b"of yesterday")
    fetched = fetch(open_office(reply(word, message=message)), tmp_path)
    assert (fetched.status, fetched.bytes, fetched.message) == (status, 0, message)
    assert list(tmp_path.iterdir()) == []


def test_data_counts_whatever_the_status_says(open_office: Open, tmp_path: Path) -> None:
    office = open_office(reply("REPORT COMPLETE", data="QUJD"))
    assert fetch(office, tmp_path).status is ReportStatus.SUCCESS
    assert (tmp_path / "report.zip").read_bytes() == b"ABC"


def test_get_takes_the_place_of_post_where_post_is_refused_and_is_remembered(open_office: Open, tmp_path: Path) -> None:
    office = open_office(whole(b"", "405 Method Not Allowed"), BUILT)
    assert fetch(office, tmp_path).status is fetch(office, tmp_path).status is ReportStatus.SUCCESS
    path = "/v1/customer/10001001/reports/results/41234567"
    assert office.asked == [f"POST {path}", f"GET {path}", f"GET {path}"]


@pytest.mark.parametrize("method", ["post", "get"])
def test_a_settled_method_is_not_changed(open_office: Open, tmp_path: Path, method: str) -> None:
    office = open_office(whole(b"", "405 Method Not Allowed"), result_method=method)
    with pytest.raises(BadRequest, match="Set result_method on the connection to the other one"):
        fetch(office, tmp_path)
    assert [request.split(" ")[0] for request in office.asked] == [method.upper()]


CERTAIN = [
    ("401 Unauthorized", LoginRefused, "CollaborateMD does not accept this user and password."),
    ("403 Forbidden", NotPermitted, "CollaborateMD does not let this login use {}."),
    ("415 Unsupported", BadRequest, "CollaborateMD does not answer in the language that was asked for."),
    ("400 Bad Request", BadRequest, "CollaborateMD could not read the request for {} (HTTP 400)."),
]


@pytest.mark.parametrize(("status", "kind", "what"), CERTAIN)
def test_a_certain_no_is_said_once_for_both_calls(
    open_office: Open, tmp_path: Path, status: str, kind: type[VendorError], what: str
) -> None:
    office = open_office(whole(b"TEST, Amber", status))
    for operation, call in (("run", lambda: run(office)), ("results", lambda: fetch(office, tmp_path))):
        with pytest.raises(kind) as refused:
            call()
        assert refused.value.what == what.format(operation)
        assert "Amber" not in str(refused.value) and "hidden-word" not in str(refused.value)
    assert office.calls == [("run", "refused"), ("results", "refused")]
    assert list(tmp_path.iterdir()) == []


def test_what_the_vendor_does_not_know_is_not_found(open_office: Open, tmp_path: Path) -> None:
    office = open_office(whole(b"<html>", "404 Not Found"))
    assert run(office) == Asked(status=ReportStatus.NOT_FOUND)
    assert fetch(office, tmp_path) == Fetched(status=ReportStatus.NOT_FOUND)


LOST = {
    "reset": (reset, "The connection broke before the whole reply was there."),
    "cut off": (say(BUILT[:-20], keep=False), "The connection broke before the whole reply was there."),
    "HTTP 500": (say(whole(b"", "500 Oops")), "CollaborateMD could not answer run (HTTP 500)."),
    "HTTP 503": (say(whole(b"", "503 Busy")), "CollaborateMD could not answer run (HTTP 503)."),
    "redirect": (
        say(whole(b"", "302 Found", "Location: /elsewhere\r\n")),
        "CollaborateMD answered run with HTTP 302, which its contract does not describe.",
    ),
    "empty": (say(whole(b"")), "Its reply cannot be read: it is empty."),
    "web page": (say(whole(b"<html></html>")), "Its reply cannot be read: it holds no status."),
    "strange status": (say(reply("SOON")), "Its reply cannot be read: its status is none that the contract lists."),
    "no identifier": (say(reply("SUCCESS")), "Its reply cannot be read: it names no identifier."),
    "no number": (say(reply("SUCCESS", identifier="0x1")), "Its reply cannot be read: it names no identifier."),
    "too large": (say(whole(b"<a>" + b" " * 70_000)), "The reply is larger than 65536 bytes."),
}


@pytest.mark.parametrize("kind", LOST)
def test_a_report_whose_reply_is_lost_may_be_building_and_is_not_asked_for_again(open_office: Open, kind: str) -> None:
    answer, why = LOST[kind]
    office = open_office(answer, max_response_mib=1 / 16)
    with pytest.raises(OutcomeUnknown) as unknown:
        run(office)
    assert unknown.value.what == f"Whether CollaborateMD has begun the report is not known: {why}"
    outcome = "answered" if "identifier" in why else "failed"
    assert (len(office.asked), office.calls) == (1, [("run", outcome)])


def test_a_report_whose_reply_is_late_is_not_asked_for_again(open_office: Open) -> None:
    office = open_office(lambda connection: bool(time.sleep(1)), read_timeout=0.1)
    with pytest.raises(OutcomeUnknown, match="No reply came in time"):
        run(office)
    assert len(office.asked) == 1


def test_a_vendor_that_cannot_be_reached_was_asked_nothing(open_office: Open, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    office = open_office(BUILT, url=f"http://127.0.0.1:{port}")
    with pytest.raises(Unavailable, match="No answer from CollaborateMD to run"):
        run(office)
    with pytest.raises(Unavailable, match="No answer from CollaborateMD to results") as failed:
        fetch(office, tmp_path)
    assert (failed.value.attempts, office.naps) == (4, [0.5, 1.5, 4.0])


@pytest.mark.parametrize(
    "bad", [reset, whole(b"", "502 Bad"), BUILT[:-20], whole(b"", "429 Slow", "Retry-After: 2\r\n")]
)
def test_a_failed_look_is_repeated_until_the_report_is_there(
    open_office: Open, tmp_path: Path, bad: Answer | bytes
) -> None:
    first = say(bad, keep=bad != BUILT[:-20]) if isinstance(bad, bytes) else bad
    office = open_office(first, first, BUILT)
    assert fetch(office, tmp_path).bytes == len(ZIP)
    assert [path.name for path in tmp_path.iterdir()] == ["report.zip"]
    assert office.calls[-1] == ("results", "answered") and len(office.calls) == 3


def test_too_early_is_told_to_the_throttle_and_a_report_was_not_begun(open_office: Open) -> None:
    office = open_office(whole(b"", "429 Slow", "Retry-After: 7\r\n"))
    with pytest.raises(Throttled) as refused:
        run(office)
    assert (refused.value.interval_ms, office.naps, office.calls) == (7_000, [7.25], [("run", "throttled")])


UNREADABLE = {
    "empty": (whole(b""), "it is empty"),
    "web page": (whole(b"<html/>"), "it holds no status"),
    "broken base64": (reply("SUCCESS", data="QUJ*"), "its data is not base64"),
    "cut-off base64": (reply("SUCCESS", data="QUJDR"), "its data is not whole base64"),
    "half a document": (whole(b"<a><Status>SUCCESS</Status><Data>QUJD"), "it is neither whole XML nor JSON"),
    "strange status": (reply("SOON"), "its status is none that the contract lists"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_an_unreadable_result_leaves_no_file(open_office: Open, tmp_path: Path, kind: str) -> None:
    answer, why = UNREADABLE[kind]
    with pytest.raises(UnexpectedReply) as refused:
        fetch(open_office(answer), tmp_path)
    assert refused.value.what == f"CollaborateMD's reply to results cannot be read: {why}."
    assert list(tmp_path.iterdir()) == []


def test_a_result_beyond_the_bound_is_refused_without_trying_again(open_office: Open, tmp_path: Path) -> None:
    office = open_office(whole(b"<a>" + b" " * 70_000), max_response_mib=1 / 16)
    with pytest.raises(UnexpectedReply, match=r"too large\. The reply is larger than 65536 bytes\. Narrow the saved"):
        fetch(office, tmp_path)
    assert (len(office.asked), list(tmp_path.iterdir())) == (1, [])


def test_on_send_can_still_stop_the_call(open_office: Open) -> None:
    office = open_office(BUILT)

    def stop() -> None:
        raise Stopped("The run was asked to stop.")

    with pytest.raises(Stopped):
        office.client.run_report(ACCOUNT, "123", "456", on_send=stop)
    assert office.asked == []


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda client, path: client.run_report("10009999", "1", "2"), "Account 10009999 is not one"),
        (lambda client, path: client.run_report(ACCOUNT, "1/../2", "2"), "The number of a report must be digits"),
        (lambda client, path: client.run_report(ACCOUNT, "1", ""), "The number of a filter must be digits"),
        (lambda client, path: client.fetch_result(ACCOUNT, "x", path), "The number of a report request must be digits"),
    ],
)
def test_what_is_no_number_of_ours_is_never_sent(open_office: Open, tmp_path: Path, call, message: str) -> None:
    office = open_office(BUILT)
    with pytest.raises(BadInput, match=message):
        call(office.client, tmp_path / "report.zip")
    assert office.asked == []
