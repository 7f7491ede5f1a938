"""What the routes work with: this process's database, who asks, the clients there are, and readers of their rows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from lib.analytics.reading.reader import Reader, ViewReader
from lib.analytics.reading.views import views
from lib.analytics.snapshot.reader import open_reader
from lib.api.once import Answers, Briefly
from lib.core.actor import Actor, ActorKind
from lib.core.clients import Client, list_clients
from lib.core.database import Database
from lib.core.errors import NotFound
from lib.core.settings import Settings

Value = TypeVar("Value")
Open = Callable[[], tuple[Settings, Database]]

#: Whoever has the token sees every client, until tokens have scopes of their own.
_EVERYONE = Actor(kind=ActorKind.TOKEN, name="api", clients=None, origin="api")
#: Answers that are worked out at once; the pages need the rest of the machine and of the connections.
_THREADS = 3
_FILE_THREADS = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A reader for one question: its clients, and the version of what it reads."""

    reader: Reader
    version: str
    actor: Actor
    clients: tuple[Client, ...]

    @property
    def scope(self) -> tuple[str, ...]:
        """The clients as a part of a key; one that is named anew is another one."""
        return _key(self.clients)

    @property
    def client_names(self) -> dict[str, str]:
        """The clients by id."""
        return {client.id: client.name for client in self.clients}


class Desk:
    """One for the process; its coroutines belong to one event loop, what they make is made by threads."""

    def __init__(self, open_office: Open) -> None:
        self._open_office = open_office
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="api")
        self._file_threads = ThreadPoolExecutor(_FILE_THREADS, thread_name_prefix="api-file")
        self._answers = Answers(self._threads)
        self._clients: Briefly[list[Client]] = Briefly(self._threads)
        self._opened: Briefly[Opened] = Briefly(self._threads)

    @property
    def settings(self) -> Settings:
        """This process's settings; for threads, for it may have to open the database."""
        return self._open_office()[0]

    @property
    def database(self) -> Database:
        """This process's database, for threads; raises DatabaseUnavailable."""
        return self._open_office()[1]

    async def clients(self) -> list[Client]:
        """Every client of the office, as of at most a second ago."""
        return await self._clients.once("clients", lambda: list_clients(self.database, _EVERYONE))

    async def open(self, wanted: Sequence[str], as_of: date | None) -> Opened:
        """A reader of these clients, by name or id (none: of all), as of a day; at most a second old.

        Raises NotFound for an unknown client.
        """
        known = await self.clients()
        chosen = _chosen(known, wanted) if wanted else tuple(known)
        actor = Actor(
            kind=_EVERYONE.kind,
            name=_EVERYONE.name,
            clients=frozenset(client.id for client in chosen),
            origin=_EVERYONE.origin,
        )

        def look() -> Opened:
            reader = open_reader(self.database, self.settings, actor, as_of=as_of)
            return Opened(reader=reader, version=reader.version, actor=actor, clients=chosen)

        return await self._opened.once((_key(chosen), as_of), look)

    def reader_of(self, opened: Opened, view: str) -> Reader:
        """The reader for a view: what is not copied, or not as of that day, is asked of the view itself."""
        day, known = opened.reader.as_of, views().get(view)
        if known is not None and (day is None or known.month_ends):
            return opened.reader
        return ViewReader(self.database, opened.actor, as_of=day)

    async def answer(self, opened: Opened, what: Hashable, make: Callable[[], bytes]) -> bytes:
        """What `make` makes of the reader's rows and of nothing else that `what` lacks; kept until the rows change."""
        return await self._answers.once((opened.scope, opened.version, opened.reader.as_of, what), make)

    async def work(self, make: Callable[[], Value]) -> Value:
        """Have something made that is not kept."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, make)

    async def write(self, make: Callable[[], Value]) -> Value:
        """Have a file written or read, which may take a while, without keeping other answers waiting."""
        return await asyncio.get_running_loop().run_in_executor(self._file_threads, make)


def _key(clients: Sequence[Client]) -> tuple[str, ...]:
    return tuple(f"{client.id} {client.name}" for client in clients)


def _chosen(known: Sequence[Client], wanted: Sequence[str]) -> tuple[Client, ...]:
    by_name = {client.id: client for client in known} | {client.name: client for client in known}
    for word in wanted:
        if word not in by_name:
            names = ", ".join(f"“{client.name}”" for client in known) or "none yet"
            raise NotFound("There is no such client.", fix=f"Clients, by name or id: {names}.")
    ids = {by_name[word].id for word in wanted}
    return tuple(client for client in known if client.id in ids)
