"""The left navigation: the pages there are, in groups, in the order of a biller's day."""

from __future__ import annotations

import streamlit as st

from lib.analytics.snapshot.manifest import SnapshotFolder
from lib.core.settings import current

OVERVIEW = "pages/overview.py"
RUNS = "pages/runs.py"
CHARGES = "pages/charges.py"
REPORTS = "pages/reports.py"
EXPLORE = "pages/explore.py"
AR_AGING = "pages/ar_aging.py"
DENIALS = "pages/denials.py"
PAYMENTS = "pages/payments.py"
BILLING = "pages/billing.py"
PERFORMANCE = "pages/performance.py"

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


def navigate() -> None:
    """Draw the navigation and run the page that was asked for."""
    st.set_page_config(page_icon=FAVICON, layout="wide", initial_sidebar_state=_SIDEBAR_WIDTH)
    page = st.navigation(
        {
            "Today": [
                st.Page(OVERVIEW, title="Overview", icon=":material/dashboard:", url_path="overview"),
                st.Page(RUNS, title="Runs", icon=":material/list_alt:", url_path="runs"),
            ],
            "Post": [st.Page(CHARGES, title="Charges", icon=":material/receipt_long:", url_path="charges")],
            "Claims": [st.Page(DENIALS, title="Denials", icon=":material/block:", url_path="denials")],
            "Money": [
                st.Page(AR_AGING, title="AR aging", icon=":material/hourglass_bottom:", url_path="ar_aging"),
                st.Page(PAYMENTS, title="Payments", icon=":material/payments:", url_path="payments"),
                st.Page(BILLING, title="Billing", icon=":material/request_quote:", url_path="billing"),
                st.Page(PERFORMANCE, title="Performance", icon=":material/speed:", url_path="performance"),
            ],
            "Data": [
                st.Page(REPORTS, title="Reports", icon=":material/grid_on:", url_path="reports"),
                st.Page(EXPLORE, title="Explore", icon=":material/manage_search:", url_path="explore"),
            ],
            "": [st.Page(_first_page, title="Daysheet", default=True, visibility="hidden")],
        }
    )
    dark = st.context.theme.type == "dark"
    st.logo(
        _WORDMARK.format(
            accent="#4fb6cc" if dark else "#0b6478",
            paper="#14191c" if dark else "#ffffff",
            ink="#e3e9ec" if dark else "#1c262b",
        )
    )
    page.run()


def _first_page() -> None:
    # A default page has no address of its own, and these must stay ones that can be kept.
    asked = st.query_params.to_dict()
    has_figures = bool(SnapshotFolder(current()).clients()) and "run" not in asked
    st.switch_page(OVERVIEW if has_figures else CHARGES, query_params=asked)
