"""The commands of reports as an operator or a program meets them: what they print, and how they exit."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jobs.commands import main
from lib.core.runs import RunState
from tests.integration.reports.conftest import ConnectReports
from tests.integration.reports.login_desk import LoginDesk

ONE, TWO = "charges_on_hold", "user_time_spread"
#: Has rows enough that half of them is odd.
LARGE = "claim_stage_breakdown"


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it printed."""

    code: int
    stdout: str
    stderr: str


class Shell:
    """Runs commands in this process, with the environment of the test's home and database."""

    def __init__(self, environment: dict[str, str], patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        for name, value in environment.items():
            patch.setenv(name, value)

    def __call__(self, *arguments: str, text: str = "") -> Said:
        self._patch.setattr(sys, "argv", ["jobs", *arguments])
        self._patch.setattr(sys, "stdin", io.StringIO(text))
        stdout, stderr = io.StringIO(), io.StringIO()
        code: object = 0
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            try:
                main()
            except SystemExit as end:
                code = end.code
        assert isinstance(code, int)
        return Said(code=code, stdout=stdout.getvalue(), stderr=stderr.getvalue())

    def json(self, *arguments: str, code: int = 0, text: str = "") -> dict[str, Any]:
        said = self(*arguments, "--json", text=text)
        assert said.code == code, said
        return json.loads(said.stdout)


@pytest.fixture
def shell(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    # Logging is of the whole process, which goes on after the command.
    monkeypatch.setattr("jobs.commands.office.start_logging", lambda _: None)
    return Shell(environment, monkeypatch)


def test_a_client_is_connected_set_up_and_synced_from_the_shell(
    shell: Shell, connect_reports: ConnectReports, environment: dict[str, str]
) -> None:
    desk = connect_reports("Meadow")
    name = desk.login.name
    shell("client", "add", "TEST Other")
    connected = shell.json(
        *("connect", "collaboratemd", "--client", name, "--practice", "--check", "--secret-stdin"),
        *("--set", f"url={desk.control.base_url}", "--set", f"user={desk.login.user}"),
        *("--set", f"accounts={','.join(desk.login.accounts)}", "--set", "poll_seconds=0.2"),
        text=desk.login.password + "\n",
    )
    assert connected["accounts"] == list(desk.login.accounts)
    report_seq, filter_seq = desk.login.seqs(ONE)
    shown = shell.json("reports", "set", "--client", name, "--seq", f"{ONE}={report_seq}/{filter_seq}", "--at", "6:15")
    assert shown["at"] == "06:15" and len(shown["reports"]) == 13
    synced = shell.json("reports", "sync", "--client", name, "--report", ONE, "--report", TWO)
    assert (synced["state"], synced["counts"], synced["refused"]) == ("finished", {"loaded": 2}, [])
    assert synced["cells"][0].keys() == {"report", "account", "as_of", "state", "package", "rows", "message"}
    assert {cell["state"] for cell in synced["cells"]} == {"published"}
    refused = shell.json("reports", "sync", "--client", name, "--report", ONE, code=2)
    assert (refused["state"], refused["run"]) == ("refused", None)
    assert refused["refused"][0] | {"said": ""} == {
        "report": ONE,
        "account": desk.account,
        "reason": "loaded",
        "said": "",
    }
    partly = shell.json("reports", "sync", "--client", name, "--report", ONE, "--report", "ar_aging")
    assert [cell["report"] for cell in partly["cells"]] == ["ar_aging"] and len(partly["refused"]) == 1
    packages = shell.json("reports", "packages", "--client", name, "--report", ONE)["packages"]
    assert [(package["state"], package["shown"]) for package in packages] == [("published", True)]


def test_a_login_that_is_refused_by_the_check_is_not_saved(shell: Shell, connect_reports: ConnectReports) -> None:
    desk = connect_reports("Meadow")
    result = shell(
        *("connect", "collaboratemd", "--client", desk.login.name, "--practice", "--check", "--secret-stdin"),
        *("--set", f"url={desk.control.base_url}", "--set", f"user={desk.login.user}"),
        *("--set", f"accounts={desk.account}"),
        text="wrong\n",
    )
    assert result.code == 2 and "does not accept this user and password" in result.stderr
    assert "wrong" not in result.stdout + result.stderr
    assert desk.work(ONE).state is RunState.FINISHED


def test_held_and_failed_ones_end_in_3_and_a_held_one_is_decided_with_a_reason(shell: Shell, desk: LoginDesk) -> None:
    desk.work(LARGE)
    desk.control.fault("half_size", report=LARGE)
    desk.control.fault("corrupt_zip", report=TWO)
    synced = shell.json(
        "reports", "sync", "--client", desk.login.name, "--report", LARGE, "--report", TWO, "--force", code=3
    )
    states = {cell["report"]: cell for cell in synced["cells"]}
    assert (states[LARGE]["state"], states[TWO]["state"]) == ("held", "failed")
    assert "usually has" in states[LARGE]["message"] and states[TWO]["message"]
    (held,) = shell.json("reports", "packages", "--state", "held")["packages"]
    assert held["package"] == states[LARGE]["package"]
    assert shell("reports", "publish", held["package"]).code == 2
    decided = shell.json("reports", "publish", held["package"], "--reason", "TEST: a small month")
    assert (decided["state"], decided["reason"]) == ("published", "TEST: a small month")
    assert desk.sums(LARGE, desk.account)[0] == held["rows_loaded"]
    result = shell("reports", "discard", held["package"], "--reason", "TEST")
    assert result.code == 2


def test_trigger_then_load_and_runs_tell_of_it(shell: Shell, desk: LoginDesk) -> None:
    name = desk.login.name
    assert shell.json("reports", "load", "--client", name, code=2)["refused"][0]["reason"] == "nothing"
    desk.control.fault("result_timed_out", report=TWO)
    shell.json("reports", "trigger", "--client", name, "--report", ONE)
    run = shell.json("reports", "trigger", "--client", name, "--report", TWO, code=3)["run"]
    said = shell("runs", "show", run).stdout
    assert "CollaborateMD answered REPORT TIMED OUT" in said
    assert shell.json("reports", "load", "--client", name)["counts"] == {"loaded": 1}
    text = shell("reports", "packages").stdout
    assert ONE in text and "published, shown" in text


def test_a_run_that_left_something_building_is_resumed_to_its_end(
    shell: Shell, desk: LoginDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lib.vendors.collaboratemd.client.FAILURE_PAUSES", ())
    desk.control.fault("result_500", report=ONE, times=1)
    run = shell.json("reports", "sync", "--client", desk.login.name, "--report", ONE, code=3)["run"]
    resumed = shell.json("runs", "resume", run)
    assert (resumed["run"], resumed["counts"]) == (run, {"loaded": 1})
    queued = desk.start(TWO).run_id
    assert shell.json("runs", "cancel", queued)["state"] == "cancelled"
    assert [request.state for request in desk.requests()] == ["loaded", "cancelled"]


def test_a_wrong_password_ends_in_2_before_anything_is_asked(shell: Shell, desk: LoginDesk) -> None:
    desk.control.fault("login_refused")
    refused = shell.json("reports", "sync", "--client", desk.login.name, code=2)
    assert refused["state"] == "failed" and "Correct the password" in refused["error"]
    assert len(desk.control.journal()) == 1


def test_labels_and_switches_are_set_by_report_and_checked_first(shell: Shell, desk: LoginDesk) -> None:
    name = desk.login.name
    options = ("reports", "set", "--client", name)
    shown = shell.json(
        *(*options, "--report", "ar_aging", "--label", "Bal = Due=charge_balance", "--disable", TWO),
    )
    by_report = {report["report"]: report for report in shown["reports"]}
    assert by_report["ar_aging"]["labels"] == {"Bal = Due": "charge_balance"}
    assert (by_report[TWO]["enabled"], by_report[ONE]["enabled"]) == (False, True)
    cleared = shell.json(*options, "--report", "ar_aging", "--label", "Bal = Due=", "--enable", TWO)
    assert all(report["enabled"] and not report["labels"] for report in cleared["reports"])
    before = shell.json(*options)
    for wrong, said in (
        (("--report", "ar_aging", "--label", "Bal Due=nothing"), "which ar_aging does not have"),
        (("--label", "Bal Due=charge_balance"), "Say which report"),
        (("--seq", "ar_aging=1"), "is not REPORT=REPORT_SEQ/FILTER_SEQ"),
        (("--seq", "nothing=1/2"), "There is no report"),
        (("--seq", "ar_aging=x/2"), "is not a number"),
        (("--seq", f"{ONE}=9/9", "--report", "ar_aging", "--label", "A=nothing"), "does not have"),
        (("--enable", TWO, "--disable", TWO), "at once"),
        (("--at", "25:00"), "is not a time of day"),
    ):
        result = shell(*options, *wrong)
        assert (result.code, said in result.stderr) == (2, True), result.stderr
    assert shell.json(*options) == before


def test_an_older_installation_is_taken_over_and_its_password_never_shown(
    shell: Shell, connect_reports: ConnectReports, tmp_path: Path
) -> None:
    desk = connect_reports("Orchard")
    config = tmp_path / "config.ini"
    config.write_text(
        "[API]\nusername = TEST-user\npassword = hid%den-word\n"
        "[POSTGRES]\nhost = db.example\ndatabase = reports\nuser = TEST\n"
        "[CUSTOMERS]\nTEST North = 10008001, 10008002\nTEST South = 10008003\n[MAIL]\nto = nobody\n",
        encoding="utf-8",
    )
    done = shell.json("reports", "import-config", str(config))
    assert [(c["name"], c["accounts"], c["added"]) for c in done["clients"]] == [
        ("TEST North", ["10008001", "10008002"], True),
        ("TEST South", ["10008003"], True),
    ]
    assert done["left_out"] == ["[MAIL]"]
    again = shell("reports", "import-config", str(config))
    assert again.code == 0 and "connected anew" in again.stdout and "set the ids" in again.stdout
    assert "hid%den-word" not in again.stdout + again.stderr + json.dumps(done)
    config.write_text(f"[API]\nusername = u\npassword = p\n[CUSTOMERS]\nTEST Thief = {desk.account}\n")
    result = shell("reports", "import-config", str(config))
    assert (result.code, "belong to one client" in result.stderr) == (2, True)
    assert "TEST Thief" not in shell("client", "list").stdout


def test_the_module_itself_exits_as_it_says(desk: LoginDesk) -> None:
    wrong = desk.command("reports", "sync", "--client", "Nobody", "--json")
    assert (wrong.returncode, json.loads(wrong.stdout)["state"]) == (2, "refused")
    assert "There is no client" in wrong.stderr
    done = desk.command("reports", "sync", "--client", desk.login.name, "--report", ONE)
    assert done.returncode == 0, done.stderr
    assert "finished" in done.stdout and "published" in done.stdout and sys.executable not in done.stdout
