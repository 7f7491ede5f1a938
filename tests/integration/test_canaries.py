"""Names, days of birth, member ids and passwords go through the whole of Daysheet, and none stays where none belongs.

Stored records hold them, of course: tables of charges and reports, sealed files, workbooks, the copy. Everything else
that was written is read here: logs of every process and of PostgreSQL, metrics, the queue, the audit, notices, and what
is left of files.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote, quote_plus

import psycopg2
import pytest
import requests
from openpyxl import load_workbook

from jobs.office import Office
from lib.charges import connect as tebra
from lib.charges import service
from lib.charges.params import VENDOR
from lib.core import queue, runs
from lib.core.access import people
from lib.core.access.permissions import Role
from lib.core.clients import Client
from lib.core.connections import connection_of, save_connection
from lib.core.errors import BadInput
from lib.reports.views.view_rows import view_rows
from lib.vendors.errors import LoginRefused
from sandbox.running import RunningVendors
from tests.api_token import TOKEN, keep_token
from tests.browser.workbench import free_port, running_web
from tests.chaos.worker import Worker, start_command
from tests.conftest import Connect
from tests.integration.charges.desk import Desk as ChargesDesk
from tests.integration.charges.desk import draw
from tests.integration.reports.desk import ACCOUNT
from tests.integration.reports.desk import Desk as ReportsDesk
from tests.our_logs import our_logs
from tests.pages.biller import said
from tests.pages.conftest import fresh_server
from tests.unit.reports.payload_files import HEADER, ROW, csv_text, zipped

NAME, MEMBER, BORN = "Zyxcanary Quillon", "MBRCANARY77123", date(1931, 7, 19)
SIGN_IN, VENDORS, TYPED = "signin-canary-pass 4411", "vendor-canary-pass 5522", "typed-canary-pass 6633"
CANARIES = (NAME, NAME.split()[0], MEMBER, f"{BORN}", f"{BORN:%m/%d/%Y}", SIGN_IN, VENDORS, TYPED)
#: Where stored records lie within the home.
_RECORDS = ("files", "snapshot")


@dataclass(frozen=True, kw_only=True)
class Ground:
    """An office with a web process and a side process, each with a log, and one folder for temporary files."""

    office: Office
    client: Client
    folder: Path
    url: str
    operations: str
    side: Worker

    def await_end(self, run_id: str) -> runs.Run:
        """Wait until the side process is done with a run."""
        deadline = time.monotonic() + 40
        while (run := runs.get(self.office.database, self.office.actor, run_id)).open:
            assert self.side.running() and time.monotonic() < deadline, self.side.last_words()
            time.sleep(0.05)
        return run


@pytest.fixture
def ground(office: Office, environment: dict[str, str], connect_client: Connect, tmp_path: Path) -> Iterator[Ground]:
    client = connect_client("Canary client")
    keep_token(office.database)
    people.add_person(
        office.database,
        office.actor,
        login="biller",
        name="TEST",
        roles={Role.BILLER},
        clients=None,
        password="seven quiet harbor boats",
    )
    port = free_port()
    (tmp_path / "temporary").mkdir()
    around = environment | {
        "TMPDIR": str(tmp_path / "temporary"),
        "DAYSHEET_OPERATIONS_PORT": str(port),
        "DAYSHEET_LOG_LEVEL": "DEBUG",
    }
    side = start_command((), around, tmp_path / "side.log")
    try:
        with running_web(around, log=tmp_path / "web.log") as url:
            yield Ground(
                office=office,
                client=client,
                folder=tmp_path,
                url=url,
                operations=f"http://127.0.0.1:{port}",
                side=side,
            )
    finally:
        side.kill()


def test_nothing_secret_or_personal_is_written_where_none_belongs(
    ground: Ground, practice: RunningVendors, environment: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    with our_logs():
        _charges_run(ground, practice, environment)
        _refused_vendor_login(ground)
        _report_load(ground)
        _sign_ins_and_addresses(ground)
        _page_that_fails(ground)
    metrics = requests.get(f"{ground.operations}/metrics", timeout=20).text
    metrics += requests.get(f"{ground.url}/metrics", timeout=20).text
    assert "daysheet_" in metrics
    captured = capfd.readouterr()
    written = {
        "metrics": metrics,
        "log of this process": captured.err + captured.out,
        "log of PostgreSQL": _log_of_postgres(ground.office),
        **_left_files(ground),
        **_tables(ground.office),
    }
    assert "api refused" in written["web.log"] and "views copied" in written["side.log"]
    assert "page failed" in written["log of this process"]
    found = [f"{place}: {canary}" for place, text in written.items() for canary in _seen(text)]
    assert not found


def _charges_run(ground: Ground, practice: RunningVendors, environment: Mapping[str, str]) -> None:
    """A sheet that names a patient everywhere, its file's name included, checked and posted by the side process."""
    desk = ChargesDesk(
        office=ground.office,
        client=ground.client,
        control=practice.tebra,
        environment=environment,
        folder=ground.folder,
    )
    path = desk.write(draw(8, payment_share=1.0), "sheet.xlsx")
    book = load_workbook(path)
    sheet = book["Charges"]
    sheet.cell(row=3, column=1).value = NAME
    sheet.cell(row=4, column=3).value = f"{BORN:%m/%d/%Y}"
    for cell in sheet[5]:
        if isinstance(cell.value, str):
            cell.value = f"{NAME} {MEMBER}"
    book.save(path)
    with path.open("rb") as content:
        run_id = service.receive_upload(
            ground.office.database,
            ground.office.settings,
            ground.office.actor,
            client_id=ground.client.id,
            name=f"{NAME} {BORN}.xlsx",
            content=content,
        )
    service.queue_posting(ground.office.database, ground.office.actor, run_id)
    _hand_over(ground, run_id)
    ground.await_end(run_id)


