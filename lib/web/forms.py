"""Forms of the sign-in pages: only our own pages may send them, and they are small."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from lib.core.errors import BadInput

_LARGEST = 16 * 1024


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form that one of our pages sent; raises BadInput for others, and for what is too large."""
    _refuse_strangers(request)
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > _LARGEST:
            raise BadInput("This form is too large.")
    try:
        form = dict(parse_qsl(content.decode("utf-8"), keep_blank_values=True, max_num_fields=20))
    except ValueError:
        raise BadInput("This form cannot be read.") from None
    # No text in the database can hold one.
    if any("\0" in text for text in form.values()):
        raise BadInput("This form cannot be read.")
    return form


def local_path(wanted: str | None) -> str:
    """Where to go next, if that is a page of ours; else the first page."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/signin", "/setup")):
        return "/"
    if "\\" in wanted or any(ord(letter) < 33 for letter in wanted):
        return "/"
    return wanted


def _refuse_strangers(request: Request) -> None:
    """A browser tells from which site a form comes; another site cannot sign somebody in here."""
    origin = request.headers.get("origin", "")
    site = request.headers.get("sec-fetch-site", "same-origin")
    if urlsplit(origin).netloc != request.headers.get("host") or site != "same-origin":
        raise BadInput("This form did not come from a page of the workbench.", fix="Open /signin and try again.")
