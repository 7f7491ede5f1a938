"""A run while it goes on: phases with counts, rate and time left, and the way to stop it."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from lib.core import runs
from lib.core.access.permissions import Permission
from lib.core.errors import Conflict
from lib.core.runs import Run, RunState
from lib.ui.run_kinds import RunKind, kind_of
from lib.ui.session import Desk
from lib.ui.wording import ago, lasting

#: A run that nobody has taken for so long has nobody to take it.
_UNTAKEN_SECONDS = 15.0
_EVERY_SECONDS = 1.0


@st.fragment(run_every=_EVERY_SECONDS)
def watch_run(desk: Desk, run_id: str) -> None:
    """Draw a run live, once a second; when it is over, the page is drawn anew."""
    run = runs.get(desk.database, desk.actor, run_id)
    if not run.open:
        st.rerun(scope="app")
    kind = kind_of(run)
    draw_headline(desk, run)
    for phase in run.progress.get("phases", []):
        _phase(phase, kind.planned(run, phase["name"]))
    kind.draw_work(run)
    note = run.note or run.progress.get("note")
    if note:
        st.caption(f":material/schedule: {note}")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if run.cancel_requested_at:
            st.button("Stopping after the calls in flight", disabled=True, icon=":material/pending:")
        elif desk.actor.may(Permission.RUNS_CANCEL) and st.button(
            "Cancel this run",
            icon=":material/stop_circle:",
            help=kind.when_cancelled,
        ):
            _cancel(desk, run_id)
        st.caption("You may close the browser: the run goes on, and this address finds it again.")


def draw_headline(desk: Desk, run: Run) -> None:
    """Say whether anybody works on a run, and for how long still."""
    if run.state is RunState.QUEUED:
        waited = ago(run.queued_at) if run.queued_at else 0.0
        if waited > _UNTAKEN_SECONDS and not run.note:
            st.warning(
                f"This run has waited for {lasting(waited)}. Start a worker with `.venv/bin/python -m jobs`; it takes "
                "the run up by itself.",
                title="No worker is running.",
                icon=":material/power_off:",
            )
        else:
            st.markdown(":material/hourglass_empty: **Waiting for a worker**")
        return
    silent = ago(run.heartbeat_at) if run.heartbeat_at else 0.0
    if silent > desk.settings.stalled_seconds:
        st.warning(
            f"{kind_of(run).when_lost} If none is running, start one with `.venv/bin/python -m jobs`.",
            title=f"No sign of life for {lasting(silent)}. The figures below are of then.",
            icon=":material/heart_broken:",
        )
        return
    left = _time_left(run, kind_of(run))
    st.markdown(f":material/sync: **At work**{f' · about {lasting(left)} left' if left is not None else ''}")


def _phase(phase: dict[str, Any], planned: int) -> None:
    done, total = phase["done"], max(phase["total"], planned)
    words = [f"**{phase['name']}**", f"{done:,} of {total:,}"]
    rate = _rate(phase)
    if done < total and rate:
        words += [f"{rate:.1f} a second", f"{lasting((total - done) / rate)} left"]
    elif done >= total > 0:
        words.append("done")
    st.progress(min(done / total, 1.0) if total else 0.0, text=" · ".join(words))


def _rate(phase: dict[str, Any]) -> float | None:
    """Steps a second since the phase began; None while too little is known."""
    if not phase["since"] or phase["done"] < 2:
        return None
    seconds = (datetime.now(UTC) - datetime.fromisoformat(phase["since"])).total_seconds()
    return phase["done"] / seconds if seconds >= 1 else None


def _time_left(run: Run, kind: RunKind) -> float | None:
    """Seconds until the slowest phase is through: the phases overlap."""
    estimates = []
    for phase in run.progress.get("phases", []):
        remaining = max(phase["total"], kind.planned(run, phase["name"])) - phase["done"]
        rate = _rate(phase)
        if remaining > 0 and rate:
            estimates.append(remaining / rate)
    return max(estimates, default=None)


def _cancel(desk: Desk, run_id: str) -> None:
    # It may have been over before the click arrived; the next drawing shows how.
    with contextlib.suppress(Conflict):
        runs.request_cancel(desk.database, desk.actor, run_id)
    st.rerun(scope="app")
