"""The form of one report of a client: its ids at CollaborateMD, on or off, and what the client's own labels mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from lib.core.clients import Client
from lib.core.errors import BadInput, Conflict, DaysheetError
from lib.reports import service
from lib.reports.catalog import Column, Report
from lib.reports.labels import label_choices
from lib.reports.model import ReportSetting
from lib.ui.frame import OpenPage, tell_next
from lib.ui.trouble import show_refusal
from lib.ui.wording import moment, who

_SEEN = "report_settings_seen"
_UNUSED = ""


def draw_setting(page: OpenPage, client: Client, report: Report, latest: ReportSetting | None) -> None:
    """Draw the form. What was seen when it was drawn first is kept, so that nobody's change is overwritten."""
    seen_key = f"{_SEEN}_{client.id}_{report.name}"
    seen: ReportSetting | None = st.session_state.setdefault(seen_key, latest)
    version = seen.version if seen else 0
    labels = dict(seen.labels) if seen else {}
    choices = label_choices(page.desk.database, page.desk.actor, client.id, report.name, labels)
    with st.form(f"setting_{client.id}_{report.name}_{version}"):
        if seen:
            st.caption(f"Saved {moment(seen.updated_at, client.zone)} by {who(seen.updated_by)}.")
        ids, filters = st.columns(2)
        report_seq = ids.text_input("Report id", value=seen.report_seq if seen else "", placeholder="For example 10048")
        filter_seq = filters.text_input(
            "Filter id", value=seen.filter_seq if seen else "", placeholder="For example 20913"
        )
        enabled = st.toggle(
            f"On: asked for {report.cadence}, and whenever all reports are", value=seen.enabled if seen else True
        )
        meanings = _draw_labels(report, labels, choices.unused, {column.name for column in choices.unfed})
        saved = st.form_submit_button(f"Save {report.title}", type="primary", icon=":material/save:")
    if latest and seen and latest.version != seen.version:
        st.warning(
            "What you see above is what was saved before.",
            title=f"{who(latest.updated_by).capitalize()} has changed this since you opened it.",
            icon=":material/edit_off:",
        )
        if st.button("Show the latest", icon=":material/refresh:", key=f"latest_{seen_key}"):
            del st.session_state[seen_key]
            st.rerun()
    if saved:
        _save(page, client, report, seen_key, report_seq, filter_seq, enabled, meanings)


def _draw_labels(
    report: Report, labels: Mapping[str, str], unused: Sequence[str], unfed: set[str]
) -> list[tuple[str, str]]:
    """A choice for each label that has a meaning or could have one, and a line for one more."""
    st.markdown("**The client's own labels**", help="For columns that this client's report heads otherwise.")
    columns = [*sorted(report.columns, key=lambda column: (column.name not in unfed, column.label))]
    options = [_UNUSED, *(column.name for column in columns)]
    named = {column.name: column for column in columns}

    def spelled(name: str) -> str:
        return _column_words(named[name], unfed) if name else "No meaning yet"

    meanings = []
    shown = [*labels, *(label for label in unused if label not in labels)]
    if not shown:
        st.caption("Every column of the last package was recognised.")
    for label in shown:
        at = options.index(labels[label]) if labels.get(label) in options else 0
        meant = st.selectbox(
            f"“{label}” is", options, index=at, format_func=spelled, key=f"label_{report.name}_{label}"
        )
        meanings.append((label, meant))
    with st.expander("A label that did not come yet", icon=":material/add:"):
        typed = st.text_input("Label, as the report heads the column", key=f"new_label_{report.name}")
        meant = st.selectbox("is", options, format_func=spelled, key=f"new_meaning_{report.name}")
    if typed.strip():
        meanings.append((typed.strip(), meant))
    return meanings


def _save(
    page: OpenPage,
    client: Client,
    report: Report,
    seen_key: str,
    report_seq: str,
    filter_seq: str,
    enabled: bool,
    meanings: Sequence[tuple[str, str]],
) -> None:
    seen: ReportSetting | None = st.session_state[seen_key]
    labels = {label: column for label, column in meanings if column}
    try:
        if len({label for label, column in meanings if column}) < sum(bool(column) for _, column in meanings):
            raise BadInput("A label is there twice.", fix="Keep one of them.")
        service.save_setting(
            page.desk.database,
            page.desk.actor,
            client_id=client.id,
            report=report.name,
            report_seq=report_seq.strip(),
            filter_seq=filter_seq.strip(),
            labels=labels,
            enabled=enabled,
            version=seen.version if seen else None,
        )
    except Conflict as error:
        show_refusal(Conflict(error.what, fix="“Show the latest” brings what was saved; nothing of yours was kept."))
        return
    except DaysheetError as error:
        show_refusal(error)
        return
    del st.session_state[seen_key]
    tell_next(f"{report.title} of {client.name} is saved; the next load uses it.")
    st.rerun()


def _column_words(column: Column, unfed: set[str]) -> str:
    return f"{column.label} · nothing fills it yet" if column.name in unfed else column.label
