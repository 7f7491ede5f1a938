"""How every client stands: a row each with its key figures; a click narrows the workbench to that client."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from lib.analytics.figures.tables import table_of
from lib.analytics.figures.wanted import WantedTable
from lib.analytics.kpis.definitions import Good, Unit, definition_named
from lib.analytics.kpis.model import KpiValue
from lib.analytics.subjects import overview
from lib.analytics.subjects.overview import ClientFigures
from lib.ui.analytics import AnalyticsPage
from lib.ui.exports import draw_exports, said_of_filters
from lib.ui.frame import go_to_client
from lib.ui.wording import counted

_SORTED_BY = "days_in_ar"
#: So many lines are shown in full; a longer list scrolls in itself.
_WHOLE = 15
_TALL = 560
_TITLES = {
    "days_in_ar": "AR days",
    "net_collection_rate": "Net coll.",
    "denial_rate_claims": "Denied",
    "denial_rate_dollars": "Denied $",
    "charges": "Charges",
    "payments": "Payments",
    "ar_over_90": "Over 90",
    "charge_lag": "Lag",
    overview.UNAPPLIED: "Unapplied",
}
_FORMS = {Unit.PERCENT: "%.1f %%", Unit.DAYS: "%.1f", Unit.MONEY: "dollar"}
_WIDTHS = {Unit.PERCENT: 72, Unit.DAYS: 64, Unit.MONEY: 102}


def draw_by_client(opened: AnalyticsPage) -> None:
    """Draw the clients in view, the one with the most days in AR first; nothing where there is only one."""
    if len(opened.clients) < 2:
        return
    found = opened.once(
        "by client",
        lambda: overview.by_client(opened.reader, opened.filters, [client.id for client in opened.clients]),
    )
    ranked = sorted(found, key=_rank)
    st.markdown(f"**{counted(len(ranked), 'client')}, the most days in AR first**")
    shown: dict[str, list[Any]] = {"Client": [opened.client_names[each.client_id] for each in ranked]}
    config: dict[str, Any] = {"Client": st.column_config.TextColumn(width=174, pinned=True)}
    for name, title in _TITLES.items():
        shown[title] = [_cell(each.values[name]) for each in ranked]
        config[title] = _column(name)
    choice = st.dataframe(
        shown,
        hide_index=True,
        width="stretch",
        height="content" if len(ranked) <= _WHOLE else _TALL,
        selection_mode="single-cell",
        on_select="rerun",
        column_config=config,
        placeholder="–",
        alt="Key figures by client",
        key="overview_clients",
    )
    st.caption(_said(ranked))
    _draw_export(opened, ranked)
    cells = choice["selection"]["cells"]
    if cells and cells[0][0] < len(ranked):
        go_to_client(ranked[cells[0][0]].client_id)
        st.rerun()


def draw_way_back(opened: AnalyticsPage) -> None:
    """Offer all clients again where one was chosen and there are more."""
    if opened.page.client is None or len(opened.page.clients) < 2:
        return
    st.button(
        "All clients",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=go_to_client,
        args=(None,),
        key="overview_all_clients",
    )


def _draw_export(opened: AnalyticsPage, ranked: Sequence[ClientFigures]) -> None:
    columns = overview.clients_table(ranked, opened.client_names)
    rows = table_of(columns)
    wanted = WantedTable(
        view=overview.VIEW,
        rows=rows,
        titles={each.name: each.title for each in columns},
        title="Key figures by client, the most days in AR first",
        said=[
            *said_of_filters(opened),
            *(_definition_words(value) for value in ranked[0].values.values()),
            *overview.without_value(ranked, opened.client_names),
        ],
        totals={},
    )
    draw_exports(opened, opened.reader, wanted, rows.num_rows, key="overview_clients_export")


def _definition_words(value: KpiValue) -> tuple[str, str]:
    return value.title, f"{definition_named(value.name).formula} (version {value.version}, {value.date_basis})"


def _said(ranked: Sequence[ClientFigures]) -> str:
    lacking = sum(any(value.value is None for value in each.values.values()) for each in ranked)
    words = "A click on a row narrows to that client; a click on a title sorts."
    if lacking:
        words += f" {counted(lacking, 'client')} without some figure: the client's own cards say why."
    return words


def _rank(each: ClientFigures) -> tuple[bool, Decimal, int]:
    value = each.values[_SORTED_BY].value
    return (value is None, -(value or Decimal(0)), int(each.client_id))


def _cell(value: KpiValue) -> float | None:
    if value.value is None:
        return None
    # Shares are shown as percent; nobody adds up what stands here.
    return float(value.value * 100 if value.unit is Unit.PERCENT else value.value)


def _column(name: str) -> Any:
    definition = definition_named(name)
    form = _FORMS[definition.unit]
    said = f"{definition.title}: {definition.formula}"
    if definition.target is not None and definition.good is not Good.NONE:
        said += f" (target: {definition.target.source})"
    return st.column_config.NumberColumn(_TITLES[name], format=form, help=said, width=_WIDTHS[definition.unit])
