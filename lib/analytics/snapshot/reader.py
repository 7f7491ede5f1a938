"""Answers from the copy, by DuckDB; the door that picks the files of the clients in the actor's scope."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from lib.analytics.reading import Answer, Reader, Streamed, ViewReader, for_duckdb
from lib.analytics.snapshot.manifest import Manifest, SnapshotFolder
from lib.analytics.views import View, views
from lib.core.actor import Actor
from lib.core.clients import list_clients
from lib.core.database import Database
from lib.core.settings import Settings

#: Open engines; each knows the files of one scope, one day and one version.
_MOST_OPEN = 24
#: Rows in a batch of a stream.
_BATCH_ROWS = 50_000


class _Engines:
    """DuckDB engines by what they may see, the least used thrown away; shared by the threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: OrderedDict[tuple[str, ...], duckdb.DuckDBPyConnection] = OrderedDict()

    def cursor(self, files: Callable[[], Mapping[str, list[Path]]], key: tuple[str, ...]) -> duckdb.DuckDBPyConnection:
        """A cursor of the engine that sees these files and no others, by view."""
        with self._lock:
            engine = self._open.get(key)
            if engine is None:
                engine = self._open[key] = _open_engine(files())
                while len(self._open) > _MOST_OPEN:
                    self._open.popitem(last=False)
            self._open.move_to_end(key)
            return engine.cursor()

    def forget(self, key: tuple[str, ...]) -> None:
        """Throw an engine away whose files are gone."""
        with self._lock:
            self._open.pop(key, None)


_ENGINES = _Engines()


class CopyReader:
    """Asks the copied views of some clients, as of the latest or of a month end."""

    def __init__(self, folder: SnapshotFolder, clients: frozenset[str], *, as_of: date | None = None) -> None:
        self._folder = folder
        self._as_of = as_of
        found = {client: folder.read(client) for client in sorted(clients, key=int)}
        self._manifests: dict[str, Manifest] = {client: each for client, each in found.items() if each is not None}

    @cached_property
    def version(self) -> str:
        """Of the copies of these clients together."""
        parts = "\n".join(f"{client} {manifest.version}" for client, manifest in self._manifests.items())
        return hashlib.sha256(parts.encode()).hexdigest()[:16]

    @property
    def as_of(self) -> date | None:
        """The day of knowledge; None: the latest."""
        return self._as_of

    def knows_day(self) -> bool:
        """Whether every client's copy holds this day, or begins after it."""
        return all(
            self._as_of in manifest.days or all(day is None or self._as_of < day for day in manifest.days)
            for manifest in self._manifests.values()
            if self._as_of is not None
        )

    def ask(self, question: str, parameters: Mapping[str, Any] | None = None) -> Answer:
        """Ask the copy."""
        key = (str(self._folder.root), self.version, str(self._as_of), ",".join(self._manifests))
        try:
            return self._ask(key, question, parameters)
        except duckdb.IOException:
            # A newer copy took this one's place and its files are gone; the next reader finds the new manifest.
            _ENGINES.forget(key)
            newer = CopyReader(self._folder, frozenset(self._manifests), as_of=self._as_of)
            if newer.version == self.version:
                raise
            return newer.ask(question, parameters)

    @contextlib.contextmanager
    def stream(
        self,
        question: str,
        parameters: Mapping[str, Any],
        *,
        view: str,
        added: Mapping[str, pa.DataType] | None = None,
    ) -> Generator[Streamed]:
        """The rows as they come, from the copy, which knows the types of `view` and of what is added to it."""
        key = (str(self._folder.root), self.version, str(self._as_of), ",".join(self._manifests))
        with _ENGINES.cursor(self._files, key) as cursor:
            found = cursor.sql(for_duckdb(question), params=dict(parameters)).to_arrow_reader(_BATCH_ROWS)
            yield found.schema, iter(found)

    def _ask(self, key: tuple[str, ...], question: str, parameters: Mapping[str, Any] | None) -> Answer:
        with _ENGINES.cursor(self._files, key) as cursor:
            found = cursor.execute(for_duckdb(question), dict(parameters or {}))
            columns = tuple(column[0] for column in found.description or ())
            return Answer(columns=columns, rows=found.fetchall())

    def _files(self) -> dict[str, list[Path]]:
        return {
            name: [self._folder.empty / f"{name}.parquet"]
            + [
                self._folder.root / client / manifest.days[self._as_of][name].file
                for client, manifest in self._manifests.items()
                if name in manifest.days.get(self._as_of, {})
            ]
            for name in views()
        }


def open_reader(
    database: Database, settings: Settings, actor: Actor, *, as_of: date | None = None, view: View | None = None
) -> Reader:
    """The quickest reader that can answer for the actor's clients as of that day; the views where there is no copy.

    `view` is what will be asked for, where that may be one whose month ends are not copied.
    """
    if as_of is not None and view is not None and not view.month_ends:
        return ViewReader(database, actor, as_of=as_of)
    folder = SnapshotFolder(settings)
    copied = folder.clients()
    wanted = (
        frozenset(client.id for client in list_clients(database, actor)) if actor.clients is None else actor.clients
    )
    reader = CopyReader(folder, wanted, as_of=as_of)
    if wanted <= copied and reader.knows_day():
        return reader
    return ViewReader(database, actor, as_of=as_of)


def _open_engine(files: Mapping[str, list[Path]]) -> duckdb.DuckDBPyConnection:
    engine = duckdb.connect(":memory:")
    engine.execute("CREATE SCHEMA reporting")
    for name, paths in files.items():
        listed = ", ".join(_quoted(path) for path in paths)
        engine.execute(f"CREATE VIEW reporting.{name} AS SELECT * FROM read_parquet([{listed}])")
    allowed = ", ".join(sorted({_quoted(path.parent) for paths in files.values() for path in paths}))
    engine.execute(f"SET allowed_directories = [{allowed}]")
    # From here on the engine itself refuses every other file.
    engine.execute("SET enable_external_access = false")
    engine.execute("SET lock_configuration = true")
    return engine


def _quoted(path: Path) -> str:
    return "'" + str(path.resolve()).replace("'", "''") + "'"
