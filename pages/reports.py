"""Reports: how fresh every client's reports are, and the way to ask for them, load them and decide on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from lib.reports.loading.packages import list_packages
from lib.reports.model import PackageState
from lib.reports.service import CellStatus, matrix
from lib.ui.frame import OpenPage, open_page, show_told
from lib.ui.reports.acts import draw_acts
from lib.ui.reports.address import chosen_package, go_to_package
from lib.ui.reports.at_work import draw_at_work
from lib.ui.reports.empty import draw_unconnected, say_not_set_up, say_unconnected
from lib.ui.reports.grid import draw_matrix
from lib.ui.reports.history import draw_history
from lib.ui.reports.package import draw_package
from lib.ui.reports.settings import draw_settings
from lib.ui.reports.standing import freshness, oldest
from lib.ui.reports.words import short_day, title_of
from lib.ui.wording import counted

#: Held packages that have a link of their own above the matrix.
_CALLED = 4
_MOST_HELD = 200


def main() -> None:
    """Draw one package, or the matrix with what can be done to what is selected in it."""
    page = open_page("Reports", all_clients=True)
    show_told()
    if package_id := chosen_package():
        draw_package(page, package_id)
        return
    statuses = matrix(
        page.desk.database, page.desk.actor, client_ids=[page.client.id] if page.client is not None else None
    )
    if not statuses:
        draw_unconnected(page)
        return
    _head(page, statuses)
    draw_at_work(page, statuses)
    if page.client is not None:
        say_not_set_up(page.client, statuses)
    chosen = draw_matrix(page, statuses)
    draw_acts(page, chosen)
    say_unconnected(page, statuses)
    history, settings = st.tabs(["History", "Settings"], on_change="rerun", key="part")
    if history.open:
        with history:
            draw_history(page, chosen)
    if settings.open:
        with settings:
            draw_settings(page, chosen, statuses)


def _head(page: OpenPage, statuses: Sequence[CellStatus]) -> None:
    """How fresh everything is, and what waits for a person."""
    st.markdown(f"**{freshness(page, statuses)}** {oldest(page, statuses)}")
    if not any(status.held_package_id for status in statuses):
        return
    desk = page.desk
    held = list_packages(
        desk.database,
        desk.actor,
        client_id=page.client.id if page.client else None,
        state=PackageState.HELD,
        most=_MOST_HELD,
    )
    st.warning(
        "Publish or throw away, with a reason. Until then readers see what they saw before.",
        title=f"{counted(len(held), 'package')} held: a person has to look at {'it' if len(held) == 1 else 'them'}.",
        icon=":material/pause_circle:",
    )
    with st.container(horizontal=True, gap="small"):
        for package in held[:_CALLED]:
            cell = package.cell
            of_day = short_day(package.as_of, date.today())
            st.button(
                f"{title_of(cell.report)} of {of_day}: {page.client_of(cell.client_id).name}, {cell.account}",
                icon=":material/arrow_forward:",
                type="tertiary",
                on_click=go_to_package,
                args=(package.id,),
                wrap=True,
                key=f"held_{package.id}",
            )
        if len(held) > _CALLED:
            st.caption(f"and {len(held) - _CALLED} more in the history below")


main()
