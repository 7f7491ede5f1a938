"""The page of API tokens: one is made, shown once, and ended."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.office import Office
from lib.core import clients
from lib.core.access import tokens
from lib.core.access.tokens import Scope
from tests.pages.biller import press, said
from tests.pages.conftest import Open


def _field(page: Any, label: str) -> Any:
    return next(each for each in (*page.text_input, *page.selectbox, *page.multiselect) if each.label == label)


def test_a_token_is_made_shown_once_and_ended(open_address: Open, office: Office) -> None:
    client = clients.add_client(office.database, office.actor, "TEST Alpha")
    page = open_address("pages/tokens.py")
    assert "No program may ask yet." in said(page)
    press(page, "Make this token")
    assert "A token's name" in said(page)
    _field(page, "Name").input("portal")
    _field(page, "For").select(Scope.KPIS_READ)
    _field(page, "Clients").select(client.id)
    press(page, "Make this token")
    assert not page.exception
    text = page.code[0].value
    known = tokens.tokens_in_force(office.database)
    actor = known[tokens.digest_of(text.encode())].actor
    assert (actor.label, actor.clients) == ("token:portal", {client.id})
    page.run()
    assert not page.code and text not in said(page)
    assert page.dataframe[0].value["State"].tolist() == ["✓ Works"]
    _field(page, "End a token").select("portal")
    press(page, "End it at once")
    assert page.dataframe[0].value["State"].tolist() == ["✕ Revoked"]
    assert tokens.tokens_in_force(office.database) == {}
    with pytest.raises(Exception, match="not in force"), office.database.session(actor):
        pass
