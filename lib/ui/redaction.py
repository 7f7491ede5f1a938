"""Keeps the text of exceptions out of Streamlit's logs: it may quote a row, a name or a statement."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Any


def redact_streamlit_logs() -> None:
    """From now on, Streamlit's log records name an exception's type and place, never its text.

    At the source of records, because Streamlit makes its loggers as it goes, each with a handler of its own.
    """
    make = logging.getLogRecordFactory()

    def make_redacted(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        # makeLogRecord, which copies records, asks for one without a name first.
        return redacted(record) if (record.name or "").startswith("streamlit") else record

    logging.setLogRecordFactory(make_redacted)


def redacted(record: logging.LogRecord) -> logging.LogRecord:
    """The record without the text of exceptions, whether attached to it or given as an argument."""
    if isinstance(record.args, tuple):
        record.args = tuple(type(arg).__name__ if isinstance(arg, BaseException) else arg for arg in record.args)
    info = record.exc_info
    if info and info[0]:
        message = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        record.msg, record.args = f"{message.split('%')[0].strip()}: {info[0].__name__} at {_place(info[2])}", ()
        record.exc_info = record.exc_text = None
    elif isinstance(record.msg, BaseException):
        record.msg = type(record.msg).__name__
    return record


def _place(trace: TracebackType | None) -> str:
    places = []
    while trace is not None:
        places.append(f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " < ".join(reversed(places[-4:])) or "an unknown place"
