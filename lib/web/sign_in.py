"""The sign-in pages: plain forms, so that password managers work and nothing of Streamlit runs before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from lib.core.access import links, oidc, sign_in
from lib.core.access.sign_in import Admitted, CodeRefused
from lib.core.access.visitor import Visitor
from lib.core.database import Database, DatabaseUnavailable
from lib.core.errors import BadInput, DaysheetError
from lib.web import cookies
from lib.web.forms import local_path, read_form
from lib.web.guard import Open
from lib.web.page import look, show

Value = TypeVar("Value")
#: Hashing takes memory and a processor; more sign-ins at once wait.
_AT_ONCE = 2
_REFUSED, _UNUSABLE, _UNAVAILABLE = 401, 422, 503


@dataclass(frozen=True, kw_only=True)
class Providers:
    """The identity providers that are set up, and what Streamlit's own sign-in tells of a visitor."""

    names: Sequence[str]
    #: The address at which the sign-in with a provider begins.
    begin: Callable[[str], str]
    #: The verified claims that a request brings from its provider; None without.
    claims: Callable[[Request], Mapping[str, Any] | None]
    #: Forget them in the browser.
    forget: Callable[[Request, Response], None]


def sign_in_routes(open_office: Open, providers: Providers) -> list[BaseRoute]:
    """The routes of signing in and of one-time links."""
    door = _Door(open_office, providers)
    return [
        Route("/signin", door.ask_password, methods=["GET"]),
        Route("/signin", door.take_password, methods=["POST"]),
        Route("/signin/code", door.ask_code, methods=["GET"]),
        Route("/signin/code", door.take_code, methods=["POST"]),
        Route("/signin/with/{provider}", door.ask_provider, methods=["GET"]),
        Route("/signin/provider", door.take_provider, methods=["GET"]),
        Route("/signin/look.css", look, methods=["GET"]),
        Route("/setup", door.ask_setup, methods=["GET"]),
        Route("/setup", door.take_setup, methods=["POST"]),
    ]


class _Door:
    def __init__(self, open_office: Open, providers: Providers) -> None:
        self._open_office = open_office
        self._providers = providers
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sign-in")

    async def ask_password(self, request: Request) -> Response:
        return self._password_page(local_path(request.query_params.get("next")))

    async def take_password(self, request: Request) -> Response:
        following = "/"
        try:
            form = await read_form(request)
            following = local_path(form.get("next"))
            login, password = form.get("login", ""), form.get("password", "")
            visitor = _visitor(request)
            admitted = await self._work(
                lambda database: sign_in.present_password(database, login, password, visitor, _now())
            )
        except DaysheetError as error:
            return self._password_page(following, error)
        if admitted.awaits_code:
            return _let_in(request, admitted, f"/signin/code?next={quote(following, safe='')}")
        return _let_in(request, admitted, following)

    async def ask_code(self, request: Request) -> Response:
        return show("code.html", next=local_path(request.query_params.get("next")))

    async def take_code(self, request: Request) -> Response:
        following = "/"
        try:
            form = await read_form(request)
            following = local_path(form.get("next"))
            token, code, visitor = cookies.session_token(request) or "", form.get("code", ""), _visitor(request)
            admitted = await self._work(lambda database: sign_in.present_code(database, token, code, visitor, _now()))
        except CodeRefused as error:
            return show("code.html", error, status=_REFUSED, next=following)
        except DaysheetError as error:
            return self._password_page(following, error)
        return _let_in(request, admitted, following)

    async def ask_provider(self, request: Request) -> Response:
        name = request.path_params["provider"]
        if name not in self._providers.names:
            return RedirectResponse("/signin", status_code=303)
        response = RedirectResponse(self._providers.begin(name), status_code=303)
        cookies.keep_next(response, request, local_path(request.query_params.get("next")))
        return response

    async def take_provider(self, request: Request) -> Response:
        claims = self._providers.claims(request)
        if claims is None:
            response: Response = RedirectResponse("/signin", status_code=303)
            self._providers.forget(request, response)
            return response
        visitor, following = _visitor(request), local_path(request.cookies.get(cookies.NEXT))
        try:
            admitted = await self._work(lambda database: oidc.sign_in(database, claims, visitor, _now()))
        except DaysheetError as error:
            response = self._password_page(following, error)
        else:
            response = _let_in(request, admitted, following)
        # The provider's answer is used once; from here on our own session counts.
        self._providers.forget(request, response)
        response.delete_cookie(cookies.NEXT, path="/")
        return response

    async def ask_setup(self, request: Request) -> Response:
        token = request.query_params.get("token", "")
        try:
            link = await self._work(lambda database: links.look_up(database, token, _now()))
        except DaysheetError as error:
            return show("refused.html", error, status=_status(error))
        return show("setup.html", token=token, login=link.login)

    async def take_setup(self, request: Request) -> Response:
        form: dict[str, str] = {}
        try:
            form = await read_form(request)
            await self._work(lambda database: _keep_setup(database, form))
        except BadInput as error:
            kept = form.get("login_kept") or None
            return show("setup.html", error, status=_UNUSABLE, token=form.get("token", ""), login=kept, typed=form)
        except DaysheetError as error:
            return show("refused.html", error, status=_status(error))
        return RedirectResponse("/signin", status_code=303)

    def _password_page(self, following: str, error: DaysheetError | None = None) -> Response:
        return show(
            "signin.html",
            error,
            status=_status(error) if error else 200,
            next=following,
            providers=list(self._providers.names),
        )

    async def _work(self, make: Callable[[Database], Value]) -> Value:
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: make(self._open_office()[1]))


def _keep_setup(database: Database, form: Mapping[str, str]) -> None:
    token, password = form.get("token", ""), form.get("password", "")
    if password != form.get("again"):
        raise BadInput("The two passwords are not the same.")
    if links.look_up(database, token, _now()).user_id:
        links.choose_password(database, token, password=password, now=_now())
    else:
        login, name = form.get("login", ""), form.get("name", "")
        links.set_up_office(database, token, login=login, name=name, password=password, now=_now())


def _let_in(request: Request, admitted: Admitted, path: str) -> Response:
    response = RedirectResponse(path, status_code=303)
    cookies.keep_session(response, request, admitted.token)
    return response


def _status(error: DaysheetError) -> int:
    if isinstance(error, DatabaseUnavailable):
        return _UNAVAILABLE
    return _REFUSED if isinstance(error, (sign_in.SignInRefused, oidc.ProviderRefused)) else _UNUSABLE


def _visitor(request: Request) -> Visitor:
    address = request.client.host if request.client else "unknown"
    return Visitor(address=address, browser=request.headers.get("user-agent", ""))


def _now() -> datetime:
    return datetime.now(UTC)
