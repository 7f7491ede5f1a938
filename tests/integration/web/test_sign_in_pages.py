"""The web process before anybody is signed in: what is closed, what the forms take, and what a browser is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from lib.core.access import oidc, people, second_factor, sessions
from lib.core.access.oidc import GroupRole, Identity, ProviderRefused
from lib.core.access.permissions import Role
from lib.core.access.visitor import Visitor
from lib.core.actor import shell_user
from lib.core.database import Database, open_database
from lib.core.settings import Settings, read_settings
from lib.ui.navigation import ENTRIES
from lib.web.cookies import SESSION
from lib.web.forms import local_path
from tests.browser.workbench import running_web
from tests.conftest import KEY, Cluster
from tests.oidc_provider import Provider, running_provider

PASSWORD = "seven quiet harbor boats"
SHELL = shell_user("operator")


@dataclass(frozen=True, kw_only=True)
class Web:
    """A web process that nobody has visited, and its database."""

    url: str
    database: Database
    settings: Settings
    provider: Provider

    def browser(self) -> requests.Session:
        """A browser as far as headers and cookies go."""
        browser = requests.Session()
        browser.headers["Accept"] = "text/html"
        return browser

    def send(self, browser: requests.Session, path: str, **form: str) -> requests.Response:
        """Send a form of one of our own pages."""
        headers = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"}
        return browser.post(self.url + path, data=form, headers=headers, allow_redirects=False, timeout=30)


@pytest.fixture(scope="module")
def web(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    home = tmp_path_factory.mktemp("web") / "home"
    settings = read_settings(home=home, database_url=cluster.database(), secret_key=KEY)
    assert settings.database_url
    environment = {
        "DAYSHEET_HOME": str(home),
        "DAYSHEET_DATABASE_URL": settings.database_url.get_secret_value(),
        "DAYSHEET_SECRET_KEY": KEY,
    }
    database = open_database(settings)
    for role in (Role.BILLER, Role.ANALYST):
        people.add_person(database, SHELL, login=role.value, name="TEST", roles={role}, clients=None, password=PASSWORD)
    with running_provider() as provider:
        with running_web(
            environment, f"--secrets.files={provider.secrets_file(tmp_path_factory.mktemp('oidc'))}"
        ) as url:
            yield Web(url=url, database=database, settings=settings, provider=provider)
    database.close()


def test_without_a_session_no_page_opens_by_its_address_on_a_fresh_server(web: Web) -> None:
    for path in ("/", *("/" + entry.file.removeprefix("pages/").removesuffix(".py") for entry in ENTRIES.values())):
        answer = web.browser().get(f"{web.url}{path}?client=1", allow_redirects=False, timeout=30)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/signin?next=")
    for path in ("/media/x", "/component/x", "/_stcore/upload_file/a/b", "/_stcore/metrics"):
        answer = requests.get(web.url + path, allow_redirects=False, timeout=30)
        assert answer.status_code == 401, path


@pytest.mark.parametrize("cookie", ["", f"{SESSION}=made-up"])
def test_without_a_session_the_websocket_is_closed(web: Web, cookie: str) -> None:
    with pytest.raises(InvalidStatus) as refused, _websocket(web, cookie):
        pass
    assert refused.value.response.status_code == 403


def test_a_password_lets_in_to_the_page_that_was_asked_for(web: Web) -> None:
    browser = web.browser()
    asked = browser.get(f"{web.url}/runs?run=7", timeout=30)
    (following,) = re.findall(r'name="next" value="([^"]*)"', asked.text)
    assert following == "/runs?run=7"
    assert web.send(browser, "/signin", login="biller", password="not the password", next=following).status_code == 401
    let_in = web.send(browser, "/signin", login="biller", password=PASSWORD, next=following)
    assert (let_in.status_code, let_in.headers["location"]) == (303, "/runs?run=7")
    cookie = let_in.headers["set-cookie"]
    assert "HttpOnly" in cookie and "samesite=lax" in cookie.lower()
    assert "<title>Streamlit</title>" in browser.get(f"{web.url}/runs", timeout=30).text
    token = browser.cookies[SESSION]
    with _websocket(web, f"{SESSION}={token}"):
        pass
    with web.database.session(SHELL) as session:
        sessions.end_all(session, sessions.attend(web.database, token, active=False).user_id, why="test")
    assert browser.get(f"{web.url}/runs", allow_redirects=False, timeout=30).status_code == 303


def test_a_second_factor_is_asked_for_on_a_page_of_its_own(web: Web) -> None:
    browser = web.browser()
    web.send(browser, "/signin", login="analyst", password=PASSWORD)
    person = sessions.attend(web.database, browser.cookies[SESSION], active=True)
    now = datetime.now(UTC)
    address = second_factor.start(web.database, person, PASSWORD, Visitor(address="192.0.2.1"), now)
    secret = parse_qs(urlsplit(address).query)["secret"][0]
    totp = pyotp.TOTP(secret)
    second_factor.confirm(web.database, person, totp.at(now - timedelta(seconds=30)), now)
    again = web.browser()
    half = web.send(again, "/signin", login="analyst", password=PASSWORD, next="/explore")
    assert half.headers["location"] == "/signin/code?next=%2Fexplore"
    assert again.get(f"{web.url}/explore", allow_redirects=False, timeout=30).status_code == 303
    assert web.send(again, "/signin/code", code="000000").status_code == 401
    whole = web.send(again, "/signin/code", code=totp.at(now), next="/explore")
    assert whole.headers["location"] == "/explore"
    assert again.get(f"{web.url}/explore", allow_redirects=False, timeout=30).status_code == 200


def test_a_form_of_another_site_signs_nobody_in(web: Web) -> None:
    form = {"login": "biller", "password": PASSWORD}
    for headers in ({}, {"Origin": "null"}, {"Origin": "https://stranger.example"}):
        answer = requests.post(f"{web.url}/signin", data=form, headers=headers, allow_redirects=False, timeout=30)
        assert answer.status_code == 422 and "set-cookie" not in answer.headers


def test_a_form_with_what_no_text_can_hold_is_refused_in_words(web: Web) -> None:
    for path, form in (("/signin", {"login": "biller\0"}), ("/setup", {"token": "\0", "name": "\0"})):
        answer = web.send(web.browser(), path, **form)
        assert answer.status_code == 422 and "cannot be read" in answer.text


def test_every_answer_has_the_headers_that_keep_browsers_in_check(web: Web) -> None:
    for path in ("/signin", "/healthz", "/_stcore/health", "/static/none.js"):
        headers = requests.get(web.url + path, timeout=30).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] in ("no-referrer", "same-origin")
    assert requests.get(f"{web.url}/media/none.csv", timeout=30).headers["Cache-Control"] == "no-store"


def test_a_provider_lets_in_whom_a_group_gives_a_role_and_takes_it_back(web: Web) -> None:
    web.provider.claims = {
        "sub": "subject-7",
        "email": "nadia@office.test",
        "name": "TEST, Nadia",
        "groups": ["daysheet-analysts", "everybody"],
    }
    refused = _come_from_provider(web, web.browser())
    assert refused.status_code == 401 and "None of your groups has a role here." in refused.text
    issuer = web.provider.issuer
    for group, role in (("daysheet-analysts", Role.ANALYST), ("daysheet-billers", Role.BILLER)):
        oidc.map_group(web.database, SHELL, GroupRole(issuer=issuer, group=group, role=role))
    browser = web.browser()
    assert _come_from_provider(web, browser).url == f"{web.url}/explore?client=1"
    person = sessions.attend(web.database, browser.cookies[SESSION], active=False)
    assert (person.login, person.roles, person.clients) == ("nadia@office.test", {Role.ANALYST}, frozenset())
    assert not [cookie for cookie in browser.cookies if cookie.name.startswith("_streamlit_user")]
    web.provider.claims["groups"] = ["daysheet-billers"]
    _come_from_provider(web, web.browser())
    assert sessions.attend(web.database, browser.cookies[SESSION], active=False).roles == {Role.BILLER}
    people.disable(web.database, SHELL, people.person_named(web.database, SHELL, person.login))
    assert _come_from_provider(web, web.browser()).status_code == 401


def test_a_provider_takes_over_no_login_and_vouches_for_nobody_too_late(web: Web) -> None:
    issuer, biller = web.provider.issuer, people.person_named(web.database, SHELL, "biller")
    oidc.map_group(web.database, SHELL, GroupRole(issuer=issuer, group="all", role=Role.ANALYST))
    web.provider.claims = {"sub": "subject-8", "preferred_username": "biller", "groups": ["all"]}
    assert "not linked to you" in _come_from_provider(web, web.browser()).text
    claims = {"iss": "https://issuer.test", "sub": "subject-8", "exp": datetime.now(UTC).timestamp() - 1}
    oidc.link(web.database, SHELL, biller.id, Identity(issuer="https://issuer.test", subject="subject-8"))
    with pytest.raises(ProviderRefused, match="too old"):
        oidc.sign_in(web.database, claims, Visitor(address="192.0.2.1"), datetime.now(UTC))
    claims["exp"] += 60
    assert oidc.sign_in(web.database, claims, Visitor(address="192.0.2.1"), datetime.now(UTC)).token


@pytest.mark.parametrize(
    "wanted",
    ["https://stranger.example", "//stranger.example", "/\\stranger.example", "/\t/x", "signin", "/signin", ""],
)
def test_nobody_is_sent_elsewhere_after_signing_in(wanted: str) -> None:
    assert local_path(wanted) == "/"


def _come_from_provider(web: Web, browser: requests.Session) -> requests.Response:
    """Follow the button of the sign-in page to the provider and back."""
    asked = browser.get(f"{web.url}/explore?client=1", timeout=30)
    (button,) = re.findall(r'href="(/signin/with/[^"]*)"', asked.text)
    return browser.get(web.url + button.replace("&amp;", "&"), timeout=30)


def _websocket(web: Web, cookie: str):
    return connect(
        web.url.replace("http", "ws", 1) + "/_stcore/stream",
        subprotocols=[Subprotocol("streamlit")],
        origin=Origin(web.url),
        additional_headers={"Cookie": cookie} if cookie else {},
    )
