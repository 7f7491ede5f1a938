"""What a person settles about the own way in: preferences, password, second factor, sessions."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import qrcode
import qrcode.image.svg
import streamlit as st

from lib.core.access import own_password, people, second_factor, sessions
from lib.core.access.visitor import Visitor
from lib.core.errors import BadInput
from lib.ui.frame import tell_next
from lib.ui.navigation import ENTRIES
from lib.ui.session import Desk
from lib.ui.trouble import show_refusal
from lib.ui.wording import day, moment

_SETTING_UP, _CODES = "second_factor_address", "recovery_codes"


def draw_preferences(desk: Desk) -> None:
    """Time zone and first page."""
    st.subheader("Preferences", anchor=False)
    open_to = {
        entry.file: entry.title
        for entry in ENTRIES.values()
        if entry.permission is None or desk.actor.may(entry.permission)
    }
    with st.form("preferences", border=False):
        zones: list[str | None] = [None, *sorted(available_timezones())]
        zone = st.selectbox(
            "Time zone",
            zones,
            index=zones.index(desk.person.time_zone),
            format_func=lambda each: each or "Each client's own",
        )
        pages: list[str | None] = [None, *open_to]
        landing = st.selectbox(
            "First page",
            pages,
            index=pages.index(desk.person.landing_page) if desk.person.landing_page in open_to else 0,
            format_func=lambda each: open_to[each] if each else "The workbench chooses",
        )
        if st.form_submit_button("Save preferences"):
            people.save_preferences(desk.database, desk.person, time_zone=zone, landing_page=landing)
            tell_next("Your preferences are saved.")
            st.rerun()


def draw_password(desk: Desk) -> None:
    """The own password; the other sessions end with the old one."""
    st.subheader("Password", anchor=False)
    with st.form("password", border=False, clear_on_submit=True):
        old = st.text_input("Present password", type="password", autocomplete="current-password")
        new = st.text_input("New password, 12 characters or more", type="password", autocomplete="new-password")
        again = st.text_input("New password once more", type="password", autocomplete="new-password")
        pressed = st.form_submit_button("Change password")
    if not pressed:
        return
    try:
        if new != again:
            raise BadInput("The two new passwords are not the same.")
        own_password.change_password(desk.database, desk.person, old, new, _visitor(), datetime.now(UTC))
    except BadInput as error:
        show_refusal(error)
        return
    tell_next("Your password is changed, and your other sessions are ended.")
    st.rerun()


def draw_second_factor(desk: Desk) -> None:
    """A second factor from an authenticator app, with recovery codes."""
    st.subheader("Second factor", anchor=False)
    if codes := st.session_state.pop(_CODES, None):
        st.warning("Each works once, when the telephone is lost. They are shown this once.", title="Recovery codes")
        st.code("\n".join(codes))
    factor = second_factor.of_person(desk.database, desk.person)
    if factor:
        st.markdown(f"On since {day(factor.since.date())} · {factor.recovery_codes_left} recovery codes left")
        _draw_removal(desk)
    elif address := st.session_state.get(_SETTING_UP):
        _draw_set_up(desk, address)
    else:
        st.markdown("Off. With it, a stolen password alone lets nobody in.")
        _draw_beginning(desk)


def draw_sessions(desk: Desk, zone: ZoneInfo) -> None:
    """The own sessions, and the way out of the others."""
    st.subheader("Where you are signed in", anchor=False)
    found = sessions.list_open(desk.database, desk.person)
    st.dataframe(
        [
            {
                "Session": "this one" if each.id == desk.person.session_id else "another",
                "Since": moment(each.began_at, zone),
                "Last seen": moment(each.seen_at, zone),
                "Address": each.address,
                "Browser": each.browser,
            }
            for each in found
        ],
        hide_index=True,
    )
    if st.button("Sign out everywhere else", icon=":material/logout:", disabled=len(found) < 2):
        sessions.end_own(desk.database, desk.person)
        tell_next("Your other sessions are ended.")
        st.rerun()


def _draw_beginning(desk: Desk) -> None:
    with st.form("begin_second_factor", border=False):
        password = st.text_input(
            "Your password",
            type="password",
            autocomplete="current-password",
            help="Stays empty where you sign in through your organization alone.",
        )
        pressed = st.form_submit_button("Set up a second factor", icon=":material/phonelink_lock:")
    if not pressed:
        return
    try:
        address = second_factor.start(desk.database, desk.person, password, _visitor(), datetime.now(UTC))
    except BadInput as error:
        show_refusal(error)
        return
    st.session_state[_SETTING_UP] = address
    st.rerun()


def _draw_set_up(desk: Desk, address: str) -> None:
    st.markdown("Read this with an authenticator app, then type the code that it shows.")
    st.image(_qr_code(address), width=220)
    with st.form("second_factor", border=False):
        code = st.text_input("Code", autocomplete="one-time-code")
        if st.form_submit_button("Turn the second factor on"):
            try:
                codes = second_factor.confirm(desk.database, desk.person, code, datetime.now(UTC))
            except BadInput as error:
                show_refusal(error)
                return
            st.session_state.pop(_SETTING_UP)
            st.session_state[_CODES] = codes
            st.rerun()


def _draw_removal(desk: Desk) -> None:
    with st.form("no_second_factor", border=False):
        code = st.text_input("Code of the app, or a recovery code", autocomplete="one-time-code")
        pressed = st.form_submit_button("Take the second factor away", icon=":material/lock_open:")
    if not pressed:
        return
    try:
        second_factor.remove_own(desk.database, desk.person, code, _visitor(), datetime.now(UTC))
    except BadInput as error:
        show_refusal(error)
        return
    tell_next("You sign in without a second factor now.")
    st.rerun()


def _visitor() -> Visitor:
    return Visitor(address=st.context.ip_address or "unknown")


def _qr_code(address: str) -> str:
    """Drawn here, because the address is the secret."""
    image = qrcode.make(address, image_factory=qrcode.image.svg.SvgPathFillImage)
    out = io.BytesIO()
    image.save(out)
    return out.getvalue().decode()
