"""Figures of the whole office for Prometheus, read from the database when they are asked for.

They are the same whichever process is asked, so a query takes their max over processes, never their sum.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from lib.core.errors import DaysheetError
from lib.operations.model import Figures, Machine

_LOG = logging.getLogger(__name__)
_OFFICE = "daysheet_office_"
_UP = "Whether the database answers with the office's figures."
_Sample = tuple[Sequence[str], float]


class OfficeCollector(Collector):
    """Collects the office's figures and the machine's; without a database, the machine's and that it is down."""

    def __init__(self, figures: Callable[[], Figures], machine: Callable[[], Machine]) -> None:
        self._figures = figures
        self._machine = machine

    def describe(self) -> Iterable[Metric]:
        """Nothing ahead: to register must not ask the database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Every figure now."""
        yield from _of_machine(self._machine())
        try:
            figures = self._figures()
        except DaysheetError as error:
            _LOG.warning("the office's figures could not be read", extra={"error": type(error).__name__})
            yield _gauge("database_up", _UP, (), [((), 0)])
            return
        yield _gauge("database_up", _UP, (), [((), 1)])
        yield from _of_runs(figures)
        yield from _of_vendors(figures)
        yield from _of_reports(figures)
        yield from _of_upkeep(figures)
        yield from _of_database(figures)


def _of_runs(figures: Figures) -> Iterator[Metric]:
    queue, unsettled = figures.queue, figures.unsettled
    runs = [((run.kind, run.state), run.runs) for run in figures.runs]
    yield _gauge("runs", "Runs there are, by kind and state.", ("kind", "state"), runs)
    ended = [
        ((run.kind, run.state), run.ended_seconds_ago) for run in figures.runs if run.ended_seconds_ago is not None
    ]
    said = "Seconds since the last run of a kind ended in a state: how old the last backup is, for one."
    yield _gauge("run_ended_seconds_ago", said, ("kind", "state"), ended)
    yield _gauge("queue_runs", "Runs that wait or are at work.", ("state",), _queue_samples(figures))
    yield _gauge("queue_oldest_seconds", "Longest wait for nothing but a worker.", (), [((), queue.oldest_seconds)])
    yield _gauge("workers", "Side processes whose workers have given a sign of life.", (), [((), queue.workers)])
    states = [(("sending",), unsettled.sending), (("unknown",), unsettled.unknown)]
    yield _gauge("intents_unsettled", "Writes whose outcome is open, by state.", ("state",), states)
    said = "Unknown writes that only a person can decide."
    yield _gauge("intents_undecidable", said, (), [((), unsettled.undecidable)])
    of_day = [((one.kind, one.state), one.intents) for one in figures.intents_of_day]
    said = "Writes of the runs of the last 24 hours, by kind and state."
    yield _gauge("intents_day", said, ("kind", "state"), of_day)


def _queue_samples(figures: Figures) -> list[_Sample]:
    queue = figures.queue
    return [(("waiting",), queue.waiting), (("running",), queue.running), (("silent",), queue.silent)]


def _of_vendors(figures: Figures) -> Iterator[Metric]:
    gaps = [((one.operation,), one.gap_seconds) for one in figures.throttles]
    yield _gauge("vendor_gap_seconds", "Widest gap that an account is held to.", ("operation",), gaps)
    early = [((one.operation,), one.refusals) for one in figures.throttles]
    yield _counter("vendor_refusals", "Calls refused as too early.", ("operation",), early)
    said = "Vendor logins refused when last used."
    yield _gauge("logins_refused", said, (), [((), len(figures.refused_logins))])


def _of_reports(figures: Figures) -> Iterator[Metric]:
    reports = figures.reports
    yield _counter("rows_loaded", "Report rows loaded.", ("report",), [((one.report,), one.loaded) for one in reports])
    rejected = [((one.report,), one.rejected) for one in reports]
    yield _counter("rows_rejected", "Report rows that could not be loaded.", ("report",), rejected)
    held = [((one.report,), one.held) for one in reports]
    yield _gauge("packages_held", "Load packages that wait for a person.", ("report",), held)


def _of_upkeep(figures: Figures) -> Iterator[Metric]:
    upkeep = figures.upkeep
    yield _gauge("audit_unsealed", "Audit events without a seal.", (), [((), upkeep.unsealed)])
    said = "How long the oldest audit event has waited for its seal."
    yield _gauge("audit_unsealed_seconds", said, (), [((), upkeep.unsealed_seconds)])
    yield _gauge("schedules_overdue", "Schedules overdue by minutes.", (), [((), upkeep.overdue_schedules)])
    yield _gauge("channels_failing", "Channels of notices that fail.", (), [((), upkeep.failing_channels)])


def _of_database(figures: Figures) -> Iterator[Metric]:
    people = figures.people
    yield _gauge("sessions", "Sessions of signed-in people.", (), [((), people.sessions)])
    yield _gauge("people_signed_in", "People with an open session.", (), [((), people.signed_in)])
    yield _gauge("people", "People who may sign in.", (), [((), people.people)])
    yield _gauge("database_bytes", "Size of the database.", (), [((), figures.database_bytes)])
    connections = [(("open",), figures.connections), (("most",), figures.most_connections)]
    yield _gauge("database_connections", "Connections to the database, and the most it takes.", ("state",), connections)


def _of_machine(now: Machine) -> Iterator[Metric]:
    """Of the machine that this process is on; node_exporter tells more where it runs."""
    for name, said, value in (
        ("processors", "Processors of this machine.", now.processors),
        ("load", "Processes that wanted a processor over the last minute.", now.load),
        ("memory_bytes", "Memory of this machine.", now.memory_bytes),
        ("memory_free_bytes", "Memory of this machine that is available.", now.memory_free_bytes),
        ("disk_bytes", "Size of the disk that holds the home.", now.disk_bytes),
        ("disk_free_bytes", "Free room on the disk that holds the home.", now.disk_free_bytes),
    ):
        yield GaugeMetricFamily(f"daysheet_machine_{name}", said, value)


def _gauge(name: str, said: str, labels: Sequence[str], samples: Sequence[_Sample]) -> Metric:
    family = GaugeMetricFamily(_OFFICE + name, said, labels=labels)
    for values, value in samples:
        family.add_metric(values, value)
    return family


def _counter(name: str, said: str, labels: Sequence[str], samples: Sequence[_Sample]) -> Metric:
    family = CounterMetricFamily(_OFFICE + name, said, labels=labels)
    for values, value in samples:
        family.add_metric(values, value)
    return family
