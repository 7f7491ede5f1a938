"""How long do the pages' questions take, each by itself, from the copy, from the Postgres views, and with pandas?

The questions are those that the pages ask of the latest day (bench/page_questions.py). Up to a million charge lines
are really loaded, report by report, and copied from the views. More are made by repeating the copy's rows with other
ids (bench/multiplied.py): then only the copy and pandas are asked, as the views have no such rows. Limit: 300 ms at p95
with ten million charge lines (python -m bench.query --rows 10000000). With --keep FOLDER copy and questions stay there,
and --kept FOLDER --words TEXT asks some of them again, in seconds.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import pandas as pd

from bench.kept import keep, open_kept
from bench.multiplied import multiply_copy
from bench.page_questions import Question, collect_questions
from bench.warehouse import Warehouse, warehouse
from lib.analytics.reading.reader import ViewReader
from lib.analytics.snapshot.manifest import SnapshotFolder
from lib.analytics.snapshot.reader import CopyReader

P95_MS = 300.0
ROWS, LOADED = 1_000_000, 1_000_000
#: How often the copy is asked, and how long the views are asked altogether, in an order that is drawn.
ROUNDS, VIEW_SECONDS = 3, 120.0
#: What took so long is not asked again.
_LONG_SECONDS = 0.5
_SLOWEST = 8


def main(
    rows: int = ROWS,
    loaded: int = LOADED,
    view_seconds: float = VIEW_SECONDS,
    kept_in: Path | None = None,
) -> None:
    """Measure and print one JSON line; `kept_in` is a folder to keep copy and questions in."""
    times = max(1, round(rows / loaded))
    with warehouse() as office:
        began = time.monotonic()
        office.fill(lines=min(rows, loaded), today=date.today())
        filled = time.monotonic() - began
        questions = collect_questions(office)
        multiplied = multiply_copy(office, times) if times > 1 else 0.0
        if kept_in is not None:
            keep(office, questions, kept_in)
        copy = CopyReader(SnapshotFolder(office.settings), frozenset({office.client_id}))
        by_copy = {number: _by_copy(copy, question) for number, question in enumerate(questions)}
        by_views = _by_views(office, questions, view_seconds) if times == 1 else {}
        by_pandas = _by_pandas(office)
        facts = _facts(office, filled, multiplied)
    measured: dict[str, Any] = {"copy_ms": _spread(list(by_copy.values()))}
    measured["copy_p95_ms_by_page"] = _by_page(questions, by_copy)
    measured["slowest"] = [
        {"page": questions[number].page, "ms": round(1000 * by_copy[number], 1), "asks": _said(questions[number])}
        for number in sorted(by_copy, key=lambda number: -by_copy[number])[:_SLOWEST]
    ]
    if by_views:
        same = [by_copy[number] for number in by_views]
        measured["views_ms"] = _spread(list(by_views.values()))
        measured["views_over_copy"] = {
            "p50": round(median(by_views.values()) / median(same), 1),
            "p95": round(_p95(list(by_views.values())) / _p95(same), 1),
        }
    measured["pandas_ms"] = {name: round(1000 * seconds, 1) for name, seconds in by_pandas.items()}
    print(json.dumps({"bench": "query", **facts, "limit_p95_ms": P95_MS, "questions": len(questions), **measured}))


def ask_kept(folder: Path, words: str) -> None:
    """Print the milliseconds of every kept question that holds the words, the slowest first."""
    reader, questions = open_kept(folder)
    asked = [each for each in questions if words.lower() in f"{each.page} {each.text}".lower()]
    for seconds, said in sorted(
        ((_by_copy(reader, each), f"{each.page:12} {_said(each)}") for each in asked), reverse=True
    ):
        print(f"{1000 * seconds:8.1f} ms  {said}")


def _by_copy(reader: CopyReader, question: Question) -> float:
    """The middle one of some rounds; a comment makes each a question that the reader has no answer to yet."""
    seconds: list[float] = []
    while len(seconds) < ROUNDS and sum(seconds) < _LONG_SECONDS:
        began = time.perf_counter()
        reader.ask(f"{question.text.rstrip(';')} -- {len(seconds)}", question.parameters)
        seconds.append(time.perf_counter() - began)
    return median(seconds)


def _by_views(office: Warehouse, questions: list[Question], patience: float) -> dict[int, float]:
    """Once each, as many as there is time for."""
    reader = ViewReader(office.database, office.actor)
    order = list(range(len(questions)))
    random.Random(7).shuffle(order)
    found: dict[int, float] = {}
    until = time.monotonic() + patience
    for number in order:
        if time.monotonic() > until:
            break
        began = time.perf_counter()
        reader.ask(questions[number].text, questions[number].parameters)
        found[number] = time.perf_counter() - began
    return found


def _by_pandas(office: Warehouse) -> dict[str, float]:
    """Some of the same questions, as one writes them in pandas: the file is read, then grouped."""
    folder = SnapshotFolder(office.settings)
    manifest = folder.read(office.client_id)
    assert manifest is not None
    place = folder.of_client(office.client_id)
    views = {name: place / copied.file for name, copied in manifest.days[None].items()}
    asked: dict[str, Callable[[], object]] = {
        "ar_by_payer_and_age": lambda: _grouped(
            views["ar_aging_view"], ["charge_primary_payer_name", "dos_bucket"], "debit_balance"
        ),
        "charges_by_month": lambda: _grouped(views["gross_billing_view"], ["dos_month"], "charge_amount"),
        "payments_by_payer": lambda: _grouped(
            views["payment_trends_view"], ["charge_primary_payer_name"], "payment_total_paid"
        ),
        "denials_by_category": lambda: _grouped(views["denial_trends_view"], ["category"], "charge_amount"),
    }
    found = {}
    for name, ask in asked.items():
        began = time.perf_counter()
        ask()
        found[name] = time.perf_counter() - began
    return found


def _grouped(file: Path, groups: list[str], amount: str) -> pd.Series:
    frame = pd.read_parquet(file, columns=[*groups, amount])
    return frame.groupby(groups, dropna=False)[amount].sum()


def _facts(office: Warehouse, filled: float, multiplied: float) -> dict[str, Any]:
    manifest = SnapshotFolder(office.settings).read(office.client_id)
    assert manifest is not None
    views = manifest.days[None]
    facts: dict[str, Any] = {
        "rows": {name: copied.rows for name, copied in views.items()},
        "copy_mib": round(sum(copied.bytes for copied in views.values()) / 2**20),
        "load_and_copy_seconds": round(filled, 1),
    }
    if multiplied:
        facts["made"] = "rows of the copy repeated with other ids, not loaded"
        facts["multiply_seconds"] = round(multiplied, 1)
    return facts


def _by_page(questions: list[Question], seconds: dict[int, float]) -> dict[str, float]:
    pages: dict[str, list[float]] = defaultdict(list)
    for number, question in enumerate(questions):
        pages[question.page].append(seconds[number])
    return {page: round(1000 * _p95(found), 1) for page, found in pages.items()}


def _said(question: Question) -> str:
    return " ".join(question.text.split())[:160]


def _spread(seconds: list[float]) -> dict[str, float | int]:
    return {
        "count": len(seconds),
        "p50": round(1000 * median(seconds), 1),
        "p95": round(1000 * _p95(seconds), 1),
        "most": round(1000 * max(seconds), 1),
    }


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=100, method="inclusive")[94] if len(seconds) > 1 else seconds[0]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the pages' questions.")
    parser.add_argument("--rows", type=int, default=ROWS, help="charge lines")
    parser.add_argument("--loaded", type=int, default=LOADED, help="of these, at most so many are really loaded")
    parser.add_argument("--view-seconds", type=float, default=VIEW_SECONDS, help="how long the views are asked")
    parser.add_argument("--keep", type=Path, help="a folder to keep copy and questions in")
    parser.add_argument("--kept", type=Path, help="measure only the questions kept in that folder")
    parser.add_argument("--words", default="", help="of these only those whose page or text holds this")
    given = parser.parse_args()
    if given.kept:
        ask_kept(given.kept, given.words)
    else:
        main(given.rows, given.loaded, given.view_seconds, given.keep)
