"""Answers from the copy, by DuckDB; the door that picks the files of the clients in the actor's scope."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from lib.analytics.reading.reader import VIEW, Answer, Reader, Streamed, ViewReader, for_duckdb
from lib.analytics.reading.views import View, views
from lib.analytics.snapshot.manifest import Manifest, SnapshotFolder
from lib.analytics.snapshot.sorted_rows import columns_of_copy, shown_columns, sorted_rows
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.clients import list_clients
from lib.core.database import Database
from lib.core.privacy.masks import Masking, masking_for
from lib.core.settings import Settings

#: Open engines; each knows the files of one scope, one day and one version.
_MOST_OPEN = 24
#: Answers that are kept, and how many rows such a one may have.
_MOST_KEPT, _MOST_ROWS_KEPT = 10_000, 100
#: Rows in a batch of a stream.
_BATCH_ROWS = 50_000


class _Engine:
    """A DuckDB that sees some files and no others; a view, masked or not, is made when a question first names it."""

    def __init__(self, files: Mapping[str, list[Path]], masking: Masking | None) -> None:
        self._files = files
        self._masking = masking
        self._lock = threading.Lock()
        self._made: set[str] = set()
        self._engine = duckdb.connect(":memory:")
        self._engine.execute("CREATE SCHEMA reporting")
        allowed = ", ".join(sorted({_quoted(path.parent) for paths in files.values() for path in paths}))
        self._engine.execute(f"SET allowed_directories = [{allowed}]")
        # From here on the engine itself refuses every other file.
        self._engine.execute("SET enable_external_access = false")
        self._engine.execute("SET lock_configuration = true")

    def cursor(self, question: str) -> duckdb.DuckDBPyConnection:
        """A cursor that can answer the question."""
        with self._lock:
            for name in {*VIEW.findall(question)} - self._made:
                if name in self._files:
                    self._make(name)
            return self._engine.cursor()

    def _make(self, name: str) -> None:
        listed = ", ".join(_quoted(path) for path in self._files[name])
        columns = columns_of_copy(self._files[name])
        shown = shown_columns(columns, self._masking)
        self._engine.execute(f"CREATE VIEW reporting.{name} AS SELECT {shown} FROM read_parquet([{listed}])")
        self._made.add(name)


class _Engines:
    """Engines by what they may see, the least used thrown away; shared by the threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: OrderedDict[tuple[str, ...], _Engine] = OrderedDict()

    def cursor(
        self,
        files: Callable[[], Mapping[str, list[Path]]],
        key: tuple[str, ...],
        question: str,
        masking: Masking | None,
    ) -> duckdb.DuckDBPyConnection:
        """A cursor, for that question, of the engine that sees these files and no others, by view."""
        with self._lock:
            engine = self._open.get(key)
            if engine is None:
                engine = self._open[key] = _Engine(files(), masking)
                while len(self._open) > _MOST_OPEN:
                    self._open.popitem(last=False)
            self._open.move_to_end(key)
        return engine.cursor(question)

    def forget(self, key: tuple[str, ...]) -> None:
        """Throw an engine away whose files are gone."""
        with self._lock:
            self._open.pop(key, None)


class _Answers:
    """Short answers by engine, question and parameters, the least used thrown away: no copy ever changes.

    Key figures ask much that has nothing to do with the filters, such as the newest day of each client at a month end.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Answer] = OrderedDict()

    def find(self, key: Hashable) -> Answer | None:
        """The answer, if it is kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Hashable, answer: Answer) -> None:
        """Keep an answer, unless it is long."""
        if len(answer.rows) > _MOST_ROWS_KEPT:
            return
        with self._lock:
            self._kept[key] = answer
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)


_ENGINES = _Engines()
_ANSWERS = _Answers()


