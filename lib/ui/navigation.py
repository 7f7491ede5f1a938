"""The left navigation: the pages there are, in groups, in the order of a biller's day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from lib.analytics.snapshot.manifest import SnapshotFolder
from lib.core.access.permissions import Permission
from lib.core.access.sessions import SignedIn
from lib.core.errors import DaysheetError
from lib.core.settings import current
from lib.ui.operations.timing import timed_page
from lib.ui.session import leave_desk, sign_in
from lib.ui.sign_in.person import draw_person
from lib.ui.trouble import show_trouble

OVERVIEW = "pages/overview.py"
RUNS = "pages/runs.py"
CHARGES = "pages/charges.py"
REPORTS = "pages/reports.py"
EXPLORE = "pages/explore.py"
AR_AGING = "pages/ar_aging.py"
DENIALS = "pages/denials.py"
CLAIM_STATUS = "pages/claim_status.py"
PAYMENTS = "pages/payments.py"
BILLING = "pages/billing.py"
PERFORMANCE = "pages/performance.py"
PEOPLE = "pages/people.py"
AUDIT = "pages/audit.py"
TOKENS = "pages/tokens.py"
PROFILE = "pages/profile.py"
OPERATIONS = "pages/operations.py"
CONNECTIONS = "pages/connections.py"
SCHEDULE = "pages/schedule.py"
NOTIFICATIONS = "pages/notifications.py"

_SIDEBAR_WIDTH = 210
#: Streamlit would fetch a Material icon for the browser's tab from a server of Google's.
FAVICON = (
    "data:image/svg+xml,"
    "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 28'%3E"
    "%3Crect x='2' y='3' width='19' height='22' rx='3' fill='%230b6478'/%3E"
    "%3Cpath d='M6 10h11M6 14.5h11M6 19h6' stroke='white' stroke-width='1.8'/%3E%3C/svg%3E"
)
_WORDMARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 132 28" width="132" height="28">'
    '<rect x="2" y="3" width="19" height="22" rx="3" fill="{accent}"/>'
    '<path d="M6 10h11M6 14.5h11M6 19h6" stroke="{paper}" stroke-width="1.8" stroke-linecap="round"/>'
    '<text x="29" y="20.5" font-family="Helvetica, Arial, sans-serif"'
    ' font-size="19" font-weight="600" fill="{ink}">Daysheet</text></svg>'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PageEntry:
    """A page of the navigation, and what one must be allowed to do to see it."""

    file: str
    title: str
    icon: str
    #: None: whoever is signed in.
    permission: Permission | None


#: The pages, in groups, in the order of a day. A page that is not here cannot be opened.
GROUPS: Mapping[str, Sequence[PageEntry]] = {
    "Today": (
        PageEntry(file=OVERVIEW, title="Overview", icon="dashboard", permission=Permission.ANALYTICS_VIEW),
        PageEntry(file=RUNS, title="Runs", icon="list_alt", permission=Permission.RUNS_VIEW),
    ),
    "Post": (PageEntry(file=CHARGES, title="Charges", icon="receipt_long", permission=Permission.CHARGES_VIEW),),
    "Claims": (
        PageEntry(
            file=CLAIM_STATUS, title="Claim status", icon="find_in_page", permission=Permission.CLAIM_STATUS_VIEW
        ),
        PageEntry(file=DENIALS, title="Denials", icon="block", permission=Permission.ANALYTICS_VIEW),
    ),
    "Money": (
        PageEntry(file=AR_AGING, title="AR aging", icon="hourglass_bottom", permission=Permission.ANALYTICS_VIEW),
        PageEntry(file=PAYMENTS, title="Payments", icon="payments", permission=Permission.ANALYTICS_VIEW),
        PageEntry(file=BILLING, title="Billing", icon="request_quote", permission=Permission.ANALYTICS_VIEW),
        PageEntry(file=PERFORMANCE, title="Performance", icon="speed", permission=Permission.ANALYTICS_VIEW),
    ),
    "Data": (
        PageEntry(file=REPORTS, title="Reports", icon="grid_on", permission=Permission.REPORTS_VIEW),
        PageEntry(file=EXPLORE, title="Explore", icon="manage_search", permission=Permission.ANALYTICS_VIEW),
    ),
    "Office": (
        PageEntry(file=SCHEDULE, title="Schedule", icon="event_repeat", permission=Permission.SCHEDULES_EDIT),
        PageEntry(file=OPERATIONS, title="Operations", icon="monitor_heart", permission=Permission.OPERATIONS_VIEW),
        PageEntry(file=CONNECTIONS, title="Connections", icon="key", permission=Permission.CONNECTIONS_EDIT),
        PageEntry(file=TOKENS, title="API tokens", icon="token", permission=Permission.TOKENS_EDIT),
        PageEntry(file=AUDIT, title="Audit", icon="fact_check", permission=Permission.AUDIT_READ),
        PageEntry(file=PEOPLE, title="People", icon="group", permission=Permission.PEOPLE_EDIT),
    ),
    "You": (
        PageEntry(file=NOTIFICATIONS, title="Notifications", icon="notifications", permission=None),
        PageEntry(file=PROFILE, title="Profile", icon="account_circle", permission=None),
    ),
}
ENTRIES: Mapping[str, PageEntry] = {entry.title: entry for entries in GROUPS.values() for entry in entries}
#: The pages as this session has made them, by file.
_MADE = "pages_made"


def page_of(file: str) -> StreamlitPage | str:
    """A page as links want it: made already by the navigation, else its file, which is looked for on the disk."""
    made: Mapping[str, StreamlitPage] = st.session_state.get(_MADE, {})
    return made.get(file, file)


def navigate() -> None:
    """Draw the navigation of whoever is signed in, and run the page that was asked for."""
    st.set_page_config(page_icon=FAVICON, layout="wide", initial_sidebar_state=_SIDEBAR_WIDTH)
    try:
        desk = sign_in()
    except DaysheetError as error:
        # Hidden, but with every page in it: the address stays, for when it can be drawn.
        page = st.navigation(_pages(ENTRIES.values()), position="hidden")
        _draw_logo()
        st.title(page.title, anchor=False)
        show_trouble(error)
        return
    allowed = {
        group: [entry for entry in entries if entry.permission is None or desk.actor.may(entry.permission)]
        for group, entries in GROUPS.items()
    }
    first = st.Page(lambda: _first_page(desk.person, allowed), title="Daysheet", default=True, visibility="hidden")
    page = st.navigation(
        {group: _pages(entries) for group, entries in allowed.items() if entries} | {"": [first]}, expanded=True
    )
    _draw_logo()
    draw_person(desk)
    leave_desk(desk)
    with timed_page(page.url_path or "first"):
        page.run()


def _pages(entries: Iterable[PageEntry]) -> list[StreamlitPage]:
    """The pages, made once in a session: each one that is made is looked for on the disk."""
    made: dict[str, StreamlitPage] = st.session_state.setdefault(_MADE, {})
    for entry in entries:
        if entry.file not in made:
            made[entry.file] = st.Page(
                entry.file, title=entry.title, icon=f":material/{entry.icon}:", url_path=Path(entry.file).stem
            )
    return [made[entry.file] for entry in entries]


def _draw_logo() -> None:
    dark = st.context.theme.type == "dark"
    st.logo(
        _WORDMARK.format(
            accent="#4fb6cc" if dark else "#0b6478",
            paper="#14191c" if dark else "#ffffff",
            ink="#e3e9ec" if dark else "#1c262b",
        )
    )


def _first_page(person: SignedIn, allowed: Mapping[str, Sequence[PageEntry]]) -> None:
    # A default page has no address of its own, and these must stay ones that can be kept.
    asked = st.query_params.to_dict()
    has_figures = bool(SnapshotFolder(current()).clients()) and "run" not in asked
    wanted = [person.landing_page if not asked else None, OVERVIEW if has_figures else CHARGES, OVERVIEW]
    files = [entry.file for entries in allowed.values() for entry in entries]
    st.switch_page(next((file for file in wanted if file in files), files[0]), query_params=asked)
