"""Every public function that acts for somebody: each role, and each client, beside whatever page or route calls it."""

from __future__ import annotations

import contextlib
import inspect
import io
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from lib.analytics.explore import saved_views
from lib.analytics.explore.saved_views import SavedView
from lib.analytics.reading.reader import ViewReader
from lib.analytics.reading.views import views
from lib.core import clients, connections, intents, runs
from lib.core.access import sessions
from lib.core.access.gate import Forbidden
from lib.core.access.permissions import Role
from lib.core.access.sessions import SignedIn
from lib.core.access.visitor import Visitor
from lib.core.audit.search import Search
from lib.core.database import Session, open_database
from lib.core.notify.addresses import Medium
from lib.core.notify.channels import Channel
from lib.core.schedules.kinds import KINDS
from lib.core.settings import read_settings
from lib.reports.loading import packages
from lib.reports.model import Cell
from tests.conftest import KEY, Cluster
from tests.integration.access.functions import Class, acting, listed, stores
from tests.integration.access.two_clients import OTHER, OWN, REPORT, SHELL, WORDS, TwoClients, client_of, fill
from tests.signed_in import signed_in_token

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
#: Not for a scope: the instance as a whole, by the operator.
_NOT_TRIED = {
    "lib.core.backup.make.back_up",
    "lib.core.backup.bring_back.bring_back",
    "lib.core.key_rotation.rotate",
    # A role of the cluster; tests/integration/views/test_scope.py tries it.
    "lib.reports.views.readers.make_reader",
    # It would end the session by which the others are tried.
    "lib.core.access.sessions.end",
}


