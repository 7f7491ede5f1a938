"""The people of the office as an administrator sees them: the list, one person's settings, adding one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime

import streamlit as st

from lib.core.access import links, oidc, people, second_factor, sessions
from lib.core.access.oidc import Identity
from lib.core.access.people import Person
from lib.core.access.permissions import Role
from lib.core.errors import DaysheetError
from lib.ui.frame import OpenPage, tell_next
from lib.ui.trouble import show_refusal
from lib.ui.wording import moment

_LINK = "password_link"


def draw_people(page: OpenPage) -> Person | None:
    """Everybody in a table, and below it the choice of one."""
    _draw_link()
    found = people.list_people(page.desk.database, page.desk.actor)
    names = {client.id: client.name for client in page.clients}
    st.dataframe(
        [
            {
                "Login": person.login,
                "Name": person.name,
                "Roles": ", ".join(sorted(role.label for role in person.roles)),
                "Clients": _said_clients(person.clients, names),
                "Second factor": "on" if person.has_second_factor else "off",
                "Last sign-in": moment(person.last_sign_in, page.own_zone) if person.last_sign_in else "never",
                "State": _state(person),
            }
            for person in found
        ],
        hide_index=True,
    )
    by_id = {person.id: person for person in found}
    chosen = st.selectbox(
        "Person",
        list(by_id),
        index=None,
        format_func=lambda each: f"{by_id[each].login} · {by_id[each].name}",
        placeholder="Choose a person to change",
    )
    return by_id[chosen] if chosen else None


def draw_person_settings(page: OpenPage, person: Person) -> None:
    """Roles, clients and the way in of one person."""
    with st.form(f"person_{person.id}_{person.version}", border=True):
        name = st.text_input("Name", person.name)
        roles, clients = _choose(page, person.roles - person.group_roles, person.clients)
        if person.group_roles:
            st.caption("By groups: " + ", ".join(sorted(role.label for role in person.group_roles)))
        saved = st.form_submit_button("Save this person")
    if saved:
        _act(
            lambda: people.change_person(
                page.desk.database, page.desk.actor, person, name=name, roles=roles, clients=clients
            ),
            f"{person.login} is saved.",
        )
    _draw_acts(page, person)
    _draw_identities(page, person)


def draw_add(page: OpenPage) -> None:
    """Add a person, who then chooses a password by a link."""
    with st.form("add_person", border=False):
        login = st.text_input("Login", help="An e-mail address will do.")
        name = st.text_input("Name")
        roles, clients = _choose(page, frozenset(), frozenset())
        pressed = st.form_submit_button("Add this person")
    if not pressed:
        return
    try:
        person = people.add_person(
            page.desk.database, page.desk.actor, login=login, name=name, roles=roles, clients=clients
        )
    except DaysheetError as error:
        show_refusal(error)
        return
    _make_link(page, person)


def _make_link(page: OpenPage, person: Person) -> None:
    path = links.password_link(page.desk.database, page.desk.actor, person.id, datetime.now(UTC))
    st.session_state[_LINK] = (person.login, f"{page.desk.settings.web_url}{path}")
    st.rerun()


def _draw_link() -> None:
    if made := st.session_state.pop(_LINK, None):
        login, link = made
        st.warning(
            "Give it to the person. It works once, within a day, and is shown this once.",
            title=f"{login} chooses a password here",
            icon=":material/link:",
        )
        st.code(link)


def _choose(
    page: OpenPage, roles: Collection[Role], clients: Collection[str] | None
) -> tuple[list[Role], list[str] | None]:
    chosen = st.multiselect("Roles", list(Role), sorted(roles), format_func=lambda role: role.label)
    every = st.checkbox("Sees every client, and those to come", clients is None)
    names = {client.id: client.name for client in page.clients}
    seen = st.multiselect(
        "Clients",
        list(names),
        [each for each in clients or () if each in names],
        format_func=lambda each: names[each],
        help="Counts when the person does not see every client.",
    )
    return chosen, None if every else seen


def _draw_acts(page: OpenPage, person: Person) -> None:
    database, actor = page.desk.database, page.desk.actor
    with st.container(horizontal=True):
        if person.disabled_at is None:
            if st.button("Disable", icon=":material/person_off:", help="Out at the next click, and not in again."):
                _act(lambda: people.disable(database, actor, person), f"{person.login} cannot sign in any more.")
        elif st.button("Let in again", icon=":material/person_check:"):
            _act(lambda: people.enable(database, actor, person), f"{person.login} can sign in again.")
        if st.button("New password", icon=":material/link:", help="Makes a link by which the person chooses one."):
            _make_link(page, person)
        if st.button("Sign out everywhere", icon=":material/logout:"):
            _act(lambda: sessions.end_of(database, actor, person.id), f"{person.login} is signed out everywhere.")
        if person.has_second_factor and st.button("Take the second factor away", icon=":material/phonelink_erase:"):
            _act(lambda: second_factor.remove(database, actor, person.id), f"{person.login} has no second factor now.")


def _draw_identities(page: OpenPage, person: Person) -> None:
    database, actor = page.desk.database, page.desk.actor
    with st.expander("Identity providers", icon=":material/badge:"):
        for number, identity in enumerate(oidc.identities_of(database, actor, person.id)):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(f"{identity.issuer} · {identity.subject}")
                if st.button("Unlink", key=f"unlink_{number}"):
                    _act(
                        lambda each=identity: oidc.unlink(database, actor, person.id, each), "The identity is unlinked."
                    )
        with st.form(f"link_{person.id}", border=False):
            issuer = st.text_input("Issuer", placeholder="https://")
            subject = st.text_input("Subject", help="What the provider calls the person for good.")
            if st.form_submit_button("Link"):
                identity = Identity(issuer=issuer.strip(), subject=subject)
                _act(lambda: oidc.link(database, actor, person.id, identity), "The identity is linked.")


def _act(act: Callable[[], object], said: str) -> None:
    try:
        act()
    except DaysheetError as error:
        show_refusal(error)
        return
    tell_next(said)
    st.rerun()


def _state(person: Person) -> str:
    if person.disabled_at is not None:
        return "disabled"
    return "may sign in" if person.has_password else "no password yet"


def _said_clients(clients: Collection[str] | None, names: dict[str, str]) -> str:
    if clients is None:
        return "all"
    return ", ".join(sorted(names.get(each, each) for each in clients)) or "none"
