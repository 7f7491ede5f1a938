"""Replies on disk, XML and JSON: what they say, what they hold, and what is no reply at all."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.vendors.collaboratemd.model import ReportStatus
from lib.vendors.collaboratemd.reply import Reply, Unreadable, read_reply

NAMESPACE = 'xmlns="http://www.collaboratemd.com/api/v1/"'


def xml(*members: tuple[str, str], root: str = "ReportResponse", attributes: str = NAMESPACE) -> str:
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in members)
    return f'<?xml version="1.0" encoding="utf-8"?><{root} {attributes}>{inner}</{root}>'


def read(folder: Path, content: str | bytes) -> tuple[Reply, bytes]:
    reply, data = folder / "reply", folder / "data"
    reply.write_bytes(content.encode() if isinstance(content, str) else content)
    data.unlink(missing_ok=True)
    found = read_reply(reply, data)
    return found, data.read_bytes() if data.exists() else b""


def prefixed(members: list[tuple[str, str]]) -> str:
    inner = [(f"ns1:{name}", text) for name, text in members]
    return xml(*inner, root="ns1:ReportResponse", attributes='xmlns:ns1="http://www.collaboratemd.com/api/v1/"')


def half_without_namespace(members: list[tuple[str, str]]) -> str:
    return xml(*members).replace("<Data>", '<Data xmlns="">')


FORMS = {
    "namespace": lambda members: xml(*members),
    "prefix": prefixed,
    "no namespace": lambda members: xml(*members, attributes=""),
    "Data without namespace": half_without_namespace,
    "JSON": lambda members: json.dumps(dict(members)),
    "JSON, indented, with a BOM": lambda members: "\ufeff" + json.dumps(dict(members), indent=2),
    "JSON, all escaped": lambda members: json.dumps(dict(members)).replace("/", "\\/").replace("+", "\\u002B"),
}


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(min_size=1, max_size=200), broken=st.integers(1, 80))
def test_data_comes_out_as_it_went_in(tmp_path: Path, form: str, content: bytes, broken: int) -> None:
    text = base64.b64encode(content).decode()
    lines = "\n".join(text[start : start + broken] for start in range(0, len(text), broken))
    reply, data = read(tmp_path, FORMS[form]([("Status", "SUCCESS"), ("StatusMessage", ""), ("Data", lines)]))
    assert (data, reply.data_bytes, reply.verdict()) == (content, len(content), ReportStatus.SUCCESS)


@pytest.mark.parametrize("form", ["namespace", "JSON, all escaped"])
def test_data_far_larger_than_any_part_comes_out_whole(tmp_path: Path, form: str) -> None:
    content = bytes(range(256)) * 20_000
    _, data = read(tmp_path, FORMS[form]([("Data", base64.b64encode(content).decode()), ("Status", "REPORT RUNNING")]))
    assert data == content


@pytest.mark.parametrize(
    ("status", "message", "verdict"),
    [
        ("SUCCESS", "", ReportStatus.SUCCESS),
        ("REPORT COMPLETE", "", ReportStatus.COMPLETE),
        ("Report Running", "", ReportStatus.RUNNING),
        ("REPORT_TIMED_OUT", "", ReportStatus.TIMED_OUT),
        (" ERROR ", "Facility is inactive", ReportStatus.ERROR),
        ("NOT FOUND", "", ReportStatus.NOT_FOUND),
        ("INVALID CRITERIA", "", ReportStatus.INVALID_CRITERIA),
        (
            "SUCCESS",
            "The report completed successfully, but no records were found matching the criteria used.",
            ReportStatus.NO_RECORDS,
        ),
        ("ERROR", "No records found", ReportStatus.NO_RECORDS),
        ("ERROR", "A report is still running.", ReportStatus.RUNNING),
        ("REPORT RUNNING", "no records yet", ReportStatus.RUNNING),
    ],
)
@pytest.mark.parametrize("form", ["namespace", "JSON"])
def test_what_the_vendor_says_is_one_of_eight_words(
    tmp_path: Path, form: str, status: str, message: str, verdict: ReportStatus
) -> None:
    reply, _ = read(tmp_path, FORMS[form]([("Status", status), ("StatusMessage", message), ("Data", "")]))
    assert (reply.verdict(), reply.message, reply.data_bytes) == (verdict, message, 0)


def test_an_identifier_is_read_as_text_from_both_languages(tmp_path: Path) -> None:
    assert read(tmp_path, xml(("Status", "SUCCESS"), ("Identifier", " 41234567 ")))[0].identifier == "41234567"
    assert read(tmp_path, '{"Status":"SUCCESS","StatusMessage":null,"Identifier":41234567}')[0].identifier == "41234567"


def test_a_message_is_kept_short_and_out_of_print(tmp_path: Path) -> None:
    reply, _ = read(tmp_path, xml(("Status", "ERROR"), ("StatusMessage", "TEST &amp; words " * 300)))
    assert reply.message.startswith("TEST & words TEST") and len(reply.message) == 1_000
    assert "TEST" not in repr(reply)


BAD = {
    "nothing": ("", "it is empty"),
    "spaces": (" \r\n", "it is empty"),
    "words": ("Service unavailable", "it is neither whole XML nor JSON"),
    "cut-off XML": (xml(("Status", "SUCCESS"))[:-5], "it is neither whole XML nor JSON"),
    "two documents": (xml(("Status", "SUCCESS")) * 2, "it is neither whole XML nor JSON"),
    "a web page": ("<html><body>Sign in</body></html>", "it holds no status"),
    "a SOAP fault": ("<a><b><Status>SUCCESS</Status></b></a>", "it holds no status"),
    "document type": ('<!DOCTYPE a [<!ENTITY b "c">]>' + xml(("Status", "&b;"))[38:], "it declares a document type"),
    "status twice": (xml(("Status", "SUCCESS"), ("Status", "ERROR")), "it names a member twice"),
    "data twice": (xml(("Status", "SUCCESS"), ("Data", "QQ=="), ("Data", "QQ==")), "it names a member twice"),
    "too deep": ("<a>" * 40 + "</a>" * 40, "it is nested too deeply"),
    "endless message": (xml(("StatusMessage", "x" * 9_000)), "a member of it is far too long"),
    "no base64": (xml(("Status", "SUCCESS"), ("Data", "QQ!=")), "its data is not base64"),
    "no ASCII": (xml(("Status", "SUCCESS"), ("Data", "QQéQ")), "its data is not base64"),
    "base64 cut off": (xml(("Status", "SUCCESS"), ("Data", "QUJDR")), "its data is not whole base64"),
    "base64 padded badly": (xml(("Status", "SUCCESS"), ("Data", "Q===")), "its data is not base64"),
    "more after the end": (
        xml(("Status", "SUCCESS"), ("Data", "QQ==" + " " * 3_000_000 + "QQ==")),
        "its data is not base64",
    ),
    "cut-off JSON": ('{"Status":"SUCCESS","Data":"QUJD', "it is neither whole XML nor JSON"),
    "JSON of a list": ("[1]", "it is neither whole XML nor JSON"),
    "JSON without status": ('{"status":"SUCCESS"}', "it holds no status"),
    "JSON, status within": ('{"Reply":{"Status":"SUCCESS","Data":"QUJD"}}', "it holds no status"),
    "JSON, status twice": ('{"Status":"SUCCESS","Status":"ERROR"}', "it names a member twice"),
    "JSON, data twice": ('{"Status":"SUCCESS","Data":"QQ==","Data":"QQ=="}', "it names a member twice"),
    "JSON, too deep": ('{"a":' * 40 + "1" + "}" * 40, "it is nested too deeply"),
    "JSON, endless message": ('{"Status":"' + "x" * 20_000 + '"}', "a member of it is far too long"),
    "JSON, no base64": ('{"Status":"SUCCESS","Data":"QQ!="}', "its data is not base64"),
    "JSON, bad escape": ('{"Status":"SUCCESS","Data":"QQ\\x"}', "its data is not base64"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_reply_that_is_none_says_why_and_quotes_nothing(tmp_path: Path, kind: str) -> None:
    content, why = BAD[kind]
    with pytest.raises(Unreadable) as refused:
        read(tmp_path, content)
    assert str(refused.value) == why


@pytest.mark.parametrize("status", ["", "DONE", "TEST, Amber"])
def test_a_status_that_no_contract_lists_is_no_verdict(tmp_path: Path, status: str) -> None:
    reply, _ = read(tmp_path, xml(("Status", status)))
    with pytest.raises(Unreadable, match=r"^its status is none that the contract lists$"):
        reply.verdict()
