"""What was clicked last, in the address: so that it can be sent to a colleague and survives a reload."""

from __future__ import annotations

import re

import streamlit as st

from lib.analytics.figures.figure import Figure, Part

#: In the address three times: the chart, the label and the series of the mark.
_MARK = "mark"
#: What a mark may be made of there: what the filters hold too, codes, buckets and days. Never who paid a bill, a staff
#: member's words, or whatever else might name a patient.
_TELLABLE = re.compile(
    r"client_id|practice_name|charge_primary_payer_name|credit_payer_name|facility_name|rendering_provider_name"
    r"|charge_cpt_code|adjustment_code|reason_code|category|stage|outcome|kind|claim_status|taken_back"
    r"|posted_before_received|is_\w+|\w+_(bucket|month|week|days)"
)


def tell_mark(chart: str, part: Part) -> None:
    """Put a part into the address, or nothing where it is made of what does not belong there."""
    if all(_TELLABLE.fullmatch(column) for column in part.mark.values):
        told = [chart, part.label, part.series]
        if st.query_params.get_all(_MARK) != told:
            st.query_params[_MARK] = told
    else:
        forget_mark()


def told_mark(chart: str, figure: Figure) -> Part | None:
    """The part of this chart that the address names; one that is not in the figure is said to be gone."""
    told = st.query_params.get_all(_MARK)
    if len(told) != 3 or told[0] != chart:
        return None
    for part in figure.parts:
        if [part.label, part.series] == told[1:]:
            return part
    forget_mark()
    st.caption(":material/info: What the address had marked here is not among what is shown.")
    return None


def forget_mark() -> None:
    """Take the mark out of the address."""
    st.query_params.pop(_MARK, None)
