"""The data dictionary: every view of schema reporting, made of its file's first lines, its comments and the catalog."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from lib.core.actor import Actor
from lib.core.database import Database
from lib.core.errors import Misconfigured
from lib.core.settings import ROOT
from lib.reports.catalog import Column, catalog
from lib.reports.views.view_rows import ViewColumn, columns_of, list_views

_FOLDER = ROOT / "sql" / "views"
_HEADING = re.compile(r"^-- (Purpose|Grain|Date basis): (.*)$")
_TOP = """\
# Data dictionary

Every view of schema `reporting`. Made by `python -m jobs dictionary` from the files in `sql/views`, the comments in the
database and the catalog of reports; do not edit it. Amounts are dollars, moments are UTC, days are plain dates. A
column marked *extension* is empty where the client's saved report was not widened by it; one marked *personal* names or
identifies a patient. A transaction that sets `daysheet.as_of` to a day reads every view as it was known on that day.

The views named `…_rows` hold the rows of each report as they came, under the same names as `warehouse.…`.
`reporting.denial_codes` and `reporting.adjustment_kinds` hold our categories of codes by version.
"""
#: What every view has.
_COMMON = {
    "client_id": "the client",
    "customer_account": "the client's account at the vendor",
    "package_id": "load package that the row came in",
    "as_of": "day that the report shows",
    "extras": "columns of the saved report that the catalog does not know, as JSON; may be personal",
}


def dictionary(database: Database, actor: Actor) -> str:
    """The whole dictionary as Markdown, the same for the same database version.

    Raises Misconfigured where a view has no file with Purpose, Grain and Date basis, or a column no meaning.
    """
    with database.session(actor) as session:
        views = {view: columns_of(session, view) for view in list_views(session)}
    files = {re.sub(r"^\d+_", "", path.stem): path for path in sorted(_FOLDER.glob("*.sql"))}
    missing = sorted(set(views) - set(files))
    if missing:
        raise Misconfigured(f"These views have no file in sql/views: {', '.join(missing)}.")
    order = sorted(views, key=lambda view: (view.endswith("_rows"), files[view].name))
    return "\n".join([_TOP, *(_section(view, files[view], views[view]) for view in order)])


def headings_of(path: Path) -> dict[str, str]:
    """What the first lines of a view's file say: Purpose, Grain, Date basis. Raises Misconfigured for a missing one."""
    found: dict[str, str] = {}
    current = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("--"):
            break
        if heading := _HEADING.match(line):
            current = heading[1]
            found[current] = heading[2]
        elif current:
            found[current] += " " + line.removeprefix("--").strip()
    if set(found) != {"Purpose", "Grain", "Date basis"}:
        raise Misconfigured(f"{path.name} must begin with Purpose, Grain and Date basis.")
    return found


@lru_cache(maxsize=64)
def about_view(view: str) -> dict[str, str]:
    """Purpose, Grain and Date basis of a view. Raises Misconfigured for one without a file that says them."""
    paths = [path for path in _FOLDER.glob("*.sql") if re.sub(r"^\d+_", "", path.stem) == view]
    if not paths:
        raise Misconfigured(f"The view {view} has no file in sql/views.")
    return headings_of(paths[0])


def meaning_of(view: str, column: ViewColumn) -> str:
    """What a column of a view means. Raises Misconfigured for one that has no meaning."""
    return _meaning(view, column, _known().get(column.name))


def _section(view: str, path: Path, columns: list[ViewColumn]) -> str:
    said = headings_of(path)
    known = _known()
    lines = [
        f"## {view}",
        "",
        *(f"**{heading}:** {said[heading]}  " for heading in ("Purpose", "Grain", "Date basis")),
        "",
        "| column | type | meaning | |",
        "|---|---|---|---|",
        *(
            f"| {c.name} | {c.type} | {_meaning(view, c, known.get(c.name))} | {_marks(c, view, known)} |"
            for c in columns
        ),
        "",
    ]
    return "\n".join(line.rstrip() if line.startswith("|") else line for line in lines)


@lru_cache(maxsize=1)
def _known() -> dict[str, Column]:
    return {column.name: column for report in catalog().values() for column in report.columns}


def _meaning(view: str, column: ViewColumn, known: Column | None) -> str:
    meaning = column.said or _COMMON.get(column.name)
    if meaning is None and known is not None:
        meaning = known.basis or f"“{known.label}” of the report"
    if meaning is None:
        raise Misconfigured(f"The column {column.name} of {view} has no comment, and the catalog does not know it.")
    return meaning.replace("|", "\\|")


def _marks(column: ViewColumn, view: str, known: dict[str, Column]) -> str:
    found = known.get(column.name)
    marks = ["*personal*"] if column.name == "extras" or (found is not None and found.personal) else []
    report = catalog().get(re.sub(r"_(rows|view)$", "", view))
    if report is not None and any(c.name == column.name and c.extension for c in report.columns):
        marks.append("*extension*")
    return " ".join(marks)
