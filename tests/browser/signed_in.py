"""Browsers that are signed in already: the way through the sign-in page has tests of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from lib.core.database import DatabaseUnavailable
from lib.core.settings import read_settings
from lib.web.cookies import SESSION
from tests.signed_in import signed_in_token

_TOKENS: dict[str, str] = {}


def sign_in_at(url: str, environment: Mapping[str, str]) -> None:
    """Begin a session of the tests' person for the web process at an address, which has this environment."""
    settings = read_settings(
        home=environment["DAYSHEET_HOME"],
        database_url=environment.get("DAYSHEET_DATABASE_URL"),
        secret_key=environment.get("DAYSHEET_SECRET_KEY"),
    )
    try:
        _TOKENS[url] = signed_in_token(settings)
    except DatabaseUnavailable:
        # Whoever was signed in before the database went keeps the cookie.
        _TOKENS[url] = "of-better-times"


def signed_in_context(browser: Browser, url: str, **options: Any) -> BrowserContext:
    """A fresh browser context with the cookie of that session."""
    context = browser.new_context(**options)
    context.add_cookies([{"name": SESSION, "value": _TOKENS[url], "url": url, "httpOnly": True, "sameSite": "Lax"}])
    return context
