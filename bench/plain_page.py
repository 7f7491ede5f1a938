"""What our AR aging page is measured against: the same content as a plain Streamlit script, written as most would.

pandas over the same Parquet files, plotly.express, st.cache_data around what is read, Streamlit's own settings. Run as
`streamlit run plain_page.py -- FILES`, where FILES is JSON: `balances` by day (ISO, the last one is today), `charges`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import plotly.express as px
import streamlit as st

DIMENSIONS = {
    "Practice": "practice_name",
    "Payer": "charge_primary_payer_name",
    "Facility": "facility_name",
    "Provider": "rendering_provider_name",
}
CLOCKS = {"Service date": "dos_bucket", "First bill": "first_bill_bucket", "Entry": "entry_bucket"}
AMOUNTS = ["debit_balance", "credit_balance", "charge_balance_due_pat"]
BUCKETS = ["0-30", "31-60", "61-90", "91-120", "over 120", "unbilled", "no date"]


@st.cache_data(show_spinner=False)
def read_balances(files: dict[str, str]) -> pd.DataFrame:
    columns = [*DIMENSIONS.values(), *CLOCKS.values(), "statement_bucket", "is_credit", *AMOUNTS]
    frames = [pd.read_parquet(file, columns=columns).assign(day=day) for day, file in files.items()]
    balances = pd.concat(frames, ignore_index=True)
    balances[AMOUNTS] = balances[AMOUNTS].astype(float)
    return balances


@st.cache_data(show_spinner=False)
def read_charges(file: str) -> pd.DataFrame:
    charges = pd.read_parquet(file, columns=[*DIMENSIONS.values(), "charge_from_date", "charge_amount"])
    charges["charge_amount"] = charges["charge_amount"].astype(float)
    charges["charge_from_date"] = pd.to_datetime(charges["charge_from_date"])
    return charges


files = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
balances, charges = read_balances(files["balances"]), read_charges(files["charges"])
st.set_page_config(page_title="AR aging", layout="wide")
st.title("AR aging")
clock = CLOCKS[st.segmented_control("Clock", list(CLOCKS), default="Service date", required=True)]
with st.popover("Filters"):
    for label, column in DIMENSIONS.items():
        chosen = st.multiselect(label, sorted(balances[column].dropna().unique()))
        if chosen:
            balances, charges = balances[balances[column].isin(chosen)], charges[charges[column].isin(chosen)]

today = max(files["balances"])
now = balances[balances["day"] == today]
debits = now[~now["is_credit"]]
open_amount = debits["debit_balance"].sum()
recent = charges[charges["charge_from_date"] > pd.Timestamp(today) - pd.Timedelta(days=90)]["charge_amount"].sum()
over_90 = debits[debits[clock].isin(["91-120", "over 120"])]["debit_balance"].sum()
over_120 = debits[debits[clock] == "over 120"]["debit_balance"].sum()
first, second, third, fourth = st.columns(4)
first.metric("Open AR", f"${open_amount:,.0f}")
second.metric("Days in AR", f"{open_amount / (recent / 90):.1f}" if recent else "–")
third.metric("Over 90 days", f"{over_90 / open_amount:.1%}" if open_amount else "–")
fourth.metric("Over 120 days", f"{over_120 / open_amount:.1%}" if open_amount else "–")

aging = debits.groupby(["charge_primary_payer_name", clock], as_index=False)["debit_balance"].sum()
st.plotly_chart(
    px.bar(
        aging,
        x="debit_balance",
        y="charge_primary_payer_name",
        color=clock,
        orientation="h",
        title="Open AR by payer",
        category_orders={clock: BUCKETS},
    ),
    key="aging",
    on_select="rerun",
)
history = balances[~balances["is_credit"]]
trend = history.groupby("day", as_index=False)["debit_balance"].sum().assign(series="Open AR")
old = history[history[clock].isin(["91-120", "over 120"])]
old = old.groupby("day", as_index=False)["debit_balance"].sum().assign(series="Over 90 days")
st.plotly_chart(
    px.line(pd.concat([trend, old]), x="day", y="debit_balance", color="series", title="Open AR at month ends"),
    key="trend",
    on_select="rerun",
)
left, right = st.columns(2)
owed = debits.groupby("statement_bucket", as_index=False)["charge_balance_due_pat"].sum()
left.plotly_chart(
    px.bar(
        owed, x="charge_balance_due_pat", y="statement_bucket", orientation="h", title="Patient balances by statements"
    ),
    key="statements",
    on_select="rerun",
)
credit = now[now["is_credit"]].groupby("charge_primary_payer_name", as_index=False)["credit_balance"].sum()
right.plotly_chart(
    px.bar(credit, x="credit_balance", y="charge_primary_payer_name", orientation="h", title="Credit balances"),
    key="credits",
    on_select="rerun",
)
