"""Which pages there are for which role, and what the pages about people do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lib.core import clients
from lib.core.access import people, sessions
from lib.core.access.permissions import Role
from lib.core.actor import shell_user
from lib.core.database import Database, open_database
from lib.core.errors import SignedOut
from lib.core.settings import Settings, read_settings
from lib.ui.navigation import ENTRIES, GROUPS
from tests.conftest import KEY, Cluster
from tests.pages.biller import press, said
from tests.pages.conftest import ROOT, Open, fresh_server
from tests.signed_in import signed_in_token

SHELL = shell_user("operator")
FILES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "pages").glob("*.py"))
_ANALYTICS = {"Overview", "Denials", "AR aging", "Payments", "Billing", "Performance", "Explore"}
_OWN = {"Profile", "Notifications"}
SEES = {
    Role.BILLER: {*_ANALYTICS, *_OWN, "Runs", "Charges", "Claim status", "Reports"},
    Role.MANAGER: {*_ANALYTICS, *_OWN, "Runs", "Charges", "Claim status", "Reports"},
    Role.ANALYST: {*_ANALYTICS, *_OWN, "Reports"},
    Role.CASE_COORDINATOR: {*_OWN, "Runs"},
    Role.ADMINISTRATOR: {*ENTRIES} - _ANALYTICS - {"Charges"},
}


@pytest.fixture(scope="module")
def office(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Database, Open]]:
    home = tmp_path_factory.mktemp("roles") / "home"
    settings = read_settings(home=home, database_url=cluster.database(), secret_key=KEY)
    database = open_database(settings)
    with fresh_server(settings) as open_page:
        yield settings, database, open_page
    database.close()


def _as(patch: pytest.MonkeyPatch, settings: Settings, role: Role) -> str:
    token = signed_in_token(settings, role.value, roles={role})
    patch.setattr("lib.ui.session.token_of_browser", lambda: token)
    return token


def test_every_page_is_in_the_navigation_and_once() -> None:
    assert sorted(entry.file for entries in GROUPS.values() for entry in entries) == FILES


@pytest.mark.parametrize("role", Role)
def test_a_page_opens_for_the_roles_that_see_it_alone(
    office: tuple[Settings, Database, Open], monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    settings, _, open_page = office
    _as(monkeypatch, settings, role)
    for title, entry in ENTRIES.items():
        # Past the navigation, as a server does that nobody has visited: the page's own gate.
        opened = open_page(entry.file)
        assert not opened.exception, (title, opened.exception)
        assert ("Your roles do not allow this" not in said(opened)) == (title in SEES[role]), (role, title)
        assert title in SEES[role] or not (opened.dataframe or opened.metric or opened.selectbox), (role, title)


def test_a_page_that_connects_anew_for_another_person_forgets_the_first(
    office: tuple[Settings, Database, Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _, open_page = office
    _as(monkeypatch, settings, Role.ADMINISTRATOR)
    page = open_page("pages/profile.py")
    page.session_state["recovery_codes_of_the_first"] = "once"
    assert "recovery_codes_of_the_first" in page.run().session_state
    _as(monkeypatch, settings, Role.ANALYST)
    assert "recovery_codes_of_the_first" not in page.run().session_state


@pytest.mark.parametrize("page", FILES)
def test_without_a_session_a_page_says_only_that(
    office: tuple[Settings, Database, Open], monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    _, _, open_page = office
    monkeypatch.setattr("lib.ui.session.token_of_browser", lambda: None)
    for opened in (open_page(page), AppTest.from_file(str(ROOT / page)).run()):
        assert "You are signed out." in said(opened)
        assert not (opened.exception or opened.dataframe or opened.button or opened.metric or opened.selectbox)


def test_who_is_disabled_is_out_at_the_next_click(
    office: tuple[Settings, Database, Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, database, open_page = office
    token = _as(monkeypatch, settings, Role.BILLER)
    opened = open_page("pages/runs.py")
    assert "No run yet." in said(opened)
    people.disable(database, SHELL, people.person_named(database, SHELL, Role.BILLER.value))
    assert "You are signed out." in said(opened.run())
    with pytest.raises(SignedOut):
        sessions.attend(database, token, active=True)
    people.enable(database, SHELL, people.person_named(database, SHELL, Role.BILLER.value))


def test_an_administrator_adds_a_person_and_changes_what_the_person_sees(
    office: tuple[Settings, Database, Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, database, open_page = office
    client = clients.add_client(database, SHELL, "TEST Willow")
    _as(monkeypatch, settings, Role.ADMINISTRATOR)
    opened = open_page("pages/people.py")
    for label, text in (("Login", "ruth@office.test"), ("Name", "TEST, Ruth")):
        [field for field in opened.text_input if field.label == label][-1].input(text)
    [field for field in opened.multiselect if field.label == "Roles"][-1].select(Role.BILLER)
    press(opened, "Add this person")
    assert "ruth@office.test chooses a password here" in said(opened)
    assert "/setup?token=" in opened.code[0].value
    ruth = people.person_named(database, SHELL, "ruth@office.test")
    assert (ruth.roles, ruth.clients) == ({Role.BILLER}, frozenset())
    next(box for box in opened.selectbox if box.label == "Person").select(ruth.id).run()
    assert "chooses a password here" not in said(opened)
    next(field for field in opened.multiselect if field.label == "Clients").select(client.id)
    press(opened, "Save this person")
    assert people.person_named(database, SHELL, ruth.login).clients == {client.id}


def test_a_person_changes_preferences_and_begins_at_the_own_first_page(
    office: tuple[Settings, Database, Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, database, open_page = office
    token = _as(monkeypatch, settings, Role.ANALYST)
    opened = open_page("pages/profile.py")
    next(box for box in opened.selectbox if box.label == "First page").select("pages/explore.py")
    press(opened, "Save preferences")
    assert sessions.attend(database, token, active=True).landing_page == "pages/explore.py"
    first = AppTest.from_file(str(Path(ROOT) / "Home.py"), default_timeout=20).run()
    assert [title.value for title in first.title] == ["Explore"]


def test_who_is_idle_is_warned_and_can_stay(
    office: tuple[Settings, Database, Open], monkeypatch: pytest.MonkeyPatch, cluster: Cluster
) -> None:
    settings, database, open_page = office
    token = _as(monkeypatch, settings, Role.ANALYST)
    opened = open_page("pages/profile.py")
    assert "You are signed out in less than two minutes" not in said(opened)
    monkeypatch.setattr("lib.core.access.sessions.WARNED_BEFORE", sessions.IDLE)
    opened = open_page("pages/profile.py")
    assert "You are signed out in less than two minutes" in said(opened)
    press(opened, "Stay signed in")
    assert sessions.attend(database, token, active=False).left <= sessions.IDLE
