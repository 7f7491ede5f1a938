"""The frame of every page: its gate, its title, and the slim bar with client, running work and practice mode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import streamlit as st

from lib.core import clients, connections, intents, runs
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.clients import Client
from lib.core.errors import DaysheetError, NotFound
from lib.core.intents import Intent
from lib.core.runs import Run, RunState
from lib.ui.navigation import ENTRIES, FAVICON, RUNS
from lib.ui.session import Desk, leave_desk, left_desk, sign_in
from lib.ui.sign_in.person import watch_session
from lib.ui.style import draw_style
from lib.ui.trouble import show_trouble
from lib.ui.wording import counted, literal

_CLIENT = "client"
_RUN = "run"
_NOT_FOUND = ":material/search_off:"


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenPage:
    """What a page knows when its frame is drawn."""

    desk: Desk
    clients: tuple[Client, ...]
    #: The chosen client; None when all are meant, or none is chosen yet.
    client: Client | None
    #: The clients whose connection is a stand-in.
    practice: frozenset[str]

    def client_of(self, client_id: str) -> Client:
        """A client of the actor's by id; raises NotFound."""
        for client in self.clients:
            if client.id == client_id:
                return client
        raise NotFound(f"There is no client {client_id}.")

    @property
    def own_zone(self) -> ZoneInfo:
        """The zone of the person at the page, for what belongs to no client."""
        return ZoneInfo(self.desk.person.time_zone or "UTC")

    def zone_of(self, run: Run) -> ZoneInfo:
        """The zone in which a run's times are shown."""
        return self.own_zone if run.office_wide else self.client_of(run.client_id).zone


def open_page(title: str, *, all_clients: bool = False) -> OpenPage:
    """Let the visitor in and draw the frame; ends the script with a clear page when that cannot be done.

    With `all_clients` the page can be looked at for every client at once.
    """
    st.set_page_config(page_title=f"{title} · Daysheet", page_icon=FAVICON, layout="wide")
    draw_style()
    try:
        desk = left_desk() or sign_in()
        if permission := ENTRIES[title].permission:
            gate.must(desk.database, desk.actor, permission)
        known = tuple(clients.list_clients(desk.database, desk.actor))
        practice = connections.practice_clients(desk.database, desk.actor)
        _follow_run(desk)
    except DaysheetError as error:
        st.title(title, anchor=False)
        show_trouble(error)
        st.stop()
    leave_desk(desk)
    watch_session()
    client = _draw_bar(desk, known, practice, all_clients=all_clients)
    st.title(title, anchor=False)
    return OpenPage(desk=desk, clients=known, client=client, practice=practice)


def chosen_run() -> str | None:
    """The run that the address names, if any."""
    return st.query_params.get(_RUN)


def go_to_run(run_id: str | None) -> None:
    """Show a run on this page, or with None the page without one; the address says which."""
    if run_id is None:
        st.query_params.pop(_RUN, None)
    else:
        st.query_params[_RUN] = run_id


def go_to_client(client_id: str | None) -> None:
    """Choose a client in the bar, or with None all of them, from the next drawing on."""
    if client_id is None:
        st.session_state.pop(_CLIENT, None)
        st.query_params.pop(_CLIENT, None)
    else:
        st.session_state[_CLIENT] = st.query_params[_CLIENT] = client_id


def tell_next(text: str, *, icon: str = ":material/check:") -> None:
    """Say something short when the page is drawn next, after an act that redraws it."""
    st.session_state["told_next"] = (text, icon)


def show_told() -> None:
    """Say what the last act left to say."""
    if told := st.session_state.pop("told_next", None):
        st.info(told[0], icon=told[1])


def waiting_for_a_person(desk: Desk, client: Client | None) -> list[Intent]:
    """The writes of unknown outcome that no run is looking for, of one client or of all.

    Only a person can tell those that are undecidable; the others are of runs that have ended.
    """
    unknown = [
        intent
        for intent in intents.unknown(desk.database, desk.actor)
        if client is None or intent.client_id == client.id
    ]
    if not unknown:
        return []
    at_work = {run_id for run_id, _ in runs.at_work(desk.database, desk.actor)}
    return [intent for intent in unknown if intent.undecidable or intent.run_id not in at_work]


def call_for_decisions(waiting: Sequence[Intent]) -> None:
    """Make undecided writes impossible to overlook, with the way to them."""
    if not waiting:
        return
    st.warning(
        "Until that is settled, nothing of it is sent again. The Runs page shows what is known of each.",
        title=f"{counted(len(waiting), 'write')} to Tebra may or may not have happened.",
        icon=":material/help:",
    )
    st.page_link(RUNS, label="Decide on the Runs page", icon=":material/arrow_forward:")


def _follow_run(desk: Desk) -> None:
    """A run in the address brings its client with it."""
    run_id = chosen_run()
    if run_id is None:
        return
    try:
        if client_id := runs.get(desk.database, desk.actor, run_id).client_id:
            st.session_state[_CLIENT] = st.query_params[_CLIENT] = client_id
    except NotFound:
        go_to_run(None)
        tell_next(f"There is no run {run_id} here.", icon=_NOT_FOUND)


def _draw_bar(desk: Desk, known: tuple[Client, ...], practice: frozenset[str], *, all_clients: bool) -> Client | None:
    by_id = {client.id: client for client in known}
    chosen = st.query_params.get(_CLIENT) or st.session_state.get(_CLIENT)
    if chosen not in by_id:
        chosen = known[0].id if len(known) == 1 and not all_clients else None
    options: list[str | None] = [*([None] if all_clients else []), *by_id]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="bar"):
        choice = st.selectbox(
            "Client",
            options,
            index=options.index(chosen) if chosen in options else None,
            format_func=lambda client_id: by_id[client_id].name if client_id else "All clients",
            placeholder="Choose a client" if known else "No client yet",
            disabled=not known,
            label_visibility="collapsed",
            width=280,
            key=f"client_choice_{all_clients}_{chosen}",
            on_change=lambda: go_to_run(None),
        )
        if practice and (choice is None or choice in practice):
            st.badge(
                "Practice mode",
                icon=":material/school:",
                color="orange",
                help="Stand-in vendors answer here. Nothing reaches a real account.",
            )
        if desk.person.wider_until:
            ends = desk.person.wider_until.astimezone(ZoneInfo(desk.person.time_zone or "UTC"))
            st.badge(f"Wider access until {ends:%H:%M}", icon=":material/lock_open:", color="red")
        if desk.actor.may(Permission.RUNS_VIEW):
            _running_work(desk)
    asked = st.query_params.get(_CLIENT)
    if asked is not None and asked not in by_id:
        st.warning("Choose one above.", title=f"There is no client {literal(asked[:20])} here.", icon=_NOT_FOUND)
    st.session_state[_CLIENT] = choice
    if choice:
        st.query_params[_CLIENT] = choice
    else:
        st.query_params.pop(_CLIENT, None)
    return by_id.get(choice) if choice else None


@st.fragment(run_every=5.0)
def _running_work(desk: Desk) -> None:
    at_work = runs.at_work(desk.database, desk.actor)
    if len(at_work) == 1:
        ((run_id, state),) = at_work
        doing = "is at work" if state is RunState.RUNNING else "waits"
        st.page_link(RUNS, label=f"Run {run_id} {doing}", icon=":material/sync:", query_params={_RUN: run_id})
    elif at_work:
        st.page_link(RUNS, label=f"{counted(len(at_work), 'run')} at work or waiting", icon=":material/sync:")
    else:
        st.caption("No run at work")
