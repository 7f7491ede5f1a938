"""What the routes work with: this process's database, who asks, the clients there are, and readers of their rows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from lib.analytics.reading.days import copied_days
from lib.analytics.reading.reader import Reader, ViewReader
from lib.analytics.reading.views import View, views
from lib.analytics.snapshot.reader import open_reader
from lib.api.caller import Asking
from lib.api.once import Answers, Briefly
from lib.core import queue
from lib.core.access.tokens import InForce, tokens_in_force
from lib.core.actor import Actor
from lib.core.clients import Client, list_clients
from lib.core.database import Database
from lib.core.errors import NotFound
from lib.core.settings import Settings

Value = TypeVar("Value")
Open = Callable[[], tuple[Settings, Database]]

#: Answers that are worked out at once; the pages need the rest of the machine and of the connections.
_THREADS = 3
_FILE_THREADS = 2
_UPLOADS = 4


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
        #: Sheets that are taken in at once; each is held in memory.
        self.uploading = asyncio.Semaphore(_UPLOADS)
        self._answers = Answers(self._threads)
        self._tokens: Briefly[dict[bytes, InForce]] = Briefly(self._threads)
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

    async def tokens(self) -> dict[bytes, InForce]:
        """The tokens in force by their digests, as of at most a second ago."""
        return await self._tokens.once("tokens", lambda: tokens_in_force(self.database))

    async def tokens_now(self) -> dict[bytes, InForce]:
        """The tokens in force by their digests."""
        return await self.work(lambda: tokens_in_force(self.database))

    async def clients(self, asking: Asking) -> list[Client]:
        """Every client that the token sees, as of at most a second ago."""
        return await self._clients.once(asking.token.id, lambda: list_clients(self.database, asking.actor))

    async def client(self, asking: Asking, wanted: str) -> Client:
        """A client by name or id; raises NotFound."""
        (client,) = _chosen(await self.clients(asking), [wanted])
        asking.clients = (client.id,)
        return client

    async def open(self, asking: Asking, wanted: Sequence[str], as_of: date | None) -> Opened:
        """A reader of these clients, by name or id (none: of all), as of a day; at most a second old.

        Raises NotFound for an unknown client.
        """
        known = await self.clients(asking)
        chosen = _chosen(known, wanted) if wanted else tuple(known)
        if wanted:
            asking.clients = tuple(client.id for client in chosen)
        actor = replace(asking.actor, clients=frozenset(client.id for client in chosen))

        def look() -> Opened:
            reader = open_reader(self.database, self.settings, actor, as_of=as_of)
            return Opened(reader=reader, version=reader.version, actor=actor, clients=chosen)

        return await self._opened.once((asking.token.id, _key(chosen), as_of), look)

    def reader_of(self, opened: Opened, view: str) -> Reader:
        """The reader for a view: what is not copied, or not as of that day, is asked of the view itself."""
        day, known = opened.reader.as_of, views().get(view)
        if known is not None and (day is None or known.month_ends):
            return opened.reader
        return ViewReader(self.database, opened.actor, as_of=day)

    def reader_on(self, opened: Opened, day: date | None) -> Reader:
        """A reader of the same clients as known on another day."""
        if day == opened.reader.as_of:
            return opened.reader
        return open_reader(self.database, self.settings, opened.actor, as_of=day)

    def month_ends(self, opened: Opened, view: View) -> list[date]:
        """The month ends as of which the view of these clients is copied, newest first."""
        return copied_days(self.settings, (client.id for client in opened.clients), view.name)

    async def answer(self, opened: Opened, what: Hashable, make: Callable[[], bytes]) -> bytes:
        """What `make` makes of the reader's rows and of nothing else that `what` lacks; kept until the rows change."""
        return await self._answers.once((opened.scope, opened.version, opened.reader.as_of, what), make)

    def hand_to_workers(self, run_id: str) -> None:
        """Put a queued run before the workers; for threads."""
        with queue.producer(self.database.url).open() as app:
            queue.enqueue(app, run_id)

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
