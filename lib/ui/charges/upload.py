"""Step 1: the workbook, its control totals, and another login if one is wanted."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import streamlit as st

from lib.charges import intake
from lib.charges.service import TypedLogin
from lib.charges.sheet.template import write_template
from lib.core.clients import Client
from lib.core.errors import BadInput, DaysheetError
from lib.ui.amounts import read_amount
from lib.ui.frame import go_to_run
from lib.ui.session import Desk
from lib.ui.trouble import show_refusal

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Typed:
    """What the biller typed beside the file."""

    payments: str
    charges: str
    customer_key: str
    user: str
    password: str

    def choices(self) -> dict[str, Decimal | None]:
        """The control totals, as fields of a run's parameters; raises BadInput."""
        return {
            "control_payments": read_amount(self.payments, "control total of payments"),
            "control_charges": read_amount(self.charges, "control total of charges"),
        }

    def login(self) -> TypedLogin | None:
        """The login typed for this run, if one was; raises BadInput when it is half typed."""
        parts = (self.customer_key.strip(), self.user.strip(), self.password)
        if not any(parts):
            return None
        if not all(parts):
            raise BadInput(
                "The other Tebra login is not complete.", fix="Type customer key, user and password, or none of them."
            )
        return TypedLogin(customer_key=parts[0], user=parts[1], password=parts[2])


def draw_upload(desk: Desk, client: Client) -> None:
    """Draw the form; a workbook that can be used becomes a run, and the page goes to it."""
    with st.form("upload", border=True, enter_to_submit=False):
        file = st.file_uploader(
            "Charges workbook",
            type=["xlsx", "xls"],
            max_upload_size=desk.settings.max_upload_mib,
            help="The sheet named “Charges”, as .xlsx or .xls. Nothing is sent before you have seen the check.",
        )
        left, right = st.columns(2)
        payments = left.text_input(
            "Control total of payments (optional)",
            placeholder="18,540.00",
            help="What your batch adds up to. If the sheet adds up to something else, nothing is sent.",
        )
        charges = right.text_input(
            "Control total of charges (optional)",
            placeholder="42,310.00",
            help="Compared with the charges that Tebra shows after the run.",
        )
        st.caption(
            "Payments have no description here because Tebra's payment call takes none: what you would write there "
            "belongs into the reference number or the batch."
        )
        with st.expander("Use another Tebra login for this run", icon=":material/key:"):
            st.caption("Kept encrypted with this run only, and forgotten when it ends.")
            key, user, password = st.columns(3)
            customer_key = key.text_input("Customer key", type="password", autocomplete="off")
            user_name = user.text_input("User", autocomplete="off")
            secret = password.text_input("Password", type="password", autocomplete="new-password")
        sent = st.form_submit_button("Check this sheet", type="primary", icon=":material/fact_check:")
    if not sent:
        return
    typed = _Typed(payments=payments, charges=charges, customer_key=customer_key, user=user_name, password=secret)
    try:
        if file is None:
            raise BadInput("No workbook is chosen yet.", fix="Drop one into the field above, or browse for it.")
        with st.spinner("Reading the sheet"):
            run_id = _receive(desk, client, file.name, file, typed)
    except DaysheetError as error:
        show_refusal(error)
        return
    go_to_run(run_id)
    st.rerun()


def draw_template() -> None:
    """Offer the empty workbook."""
    st.download_button(
        "Download the template",
        data=_template,
        file_name="Charges template.xlsx",
        mime=_XLSX,
        icon=":material/download:",
        on_click="ignore",
        help="Starred columns are required; the second sheet has the rules.",
    )


def _receive(desk: Desk, client: Client, name: str, content: BinaryIO, typed: _Typed) -> str:
    """Take the workbook in; when its columns leave nothing to ask, hand it on to be checked."""
    taken = intake.take_in(
        desk.database,
        desk.settings,
        desk.actor,
        client_id=client.id,
        name=name,
        content=content,
        login=typed.login(),
        **typed.choices(),
    )
    if not taken.asks:
        desk.hand_to_workers(taken.run_id)
    return taken.run_id


def check_now(desk: Desk, run_id: str, *, refresh_lists: bool = False, **choices: Any) -> None:
    """Queue a run's check and put it before the workers."""
    intake.check(desk.database, desk.actor, run_id, refresh_lists=refresh_lists, **choices)
    desk.hand_to_workers(run_id)


@cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "template.xlsx"
        write_template(out)
        return out.read_bytes()
