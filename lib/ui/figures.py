"""Headline figures: four in a row, two where the screen is narrow."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_NARROWEST = 150


def figure_row() -> DeltaGenerator:
    """A place for four metrics; each one that is drawn in it takes the next cell."""
    return st.grid(4, min_column_width=_NARROWEST)
