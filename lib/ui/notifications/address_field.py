"""The field in which the address of a channel is typed, by its medium."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lib.core.notify.addresses import Address, Medium, mail_address, read_address

_LABELS = {
    Medium.EMAIL: "Mail addresses",
    Medium.SMS: "Address of the SMS gateway",
    Medium.TEAMS: "Address of the Teams workflow",
    Medium.SLACK: "Address of the Slack webhook",
    Medium.WEBHOOK: "Address of the webhook",
}
_EXAMPLES = {
    Medium.EMAIL: "name@example.com, other@example.com",
    Medium.SMS: "twilio://SID:TOKEN@FROM/TO",
    Medium.TEAMS: "https://…/workflows/…",
    Medium.SLACK: "https://hooks.slack.com/services/…",
    Medium.WEBHOOK: "https://host/path",
}


def draw_address(medium: Medium, part: str) -> Callable[[], Address | None]:
    """Draw it; what is returned reads it when it is wanted: None where it is empty, BadInput where it is none."""
    text = st.text_input(
        _LABELS[medium],
        type="default" if medium is Medium.EMAIL else "password",
        placeholder=_EXAMPLES[medium],
        autocomplete="off",
        key=f"address_{medium}_{part}",
    )

    def read() -> Address | None:
        if not text.strip():
            return None
        return mail_address(text) if medium is Medium.EMAIL else read_address(medium, text)

    return read