class CopyReader:
    """Asks the copied views of some clients, as of the latest or of a month end."""

    def __init__(
        self,
        folder: SnapshotFolder,
        clients: frozenset[str],
        *,
        as_of: date | None = None,
        masking: Masking | None = None,
    ) -> None:
        self._folder = folder
        self._masking = masking
        self._clients = clients
        self._as_of = as_of
        found = {client: folder.read(client) for client in sorted(clients, key=int)}
        self._manifests: dict[str, Manifest] = {client: each for client, each in found.items() if each is not None}

    @cached_property
    def version(self) -> str:
        """Of the copies of these clients together."""
        parts = "\n".join(f"{client} {manifest.version}" for client, manifest in self._manifests.items())
        version = hashlib.sha256(parts.encode()).hexdigest()[:16]
        return f"{version}-masked" if self._masking else version

    @property
    def as_of(self) -> date | None:
        """The day of knowledge; None: the latest."""
        return self._as_of

    def knows_clients(self) -> bool:
        """Whether each of the clients has a copy."""
        return self._clients == self._manifests.keys()

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
            newer = CopyReader(self._folder, frozenset(self._manifests), as_of=self._as_of, masking=self._masking)
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
        with _ENGINES.cursor(self._files, key, question, self._masking) as cursor:
            text, given = for_duckdb(question, parameters)
            found = cursor.sql(text, params=given).to_arrow_reader(_BATCH_ROWS)
            yield found.schema, iter(found)

    @contextlib.contextmanager
    def stream_rows(
        self, view: str, columns: Sequence[str], conditions: str, parameters: Mapping[str, Any], order: str
    ) -> Generator[Streamed]:
        """The rows of a view, sorted; memory does not grow with them."""
        files = self._files()[view]
        shown = shown_columns(columns_of_copy(files), self._masking)
        with (
            self._folder.sorting() as aside,
            sorted_rows(files, columns, conditions, parameters, order, shown=shown, aside=aside) as streamed,
        ):
            yield streamed

    def _ask(self, key: tuple[str, ...], question: str, parameters: Mapping[str, Any] | None) -> Answer:
        asked = dict(parameters or {})
        known = (key, question, tuple((name, _hashable(asked[name])) for name in sorted(asked)))
        if (answer := _ANSWERS.find(known)) is not None:
            return answer
        with _ENGINES.cursor(self._files, key, question, self._masking) as cursor:
            found = cursor.execute(*for_duckdb(question, asked))
            columns = tuple(column[0] for column in found.description or ())
            answer = Answer(columns=columns, rows=found.fetchall())
        _ANSWERS.keep(known, answer)
        return answer

    def _files(self) -> dict[str, list[Path]]:
        # How many rows there are DuckDB guesses by the first file: the empty one stands only where there is no other.
        return {
            name: [
                self._folder.root / client / manifest.days[self._as_of][name].file
                for client, manifest in self._manifests.items()
                if name in manifest.days.get(self._as_of, {})
            ]
            or [self._folder.empty / f"{name}.parquet"]
            for name in views()
        }


def open_reader(
    database: Database, settings: Settings, actor: Actor, *, as_of: date | None = None, view: View | None = None
) -> Reader:
    """The quickest reader that can answer for the actor's clients as of that day; the views where there is no copy.

    `view` is what will be asked for, where that may be one whose month ends are not copied.
    """
    gate.must(database, actor, Permission.ANALYTICS_VIEW)
    if as_of is not None and view is not None and not view.month_ends:
        return ViewReader(database, actor, as_of=as_of)
    # Files know no scope: whose may be read is asked of the database, even where the actor has named them.
    wanted = frozenset(client.id for client in list_clients(database, actor))
    reader = CopyReader(SnapshotFolder(settings), wanted, as_of=as_of, masking=masking_for(database, actor))
    if reader.knows_clients() and reader.knows_day():
        return reader
    return ViewReader(database, actor, as_of=as_of)


def _hashable(value: Any) -> Hashable:
    """A parameter as part of a key, told apart by its type too: 1 and True are equal, and no equal parameters."""
    if isinstance(value, list | tuple):
        return tuple(_hashable(each) for each in value)
    return (type(value), value)


def _quoted(path: Path) -> str:
    return "'" + str(path.resolve()).replace("'", "''") + "'"
