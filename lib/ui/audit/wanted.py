"""What is looked for in the audit: the fields above the list."""

from __future__ import annotations

from datetime import date

import streamlit as st

from lib.core.audit.actions import ACTIONS
from lib.core.audit.search import Search
from lib.ui.frame import OpenPage

_OUTCOMES = ("done", "refused", "failed", "posted", "absent", "unknown", "broken")
_AREAS = tuple(dict.fromkeys(action.partition(":")[0] for action in ACTIONS))
_PLAIN = tuple(action for action in ACTIONS if "*" not in action)
_FIRST = date(2020, 1, 1)


def draw_wanted(page: OpenPage) -> Search:
    """Draw the fields, each of which narrows the list; the client is the one of the bar."""
    left, middle, right = st.columns([2, 3, 2])
    who = left.text_input("Who", placeholder="amber, or token:portal", key="audit_who")
    action = middle.selectbox(
        "What",
        [*(f"{area}:" for area in _AREAS), *_PLAIN],
        index=None,
        format_func=_said,
        placeholder="Everything",
        key="audit_action",
    )
    outcome = right.selectbox("Outcome", _OUTCOMES, index=None, placeholder="Any", key="audit_outcome")
    left, middle, right = st.columns([2, 3, 2])
    record = left.text_input("Record", placeholder="run:17", key="audit_record")
    first, last = middle.columns(2)
    first_day = first.date_input("From", value=None, min_value=_FIRST, format="MM/DD/YYYY", key="audit_first")
    last_day = last.date_input("To", value=None, min_value=_FIRST, format="MM/DD/YYYY", key="audit_last")
    right.caption(f"Days are those of {page.own_zone}. The client is chosen above.")
    return Search(
        actor=_actor(who.strip()),
        action=action,
        outcome=outcome,
        record=record.strip() or None,
        client_id=page.client.id if page.client else None,
        first_day=first_day,
        last_day=last_day,
        zone=page.own_zone,
    )


def _said(action: str) -> str:
    return ACTIONS.get(action) or f"Anything in {action.rstrip(':')}"


def _actor(who: str) -> str | None:
    """A name alone is a person's login."""
    return (who if ":" in who else f"person:{who.lower()}") if who else None
