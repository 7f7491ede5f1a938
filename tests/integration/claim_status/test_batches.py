"""A batch answers every row with what the world says, in few calls, whatever happens on the way."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from jobs.office import Office
from lib.claim_status import service
from lib.core import runs
from lib.core.runs import RunState
from lib.core.settings import ROOT
from sandbox.running import RunningVendors
from sandbox.uhc.settings import Crowd
from tests.integration.claim_status.payer_desk import PayerDesk, as_csv, connect_payer, write_csv

_SSN = "000-12-3987"


@pytest.fixture
def desk(office: Office, vendors: RunningVendors, environment: dict[str, str]) -> PayerDesk:
    vendors.uhc.reset()
    return connect_payer(office, vendors.uhc, environment)


def test_results_agree_with_the_world_claim_by_claim_and_finalized_without_money_is_denied(desk: PayerDesk) -> None:
    known = desk.askable()
    run = desk.work(known)
    assert run.state is RunState.FINISHED and run.result is not None
    told = desk.results(run)
    assert len(told) == len(known) > 150
    for claim in known:
        row = told[claim.number]
        assert (str(row.outcome), row.charged, row.state) == (claim.outcome, claim.charged, "answered")
        if claim.outcome == "denied":
            assert row.status == "Finalized" and row.paid == 0
            assert {refusal.reason for refusal in claim.refusals} <= set(row.reasons)
        if claim.outcome in ("paid", "partly paid"):
            assert row.paid == claim.paid and set(row.check_numbers) == set(claim.checks)
    assert {row.outcome for row in told.values()} >= {"paid", "partly paid", "denied", "patient owes", "in process"}
    least = desk.control.least_calls(desk.payer, [claim.number for claim in known])
    assert len(desk.control.calls("summary")) <= 1.25 * least.calls
    assert len(desk.control.calls("token")) == 1

    # The same by the numbers that the claims were billed under, as AR and denials know them.
    said = service.payer_says(desk.office.database, desk.office.actor, [claim.account_number for claim in known])
    assert {number: str(found.outcome) for (_, number), found in said.items()} == {
        claim.account_number: claim.outcome for claim in known
    }

    # What is known is not asked for again, until somebody forces it.
    before = len(desk.control.journal())
    again = desk.work(known)
    assert again.result is not None and again.result["from_cache"] == len(known)
    assert [entry.call for entry in desk.control.journal(after=before)] == []
    desk.work(known[:1], forced=True, reasons=False)
    assert [entry.call for entry in desk.control.journal(after=before)].count("summary") >= 1


def test_a_claim_that_nobody_knows_is_not_found_and_one_of_another_practice_says_so(desk: PayerDesk) -> None:
    claim = desk.askable()[0]
    strange = as_csv([claim]).replace(claim.number, "FC99000000001")
    other = as_csv([claim]).replace(claim.number, "FC99000000002").replace(claim.tin, "987654321").splitlines()[1]
    run = desk.execute(desk.start_csv(strange + other))
    told = desk.results(run)
    assert told["FC99000000001"].outcome == "not found"
    assert told["FC99000000002"].state == "failed" and "not mapped" in told["FC99000000002"].error


def test_a_crowded_window_is_split_and_a_crowded_day_is_asked_by_patient(desk: PayerDesk) -> None:
    claim = desk.askable()[-1]
    desk.control.configure(crowds=[Crowd(tin=claim.tin, day=claim.first_day, claims=501)])
    crowd = [each for each in desk.askable() if each.first_day == claim.first_day and each.tin == claim.tin]
    assert len(crowd) > 500
    run = desk.work(crowd, reasons=False)
    told = desk.results(run)
    assert {row.state for row in told.values()} == {"answered"} and len(told) == len(crowd)
    assert all(row.charged is not None for row in told.values())
    assert "LCLM_PS_306" in {entry.answered for entry in desk.control.calls("summary")}
    assert any(entry.by_patient for entry in desk.control.calls("summary"))


def test_retry_asks_for_the_failed_rows_only(desk: PayerDesk) -> None:
    known = desk.askable()
    desk.control.fault("code", "summary", code="LCLM_PS_105", times=1)
    run = desk.work(known, reasons=False)
    failed = {number for number, row in desk.results(run).items() if row.state == "failed"}
    assert failed and len(failed) < len(known) and run.result and run.result["failure"] == len(failed)
    before = len(desk.control.journal())
    service.retry(desk.office.database, desk.office.actor, run.id)
    run = desk.execute(run.id)
    assert run.result and run.result["failure"] == 0 and run.result["success"] == len(known)
    days = {claim.first_day for claim in known if claim.number in failed}
    asked = [entry for entry in desk.control.journal(after=before) if entry.call == "summary"]
    assert asked and all(entry.first in days for entry in asked)


def test_a_wrong_secret_costs_one_token_call_and_stops_the_batch(
    office: Office, vendors: RunningVendors, environment: dict[str, str]
) -> None:
    vendors.uhc.reset()
    desk = connect_payer(office, vendors.uhc, environment, secret="wrong")
    run = desk.work(desk.askable()[:5])
    assert run.state is RunState.FAILED and run.error and "connect uhc" in run.error
    assert [entry.call for entry in desk.control.journal()] == ["token"]
    assert {row.state for row in desk.results(run).values()} == {"failed"}


def test_a_token_that_ends_in_the_middle_is_refreshed_once(desk: PayerDesk) -> None:
    desk.control.fault("token_withdrawn", "summary", times=1, skip=2)
    run = desk.work(desk.askable(), reasons=False)
    assert run.result and run.result["failure"] == 0
    assert len(desk.control.calls("token")) == 2


def test_a_killed_worker_loses_no_row_and_no_answered_window_is_asked_again(desk: PayerDesk, tmp_path: Path) -> None:
    known = desk.askable()
    desk.control.configure(latency_ms=150)
    command = [sys.executable, "-m", "jobs", "claim-status", str(write_csv(tmp_path / "claims.csv", known))]
    worker = subprocess.Popen(
        [*command, "--client", desk.client.name, "--json"], cwd=ROOT, env=desk.environment, stdout=subprocess.PIPE
    )
    deadline = time.monotonic() + 60
    while len(desk.control.calls("summary")) < 4 and time.monotonic() < deadline:
        time.sleep(0.05)
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    desk.control.configure(latency_ms=0)
    (run_id,) = runs.unfinished(desk.office.database, desk.office.actor, silence_seconds=0)
    run = desk.execute(run_id)
    assert run.state is RunState.FINISHED and run.result and run.result["success"] == len(known)
    asked = Counter(
        (entry.tin, entry.first, entry.last, entry.by_patient, entry.page) for entry in desk.control.calls("summary")
    )
    # The call that was in flight may have been answered to nobody.
    assert sum(count - 1 for count in asked.values()) <= 1


def test_an_ssn_is_gone_before_anything_is_kept_and_the_person_is_told(desk: PayerDesk, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "ssn.csv", desk.askable()[:3], ssn=_SSN)
    out = tmp_path / "out.csv"
    command = [sys.executable, "-m", "jobs", "claim-status", str(file), "--client", desk.client.name]
    done = subprocess.run(
        [*command, "-o", str(out), "--json"],
        cwd=ROOT,
        env=desk.environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert any("Social Security" in note for note in told["notes"])
    marks = {_SSN.encode(), _SSN.replace("-", "").encode()}
    for path in [*desk.office.settings.home.rglob("*"), out]:
        if path.is_file():
            assert not any(mark in path.read_bytes() for mark in marks), path.name
    assert not any(mark.decode() in done.stdout + done.stderr for mark in marks)
    with desk.office.database.session(desk.office.actor) as session, session.raw.cursor() as cursor:
        cursor.execute(
            "SELECT format('SELECT %L FROM %I.%I t WHERE t::text ~ %L', tablename, schemaname, tablename,"
            " '000-?12-?3987') FROM pg_tables WHERE schemaname IN ('ops', 'queue', 'warehouse')"
            " AND has_table_privilege(schemaname || '.' || tablename, 'SELECT')"
        )
        for (look,) in cursor.fetchall():
            cursor.execute(look)
            assert cursor.fetchall() == []
