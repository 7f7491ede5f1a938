"""Logs as JSON lines, with what a run's thread is about; never a payload, a name or a credential."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from lib.core.settings import Settings

#: Libraries whose messages may hold addresses with credentials, or what is sent.
_QUIET = ("yoyo", "zeep", "urllib3", "sqlalchemy", "procrastinate", "apscheduler", "asyncio")
#: Said by us in words of our own, where it matters.
_SILENT = ("psycopg.pool",)


def start_logging(settings: Settings, *, readable: bool = False) -> None:
    """Send the process's logs to standard error: JSON lines, or with `readable` lines for a person."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
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
