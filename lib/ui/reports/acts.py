"""What is selected, in words, and the buttons that ask for it, bring it and load it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import streamlit as st

from lib.core.access.permissions import Permission
from lib.core.errors import DaysheetError
from lib.reports import service
from lib.reports.service import Action, CellStatus, NothingStarted, RefusalReason, RefusedCell
from lib.ui.frame import OpenPage, tell_next
from lib.ui.reports.grid import Chosen, select_nothing
from lib.ui.reports.standing import Standing, can_be_loaded, standing_of
from lib.ui.reports.words import age, listed, rows_word, short_moment, title_of
from lib.ui.trouble import show_refusal
from lib.ui.wording import counted, day, literal

_AGAIN = "Again, although loaded today"
_REFUSED: dict[RefusalReason, tuple[str, str]] = {
    RefusalReason.LOADED: ("was loaded today already", "were loaded today already"),
    RefusalReason.BUILDING: ("is under way already", "are under way already"),
    RefusalReason.NO_SETTINGS: ("is not set up", "are not set up"),
    RefusalReason.NOTHING: ("has nothing to load", "have nothing to load"),
    RefusalReason.SCHEDULED: ("was asked for by its schedule just now", "were asked for by their schedule just now"),
}


def draw_acts(page: OpenPage, chosen: Chosen) -> None:
    """Say what is selected and offer what can be done with it, to those who may."""
    if not page.desk.actor.may(Permission.REPORTS_LOAD):
        return
    with st.container(border=True, key="acts"):
        asked = [status for status in chosen.cells if status.setting is not None and status.setting.enabled]
        _say(page, chosen, asked)
        ready = [status for status in chosen.cells if can_be_loaded(status)]
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            sync = st.button(
                f"Sync {_size(page, asked)}",
                type="primary",
                icon=":material/sync:",
                disabled=not asked,
                wrap=True,
                help="CollaborateMD builds them one after the other; each is brought here, checked and loaded.",
                key="sync",
            )
            trigger = st.button(
                "Trigger only",
                icon=":material/play_arrow:",
                disabled=not asked,
                help="They are built and brought here, and wait to be loaded.",
                key="trigger",
            )
            load = st.button(
                f"Load {len(ready):,} that are here" if len(ready) > 1 else "Load what is here",
                icon=":material/input:",
                disabled=not ready,
                help="Loads what was triggered before; asks CollaborateMD for nothing.",
                key="load",
            )
            again = st.toggle(_AGAIN, key="again", help="Otherwise what was loaded today is left out.")
            if not chosen.everything:
                st.button("Choose all again", icon=":material/select_all:", type="tertiary", on_click=select_nothing)
    if sync or trigger:
        _start(page, asked, Action.SYNC if sync else Action.TRIGGER, again=again)
    elif load:
        _start(page, ready, Action.LOAD, again=False)


def _say(page: OpenPage, chosen: Chosen, asked: Sequence[CellStatus]) -> None:
    if len(chosen.cells) == 1 and not chosen.everything:
        _say_one(page, chosen.cells[0])
    elif chosen.everything:
        st.markdown(
            f"**All: {_size(page, asked or chosen.cells)}.** "
            "Click a cell, tick rows or click column heads to choose fewer."
        )
    else:
        reports, accounts = chosen.reports, chosen.accounts
        names = listed([title_of(report) for report in reports]) if len(reports) <= 4 else f"{len(reports)} reports"
        of = listed([f"{page.client_of(client).name}, {account}" for client, account in accounts], most=3)
        st.markdown(f"**{names}** of {of}")


def _say_one(page: OpenPage, status: CellStatus) -> None:
    zone = page.client_of(status.cell.client_id).zone
    standing = standing_of(status)
    facts = [f"**{title_of(status.cell.report)}** of {status.client_name}, {status.cell.account}: {standing}"]
    if standing in (Standing.WAITING, Standing.BUILDING) and status.request_since:
        facts[0] += f" for {age(status.request_since)}"
    if status.package_id and status.as_of and status.loaded_at:
        facts.append(f"readers see {rows_word(status.rows or 0)}, data of {day(status.as_of)}")
        facts.append(f"loaded {short_moment(status.loaded_at, zone)}")
    if status.next_at:
        facts.append(f"next {short_moment(status.next_at, zone)}")
    st.markdown(" · ".join(facts))
    if status.last_error and standing in (Standing.FAILED, Standing.WAITING, Standing.STOPPED):
        st.markdown(f":red[:material/error:] {literal(status.last_error)}")
    if standing is Standing.STOPPED:
        st.caption("The run that asked for it has ended. Sync goes on with it.")
    if standing is Standing.OFF:
        st.caption("It is switched off in Settings below.")
    if standing is Standing.NOT_SET_UP:
        st.caption("CollaborateMD's ids of the saved report are missing: Settings below takes them.")


def _size(page: OpenPage, cells: Sequence[CellStatus]) -> str:
    """“13 reports of Practice Harbor Billing”, “65 reports of 5 clients”."""
    clients = list(dict.fromkeys(status.cell.client_id for status in cells))
    what = counted(len(cells), "report")
    if len(clients) > 1:
        return f"{what} of {len(clients)} clients"
    return f"{what} of {page.client_of(clients[0]).name}" if clients else what


def _start(page: OpenPage, cells: Iterable[CellStatus], action: Action, *, again: bool) -> None:
    """Start one run a client; what is left out is told in one sentence."""
    desk = page.desk
    by_client: dict[str, list[CellStatus]] = defaultdict(list)
    for status in cells:
        by_client[status.cell.client_id].append(status)
    started: list[str] = []
    refused: list[RefusedCell] = []
    troubles: list[DaysheetError] = []
    for client_id, chosen in by_client.items():
        wanted = {(status.cell.report, status.cell.account) for status in chosen}
        try:
            made = service.start(
                desk.database,
                desk.settings,
                desk.actor,
                client_id=client_id,
                action=action,
                reports={report for report, _ in wanted},
                accounts={account for _, account in wanted},
                force=again,
            )
            desk.hand_to_workers(made.run_id)
            started.append(made.run_id)
            refused += [cell for cell in made.refused if (cell.report, cell.account) in wanted]
        except NothingStarted as nothing:
            refused += nothing.refused
        except DaysheetError as error:
            troubles.append(error)
    for error in troubles:
        show_refusal(error)
    if not troubles:
        told = [f"{_runs(started)} started." if started else "Nothing was started.", left_out(refused)]
        tell_next(" ".join(part for part in told if part), icon=":material/sync:" if started else ":material/block:")
        st.rerun()


def left_out(refused: Sequence[RefusedCell]) -> str:
    """Why cells were left out, in one sentence; nothing where none were."""
    if not refused:
        return ""
    counts = Counter(cell.reason for cell in refused)
    if len(refused) == 1:
        said = f"{title_of(refused[0].report)} of {refused[0].account} {_REFUSED[refused[0].reason][0]}"
    else:
        said = listed([f"{count:,} {_REFUSED[reason][count > 1]}" for reason, count in counts.items()], most=9)
    again = f" To ask for it all the same, switch on “{_AGAIN}”." if RefusalReason.LOADED in counts else ""
    return f"Left out: {said}.{again}"


def _runs(run_ids: Sequence[str]) -> str:
    return f"Run {run_ids[0]} is" if len(run_ids) == 1 else f"Runs {listed(run_ids, most=9)} are"
