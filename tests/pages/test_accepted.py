"""What a client's billers have accepted: it can be seen, changed and undone where a sheet is checked."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from jobs.office import Office
from lib.charges import service, store
from lib.charges.store import Nickname
from lib.core.clients import Client
from lib.core.runs import RunState
from sandbox.world import World
from tests.pages.biller import Biller, draw, press, said
from tests.pages.conftest import Open

OWN = ""


@pytest.fixture
def biller(office: Office, client: Client, tmp_path: Path) -> Biller:
    return Biller(office=office, client=client, folder=tmp_path)


def test_a_header_that_resembles_none_of_ours_is_mapped_on_the_check_page_and_taken_back(
    open_address: Open, biller: Biller
) -> None:
    run_id = biller.upload(draw(3, seed=3), renamed={"Referring Provider": "Zzyzx"})
    biller.check(run_id)

    page = _opened(open_address, run_id)
    assert _meaning(page, "Zzyzx").value == OWN
    _meaning(page, "Zzyzx").select("referring_provider")
    press(page, "Save and check again")
    assert biller.run(run_id).state is RunState.QUEUED
    assert biller.work(run_id).params["mapping"] == {"zzyzx": "referring_provider"}

    page = _opened(open_address, run_id)
    assert _meaning(page, "Zzyzx").value == "referring_provider"
    _meaning(page, "Zzyzx").select(OWN)
    press(page, "Save and check again")
    assert _mappings(biller) == {"zzyzx": OWN}
    assert biller.work(run_id).state is RunState.CHECKED


def test_a_required_column_is_not_taken_away_before_another_stands_for_it(open_address: Open, biller: Biller) -> None:
    run_id = biller.upload(draw(3, seed=3), renamed={"DOS": "Zzyzx"})
    service.remember_mapping(biller.office.database, biller.office.actor, run_id, {"Zzyzx": "dos"})
    biller.check(run_id)
    page = _opened(open_address, run_id)
    _meaning(page, "Zzyzx").select(OWN)
    press(page, "Save and check again")
    assert "The sheet would then lack DOS." in said(page)
    assert biller.run(run_id).state is RunState.CHECKED and _mappings(biller) == {"zzyzx": "dos"}


def test_two_columns_of_one_name_are_not_given_one_meaning(open_address: Open, biller: Biller) -> None:
    run_id = biller.upload(draw(3, seed=3), renamed={"Referring Provider": "Zzyzx", "Scheduling Provider": "zzyzx"})
    biller.check(run_id)
    page = _opened(open_address, run_id)
    _meaning(page, "Zzyzx").select("referring_provider")
    press(page, "Save and check again")
    assert "Several columns are called “Zzyzx”" in said(page)
    assert not _mappings(biller)


def test_accepted_names_are_shown_where_a_sheet_uses_them_and_can_be_forgotten(
    open_address: Open, biller: Biller
) -> None:
    drawn = draw(1, seed=3, payment_share=0.0)
    row = drawn.rows[0]
    practice = next(p for p in World(seed=7, patients=200).practices if p.name == row.practice)
    run_id = biller.upload(drawn)
    biller.check(run_id)
    for kind, written, vendor_id, name in (
        ("provider", row.rendering_provider, practice.providers[0].id, "TEST, Meant"),
        ("provider", "TEST, Elsewhere", practice.providers[0].id, "TEST, Other"),
        ("location", row.practice, "1", "Test Annex"),
    ):
        service.accept_name(
            biller.office.database,
            biller.office.actor,
            run_id,
            kind=kind,
            written=written,
            practice_id=practice.id,
            vendor_id=vendor_id,
            name=name,
        )

    page = _opened(open_address, run_id)
    shown = said(page)
    assert row.rendering_provider.split()[0] in shown and "TEST, Meant" in shown
    assert "Usual service location of" in shown and "Test Annex" in shown
    assert "TEST, Other" not in shown

    press(page, "Undo")
    assert biller.run(run_id).state is RunState.QUEUED
    assert len(_nicknames(biller)) == 2
    biller.work(run_id)
    press(_opened(open_address, run_id), "Undo")
    assert [nickname.name for nickname in _nicknames(biller)] == ["TEST, Other"]
    assert len(_forgotten(biller)) == 2


def _opened(open_address: Open, run_id: str) -> AppTest:
    page = open_address(run=run_id)
    assert not any(box.label.startswith("What “") for box in page.selectbox), "the sheet is read only when asked"
    page.session_state[f"accepted_{run_id}"] = True
    page.run()
    assert not page.exception
    return page


def _meaning(page: AppTest, header: str) -> Selectbox:
    return next(box for box in page.selectbox if box.label == f"What “{header}” is")


def _mappings(biller: Biller) -> dict[str, str]:
    with biller.office.database.session(biller.office.actor) as session:
        return store.mappings(session, biller.client.id)


def _nicknames(biller: Biller) -> list[Nickname]:
    with biller.office.database.session(biller.office.actor) as session:
        return store.nicknames(session, biller.client.id)


def _forgotten(biller: Biller) -> list[str]:
    with biller.office.database.session(biller.office.actor) as session, session.raw.cursor() as cursor:
        cursor.execute("SELECT record FROM ops.audit_events WHERE action = 'charges:nickname:forget:done'")
        return [row[0] for row in cursor.fetchall()]
