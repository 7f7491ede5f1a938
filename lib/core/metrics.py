"""What this process counts of itself, for Prometheus. Labels are of our own short lists: never a name, never an id.

What stands in the database is read when somebody looks (lib/operations/collector.py); it is the same for every process.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

_QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 10.0)
_LONG = (1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14400)

REQUESTS = Counter(
    "daysheet_requests",
    "HTTP requests answered, by place (a route's pattern, or a kind of Streamlit's own) and status.",
    ("place", "status"),
    registry=REGISTRY,
)
REQUEST_SECONDS = Histogram(
    "daysheet_request_seconds",
    "Seconds until an HTTP request was answered whole.",
    ("place",),
    buckets=_QUICK,
    registry=REGISTRY,
)
SOCKETS = Gauge("daysheet_open_sockets", "Browser tabs that hold a connection now.", registry=REGISTRY)
SCRIPT_SECONDS = Histogram(
    "daysheet_script_seconds",
    "Seconds that the server took to draw a whole page; what redraws a part of one is not counted.",
    ("page",),
    buckets=_QUICK,
    registry=REGISTRY,
)
RUN_SECONDS = Histogram(
    "daysheet_run_seconds",
    "Seconds that this process worked on a run until it was closed, by kind and the state it was closed in.",
    ("kind", "outcome"),
    buckets=_LONG,
    registry=REGISTRY,
)
VENDOR_CALLS = Counter(
    "daysheet_vendor_calls",
    "Calls of vendors by this process: answered, refused (of one record), throttled (too early), failed (no answer).",
    ("operation", "outcome"),
    registry=REGISTRY,
)
POOL_CONNECTIONS = Gauge(
    "daysheet_pool_connections", "Connections of this process to the database.", ("state",), registry=REGISTRY
)
