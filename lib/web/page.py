"""The pages that are drawn without Streamlit, in the workbench's colours, in light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from lib.core.errors import DaysheetError

_FOLDER = Path(__file__).with_name("templates")
_TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    # With no-referrer a browser would not tell where a form comes from.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def show(template: str, error: DaysheetError | None = None, *, status: int = 200, **values: Any) -> Response:
    """Draw a page of the folder templates, with what went wrong above it."""
    said = {"what": error.what, "fix": error.fix} if error else None
    content = _TEMPLATES.get_template(template).render(error=said, **values)
    return HTMLResponse(content, status_code=status, headers=_HEADERS)


async def look(request: Request) -> Response:
    """The style sheet of these pages."""
    style = (_FOLDER / "look.css").read_text(encoding="utf-8")
    return Response(style, media_type="text/css", headers={"Cache-Control": "max-age=3600"})