def _refused_vendor_login(ground: Ground) -> None:
    """A wrong password, tried when typed, and then kept and met by a run, which tells somebody."""
    database, actor = ground.office.database, ground.office.actor
    stored = connection_of(database, actor, ground.client.id, VENDOR)
    with pytest.raises(LoginRefused):
        tebra.connect(
            database,
            actor,
            client_id=ground.client.id,
            values=stored.settings,
            customer_key=stored.secrets["customer_key"],
            password=TYPED,
            practice=True,
            check=True,
        )
    save_connection(
        database,
        actor,
        client_id=ground.client.id,
        vendor=VENDOR,
        account=stored.account,
        values=stored.settings,
        secrets=stored.secrets | {"password": VENDORS},
        practice=True,
    )
    path = ground.folder / "again.xlsx"
    with (ground.folder / "sheet.xlsx").open("rb") as content:
        run_id = service.receive_upload(
            database,
            ground.office.settings,
            actor,
            client_id=ground.client.id,
            name=path.name,
            content=content,
            login=service.TypedLogin(customer_key=stored.secrets["customer_key"], user="canary", password=TYPED),
        )
    service.queue_check(database, actor, run_id)
    _hand_over(ground, run_id)
    assert ground.await_end(run_id).state is runs.RunState.FAILED


def _report_load(ground: Ground) -> None:
    """A report whose rows name a patient, one of which is rejected; then rows of it are asked for by name."""
    header, row = (*HEADER, "Patient Full Name", "Primary Payer Member ID"), (*ROW, NAME, MEMBER)
    spoilt = ("5002", NAME, *ROW[2:], NAME, MEMBER)
    desk = ReportsDesk(ground.office, ground.client, ground.folder / "temporary")
    package = desk.load(zipped(csv_text([row, spoilt], header)), account=ACCOUNT)
    assert package.id
    database, actor = ground.office.database, ground.office.actor
    with (
        pytest.raises(BadInput),
        database.session(actor) as session,
        view_rows(session, "gross_billing_rows", filters=[("charge_from_date", NAME)]) as (_, batches),
    ):
        list(batches)
    asked = {"view": "gross_billing_view", "format": "csv", "filters": {"patient_full_name": [NAME]}}
    made = requests.post(f"{ground.url}/api/v1/exports", json=asked, headers=_bearer(), timeout=30)
    assert made.status_code == 200
    spoilt_filter = asked | {"filters": {"charge_from_date": [NAME]}}
    assert (
        requests.post(f"{ground.url}/api/v1/exports", json=spoilt_filter, headers=_bearer(), timeout=30).status_code
        < 500
    )
    for path in (f"views/gross_billing_view?filter.patient_full_name={quote(NAME)}", f"views/{quote(NAME)}"):
        assert requests.get(f"{ground.url}/api/v1/{path}", headers=_bearer(), timeout=30).status_code < 500


