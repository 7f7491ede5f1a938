"""Which package the address names: it can be kept and sent around."""

from __future__ import annotations

import streamlit as st

_PACKAGE = "package"


def chosen_package() -> str | None:
    """The package that the address names, if any."""
    return st.query_params.get(_PACKAGE)


def go_to_package(package_id: str | None) -> None:
    """Show a package on this page, or with None the reports; the address says which."""
    if package_id is None:
        st.query_params.pop(_PACKAGE, None)
    else:
        st.query_params[_PACKAGE] = package_id
