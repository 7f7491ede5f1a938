"""Channels as they stand: where they go, what they are told of, whether they work, and what can be done with each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from lib.core.errors import BadInput, Conflict, DaysheetError
from lib.core.notify import channels
from lib.core.notify.channels import Channel
from lib.core.notify.events import Event
from lib.ui.frame import OpenPage, tell_next
from lib.ui.notifications.address_field import draw_address
from lib.ui.trouble import show_refusal
from lib.ui.wording import literal, moment

_ICONS = {"email": "mail", "sms": "sms", "teams": "groups", "slack": "tag", "webhook": "webhook"}


def draw_channels(page: OpenPage, found: Sequence[Channel]) -> None:
    """Draw a box for each."""
    for channel in found:
        with st.container(border=True, key=f"channel_{channel.id}"):
            _draw_one(page, channel)


def _draw_one(page: OpenPage, channel: Channel) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        icon = f":material/{_ICONS[channel.medium]}:"
        # As code, or a mail address would become a link.
        st.markdown(f"{icon} **{literal(channel.name)}** `{channel.shown}`", width="stretch")
        if channel.paused:
            st.badge("Paused", icon=":material/pause:", color="gray")
        elif channel.failing_since:
            st.badge("Fails", icon=":material/error:", color="red")
        elif channel.last_sent_at:
            st.badge("Works", icon=":material/check_circle:", color="green")
        else:
            st.badge("Not used yet", icon=":material/hourglass_empty:", color="gray")
        if st.button("Send a test", icon=":material/send:", key=f"try_{channel.id}"):
            _try(page, channel)
    if channel.failing_since and not channel.paused:
        st.warning(
            "Send a test; if it fails too, give the address anew. Notices are tried again for an hour and a half.",
            title=f"Nothing has arrived since {moment(channel.failing_since, page.own_zone)}.",
            icon=":material/notifications_off:",
        )
    last = f"last sent {moment(channel.last_sent_at, page.own_zone)}" if channel.last_sent_at else "nothing sent yet"
    told = "; ".join(event.label[:1].lower() + event.label[1:] for event in Event if event in channel.events)
    st.caption(f"Told when: {told} · {last}")
    with st.expander("Change", icon=":material/edit:"):
        _draw_change(page, channel)


def _draw_change(page: OpenPage, channel: Channel) -> None:
    part = f"{channel.id}_{channel.version}"
    with st.form(f"change_{part}", border=False):
        name = st.text_input("Name", value=channel.name, max_chars=80, key=f"name_{part}")
        events = draw_events(channel.events, part)
        paused = st.toggle("Paused", value=channel.paused, key=f"paused_{part}")
        st.caption("The address is kept encrypted and is not shown. Leave it empty to keep it.")
        typed = draw_address(channel.medium, part)
        saved = st.form_submit_button("Save", type="primary", icon=":material/save:")
    if saved:
        _act(lambda: _change(page, channel, name, events, paused, typed))
    if st.button("Remove this channel", icon=":material/delete:", type="tertiary", key=f"remove_{part}"):
        _act(lambda: _remove(page, channel))


def draw_events(chosen: frozenset[Event], part: str) -> list[Event]:
    """Draw which events a channel is told of."""
    return st.multiselect(
        "Tells of",
        list(Event),
        default=[event for event in Event if event in chosen],
        format_func=lambda event: event.label,
        key=f"events_{part}",
    )


def _change(
    page: OpenPage,
    channel: Channel,
    name: str,
    events: Sequence[Event],
    paused: bool,
    typed: Callable[[], channels.Address | None],
) -> str:
    channels.change_channel(
        page.desk.database,
        page.desk.actor,
        channel,
        name=name,
        events=events,
        paused=paused,
        address=typed(),
    )
    return f"{name} is saved."


def _remove(page: OpenPage, channel: Channel) -> str:
    channels.remove_channel(page.desk.database, page.desk.actor, channel)
    return f"{channel.name} is removed."


def _act(act: Callable[[], str]) -> None:
    try:
        said = act()
    except Conflict as error:
        show_refusal(Conflict(error.what, fix="Reload the page, then change it again; nothing of yours was kept."))
        return
    except (BadInput, DaysheetError) as error:
        show_refusal(error)
        return
    tell_next(said)
    st.rerun()


def _try(page: OpenPage, channel: Channel) -> None:
    try:
        arrived = channels.try_channel(page.desk.database, page.desk.settings, page.desk.actor, channel)
    except DaysheetError as error:
        show_refusal(error)
        return
    if arrived:
        tell_next(f"The test was sent to {channel.name}. See that it is there.", icon=":material/send:")
    else:
        tell_next(
            f"The test did not get to {channel.name}: its service refused it or does not answer.",
            icon=":material/notifications_off:",
        )
    st.rerun()
