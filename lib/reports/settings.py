"""How a client's reports are called at the vendor, and what the client's own labels mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lib.core import audit
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.database import Database, Session, as_json, named_queries
from lib.core.errors import BadInput, Conflict
from lib.reports.catalog import Report, catalog, report_named
from lib.reports.model import ReportSetting
from lib.reports.reading.headers import snake_case

_SQL = named_queries("reports")
_SEQ = re.compile(r"[0-9]{1,19}", re.ASCII)


def read_settings(session: Session, client_id: str | None = None) -> list[ReportSetting]:
    """The settings of a client, or of all in scope, in the catalog's order."""
    found = [_setting(row) for row in _SQL.settings(session.raw, client_id=client_id)]
    places = {name: place for place, name in enumerate(catalog())}
    return sorted(found, key=lambda setting: (int(setting.client_id), places.get(setting.report, len(places))))


def save_setting(
    database: Database,
    actor: Actor,
    *,
    client_id: str,
    report: str,
    report_seq: str,
    filter_seq: str,
    labels: Mapping[str, str] | None = None,
    enabled: bool = True,
    version: int | None = None,
) -> ReportSetting:
    """Save how a report of a client is called; `version` is the one that was seen, None where there was none.

    Raises BadInput for ids that are no numbers and for labels that name no column, Conflict when somebody was faster.
    """
    gate.must(database, actor, Permission.REPORTS_SETTINGS)
    described = report_named(report)
    for number, of in ((report_seq, "report"), (filter_seq, "filter")):
        check_seq(number, of)
    labels = check_labels(described, labels or {})
    values: dict[str, Any] = {
        "client_id": client_id,
        "report": report,
        "report_seq": report_seq,
        "filter_seq": filter_seq,
        "labels": as_json(labels),
        "enabled": enabled,
        "who": actor.label,
    }
    with database.session(actor) as session:
        if version is None:
            row = _SQL.add_setting(session.raw, **values)
        else:
            row = _SQL.change_setting(session.raw, **values, version=version)
        if row is None:
            raise Conflict(
                f"Somebody else has just changed the settings of {report}.", fix="Look at them again, then save."
            )
        audit.record(
            session,
            "reports:setting:save:done",
            f"report:{report}",
            client_id=client_id,
            version=row.version,
            enabled=enabled,
            labels=len(labels),
        )
    return _setting(row)


def check_seq(number: str, of: str) -> None:
    """Raise BadInput where an id of the vendor is not a number."""
    if not _SEQ.fullmatch(number):
        raise BadInput(
            f"The {of} id “{number}” is not a number.", fix="Take it from the saved report's address in CollaborateMD."
        )


def check_labels(report: Report, labels: Mapping[str, str]) -> dict[str, str]:
    """The labels with a column each; raises BadInput for a column that there is not, and for one named twice."""
    kept: dict[str, str] = {}
    columns = {column.name for column in report.columns}
    spelled: dict[str, str] = {}
    for label, column in ((label.strip(), column.strip()) for label, column in labels.items()):
        if not label:
            raise BadInput("A label is empty.", fix="Write it as the header of the report shows it.")
        if column not in columns:
            raise BadInput(
                f"The label “{label}” is mapped to {column}, which {report.name} does not have.",
                fix=f"Columns: {', '.join(sorted(columns))}.",
            )
        if snake_case(label) in spelled:
            raise BadInput(f"The label “{label}” is mapped twice.", fix="Keep one.")
        if column in kept.values():
            raise BadInput(f"Two labels are mapped to {column}.", fix="Keep the one that the report shows.")
        spelled[snake_case(label)] = label
        kept[label] = column
    return kept


def _setting(row: Any) -> ReportSetting:
    return ReportSetting(
        client_id=str(row.client_id),
        report=row.report_name,
        report_seq=row.report_seq,
        filter_seq=row.filter_seq,
        labels=row.labels,
        enabled=row.enabled,
        scheduled_from=row.scheduled_from,
        version=row.version,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )
