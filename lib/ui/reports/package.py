"""One package: what was found in it, how it differs, what it adds up to, what was left out of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import streamlit as st

from lib.core.errors import DaysheetError, NotFound
from lib.reports.catalog import report_named
from lib.reports.loading.packages import get_package, package_as_of, raw_csv, rejects_of
from lib.reports.model import Package, PackageState
from lib.reports.service import matrix
from lib.ui.frame import OpenPage
from lib.ui.navigation import RUNS
from lib.ui.reports.address import go_to_package
from lib.ui.reports.decide import draw_decision
from lib.ui.reports.words import package_icon, package_tone, package_word, rows_word, title_of, took
from lib.ui.session import Desk
from lib.ui.trouble import show_refusal
from lib.ui.wording import counted, day, literal, moment, plain_money, who

_PAGE = 100


def draw_package(page: OpenPage, package_id: str) -> None:
    """Draw the package that the address names, with the way back."""
    st.button("All reports", icon=":material/arrow_back:", type="tertiary", on_click=go_to_package, args=(None,))
    try:
        package = get_package(page.desk.database, page.desk.actor, package_id)
        client = page.client_of(package.cell.client_id)
    except NotFound as error:
        show_refusal(NotFound(error.what, fix="The reports below “All reports” say what there is."))
        return
    desk = page.desk
    seen = package_as_of(desk.database, desk.actor, package.cell, package.as_of)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(f"{title_of(package.cell.report)}, {day(package.as_of)}", width="content", anchor=False)
        st.badge(package_word(package), icon=package_icon(package.state), color=package_tone(package.state))
    facts = [f"{client.name}, account {package.cell.account}", f"package {package.id}"]
    if package.loaded_at:
        facts.append(f"loaded {moment(package.loaded_at, client.zone)}")
    if package.seconds is not None:
        facts.append(f"took {took(package.seconds)}")
    st.caption(" · ".join(facts))
    _findings(package)
    if package.state is PackageState.HELD:
        draw_decision(page, package, seen, newer=_newer_day(page, package))
    elif package.decided_by and package.decided_at:
        st.markdown(
            f":material/how_to_reg: {package_word(package)} by {who(package.decided_by)}, "
            f"{moment(package.decided_at, client.zone)}: {literal(package.reason or '')}"
        )
    _summary(package)
    _links(page.desk, package)
    _differences(package)
    _totals(package, seen)
    _rejects(page.desk, package)


def _newer_day(page: OpenPage, package: Package) -> date | None:
    """The day that readers see now, where it is after that of the package, or the same in a later package."""
    desk = page.desk
    for status in matrix(desk.database, desk.actor, client_ids=[package.cell.client_id]):
        if status.cell != package.cell or status.as_of is None or status.package_id is None:
            continue
        if (status.as_of, int(status.package_id)) > (package.as_of, int(package.id)):
            return status.as_of
    return None


def _findings(package: Package) -> None:
    if not package.findings:
        return
    said = "  \n".join(literal(finding) for finding in package.findings)
    if package.state is PackageState.FAILED:
        st.error(
            f"{said}  \nReaders see what they saw before.", title="Nothing of it was loaded.", icon=":material/error:"
        )
    elif package.state is PackageState.HELD:
        st.warning(
            f"{said}  \nUntil you decide, readers see what they saw before.",
            title="It is held: a person has to look at it.",
            icon=":material/pause_circle:",
        )
    else:
        st.markdown(f":orange[:material/warning:] {said}")


def _summary(package: Package) -> None:
    if package.state is PackageState.FAILED and not package.rows_read:
        return
    parts = [f"{rows_word(package.rows_read)} read", f"**{package.rows_loaded:,} loaded**"]
    parts.append(f"{package.rows_rejected:,} rejected" if package.rows_rejected else "none rejected")
    if package.rows_padded:
        parts.append(f"{counted(package.rows_padded, 'short row')} filled up with empty cells")
    if package.days:
        first, last = package.days
        parts.append(f"covers {day(first)} to {day(last)}")
    st.markdown(" · ".join(parts))


def _links(desk: Desk, package: Package) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if package.raw_path is not None:
            size = (package.raw_bytes or 0) / 1024
            st.download_button(
                f"Report as received · {size / 1024:,.1f} MiB"
                if size >= 1024
                else f"Report as received · {size:,.0f} KiB",
                data=_reader(desk, package.id),
                file_name=f"{package.cell.report}_{package.cell.account}_{package.as_of.isoformat()}.zip",
                mime="application/zip",
                icon=":material/download:",
                help="The ZIP with its CSV as CollaborateMD sent it. It has patient data; the audit keeps who took it.",
                on_click="ignore",
                key="raw",
            )
        else:
            st.caption("There is no file: none came, or it has been cleaned up.")
        if package.run_id:
            st.page_link(
                RUNS, label=f"Run {package.run_id}", icon=":material/list_alt:", query_params={"run": package.run_id}
            )


def _reader(desk: Desk, package_id: str) -> Callable[[], bytes]:
    def read() -> bytes:
        with raw_csv(desk.database, desk.settings, desk.actor, package_id) as path:
            return path.read_bytes()

    return read


def _differences(package: Package) -> None:
    told = {
        "new": (
            "New columns, kept beside the others",
            "A label of the client's own can be given a meaning in Settings.",
        ),
        "missing": ("Columns that are not there any more", "Their cells are empty in this package."),
        "retyped": ("Columns with other values than before", "Most of their cells are of another type now."),
    }
    found = {word: package.differences.get(word) or [] for word in told}
    if not any(found.values()):
        return
    st.markdown("**How its columns differ from before**")
    for word, names in found.items():
        if names:
            what, meaning = told[word]
            columns = ", ".join(literal(_label(package, name)) for name in names)
            st.markdown(f"- {what}: **{columns}**. {meaning}")


def _label(package: Package, name: str) -> str:
    known = {column.name: column.label for column in report_named(package.cell.report).columns}
    return known.get(name, name)


def _totals(package: Package, seen: Package | None) -> None:
    report = report_named(package.cell.report)
    names = [name for name in report.money_columns if name in package.totals]
    if not names:
        return
    st.markdown("**Control totals**")
    columns: dict[str, list[str]] = {
        "Column": [report.column(name).label for name in names],
        "This package": [plain_money(package.totals[name]) for name in names],
    }
    if seen is not None and seen.id != package.id:
        columns[f"Published for {day(seen.as_of)}"] = [plain_money(seen.totals.get(name, Decimal(0))) for name in names]
    st.dataframe(
        columns,
        hide_index=True,
        width=620,
        height="content",
        column_config={
            "Column": st.column_config.TextColumn(width=210),
            **{head: st.column_config.TextColumn(width=150, alignment="right") for head in columns if head != "Column"},
        },
        key=f"totals_{package.id}",
    )


def _rejects(desk: Desk, package: Package) -> None:
    if not package.rows_rejected:
        return
    st.markdown(f"**Rows that were not loaded · {package.rows_rejected:,}**")
    reasons = package.differences.get("rejected") or {}
    if reasons:
        st.markdown("\n".join(f"- {rows_word(count)}: {literal(str(reason))}" for reason, count in reasons.items()))
    place = st.session_state.get(f"rejects_page_{package.id}", 1)
    try:
        found = rejects_of(desk.database, desk.actor, package.id, skip=(place - 1) * _PAGE, most=_PAGE)
    except DaysheetError as error:
        show_refusal(error)
        return
    if not found:
        st.caption("The rows themselves are not kept any more.")
        return
    files = {reject.file for reject in found}
    columns: dict[str, list[str | int]] = {"File": [reject.file for reject in found]} if len(files) > 1 else {}
    columns |= {
        "Row": [reject.row for reject in found],
        "Why": [reject.reason for reject in found],
        "The row as it came": [reject.text for reject in found],
    }
    st.dataframe(
        columns,
        hide_index=True,
        width="stretch",
        height="content" if len(found) <= 10 else 400,
        column_config={
            "File": st.column_config.NumberColumn(width=52),
            "Row": st.column_config.NumberColumn(width=72, format="%d", help="The header is row 1."),
            "Why": st.column_config.TextColumn(width=320),
            "The row as it came": st.column_config.TextColumn(width=520),
        },
        key=f"rejects_{package.id}_{place}",
    )
    pages = -(-min(package.rows_rejected, 10_000) // _PAGE)
    if pages > 1:
        st.pagination(pages, key=f"rejects_page_{package.id}")
