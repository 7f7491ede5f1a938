"""The files that a run has made, to take away."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lib.charges import service
from lib.charges.outputs import FAILED
from lib.core.runs import Run
from lib.ui.session import Desk
from lib.ui.wording import counted

_ROLES = {
    "result": ("Result", ":material/download:", "The uploaded workbook with the result columns filled in."),
    "failed_rows": ("Failed rows", ":material/rule:", "The rows that were not sent, with those that belong to them."),
    "errors": ("Error list", ":material/format_list_bulleted:", "Every error and warning, one a line, as CSV."),
    "upload": ("Uploaded sheet", ":material/upload_file:", "The workbook as it was uploaded."),
}


def draw_downloads(desk: Desk, run: Run, *, posted: bool) -> None:
    """Draw one button a file, the result first; of a check, it is the sheet with what the check found."""
    files = service.files_of(desk.database, desk.settings, desk.actor, run.id)
    result = run.result or {}
    # Results from before the file's own count was kept tell only how many rows failed.
    failed = sum(result.get("rows", {}).get(outcome, 0) for outcome in FAILED)
    sizes = {
        "result": counted(result.get("rows_total", 0), "row"),
        "failed_rows": counted(result.get("failed_rows_in_file", failed), "row"),
    }
    with st.container(horizontal=True, gap="small"):
        for role, (word, icon, help_text) in _ROLES.items():
            shown = "Checked sheet" if role == "result" and not posted else word
            if file := files.get(role):
                st.download_button(
                    f"{shown} · {sizes[role]}" if role in sizes else shown,
                    data=_taken(desk, run, role),
                    file_name=file.name,
                    icon=icon,
                    help=help_text,
                    type="primary" if role == "result" and posted else "secondary",
                    on_click="ignore",
                    key=f"download_{role}_{run.id}",
                )


def _taken(desk: Desk, run: Run, role: str) -> Callable[[], bytes]:
    """Read when the button is pressed, and recorded then."""
    return lambda: service.take_file(desk.database, desk.settings, desk.actor, run, role).path.read_bytes()
