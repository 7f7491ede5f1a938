"""Saved views: an owner's own or shared with a client's people, never written over unseen, never with a patient."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from lib.analytics.explore.exploration import Chart, ColumnFilter, Exploration, Narrow
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
from lib.analytics.reading.views import Clock, Dimension
from lib.core.actor import Actor, ActorKind
from lib.core.errors import BadInput, Conflict, NotFound
from tests.integration.views.ledger import Ledger

PAGE = "explore"


@pytest.fixture
def ledger(database) -> Ledger:
    return Ledger(database)


@pytest.fixture
def client(ledger: Ledger) -> str:
    return ledger.client()


def _person(name: str, client: str) -> Actor:
    return Actor(kind=ActorKind.PERSON, name=name, clients=frozenset({client}))


def _settings(column: str = "practice_name") -> ViewSettings:
    return ViewSettings(
        filters=Filters(
            chosen={Dimension.PAYER: ("Aetna", "Bluebird")}, clock=Clock.BILLED, first_day=date(2026, 10, 1)
        ),
        exploration=Exploration(
            view="ar_aging_view",
            columns=("charge_id", "charge_balance"),
            filters=(ColumnFilter(column=column, test=Narrow.ONE_OF, values=("North", None)),),
            groups=("charge_primary_payer_name",),
            added=("charge_balance",),
            sort="row_count",
            chart=Chart.BARS,
        ),
    )


@pytest.fixture
def saved(ledger: Ledger, client: str) -> SavedView:
    return save_view(
        ledger.database, _person("Ann", client), client_id=client, page=PAGE, name="  Old  money ", settings=_settings()
    )


def test_what_is_saved_is_opened_again_to_the_letter(ledger: Ledger, client: str, saved: SavedView) -> None:
    (found,) = list_views(ledger.database, _person("Ann", client), PAGE, [client])
    assert (found.name, found.version, found.settings) == ("Old money", 1, _settings())
    assert get_view(ledger.database, _person("Ann", client), saved.id) == found
    assert list_views(ledger.database, _person("Ann", client), "denials", [client]) == []


def test_a_private_view_is_its_owners_alone_until_it_is_shared(ledger: Ledger, client: str, saved: SavedView) -> None:
    ann, ben = _person("Ann", client), _person("Ben", client)
    stranger = _person("Cyd", ledger.client("Another client"))
    assert list_views(ledger.database, ben, PAGE, [client]) == []
    shared = change_view(ledger.database, ann, saved, shared=True)
    assert [view.id for view in list_views(ledger.database, ben, PAGE, [client])] == [saved.id]
    assert list_views(ledger.database, stranger, PAGE, [client]) == []
    with pytest.raises(NotFound):
        get_view(ledger.database, stranger, saved.id)
    change_view(ledger.database, ann, shared, shared=False)
    with pytest.raises(NotFound):
        get_view(ledger.database, ben, saved.id)


def test_two_people_cannot_write_over_each_other(ledger: Ledger, client: str, saved: SavedView) -> None:
    ann, ben = _person("Ann", client), _person("Ben", client)
    shared = change_view(ledger.database, ann, saved, shared=True)
    seen_by_ben = get_view(ledger.database, ben, saved.id)
    changed = change_view(ledger.database, ben, seen_by_ben, name="Older money")
    assert (changed.version, changed.owner, changed.changed_by) == (3, ann.label, ben.label)
    for act in (
        lambda: change_view(ledger.database, ann, shared, settings=_settings("facility_name")),
        lambda: delete_view(ledger.database, ann, shared),
    ):
        with pytest.raises(Conflict, match="changed meanwhile by Ben"):
            act()
    assert get_view(ledger.database, ann, saved.id).name == "Older money"


def test_what_is_somebody_elses_can_neither_be_taken_back_nor_deleted(
    ledger: Ledger, client: str, saved: SavedView
) -> None:
    ann, ben = _person("Ann", client), _person("Ben", client)
    shared = change_view(ledger.database, ann, saved, shared=True)
    with pytest.raises(BadInput, match="somebody else's"):
        change_view(ledger.database, ben, shared, shared=False)
    with pytest.raises(BadInput, match="somebody else's"):
        delete_view(ledger.database, ben, shared)
    # The database holds the same, whatever the application thinks of the owner.
    with pytest.raises(Conflict):
        delete_view(ledger.database, ben, replace(shared, owner=ben.label))
    delete_view(ledger.database, ann, shared)
    with pytest.raises(NotFound):
        get_view(ledger.database, ann, saved.id)


@pytest.mark.parametrize("column", ["patient_full_name", "patient_id", "charge_id", "claim_id"])
def test_a_filter_on_a_patient_or_a_claims_number_is_never_kept(
    ledger: Ledger, client: str, saved: SavedView, column: str
) -> None:
    ann = _person("Ann", client)
    with pytest.raises(BadInput, match="may hold no patient"):
        save_view(ledger.database, ann, client_id=client, page=PAGE, name="One person", settings=_settings(column))
    with pytest.raises(BadInput, match="may hold no patient"):
        change_view(ledger.database, ann, saved, settings=_settings(column))
    (kept,) = list_views(ledger.database, ann, PAGE, [client])
    assert kept.settings == _settings()


def test_an_owner_has_one_view_of_a_name(ledger: Ledger, client: str, saved: SavedView) -> None:
    ann, ben = _person("Ann", client), _person("Ben", client)
    with pytest.raises(Conflict, match="“Old money” here already"):
        save_view(ledger.database, ann, client_id=client, page=PAGE, name="Old money", settings=_settings())
    other = save_view(ledger.database, ann, client_id=client, page=PAGE, name="New money", settings=_settings())
    with pytest.raises(Conflict, match="“Old money” here already"):
        change_view(ledger.database, ann, other, name="Old money")
    save_view(ledger.database, ben, client_id=client, page=PAGE, name="Old money", settings=_settings())
    with pytest.raises(BadInput, match="needs a name"):
        save_view(ledger.database, ann, client_id=client, page=PAGE, name="  ", settings=_settings())


def test_every_act_is_audited_without_what_the_view_holds(ledger: Ledger, client: str, saved: SavedView) -> None:
    ann = _person("Ann", client)
    delete_view(ledger.database, ann, change_view(ledger.database, ann, saved, name="Other"))
    with ledger.database.session(ledger.actor) as session, session.raw.cursor() as cursor:
        cursor.execute(
            "SELECT action, detail::text AS detail FROM ops.audit_events WHERE action LIKE 'analytics:saved%'"
        )
        found = cursor.fetchall()
    assert [event.action.split(":")[2] for event in found] == ["add", "change", "delete"]
    assert not any("Bluebird" in event.detail or "North" in event.detail for event in found)
