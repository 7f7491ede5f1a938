"""Load packages from the shell: list them, and decide on those that wait for a person."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from jobs.commands.telling import Json, table, tell
from jobs.office import open_office
from lib.core.clients import client_named, list_clients
from lib.core.errors import BadInput
from lib.reports.catalog import report_named
from lib.reports.loading.packages import discard_package, list_packages, publish_package
from lib.reports.model import Package, PackageState

PackageId = Annotated[str, typer.Argument(metavar="ID", help="The package's number.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept with the package and in the audit.")]


def packages(
    client: Annotated[str | None, typer.Option("--client", metavar="NAME", help="Of this client only.")] = None,
    report: Annotated[str | None, typer.Option("--report", metavar="NAME", help="Of this report only.")] = None,
    state: Annotated[PackageState | None, typer.Option("--state", help="In this state only.")] = None,
    most: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 50,
    as_json: Json = False,
) -> None:
    """List load packages, the newest first: what was loaded, what waits for a person, what failed and why."""
    office = open_office()
    names = {each.id: each.name for each in list_clients(office.database, office.actor)}
    client_id = client_named(office.database, office.actor, client).id if client is not None else None
    found = list_packages(
        office.database,
        office.actor,
        client_id=client_id,
        report=report_named(report).name if report is not None else None,
        state=state,
        most=most,
    )
    titles = ("id", "state", "client", "account", "report", "as of", "rows", "rejected", "findings")
    rows = [
        (
            p.id,
            f"{p.state}, shown" if p.shown else str(p.state),
            names.get(p.cell.client_id, p.cell.client_id),
            p.cell.account,
            p.cell.report,
            p.as_of,
            p.rows_loaded,
            p.rows_rejected,
            " ".join(p.findings),
        )
        for p in found
    ]
    tell(
        as_json,
        {"packages": [as_object(package, names) for package in found]},
        table(titles, rows) if rows else "There is no such package.",
    )


def publish(package_id: PackageId, reason: Reason, as_json: Json = False) -> None:
    """Publish a held package: readers see its rows from now on."""
    office = open_office()
    package = publish_package(office.database, office.actor, _number(package_id), reason)
    tell(as_json, as_object(package), f"Package {package.id} is published: {package.rows_loaded:,} rows.")


def discard(package_id: PackageId, reason: Reason, as_json: Json = False) -> None:
    """Throw a held package away: readers keep seeing what they saw."""
    office = open_office()
    package = discard_package(office.database, office.actor, _number(package_id), reason)
    tell(as_json, as_object(package), f"Package {package.id} is thrown away.")


def as_object(package: Package, names: dict[str, str] | None = None) -> dict[str, Any]:
    """The package as JSON."""
    return {
        "package": package.id,
        "state": str(package.state),
        "shown": package.shown,
        "client": (names or {}).get(package.cell.client_id, package.cell.client_id),
        "account": package.cell.account,
        "report": package.cell.report,
        "as_of": package.as_of.isoformat(),
        "rows_read": package.rows_read,
        "rows_loaded": package.rows_loaded,
        "rows_rejected": package.rows_rejected,
        "totals": {name: str(total) for name, total in package.totals.items()},
        "differences": dict(package.differences),
        "findings": list(package.findings),
        "run": package.run_id,
        "began_at": package.began_at.isoformat(),
        "published_at": package.published_at.isoformat() if package.published_at else None,
        "seconds": package.seconds,
        "decided_by": package.decided_by,
        "reason": package.reason,
    }


def _number(package_id: str) -> str:
    if not package_id.isascii() or not package_id.isdecimal() or len(package_id) > 18:
        raise BadInput(
            f"“{package_id}” is not a package's number.", fix="List them with: python -m jobs reports packages."
        )
    return package_id
