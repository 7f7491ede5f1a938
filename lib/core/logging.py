"""Logs as JSON lines, with what a request or a run is about; never a payload, a name or a credential."""

from __future__ import annotations

import contextvars
import logging
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import ParamSpec, TypeVar

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from lib.core.process_name import process_part
from lib.core.settings import Settings

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

#: Libraries whose messages may hold addresses with credentials, or what is sent.
_QUIET = ("yoyo", "zeep", "urllib3", "sqlalchemy", "procrastinate", "apscheduler", "asyncio")
#: Said by us in words of our own, where it matters.
_SILENT = ("psycopg.pool",)


def start_logging(settings: Settings, *, readable: bool = False) -> None:
    """Send the process's logs to standard error: JSON lines, or with `readable` lines for a person.

    Each line has event, level, logger, timestamp (UTC), process, and inside a request or a run their ids.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _with_process,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # An exception's text may quote a row or a statement; where it happened and what kind it was is enough.
    tail: list[Processor] = [
        _exception_without_text,
        structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *tail]
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def about(**ids: str) -> AbstractContextManager[None]:
    """Every line that is logged inside says these ids too: `request`, `run`, `page`."""
    return structlog.contextvars.bound_contextvars(**ids)


def carried(work: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """The work as another thread may do it, with the ids that lines say here; it may be called many times at once."""
    here = contextvars.copy_context()

    def carry(*args: Given.args, **options: Given.kwargs) -> Answer:
        # A context can be entered only once at a time.
        return here.copy().run(work, *args, **options)

    return carry


def _with_process(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event["process"] = process_part()
    return event


def _exception_without_text(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if info and info[0]:
        event["exception"] = info[0].__name__
        trace, places = info[2], []
        while trace is not None:
            places.append(f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}")
            trace = trace.tb_next
        event["at"] = places[-6:]
    return event
