"""Plays one round: posts a sheet while everything goes wrong, goes on with it until it is done, and examines it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.sheets import Drawn, draw_sheet, write_sheet
from tests.chaos.boundaries import Trap, end_sessions
from tests.chaos.examine import Examined, examine
from tests.chaos.ground import CLIENT, Ground, Site
from tests.chaos.plan import Blow, RoundPlan
from tests.chaos.worker import Worker, start_command

#: Longest time that one command may take in a round.
PATIENCE = 60.0
#: Attempts after the last blow during which the faults stay in force.
UNDER_FAULTS = 3
MOST_ATTEMPTS = 12
_OPEN = "SELECT id FROM ops.runs WHERE state IN ('queued', 'running') ORDER BY id"


@dataclass(kw_only=True)
class Played:
    """How a round went; `wrong` holds a sentence for everything that must not be."""

    plan: RoundPlan
    wrong: list[str]
    attempts: int
    landed: tuple[str, ...]
    examined: Examined
    seconds: float


@dataclass(kw_only=True)
class _Stage:
    plan: RoundPlan
    ground: Ground
    site: Site
    drawn: Drawn
    sheet: Path
    attempts: int = 0
    landed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def play(plan: RoundPlan, ground: Ground) -> Played:
    """Play a round on its own site."""
    began = time.monotonic()
    with ground.site() as site:
        control = ground.vendors.tebra
        control.configure(
            throttle_scale=plan.throttle_scale,
            throttle_answer=plan.throttle_answer,
            visibility_seconds=plan.visibility_seconds,
        )
        for fault in plan.faults:
            control.fault(**fault.model_dump())
        drawn = draw_sheet(ground.world, plan.order)
        sheet = site.home / "sheet.xlsx"
        write_sheet(drawn, sheet)
        stage = _Stage(plan=plan, ground=ground, site=site, drawn=drawn, sheet=sheet)
        try:
            for blow in plan.blows:
                _strike(stage, blow)
            _finish(stage)
        except TimeoutError as error:
            stage.wrong.append(str(error))
        examined = examine(stage.site, control, drawn, repeats=plan.repeats, start=_command(stage))
        stage.site.owner.close()
    return Played(
        plan=plan,
        wrong=[*stage.wrong, *examined.wrong],
        attempts=stage.attempts,
        landed=tuple(stage.landed),
        examined=examined,
        seconds=time.monotonic() - began,
    )


def _command(stage: _Stage):
    def start(*arguments: str) -> tuple[int, str]:
        printed = stage.site.home / f"command-{time.monotonic_ns()}.txt"
        worker = start_command(arguments, stage.site.environment, printed)
        return worker.wait(PATIENCE), printed.read_text(encoding="utf-8")

    return start


def _work(stage: _Stage) -> list[Worker]:
    """Start whatever a person would do now: post the sheet, or go on with what was left."""
    stage.attempts += 1
    post = ("charges", str(stage.sheet), "--client", CLIENT, "--repeated-payments", stage.plan.repeats, "--json")
    go_on = ("runs", "resume", "--all", "--json")
    started = [_start(stage, *(go_on if _runs(stage) else post))]
    if stage.plan.rival == "same sheet" and stage.attempts == 1:
        started.append(_start(stage, *post))
    elif stage.plan.rival == "second worker":
        started.append(_start(stage, *go_on))
    return started


def _start(stage: _Stage, *arguments: str) -> Worker:
    printed = stage.site.home / f"attempt-{stage.attempts}-{time.monotonic_ns()}.txt"
    return start_command(arguments, stage.site.environment, printed)


def _runs(stage: _Stage) -> bool:
    return bool(stage.site.ask("SELECT 1 FROM ops.runs WHERE state <> 'draft'"))


def _strike(stage: _Stage, blow: Blow) -> None:
    """Work, and be struck: who works is killed, or has to end by itself after a blow to the database."""
    trap = Trap(stage.site, stage.ground.vendors.tebra, blow.boundary, nth=blow.nth) if blow.boundary else None
    if trap:
        trap.set()
    workers = _work(stage)
    try:
        if _await(workers, trap, blow.seconds):
            stage.landed.append(str(blow))
            if blow.kind == "cut sessions after":
                end_sessions(stage.site)
            elif blow.kind == "restart database after":
                stage.site.owner.close()
                stage.ground.restart_database()
                stage.site = stage.ground.reconnect(stage.site)
            else:
                for worker in workers:
                    worker.kill()
        for worker in workers:
            worker.wait(PATIENCE)
        if blow.kind in ("cut sessions after", "restart database after"):
            _check_not_failed(stage)
    finally:
        for worker in workers:
            worker.kill()
        if trap:
            trap.clear()


def _check_not_failed(stage: _Stage) -> None:
    """A run whose database broke off is interrupted, not failed: it goes on by itself."""
    for run_id, error in stage.site.ask("SELECT id, error FROM ops.runs WHERE state = 'failed'"):
        if "database" in (error or "") or "foresee" in (error or ""):
            stage.wrong.append(f"run {run_id} failed for its database: {error}")


def _await(workers: list[Worker], trap: Trap | None, seconds: float) -> bool:
    """Wait for the trap or the time; False when the work was over before."""
    until = time.monotonic() + (seconds if trap is None else PATIENCE)
    while any([worker.running() for worker in workers]):
        if (trap and trap.sprung()) or time.monotonic() >= until:
            return True
        time.sleep(0.005)
    return False


def _finish(stage: _Stage) -> None:
    """Go on as a person would until every run is over and nothing is left to do; the faults end at last."""
    for number in range(MOST_ATTEMPTS):
        if number >= UNDER_FAULTS:
            stage.ground.vendors.tebra.clear_faults()
        if not _runs(stage) or stage.site.ask(_OPEN):
            for worker in _work(stage):
                worker.wait(PATIENCE)
            continue
        undone = _undone(stage)
        if not undone:
            return
        stage.attempts += 1
        for run_id in undone:
            _start(stage, "runs", "resume", run_id, "--json").wait(PATIENCE)
    stage.wrong.append(f"still not done after {stage.attempts} attempts: runs {', '.join(_undone(stage))}")


def _undone(stage: _Stage) -> list[str]:
    """Runs that stopped early, or have a write left that no person has to decide."""
    return [
        str(run_id)
        for (run_id,) in stage.site.ask(
            "SELECT id FROM ops.runs r WHERE state IN ('failed', 'cancelled') OR EXISTS (SELECT 1 FROM ops.intents i "
            "WHERE i.run_id = r.id AND (i.state IN ('planned', 'sending') OR i.state = 'unknown' AND NOT undecidable "
            "OR i.state IN ('absent', 'cancelled') AND NOT EXISTS (SELECT 1 FROM ops.intents o WHERE "
            "o.account = i.account AND o.natural_key = i.natural_key AND o.id > i.id))) ORDER BY id"
        )
    ]