@pytest.fixture(scope="module")
def two(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoClients]:
    home = tmp_path_factory.mktemp("functions") / "home"
    settings = read_settings(home=home, database_url=cluster.database(), secret_key=KEY)
    with closing(open_database(settings)) as database:
        yield fill(settings, database)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Calls any function for a person, with arguments that are rows of one client."""

    two: TwoClients
    person: SignedIn
    about: str
    folder: Path

    def call(self, function: Callable[..., Any]) -> str:
        """What comes of it, whole, as text: what is returned, or what the error says."""
        try:
            if "Session" in {str(each.annotation) for each in inspect.signature(function).parameters.values()}:
                with self.two.database.session(self.person.actor) as session:
                    return self._told(function, session)
            return self._told(function, None)
        except Forbidden:
            raise
        except Exception as error:
            return f"{type(error).__name__}: {error}"

    def _told(self, function: Callable[..., Any], session: Session | None) -> str:
        written = io.StringIO()
        given = {
            name: self._argument(name, str(each.annotation), session, written)
            for name, each in inspect.signature(function).parameters.items()
            if each.default is inspect.Parameter.empty or name in self._ids
            if each.kind is not inspect.Parameter.VAR_KEYWORD
        }
        found = function(**given)
        if hasattr(found, "__enter__"):
            with found as entered:
                return repr(entered)
        return repr(list(found) if isinstance(found, Iterator) else found) + written.getvalue()

    @cached_property
    def _ids(self) -> dict[str, Any]:
        word, client = WORDS[self.about], client_of(self.two, self.about)
        cell = Cell(client_id=self.about, report=REPORT, account=word)
        rows = ("client", "run", "package", "intent", "view", "schedule", "request")
        return {f"{row}_id": self.about for row in rows} | {
            "user_id": "999999",
            "session_id": "00000000-0000-0000-0000-000000000000",
            "intent_ids": [self.about],
            "ids": [self.about],
            "client_ids": [self.about],
            "client": client,
            "cell": cell,
            "cells": [cell],
            "run": runs.get(self.two.database, SHELL, self.about),
            "account": word,
            "keys": [word],
            "vendor_ids": [word],
            "page": word,
            "role": "upload",
        }

    def _argument(self, name: str, kind: str, session: Session | None, written: io.StringIO) -> Any:
        if name in self._ids and kind != "Role":
            return self._ids[name]
        known: dict[str, Callable[[], Any]] = {
            "Database": lambda: self.two.database,
            "Settings": lambda: self.two.settings,
            "Actor": lambda: self.person.actor,
            "SignedIn": lambda: self.person,
            "sessions.SignedIn": lambda: self.person,
            "Session": lambda: session,
            "datetime": lambda: NOW,
            "date": lambda: NOW.date(),
            "str": lambda: "1",
            "int": lambda: 1,
            "float": lambda: 1.0,
            "bool": lambda: False,
            "Path": lambda: self.folder / "made",
            "IO[str]": lambda: written,
            "BinaryIO": lambda: io.BytesIO(b"no workbook"),
            "Search": lambda: Search(client_id=self.about),
            "Reader": lambda: ViewReader(self.two.database, self.person.actor),
            "View": lambda: next(iter(views().values())),
            "Visitor": lambda: Visitor(address="192.0.2.1"),
            "Channel": _channel,
            "SavedView": lambda: _unnamed(saved_views.get_view(self.two.database, SHELL, self.about)),
            "Connection": lambda: connections.connection_of(self.two.database, SHELL, self.about, "tebra"),
            "Package": lambda: packages.get_package(self.two.database, SHELL, self.about),
            "Intent": lambda: intents.get(self.two.database, SHELL, self.about),
            "RecurringKind": lambda: KINDS["backup"],
        }
        if kind in known:
            return known[kind]()
        if kind.startswith(("Mapping", "dict")):
            return {}
        return [] if kind.startswith(("Collection", "Sequence", "Iterable", "Iterator", "list", "tuple")) else None


def _unnamed(view: SavedView) -> SavedView:
    """The same as somebody would make it up who has not seen it."""
    return replace(view, name="TEST")


def _channel() -> Channel:
    return Channel(
        id="1",
        owner=None,
        medium=Medium.EMAIL,
        name="TEST",
        shown="",
        events=frozenset(),
        paused=False,
        last_sent_at=None,
        failing_since=None,
        version=1,
        changed_at=NOW,
        changed_by="person:amber",
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("made")


def _caller(two: TwoClients, folder: Path, *, roles: set[Role], sees: str, about: str) -> Caller:
    token = signed_in_token(two.settings, f"{'-'.join(sorted(roles))[:40]}-{sees}", roles=roles, clients=[sees])
    return Caller(two=two, person=sessions.attend(two.database, token, active=True), about=about, folder=folder)


def test_every_function_that_acts_for_somebody_is_classed() -> None:
    assert set(acting()) == set(listed())


@pytest.mark.parametrize("role", Role)
def test_a_role_gets_past_the_gates_that_it_may_and_no_other(two: TwoClients, folder: Path, role: Role) -> None:
    caller, functions, told = _caller(two, folder, roles={role}, sees=OWN, about=OWN), acting(), {}
    for name, need in listed().items():
        if isinstance(need, Class) or name in _NOT_TRIED:
            continue
        try:
            caller.call(functions[name])
            told[name] = True
        except Forbidden as refused:
            assert refused.permission in need, name
            told[name] = False
    assert told == {name: caller.person.permissions.issuperset(_need(name)) for name in told}
    with two.database.session(SHELL) as session, session.raw.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM ops.audit_events WHERE actor = %s AND action = 'access:permission:use:refused'",
            (caller.person.actor.label,),
        )
        assert cursor.fetchone()[0] >= sum(not passed for passed in told.values())


def _need(name: str) -> tuple[Any, ...]:
    need = listed()[name]
    assert not isinstance(need, Class)
    return need


def test_no_function_tells_or_changes_anything_of_a_client_that_the_actor_does_not_see(
    two: TwoClients, folder: Path
) -> None:
    tried = {
        name: function
        for name, function in {**acting(), **stores()}.items()
        if name not in _NOT_TRIED and listed().get(name) is not Class.DOOR
    }
    before = two.digest(OTHER)
    stranger = _caller(two, folder, roles=set(Role), sees=OWN, about=OTHER)
    told = {name: text for name, function in tried.items() if WORDS[OTHER] in (text := stranger.call(function))}
    assert told == {}
    after = two.digest(OTHER)
    assert {table for table in before if before[table] != after[table]} == set()
    # The same questions, asked by who sees that client, are answered: they were real ones.
    with contextlib.suppress(FileNotFoundError):
        (folder / "made").unlink()
    entitled = _caller(two, folder, roles=set(Role), sees=OTHER, about=OTHER)
    answered = [name for name, function in tried.items() if WORDS[OTHER] in entitled.call(function)]
    assert len(answered) > 40, answered
    assert [client.id for client in clients.list_clients(two.database, entitled.person.actor)] == [OTHER]
