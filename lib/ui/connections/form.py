"""One connection: its options to read and change, its secrets to write alone, and a test at the vendor's own door."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import streamlit as st

from lib.core.connections import KeptConnection, LoginTest, connection_of, note_test
from lib.core.errors import BadInput, DaysheetError
from lib.ui.connections.table import Line, tested_words
from lib.ui.connections.vendors import Wanted
from lib.ui.frame import OpenPage, tell_next
from lib.ui.trouble import show_refusal
from lib.ui.wording import day, literal
from lib.vendors.errors import CustomerKeyRefused, LoginRefused, NotPermitted, VendorError

_REFUSED = (LoginRefused, CustomerKeyRefused, NotPermitted)
#: Options that say where secrets are sent.
_ADDRESSES = ("url", "endpoint", "token_url")


def draw_connection(page: OpenPage, line: Line, zone: ZoneInfo) -> None:
    """Draw what is known of a connection and the form to change it."""
    kept = line.kept
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{literal(line.client.name)} at {line.vendor.title}**", width="content")
            if kept and kept.practice:
                st.badge("Practice", icon=":material/school:", color="orange")
        if kept:
            tested = tested_words(kept, zone).removeprefix("– ")
            st.caption(
                f"Account {literal(kept.account)} · last test: {tested} · secrets changed "
                f"{day(kept.secrets_changed_at.astimezone(zone).date())} · saved by {literal(kept.updated_by)}"
            )
            if st.button("Test now", icon=":material/network_check:", help="Signs in once with what is kept."):
                _try_kept(page, line)
        _draw_form(page, line)


def _draw_form(page: OpenPage, line: Line) -> None:
    # The form stays as it was begun, whoever saves meanwhile: else what was typed would go without a word.
    kept: KeptConnection | None = st.session_state.setdefault(f"begun_{line.id}", line.kept)
    vendor, seen = line.vendor, kept.version if kept else 0
    if line.kept and line.kept.version != seen:
        _tell_changed(line, line.kept)
    key = f"{line.id}_{seen}"
    known = {name: _text(value) for name, value in (kept.settings if kept else {}).items()}
    refusal: VendorError | None = st.session_state.get(f"refusal_{key}")
    if refusal:
        show_refusal(refusal)
        st.caption("Nothing was saved. Correct it and test again, or save it all the same.")
    with st.form(f"connection_{key}", border=False):
        first = {
            name: st.text_input(title, known.get(name, ""), help=vendor.options[name], key=f"{name}_{key}")
            for name, title in vendor.first.items()
        }
        typed = {
            name: st.text_input(
                title,
                type="password",
                placeholder="kept; type a new one to change it" if kept else "",
                help="It is kept encrypted and never shown again.",
                autocomplete="new-password",
                key=f"{name}_{key}",
            )
            for name, title in vendor.secrets.items()
        }
        further = st.text_area(
            "Further options, one a line as OPTION=VALUE",
            "\n".join(f"{name}={value}" for name, value in known.items() if name not in vendor.first),
            help="\n\n".join(
                f"`{name}` {literal(said)}"
                for name, said in vendor.options.items()
                if name not in (*vendor.first, *vendor.secrets, "practice")
            ),
            key=f"further_{key}",
        )
        with st.container(horizontal=True):
            tested = st.form_submit_button("Test and save", type="primary", key=f"test_{key}")
            untested = refusal is not None and st.form_submit_button("Save without a test", key=f"save_{key}")
    if not (tested or untested):
        return
    try:
        options = {name: value for name, value in (first | _options(further)).items() if value}
        wanted = Wanted(
            client_id=line.client.id,
            options=options,
            secrets=_secrets(page, line, options, typed),
            practice=bool(kept and kept.practice),
            check=tested,
            seen=seen,
        )
        with st.spinner(f"Asking {vendor.title}"):
            vendor.save(page.desk.database, page.desk.actor, wanted)
    except VendorError as error:
        st.session_state[f"refusal_{key}"] = error
        st.rerun()
    except DaysheetError as error:
        show_refusal(error)
        return
    for name in (f"refusal_{key}", f"begun_{line.id}"):
        st.session_state.pop(name, None)
    how = "is saved; it was let in" if tested else "is saved without a test"
    tell_next(f"The connection of {line.client.name} to {vendor.title} {how}.")
    st.rerun()


def _tell_changed(line: Line, now: KeptConnection) -> None:
    st.warning(
        "What is typed below cannot be saved any more.",
        title=f"{literal(now.updated_by)} has changed this connection meanwhile.",
        icon=":material/edit_note:",
    )
    st.button(
        "Show what it is now",
        on_click=lambda: st.session_state.pop(f"begun_{line.id}", None),
        key=f"begin_again_{line.id}",
    )


def _secrets(page: OpenPage, line: Line, options: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, and for what was left empty what is kept; it goes no further than the vendor and the database.

    What is kept is sent to no other address than it was typed for: raises BadInput.
    """
    given = {name: value for name, value in typed.items() if value}
    if line.kept:
        before = {name: _text(value) for name, value in line.kept.settings.items()}
        moved = any(before.get(name, "") != options.get(name, "") for name in _ADDRESSES)
        if moved and len(given) < len(line.vendor.secrets):
            raise BadInput("The secrets are kept for the address they were typed for.", fix="Type all of them again.")
        given = connection_of(page.desk.database, page.desk.actor, line.client.id, line.vendor.name).secrets | given
    if missing := [title for name, title in line.vendor.secrets.items() if not given.get(name)]:
        raise BadInput(f"{' and '.join(missing)} missing.", fix="Fill it in.")
    return given


def _try_kept(page: OpenPage, line: Line) -> None:
    desk = page.desk
    stored = connection_of(desk.database, desk.actor, line.client.id, line.vendor.name)
    try:
        with st.spinner(f"Asking {line.vendor.title}"):
            line.vendor.try_kept(desk.database, desk.actor, line.client.id)
    except VendorError as error:
        note_test(
            desk.database, desk.actor, stored, LoginTest.REFUSED if isinstance(error, _REFUSED) else LoginTest.UNREACHED
        )
        show_refusal(error)
        return
    except DaysheetError as error:
        show_refusal(error)
        return
    note_test(desk.database, desk.actor, stored, LoginTest.LET_IN)
    tell_next(f"{line.vendor.title} lets {line.client.name} in.")
    st.rerun()


def _options(further: str) -> dict[str, str]:
    """Options as they were typed, one a line. Raises BadInput for a line that is none."""
    found = {}
    for number, text in enumerate(further.splitlines(), start=1):
        if not text.strip():
            continue
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise BadInput(f"Line {number} of the further options is not OPTION=VALUE.", fix="For example: prefer=json")
        found[name.strip()] = value.strip()
    return found


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return ",".join(str(each) for each in value)
    return str(value)
