"""A held package: what it would show beside what readers see now, and the two answers, each with a reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import streamlit as st

from lib.core.access.permissions import Permission
from lib.core.errors import DaysheetError
from lib.reports.catalog import Meets, report_named
from lib.reports.loading.packages import discard_package, publish_package
from lib.reports.model import Package
from lib.ui.frame import OpenPage, tell_next
from lib.ui.reports.words import rows_word, title_of
from lib.ui.trouble import show_refusal
from lib.ui.wording import day, money


def draw_decision(page: OpenPage, package: Package, seen: Package | None, *, newer: date | None) -> None:
    """Draw the comparison and the form; a decision is told when the page is drawn next.

    `seen` is what was published last for the package's day or before, `newer` the day that readers see now where that
    is a later one, or the same in a later package.
    """
    with st.container(border=True, key="decide"):
        now, then = st.columns(2, gap="medium")
        with now:
            replaces = newer is None and report_named(package.cell.report).meets is Meets.REPLACE
            st.markdown("**Readers see now**" if replaces else "**Published before**")
            st.markdown(_shown(seen) if seen else "Nothing: no package of this report was published for that day.")
        with then:
            st.markdown("**This package**")
            st.markdown(_shown(package, against=seen))
        st.caption(_effect(package, newer))
        if not page.desk.actor.may(Permission.REPORTS_LOAD):
            return
        with st.form(f"decide_{package.id}", border=False):
            reason = st.text_input(
                "Reason (required)", placeholder="For example: the practice closed two locations this month"
            )
            with st.container(horizontal=True, gap="small"):
                publish = st.form_submit_button(
                    f"Publish {_size(package)}", type="primary", icon=":material/publish:", wrap=True
                )
                discard = st.form_submit_button(
                    "Throw this package away",
                    icon=":material/delete:",
                    help="Its rows are deleted, readers see what they see now. The file as received stays for a while.",
                )
    if publish or discard:
        _decide(page, package, reason, publish=publish)


def _decide(page: OpenPage, package: Package, reason: str, *, publish: bool) -> None:
    act = publish_package if publish else discard_package
    try:
        act(page.desk.database, page.desk.actor, package.id, reason)
    except DaysheetError as error:
        show_refusal(error)
        return
    what = f"{title_of(package.cell.report)} of {day(package.as_of)}"
    if publish:
        tell_next(f"{what} is published, with {rows_word(package.rows_loaded)}.")
    else:
        tell_next(f"{what} is thrown away. Readers see what they saw before.", icon=":material/delete:")
    st.rerun()


def _shown(package: Package, *, against: Package | None = None) -> str:
    """Rows, day and leading sum; of another package, what changes."""
    lines = [
        f"{rows_word(package.rows_loaded)}{_change(package.rows_loaded, against)}",
        f"data of {day(package.as_of)}",
    ]
    total = _leading(package)
    if total is not None:
        name, amount = total
        before = _leading(against) if against else None
        change = f" ({_money_change(amount - before[1])})" if before else ""
        lines.append(f"{name} {money(amount)}{change}")
    return "  \n".join(lines)


def _change(rows: int, against: Package | None) -> str:
    if against is None or not against.rows_loaded:
        return ""
    share = (rows - against.rows_loaded) / against.rows_loaded
    return f" ({share:+.1%})".replace("-", "−")


def _money_change(amount: Decimal) -> str:
    """A difference of dollars with its sign."""
    return f"{'−' if amount < 0 else '+'}{money(abs(amount))}"


def _effect(package: Package, newer: date | None) -> str:
    report = report_named(package.cell.report)
    if newer is not None and report.meets is Meets.REPLACE:
        if newer == package.as_of:
            return "Published, it changes nothing that readers see: a later package of the same day is published."
        return (
            f"Published, it is what readers see who ask as of {day(package.as_of)}. "
            f"Others see the data of {day(newer)}, as they do now."
        )
    if report.meets is Meets.APPEND:
        return "Published, its rows come on top of what readers see."
    if report.meets is Meets.WINDOW and not package.days:
        return "Published, it takes the place of rows without a date only: it has none with one. All others stay."
    if report.meets is Meets.WINDOW and package.days:
        first, last = package.days
        label = report.column(report.window).label.lower() if report.window else "date"
        but = "those that a later package speaks for, and all others," if newer is not None else "others"
        return f"Published, it takes the place of the rows whose {label} is {day(first)} to {day(last)}; {but} stay."
    return "Published, it takes the place of everything that readers see of this report and account."


def _leading(package: Package) -> tuple[str, Decimal] | None:
    report = report_named(package.cell.report)
    for name in report.money_columns[:1]:
        if name in package.totals:
            return report.column(name).label, package.totals[name]
    return None


def _size(package: Package) -> str:
    total = _leading(package)
    return rows_word(package.rows_loaded) + (f", {money(total[1])}" if total else "")
