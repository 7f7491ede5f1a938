"""What payers say of claims, beside the rows of AR and denials that are about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lib.analytics.reading.reader import Answer
from lib.analytics.reading.views import View
from lib.claim_status import service
from lib.core.access.permissions import Permission
from lib.ui.analytics import AnalyticsPage
from lib.ui.session import Desk
from lib.ui.wording import day

#: The views whose rows a payer's word belongs to.
_VIEWS = frozenset({"ar_aging_view", "denied_charges_view", "denial_trends_view"})
_CLAIM, _CLIENT = "claim_id", "client_id"
_ADDED = "payer_says"


def has_payers(opened: AnalyticsPage, view: View, known: Sequence[str]) -> bool:
    """Whether a payer's word may stand beside the rows of a view, for whoever is at the page."""
    return view.name in _VIEWS and {_CLAIM, _CLIENT} <= set(known) and opened.actor.may(Permission.CLAIM_STATUS_VIEW)


def with_claims(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns with those that tell which claim a row is about."""
    return tuple(dict.fromkeys([*columns, _CLAIM, _CLIENT]))


def add_payer_says(desk: Desk, answer: Answer, shown: Sequence[str]) -> Answer:
    """Rows in the columns to be shown, with the payer's latest word of each claim; without any, as they were."""
    places = {name: place for place, name in enumerate(answer.columns)}
    claims = [(str(row[places[_CLIENT]]), str(row[places[_CLAIM]] or "")) for row in answer.rows]
    said = service.payer_says(desk.database, desk.actor, sorted({number for _, number in claims if number}))
    kept = [places[name] for name in shown]
    rows = [tuple(row[place] for place in kept) for row in answer.rows]
    if not said:
        return replace(answer, columns=tuple(shown), rows=rows)
    words = [
        f"{found.outcome.value}, {day(found.asked_at.date())}" if (found := said.get(claim)) else None
        for claim in claims
    ]
    return replace(
        answer,
        columns=(*shown, _ADDED),
        rows=[(*row, word) for row, word in zip(rows, words, strict=True)],
    )
