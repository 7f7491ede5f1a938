"""The Audit page: what was done is found by who, what, record, client and day, and the chain's standing is told."""

from __future__ import annotations

import csv
import io
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

import psycopg2

from jobs.office import Office
from lib.core import audit, clients
from lib.core.actor import job
from lib.core.audit.anchors import KeptHeads
from lib.core.audit.found_file import write_found
from lib.core.audit.sealing import seal_and_keep
from lib.core.audit.search import Search, search
from tests.pages.biller import press, said
from tests.pages.conftest import Open
from tests.signed_in import PERSON


def _records(page: Any) -> list[str]:
    return list(page.dataframe[0].value["Record"]) if page.dataframe else []


def _field(page: Any, label: str) -> Any:
    return next(each for each in (*page.text_input, *page.selectbox, *page.date_input) if each.label == label)


def _record(office: Office, count: int, client_id: str) -> None:
    with office.database.session(job("bench")) as session:
        for number in range(count):
            audit.record(session, "reports:rejects:read:done", f"package:{number}", client_id=client_id, rows=number)


def test_what_was_done_is_found_by_every_field(open_address: Open, office: Office) -> None:
    alpha, omega = (clients.add_client(office.database, office.actor, f"TEST {name}").id for name in ("Alpha", "Omega"))
    _record(office, 120, alpha)
    page = open_address("pages/audit.py")
    assert not page.exception and len(newest := _records(page)) == 100
    press(page, "Older")
    assert "package:0" in _records(page) and not set(newest) & set(_records(page))
    press(page, "Newer")
    assert _records(page) == newest
    _field(page, "Record").input("package:7").run()
    assert _records(page) == ["package:7"]
    _field(page, "Record").input("")
    _field(page, "Who").input("Tester").run()
    assert sorted(_records(page)) == [f"client:{alpha}", f"client:{omega}"]
    _field(page, "What").select("reports:").run()
    assert "No event was found." in said(page)
    page = open_address("pages/audit.py", client=omega)
    assert _records(page) == [f"client:{omega}"]
    _field(page, "To").set_value(date(2020, 1, 2)).run()
    assert "No event was found." in said(page) and not page.exception


def test_the_export_holds_what_was_found_and_is_recorded(office: Office) -> None:
    client_id = clients.add_client(office.database, office.actor, "TEST Alpha").id
    _record(office, 3, client_id)
    text = io.StringIO(newline="")
    assert write_found(office.database, PERSON, Search(action="reports:", client_id=client_id), text) == 3
    lines = list(csv.DictReader(io.StringIO(text.getvalue())))
    assert [line["Record"] for line in lines] == ["package:2", "package:1", "package:0"]
    assert {(line["Who"], line["Client"]) for line in lines} == {("job:bench", "TEST Alpha")}
    (found,) = search(office.database, office.actor, Search(action="audit:events:export")).events
    assert found.event.actor == PERSON.label and found.event.detail == {"acts": "reports:", "events": 3}


def test_it_tells_how_the_chain_stands_and_that_it_is_broken(open_address: Open, office: Office) -> None:
    client_id = clients.add_client(office.database, office.actor, "TEST Alpha").id
    _record(office, 3, client_id)
    page = open_address("pages/audit.py")
    assert page.metric[0].value == page.metric[2].value == "–"
    seal_and_keep(office.database, job("sealer"), KeptHeads(office.settings.home), datetime.now(UTC))
    page.run()
    sealed = page.metric[0].value
    press(page, "Verify now")
    assert "The audit is whole" in said(page) and page.metric[2].value == sealed != "–"
    assert office.settings.database_url is not None
    with closing(psycopg2.connect(office.settings.database_url.get_secret_value())) as owner, owner:
        with owner.cursor() as cursor:
            cursor.execute("ALTER TABLE ops.audit_events NO FORCE ROW LEVEL SECURITY")
            cursor.execute("UPDATE ops.audit_events SET record = 'package:9' WHERE record = 'package:1'")
    press(page, "Verify now")
    assert "The audit was found broken" in said(page)
