"""A program posts a sheet over the API: taken in once, checked, posted, its result taken away."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import requests

from jobs.office import Office
from lib.core.access.tokens import Scope
from lib.core.clients import Client
from sandbox.running import TebraControl
from tests.api_token import new_token
from tests.integration.api.in_process import api_of
from tests.integration.charges.desk import Desk, draw


@pytest.fixture
def desk(office: Office, client: Client, control: TebraControl, environment: dict[str, str], tmp_path: Path) -> Desk:
    """The desk of a client that is connected to the practice vendors."""
    return Desk(office=office, client=client, control=control, environment=environment, folder=tmp_path)


@pytest.fixture
def url(office: Office) -> Iterator[str]:
    with api_of(office.settings, office.database) as served:
        yield served


class Program:
    """A program with a token of its own."""

    def __init__(self, url: str, desk: Desk, name: str, scopes: list[Scope]) -> None:
        self._url = url
        self._desk = desk
        self._token = new_token(desk.office.database, name, scopes=scopes, clients=[desk.client.id])

    def ask(self, method: str, path: str, *, key: str | None = None, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._token}"} | ({"Idempotency-Key": key} if key else {})
        return requests.request(method, f"{self._url}{path}", headers=headers, timeout=60, **more)

    def send(self, sheet: Path, key: str, **fields: str) -> requests.Response:
        with sheet.open("rb") as content:
            form = {"client": self._desk.client.name} | fields
            return self.ask("POST", "/v1/runs", key=key, data=form, files={"file": (sheet.name, content)})


STARTING = [Scope.RUNS_READ, Scope.RUNS_START]


def test_a_sheet_is_checked_posted_and_its_result_taken_away(url: str, desk: Desk) -> None:
    program = Program(url, desk, "portal", [*STARTING, Scope.RUNS_POST, Scope.PATIENTS_SEE])
    made = program.send(desk.write(draw(12)), "sheet-0001")
    assert made.status_code == 201, made.text
    run = made.json()
    path = f"/v1/runs/{run['id']}"
    assert made.headers["Location"] == f"/api{path}" and (run["state"], run["posting"]) == ("queued", False)
    assert program.ask("POST", f"{path}/post").status_code == 409
    desk.execute(run["id"])
    checked = program.ask("GET", path).json()
    assert checked["state"] == "checked" and checked["rows"] == 12 and checked["files"]
    posting = program.ask("POST", f"{path}/post").json()
    assert (posting["state"], posting["posting"]) == ("queued", True)
    desk.execute(run["id"])
    done = program.ask("GET", path).json()
    posted = desk.run(run["id"]).result
    assert done["state"] == "finished" and posted is not None
    assert done["outcomes"] == posted["rows"] and done["payments"]["posted"]["count"] > 0
    result = program.ask("GET", f"{path}/files/result")
    assert result.content == desk.file(run["id"], "result").read_bytes()
    assert openpyxl.load_workbook(io.BytesIO(result.content)).sheetnames
    assert [each["id"] for each in program.ask("GET", "/v1/runs").json()["runs"]] == [run["id"]]


def test_the_same_key_is_the_same_run_and_never_another_sheet(url: str, desk: Desk) -> None:
    program = Program(url, desk, "twice", STARTING)
    sheet, other = desk.write(draw(3)), desk.write(draw(4), "other.xlsx")
    first, again = program.send(sheet, "sheet-0001"), program.send(sheet, "sheet-0001")
    assert first.status_code == again.status_code == 201 and first.json()["id"] == again.json()["id"]
    assert program.send(other, "sheet-0001").status_code == 422
    assert program.send(other, "sheet-0002").json()["id"] != first.json()["id"]
    # Another program's keys are its own.
    assert Program(url, desk, "other", STARTING).send(sheet, "sheet-0001").json()["id"] != first.json()["id"]


def test_a_sheet_that_cannot_be_used_is_refused_and_its_key_is_free_again(url: str, desk: Desk) -> None:
    program = Program(url, desk, "wrong", STARTING)
    broken = desk.folder / "broken.xlsx"
    for content in (b"", b"PK\x03\x04 no workbook", b"x" * 500):
        broken.write_bytes(content)
        assert program.send(broken, "sheet-0001").status_code == 422
    sheet = desk.write(draw(3))
    assert program.send(sheet, "sheet-0001", control_payments="much").status_code == 422
    assert program.send(sheet, "sheet-0001", client="TEST Nobody").status_code == 404
    assert program.send(sheet, "sheet-0001").status_code == 201
    assert program.ask("POST", "/v1/runs", data={"client": "x"}).status_code == 422


def test_a_token_without_patients_gets_no_file_and_one_without_posting_posts_nothing(url: str, desk: Desk) -> None:
    program = Program(url, desk, "checker", STARTING)
    run_id = program.send(desk.write(draw(3)), "sheet-0001").json()["id"]
    desk.execute(run_id)
    assert program.ask("GET", f"/v1/runs/{run_id}/files/result").status_code == 403
    assert program.ask("POST", f"/v1/runs/{run_id}/post").status_code == 403
    assert desk.run(run_id).state == "checked"


def test_what_is_too_large_is_not_read_to_its_end(url: str, desk: Desk) -> None:
    program = Program(url, desk, "large", [Scope.EXPORTS_READ])
    found = program.ask("POST", "/v1/exports", data=b" " * (2 << 20))
    assert found.status_code == 413 and "At most 1 MiB" in found.json()["detail"]