def _sign_ins_and_addresses(ground: Ground) -> None:
    """Sign-ins that are refused, one with the password in the login's place; addresses that name a patient."""
    own = {"Origin": ground.url, "Sec-Fetch-Site": "same-origin"}
    for login in ("biller", SIGN_IN, NAME):
        form = {"login": login, "password": SIGN_IN, "next": f"/denials?payer={quote_plus(NAME)}"}
        answer = requests.post(f"{ground.url}/signin", data=form, headers=own, allow_redirects=False, timeout=30)
        assert answer.status_code < 500
    for path in (f"/denials?payer={quote(NAME)}", f"/{quote(NAME)}", f"/signin?next=/explore?q={MEMBER}"):
        requests.get(ground.url + path, headers={"Accept": "text/html"}, timeout=30)


def _page_that_fails(ground: Ground) -> None:
    """A page asks the database, which refuses and quotes a name."""

    def refuse(*_: object, **__: object) -> None:
        raise psycopg2.DataError(f'invalid input syntax for type date: "{NAME} {MEMBER}"')

    with fresh_server(ground.office.settings) as open_page, pytest.MonkeyPatch.context() as patch:
        patch.setattr("lib.analytics.reading.reader.ViewReader.ask", refuse)
        patch.setattr("lib.analytics.snapshot.reader.CopyReader.ask", refuse)
        opened = open_page("pages/explore.py", client=ground.client.id)
        assert "Reference" in opened.error[0].value and NAME not in said(opened)


def _hand_over(ground: Ground, run_id: str) -> None:
    with queue.producer(ground.office.database.url).open() as app:
        queue.enqueue(app, run_id)


def _bearer() -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKEN}"}


def _seen(text: str) -> list[str]:
    return [
        canary
        for canary in CANARIES
        if any(form.lower() in text.lower() for form in (canary, quote(canary), quote_plus(canary)))
    ]


def _log_of_postgres(office: Office) -> str:
    assert office.settings.database_url is not None
    with contextlib.closing(psycopg2.connect(office.settings.database_url.get_secret_value())) as owner:
        with owner.cursor() as cursor:
            cursor.execute("SHOW data_directory")
            return (Path(cursor.fetchone()[0]).parent / "server.log").read_text(errors="replace")


def _tables(office: Office) -> dict[str, str]:
    """The queue, the audit and what was told, as text."""
    assert office.settings.database_url is not None
    found = {}
    with contextlib.closing(psycopg2.connect(office.settings.database_url.get_secret_value())) as owner:
        with owner.cursor() as cursor:
            cursor.execute("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'queue'")
            tables = [name for (name,) in cursor.fetchall()]
            for table in (*tables, "ops.audit_events", "ops.notifications", "ops.refused_sign_ins", "ops.sessions"):
                cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM {table} t")
                found[table] = cursor.fetchone()[0]
    assert "upload" in found["ops.audit_events"] and found["ops.notifications"]
    return found


def _left_files(ground: Ground) -> dict[str, str]:
    """What is left of files beside stored records: logs, temporary files, the rest of the home."""
    home = ground.office.settings.home
    paths = [path for path in home.rglob("*") if path.relative_to(home).parts[0] not in _RECORDS]
    paths += [*ground.folder.glob("*.log"), *(ground.folder / "temporary").rglob("*")]
    return {path.name: path.read_bytes().decode(errors="replace") for path in paths if path.is_file()}
