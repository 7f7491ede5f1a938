"""Saved views of an analytics page, in a small menu beside its filters: open, save, rename, share, delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from lib.analytics.explore.saved_views import (
    SavedView,
    ViewSettings,
    change_view,
    delete_view,
    get_view,
    list_views,
    save_view,
)
from lib.analytics.reading.filters import Filters
from lib.analytics.reading.views import Dimension
from lib.core.clients import Client
from lib.core.errors import DaysheetError
from lib.ui.explore import state as explore
from lib.ui.filter_bar import current_filters, take_filters
from lib.ui.frame import OpenPage, go_to_client
from lib.ui.trouble import show_refusal
from lib.ui.wording import literal, who

#: The number of the open view in the address.
_SAVED = "saved"
_REFUSED = "saved_views_refused"
_NAME, _CLIENT, _SHARED, _RENAMED = "view_name", "view_client", "view_shared", "view_renamed"


def follow_saved_view(page: OpenPage, name: str) -> None:
    """Open the view that the address names, unless it is open already."""
    asked = st.query_params.get(_SAVED)
    known = _open_view(name)
    if asked is None or (known is not None and known.id == asked):
        return
    try:
        view = get_view(page.desk.database, page.desk.actor, asked)
        if view.page == name:
            _open(view)
            st.rerun()
    except DaysheetError as error:
        st.session_state[_REFUSED] = error
    del st.query_params[_SAVED]


def draw_saved_views(page: OpenPage, name: str, clients: Sequence[Client]) -> None:
    """Draw the menu; `name` is the page's, `clients` are those in view."""
    view = _open_view(name)
    if view is not None and view.client_id not in {client.id for client in clients}:
        _close(name)
        view = None
    if view is not None:
        st.query_params[_SAVED] = view.id
    menu = st.popover(
        literal(view.name) if view else "Views",
        icon=":material/bookmark:",
        on_change="rerun",
        key=f"{name}_saved_views",
    )
    if menu.open:
        with menu:
            _draw_list(page, name, clients, view)
            if view is not None:
                _draw_open(page, view)
            _draw_new(page, name, clients)


def say_refused() -> None:
    """Say why the last act on a view was refused, once."""
    if error := st.session_state.pop(_REFUSED, None):
        show_refusal(error)


def _draw_list(page: OpenPage, name: str, clients: Sequence[Client], view: SavedView | None) -> None:
    found = list_views(page.desk.database, page.desk.actor, name, [client.id for client in clients])
    if not found:
        st.caption("Nothing is saved here yet.")
    names = {client.id: client.name for client in clients}
    for each in found:
        words = [literal(each.name)]
        if len(clients) > 1:
            words.append(literal(names[each.client_id]))
        if not each.is_of(page.desk.actor):
            words.append(literal(who(each.owner)))
        st.button(
            " · ".join(words),
            icon=":material/group:" if each.shared else ":material/lock:",
            type="primary" if view is not None and each.id == view.id else "tertiary",
            on_click=_try,
            args=(lambda each=each: _open(each),),
            help="Shared with all who see the client" if each.shared else "Only you see it",
            key=f"view_{each.id}",
        )


def _draw_open(page: OpenPage, view: SavedView) -> None:
    """What can be done to the view that is open."""
    desk = page.desk
    own = view.is_of(desk.actor)
    st.divider()
    st.caption(f"“{literal(view.name)}” is open, as {literal(who(view.changed_by))} left it.")

    def change(**what: Any) -> None:
        _hold(change_view(desk.database, desk.actor, view, **what))

    st.button(
        "Save what is shown now",
        icon=":material/save:",
        on_click=_try,
        args=(lambda: change(settings=_settings(view.page)),),
        key="view_save",
    )
    key = f"{_RENAMED}_{view.id}_{view.version}"
    st.text_input("Name", value=view.name, max_chars=80, key=key)
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Rename",
            icon=":material/edit:",
            on_click=_try,
            args=(lambda: change(name=st.session_state[key]),),
            key="view_rename",
        )
        if own:
            st.button(
                "Keep to myself" if view.shared else "Share",
                icon=":material/lock:" if view.shared else ":material/group:",
                on_click=_try,
                args=(lambda: change(shared=not view.shared),),
                key="view_share",
            )
            st.button(
                "Delete",
                icon=":material/delete:",
                on_click=_try,
                args=(lambda: _delete(page, view),),
                key="view_delete",
            )


def _draw_new(page: OpenPage, name: str, clients: Sequence[Client]) -> None:
    st.divider()
    st.text_input("Save what is shown as", placeholder="Name of the view", max_chars=80, key=_NAME)
    names = {client.id: client.name for client in clients}
    if len(clients) > 1:
        st.selectbox("Of", list(names), format_func=lambda client_id: names[client_id], key=_CLIENT)
        st.caption("A view belongs to one client, and opens with it.")
    st.toggle("Share with all who see the client", key=_SHARED)

    def save() -> None:
        client_id = st.session_state[_CLIENT] if len(clients) > 1 else clients[0].id
        view = save_view(
            page.desk.database,
            page.desk.actor,
            client_id=client_id,
            page=name,
            name=st.session_state[_NAME],
            shared=st.session_state[_SHARED],
            settings=_settings(name),
        )
        st.session_state[_NAME] = ""
        go_to_client(view.client_id)
        _hold(view)

    st.button("Save view", icon=":material/bookmark_add:", on_click=_try, args=(save,), key="view_add")


def _settings(name: str) -> ViewSettings:
    """What the page shows now; the client is the view's own, and no filter of it."""
    filters: Filters = current_filters()
    chosen = {key: values for key, values in filters.chosen.items() if key is not Dimension.CLIENT}
    return ViewSettings(
        filters=replace(filters, chosen=chosen),
        exploration=explore.current_exploration() if name == explore.PAGE else None,
    )


def _open(view: SavedView) -> None:
    settings = view.settings
    go_to_client(view.client_id)
    take_filters(settings.filters)
    if settings.exploration is not None:
        explore.begin(settings.exploration)
    _hold(view)


def _delete(page: OpenPage, view: SavedView) -> None:
    delete_view(page.desk.database, page.desk.actor, view)
    _close(view.page)


def _hold(view: SavedView) -> None:
    st.session_state[_key(view.page)] = view
    st.query_params[_SAVED] = view.id


def _close(name: str) -> None:
    st.session_state.pop(_key(name), None)
    st.query_params.pop(_SAVED, None)


def _open_view(name: str) -> SavedView | None:
    view: SavedView | None = st.session_state.get(_key(name))
    return view


def _key(name: str) -> str:
    return f"{name}_saved_view"


def _try(act: Callable[[], None]) -> None:
    """Act on a click; what is refused is said when the page is drawn."""
    try:
        act()
    except DaysheetError as error:
        st.session_state[_REFUSED] = error
