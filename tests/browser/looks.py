"""Looks at a page at both widths and in both themes, and keeps what is seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser

from tests.browser.signed_in import signed_in_context
from tests.browser.visit import Visit

LOOKS = [(width, theme) for width in (1280, 390) for theme in ("light", "dark")]


@contextmanager
def looking(browser: Browser, url: str, width: int, theme: str, *, height: int = 1000) -> Iterator[Visit]:
    """A visitor with such a screen; at the end, no page may have asked any other server for anything."""
    context = signed_in_context(browser, url, viewport={"width": width, "height": height}, color_scheme=theme)
    visit = Visit(context.new_page(), url)
    foreign: list[str] = []
    visit.page.on(
        "request",
        lambda request: None if request.url.startswith((url, "data:", "blob:")) else foreign.append(request.url),
    )
    yield visit
    assert not foreign, "a page may not ask any other server for anything"
    context.close()


def keep(visit: Visit, state: str, width: int, theme: str) -> None:
    """Keep what is seen of a state, which must not be wider than the screen."""
    visit.page.mouse.move(2, 2)
    visit.keep_screenshot(f"{state}_{width}_{theme}")
    overflow = visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{state} is wider than a screen of {width}"
