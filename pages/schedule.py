"""Schedule: what recurs, when it comes next, what came of it, and the way to change, start and pause it."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from lib.core.runs import RunState
from lib.core.schedules import service
from lib.ui.frame import open_page, show_told
from lib.ui.schedule.always_on import draw_always_on
from lib.ui.schedule.detail import draw_detail
from lib.ui.schedule.table import draw_table
from lib.ui.wording import counted


def main() -> None:
    """Draw the table, and below it the schedule that is chosen."""
    page = open_page("Schedule", all_clients=True)
    show_told()
    now = datetime.now(UTC)
    found = service.list_schedules(page.desk.database, page.desk.actor)
    if page.client is not None:
        found = [schedule for schedule in found if schedule.client_id in (page.client.id, None)]
    if not found:
        st.info(
            "What recurs is listed here: syncs of reports, backups, what is let go. The side process makes the rows "
            "when it starts, and a client's when the client is connected.",
            title="Nothing recurs yet.",
            icon=":material/event_repeat:",
        )
    else:
        failed = [each for each in found if each.last and each.last[0].state is RunState.FAILED]
        if failed:
            st.warning(
                ", ".join(dict.fromkeys(each.kind.title for each in failed))
                + ". It is started again at its next time.",
                title=f"{counted(len(failed), 'schedule')} failed last time.",
                icon=":material/error:",
            )
        st.caption("Click a line to see its times and results and to change it.")
        chosen = draw_table(found, now)
        if chosen is not None:
            draw_detail(page, chosen, now)
    draw_always_on()


main()
