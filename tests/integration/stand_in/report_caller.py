"""A caller of the CollaborateMD stand-in with a login, who reads replies as the contract has them."""

from __future__ import annotations

import base64
import csv
import io
import zipfile
from dataclasses import dataclass, field
from datetime import date

import requests
from lxml import etree

from sandbox.collaboratemd.control import ReportClient
from sandbox.running import RunningVendors

TODAY = date(2026, 11, 20)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a reply says."""

    status: str
    message: str
    identifier: str
    data: str


@dataclass
class ReportCaller:
    """One client's login at the stand-in."""

    vendors: RunningVendors
    client: ReportClient
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def account(self) -> str:
        return self.client.accounts[0]

    def post(self, path: str, *, method: str = "POST", timeout: float = 30) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.request(
                method,
                self.vendors.base_url + path,
                auth=(self.client.user.encode(), self.client.password.encode()),
                headers=self.headers,
                timeout=timeout,
            )

    def run_path(self, report: str, *, account: str = "", filter: str = "everything") -> str:
        report_seq, filter_seq = self.client.seqs(report, filter)
        return f"/v1/customer/{account or self.account}/reports/{report_seq}/filter/{filter_seq}/run"

    def result_path(self, identifier: str, *, account: str = "") -> str:
        return f"/v1/customer/{account or self.account}/reports/results/{identifier}"

    def run(self, report: str, *, account: str = "", filter: str = "everything") -> Told:
        return told(self.post(self.run_path(report, account=account, filter=filter)))

    def result(self, identifier: str, *, account: str = "") -> Told:
        return told(self.post(self.result_path(identifier, account=account)))

    def archive(self, report: str, *, account: str = "", filter: str = "everything") -> bytes:
        """Run a report and fetch what its Data decodes to."""
        started = self.run(report, account=account, filter=filter)
        assert started.status == "SUCCESS", started
        return base64.b64decode(self.result(started.identifier, account=account).data)

    def members(self, report: str) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(self.archive(report))) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def rows(self, report: str, *, encoding: str = "utf-8") -> list[list[str]]:
        """The header and the rows of a report's only CSV."""
        (text,) = self.members(report).values()
        return list(csv.reader(io.StringIO(text.decode(encoding), newline="")))


def read_rows(data: str) -> list[list[str]]:
    """The rows of the only CSV in a result's Data, without the header; none where there is no Data."""
    if not data:
        return []
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(data))) as archive:
        (name,) = archive.namelist()
        return list(csv.reader(io.StringIO(archive.read(name).decode(), newline="")))[1:]


def told(reply: requests.Response) -> Told:
    assert reply.status_code == 200, reply.status_code
    if reply.headers["content-type"] == "application/json":
        said = reply.json()
        return Told(
            status=said["Status"],
            message=said["StatusMessage"],
            identifier=str(said.get("Identifier", "")),
            data=said.get("Data", ""),
        )
    root = etree.fromstring(reply.content)
    texts = {etree.QName(child).localname: child.text or "" for child in root}
    return Told(
        status=texts["Status"],
        message=texts["StatusMessage"],
        identifier=texts.get("Identifier", ""),
        data=texts.get("Data", ""),
    )
