"""Dashboard, alert rules and log shipping name only figures, labels and fields that there are."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import Any

import pytest
import yaml
from prometheus_client.core import Metric

from lib.core import metrics
from lib.core.settings import ROOT
from lib.operations.collector import OfficeCollector
from lib.operations.machine import machine
from lib.operations.model import (
    Figures,
    IntentCount,
    People,
    Queue,
    ReportRows,
    RunCount,
    Throttle,
    Unsettled,
    Upkeep,
)

FOLDER = ROOT / "docs" / "operations"
_FIGURES = Figures(
    runs=(RunCount(kind="charges", state="finished", runs=1, ended_seconds_ago=1.0),),
    queue=Queue(waiting=0, running=0, oldest_seconds=0, silent=0, workers=1, worker_seen_at=None),
    unsettled=Unsettled(sending=0, unknown=0, undecidable=0),
    intents_of_day=(IntentCount(kind="payment", state="posted", intents=1),),
    throttles=(Throttle(operation="CreatePayment", gap_seconds=0.5, refusals=0),),
    reports=(ReportRows(report="ar_aging", loaded=1, rejected=0, held=0),),
    refused_logins=(),
    people=People(sessions=1, signed_in=1, people=1),
    upkeep=Upkeep(unsealed=0, unsealed_seconds=0, overdue_schedules=0, failing_channels=0),
    database_bytes=1,
    connections=1,
    most_connections=100,
)
#: Given by Prometheus itself and by the scrape configuration.
_GIVEN = {"up": {"job", "instance", "part"}}
_NAME = re.compile(r"\b(up|daysheet_\w+|process_\w+)\b(?:\{([^}]*)\})?")
_GROUPED = re.compile(r"\b(?:by|ignoring)\s*\(([^)]*)\)")


def _exposed() -> dict[str, set[str]]:
    """Every series that /metrics may show, with its labels."""
    # A labelled figure shows its labels once it has been counted.
    metrics.REQUESTS.labels("page", "200")
    metrics.REQUEST_SECONDS.labels("page")
    metrics.SCRIPT_SECONDS.labels("overview")
    metrics.RUN_SECONDS.labels("charges", "finished")
    metrics.VENDOR_CALLS.labels("CreatePayment", "answered")
    metrics.POOL_CONNECTIONS.labels("taken")
    series: dict[str, set[str]] = defaultdict(set)
    office = OfficeCollector(lambda: _FIGURES, lambda: machine(ROOT))
    for metric in [*office.collect(), *metrics.REGISTRY.collect()]:
        for name in _series_names(metric):
            series[name] |= {label for sample in metric.samples for label in sample.labels}
    return series


def _series_names(metric: Metric) -> set[str]:
    ends = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(metric.type, ("",))
    return {metric.name + end for end in ends}


def _rules() -> list[dict[str, Any]]:
    document = yaml.safe_load((FOLDER / "rules.yaml").read_text(encoding="utf-8"))
    return [rule for group in document["groups"] for rule in group["rules"]]


def _panels() -> list[dict[str, Any]]:
    return [p for p in json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))["panels"] if "targets" in p]


def _questions() -> list[tuple[str, str]]:
    asked = [(rule["alert"], rule["expr"]) for rule in _rules()]
    return asked + [(panel["title"], target["expr"]) for panel in _panels() for target in panel["targets"]]


@pytest.mark.parametrize(("who", "question"), _questions())
def test_every_question_is_about_figures_and_labels_that_are_shown(who: str, question: str) -> None:
    exposed, labels = _exposed() | _GIVEN, {"job", "instance", "part"}
    asked = [(found[1], found[2] or "") for found in _NAME.finditer(re.sub(r'"[^"]*"', '""', question))]
    assert asked, who
    for name, chosen in asked:
        assert name in exposed, f"{who}: {name}"
        labels |= exposed[name]
        assert {part.split("=")[0].rstrip("!~ ").strip() for part in chosen.split(",") if part} <= labels, who
    for grouped in _GROUPED.findall(question):
        assert {label.strip() for label in grouped.split(",")} <= labels, f"{who}: {grouped}"
    assert question.count("(") == question.count(")") and question.count("{") == question.count("}"), who


def test_what_is_the_same_in_every_process_is_never_summed_over_processes() -> None:
    for who, question in _questions():
        for found in re.finditer(r"(\w+)(?: by \([^)]*\))?\s*\((?:rate\(|increase\()?daysheet_office_", question):
            assert found[1] in ("max", "min"), who


def test_every_alert_says_how_grave_it_is_what_it_means_and_what_to_do() -> None:
    rules = _rules()
    assert len({rule["alert"] for rule in rules}) == len(rules) > 15
    for rule in rules:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("critical", "warning", "info"), rule["alert"]
        assert set(rule["annotations"]) == {"summary", "action"}, rule["alert"]
        assert all(text.endswith(".") for text in rule["annotations"].values()), rule["alert"]


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    dashboard = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
    assert {"title", "uid", "schemaVersion", "panels", "templating", "time"} <= set(dashboard)
    numbers = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(numbers)) == len(numbers)
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken and place["x"] + place["w"] <= 24, panel["title"]
        taken |= cells


def test_prometheus_reads_the_rules_and_logs_ship_only_few_labels() -> None:
    scrape = yaml.safe_load((FOLDER / "prometheus.yaml").read_text(encoding="utf-8"))
    assert scrape["rule_files"] == ["rules.yaml"]
    assert {each["job_name"] for each in scrape["scrape_configs"]} == {"daysheet"}
    shipped = (FOLDER / "logs.alloy").read_text(encoding="utf-8")
    assert shipped.count("{") == shipped.count("}")
    labels = re.search(r"stage\.labels \{\s*values = \{([^}]*)\}", shipped)
    assert labels and set(re.findall(r"(\w+) =", labels[1])) == {"level", "process"}


def test_the_folder_has_a_word_on_each_file() -> None:
    said = (FOLDER / "README.md").read_text(encoding="utf-8")
    names = {path.name for path in FOLDER.iterdir()} - {"README.md"}
    assert {name for name in names if f"]({name})" not in said} == set()
