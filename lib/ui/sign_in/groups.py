"""Which group of an identity provider gives which role."""

from __future__ import annotations

import streamlit as st

from lib.core.access import oidc
from lib.core.access.oidc import GroupRole
from lib.core.access.permissions import Role
from lib.core.errors import BadInput
from lib.ui.frame import tell_next
from lib.ui.session import Desk
from lib.ui.trouble import show_refusal


def draw_groups(desk: Desk) -> None:
    """The table of groups, and the form for another; they count from the next sign-in on."""
    found = oidc.list_groups(desk.database, desk.actor)
    if not found:
        st.markdown("No group gives a role yet. Who comes from an identity provider must be linked by hand until then.")
    for number, mapped in enumerate(found):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{mapped.group} at {mapped.issuer} gives {mapped.role.label}")
            if st.button("Take back", key=f"unmap_{number}"):
                oidc.unmap_group(desk.database, desk.actor, mapped)
                tell_next("The group gives that role no more.")
                st.rerun()
    with st.form("map_group", border=False, clear_on_submit=True):
        issuer = st.text_input("Issuer of the provider", placeholder="https://")
        group = st.text_input("Group, as the provider writes it")
        role = st.selectbox("Role", list(Role), format_func=lambda each: each.label)
        if st.form_submit_button("Let this group give the role"):
            try:
                mapped = GroupRole(issuer=issuer.strip(), group=group.strip(), role=role)
                oidc.map_group(desk.database, desk.actor, mapped)
            except BadInput as error:
                show_refusal(error)
                return
            tell_next("From the next sign-in on the group gives that role.")
            st.rerun()
