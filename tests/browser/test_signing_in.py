"""The way in and out in a browser: each role, a second factor, a provider, the idle time, a disabled person."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lib.core.access import oidc, people
from lib.core.access.oidc import GroupRole
from lib.core.access.permissions import Role
from lib.core.actor import shell_user
from lib.core.database import Database, open_database
from lib.core.secrets import decrypt
from lib.core.settings import Settings, read_settings
from lib.ui.navigation import ENTRIES
from tests.browser.looks import LOOKS
from tests.browser.visit import Visit
from tests.browser.workbench import running_web
from tests.conftest import KEY, Cluster
from tests.oidc_provider import Provider, running_provider
from tests.pages.test_roles import SEES

PASSWORD = "seven quiet harbor boats"
SHELL = shell_user("operator")


@dataclass(frozen=True, kw_only=True)
class Web:
    """A web process with one person of each role."""

    url: str
    settings: Settings
    database: Database
    provider: Provider


@pytest.fixture(scope="module")
def web(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    home = tmp_path_factory.mktemp("signing_in")
    settings = read_settings(home=home / "home", database_url=cluster.database(), secret_key=KEY)
    assert settings.database_url
    environment = {
        "DAYSHEET_HOME": str(settings.home),
        "DAYSHEET_DATABASE_URL": settings.database_url.get_secret_value(),
        "DAYSHEET_SECRET_KEY": KEY,
    }
    with contextlib.closing(open_database(settings)) as database, running_provider() as provider:
        for role in Role:
            people.add_person(
                database, SHELL, login=role.value, name="TEST", roles={role}, clients=None, password=PASSWORD
            )
        with running_web(environment, f"--secrets.files={provider.secrets_file(home)}") as url:
            yield Web(url=url, settings=settings, database=database, provider=provider)


@pytest.fixture
def stranger(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that was never here."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, color_scheme="light")
    yield context
    context.close()


def _sign_in(page: Page, web: Web, login: str, path: str = "/") -> Visit:
    visit = Visit(page, web.url)
    page.goto(web.url + path)
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    return visit


@pytest.mark.parametrize("role", Role)
def test_each_role_signs_in_and_is_offered_its_pages(web: Web, browser: Browser, role: Role) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    visit = _sign_in(page, web, role.value)
    visit.settle()
    links = page.get_by_test_id("stSidebarNavLink").all_inner_texts()
    assert {link.split("\n")[-1] for link in links} == SEES[role] & {*ENTRIES}
    if role is Role.ADMINISTRATOR:
        visit.open("/people")
        visit.keep_screenshot("people_1280_light")
    hidden = next(entry for title, entry in ENTRIES.items() if title not in SEES[role])
    visit.open("/" + Path(hidden.file).stem)
    assert page.get_by_role("heading", name=hidden.title, exact=True).count() == 0
    assert not refused
    context.close()


def test_a_second_factor_is_set_up_and_asked_for(web: Web, stranger: BrowserContext) -> None:
    page = stranger.new_page()
    visit = _sign_in(page, web, "manager", "/profile")
    visit.settle()
    visit.field("Your password").fill(PASSWORD)
    visit.press("Set up a second factor")
    visit.await_text("Read this with an authenticator app")
    expect(page.get_by_test_id("stImage")).to_be_visible()
    secret = _secret_of(web, "manager")
    visit.field("Code").fill(pyotp.TOTP(secret).now())
    visit.press("Turn the second factor on")
    visit.await_text("Recovery codes")
    codes = page.get_by_test_id("stCode").inner_text().split()
    visit.press("Sign out")
    visit.await_text("You are signed out.")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Login").fill("manager")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code of your authenticator app").fill(codes[0])
    page.get_by_role("button", name="Sign in").click()
    visit.settle()
    expect(page.get_by_role("heading", name="Profile")).to_be_visible()
    visit.await_text("9 recovery codes left")


def test_a_provider_signs_somebody_in_and_brings_the_wanted_page(web: Web, stranger: BrowserContext) -> None:
    oidc.map_group(web.database, SHELL, GroupRole(issuer=web.provider.issuer, group="analysts", role=Role.ANALYST))
    web.provider.claims = {"sub": "7", "email": "nadia@office.test", "name": "TEST, Nadia", "groups": ["analysts"]}
    page = stranger.new_page()
    page.goto(web.url + "/explore")
    page.get_by_role("link", name="Sign in with your organization").click()
    Visit(page, web.url).settle()
    expect(page.get_by_role("heading", name="Explore")).to_be_visible()
    expect(page.get_by_text("TEST, Nadia")).to_be_visible()


def test_who_is_idle_is_warned_and_then_signed_out_without_a_click(web: Web, stranger: BrowserContext) -> None:
    page = stranger.new_page()
    visit = _sign_in(page, web, "analyst", "/profile")
    visit.settle()
    _age(web, "analyst", minutes=13.5)
    visit.await_text("You are signed out in less than two minutes")
    visit.keep_screenshot("idle_1280_light")
    _age(web, "analyst", minutes=16)
    visit.await_text("You are signed out.")
    expect(page.get_by_role("textbox")).to_have_count(0)
    visit.keep_screenshot("signed_out_1280_light")


def test_who_is_disabled_is_thrown_out_at_the_next_click(web: Web, stranger: BrowserContext) -> None:
    visit = _sign_in(stranger.new_page(), web, "biller", "/profile")
    visit.settle()
    people.disable(web.database, SHELL, people.person_named(web.database, SHELL, "biller"))
    visit.press("Save preferences")
    visit.await_text("You are signed out.")


def test_the_pages_before_signing_in_are_looked_at(web: Web, browser: Browser) -> None:
    for width, theme in LOOKS:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
        visit = Visit(context.new_page(), web.url)
        visit.page.goto(web.url)
        visit.page.get_by_label("Login").fill("nobody")
        visit.page.get_by_label("Password").fill("not the password")
        visit.page.get_by_role("button", name="Sign in").click()
        expect(visit.page.get_by_role("alert")).to_contain_text("do not match")
        visit.keep_screenshot(f"sign_in_{width}_{theme}")
        context.close()


def _secret_of(web: Web, login: str) -> str:
    with _owner(web) as cursor:
        cursor.execute(
            "SELECT f.secret FROM ops.second_factors f JOIN ops.users u ON u.id = f.user_id WHERE u.login = %s",
            (login,),
        )
        secret = cursor.fetchone()[0]
    with web.database.session(SHELL) as session:
        return decrypt(session, secret)


def _age(web: Web, login: str, *, minutes: float) -> None:
    with _owner(web) as cursor:
        cursor.execute(
            "UPDATE ops.sessions SET seen_at = now() - %s * interval '1 minute' "
            "WHERE user_id = (SELECT id FROM ops.users WHERE login = %s)",
            (minutes, login),
        )


@contextlib.contextmanager
def _owner(web: Web) -> Iterator[psycopg2.extensions.cursor]:
    assert web.settings.database_url
    connection = psycopg2.connect(web.settings.database_url.get_secret_value())
    with contextlib.closing(connection), connection, connection.cursor() as cursor:
        yield cursor
