"""Setting up a client's reports: ids at the vendor, the client's own labels, the settings of an older installation."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from jobs.commands.clients import ClientName
from jobs.commands.telling import Json, table, tell
from jobs.office import Office, open_office
from lib.core.clients import Client, client_named
from lib.core.errors import BadInput
from lib.reports import service
from lib.reports.asking.schedule import read_time
from lib.reports.catalog import catalog, report_named
from lib.reports.model import ReportSetting
from lib.reports.service import Seqs
from lib.reports.settings import check_labels, check_seq


def set_(
    client: ClientName,
    seqs: Annotated[
        list[str] | None,
        typer.Option(
            "--seq",
            metavar="REPORT=REPORT_SEQ/FILTER_SEQ",
            help="The ids of a saved report and of its filter at CollaborateMD; repeat it for more.",
        ),
    ] = None,
    labels: Annotated[
        list[str] | None,
        typer.Option(
            "--label",
            metavar="LABEL=COLUMN",
            help="What a label of the client's own report means; needs --report. LABEL= takes it back.",
        ),
    ] = None,
    report: Annotated[
        str | None, typer.Option("--report", metavar="NAME", help="The report that the labels belong to.")
    ] = None,
    enable: Annotated[
        list[str] | None, typer.Option("--enable", metavar="REPORT", help="Ask for this report on schedule.")
    ] = None,
    disable: Annotated[
        list[str] | None, typer.Option("--disable", metavar="REPORT", help="Stop asking for this report on schedule.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="HH:MM", help="Time of day, in the client's zone, of its schedule (05:00)."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Set the ids, labels and schedule of a client's reports; without any option, show them."""
    wanted = read_seqs(seqs or ())
    meant = _labels(labels or (), report)
    switched = {name: name in (enable or ()) for name in (*(enable or ()), *(disable or ()))}
    _refuse_unknown({*switched, *({report} if report else ())}, both=set(enable or ()) & set(disable or ()))
    if at is not None:
        read_time(at)
    office = open_office()
    owner = client_named(office.database, office.actor, client)
    known = {s.report: s for s in service.settings_of(office.database, office.actor, owner.id)}
    changed = [name for name in catalog() if name in {*wanted, *switched, *({report} if meant and report else ())}]
    planned = [_planned(name, known.get(name), wanted, meant if name == report else {}, switched) for name in changed]
    for values in planned:
        # All of them are looked at before the first is saved.
        check_labels(report_named(values["report"]), values["labels"])
    for values in planned:
        service.save_setting(office.database, office.actor, client_id=owner.id, **values)
    if at is not None:
        service.save_time(office.database, office.actor, owner, at)
    _show(office, owner, as_json)


def import_config(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The config.ini of an older installation.")],
    as_json: Json = False,
) -> None:
    """Add and connect the clients of an older installation's config.ini; API_USERNAME and API_PASSWORD go before it.

    The ids of the saved reports are not in such a file and have to be set. Passwords are kept encrypted, never shown.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadInput(f"The file {file} cannot be read as text.", fix="Give the path of config.ini.") from None
    office = open_office()
    done = service.import_config(office.database, office.actor, text, os.environ)
    lines = [
        f"{found.name}: {'added and connected' if found.added else 'connected anew'} ({', '.join(found.accounts)})"
        for found in done.connected
    ]
    if done.had_database:
        lines.append("The Postgres it names is left as it is: Daysheet keeps its own tables.")
    if done.left_out:
        lines.append(f"Left out, because it means nothing here: {', '.join(done.left_out)}.")
    lines.append(
        "Now set the ids of each client's saved reports: "
        "python -m jobs reports set --client NAME --seq REPORT=REPORT_SEQ/FILTER_SEQ …"
    )
    tell(
        as_json,
        {
            "clients": [
                {"client": f.client_id, "name": f.name, "accounts": list(f.accounts), "added": f.added}
                for f in done.connected
            ],
            "left_out": list(done.left_out),
            "to_do": "reports set --client NAME --seq REPORT=REPORT_SEQ/FILTER_SEQ",
        },
        *lines,
    )


def read_seqs(options: Sequence[str]) -> dict[str, Seqs]:
    """`REPORT=REPORT_SEQ/FILTER_SEQ` options by report; raises BadInput, or NotFound for a report that there is not."""
    found: dict[str, Seqs] = {}
    for option in options:
        name, equals, numbers = option.partition("=")
        report, slash, filter_ = numbers.partition("/")
        if not equals or not slash:
            raise BadInput(
                f"--seq “{option}” is not REPORT=REPORT_SEQ/FILTER_SEQ.", fix="For example: ar_aging=123/456."
            )
        for number, of in ((report.strip(), "report"), (filter_.strip(), "filter")):
            check_seq(number, of)
        if name.strip() in found:
            raise BadInput(f"--seq names {name.strip()} twice.", fix="Give each report once.")
        found[report_named(name.strip()).name] = Seqs(report=report.strip(), filter=filter_.strip())
    return found


def _labels(options: Sequence[str], report: str | None) -> dict[str, str]:
    if options and report is None:
        raise BadInput("Say which report the labels belong to.", fix="Give --report NAME.")
    found = {}
    for option in options:
        # A label may hold the sign itself; a column's name never does.
        label, equals, column = option.rpartition("=")
        if not equals or not label.strip():
            raise BadInput(
                f"--label “{option}” is not LABEL=COLUMN.", fix="For example: --label “Bal Due=charge_balance”."
            )
        found[label.strip()] = column.strip()
    return found


def _refuse_unknown(names: Collection[str], *, both: Collection[str]) -> None:
    for name in names:
        report_named(name)
    if both:
        raise BadInput(f"{', '.join(sorted(both))} cannot be enabled and disabled at once.", fix="Give one of the two.")


def _planned(
    name: str,
    known: ReportSetting | None,
    wanted: Mapping[str, Seqs],
    labels: Mapping[str, str],
    switched: Mapping[str, bool],
) -> dict[str, Any]:
    """The setting as it is to be saved."""
    seqs = wanted.get(name) or (Seqs(report=known.report_seq, filter=known.filter_seq) if known else None)
    if seqs is None:
        raise BadInput(f"{name} has no ids yet.", fix=f"Set them: --seq {name}=REPORT_SEQ/FILTER_SEQ.")
    merged = {label: column for label, column in {**(known.labels if known else {}), **labels}.items() if column}
    return {
        "report": name,
        "report_seq": seqs.report,
        "filter_seq": seqs.filter,
        "labels": merged,
        "enabled": switched.get(name, known.enabled if known else True),
        "version": known.version if known else None,
    }


def _show(office: Office, client: Client, as_json: bool) -> None:
    found = service.settings_of(office.database, office.actor, client.id)
    at = f"{service.sync_time_of(office.database, office.actor, client.id).at:%H:%M}"
    rows = [
        (
            s.report,
            s.report_seq,
            s.filter_seq,
            str(catalog()[s.report].cadence) if s.enabled else "off",
            ", ".join(f"{label} = {column}" for label, column in s.labels.items()),
        )
        for s in found
    ]
    tell(
        as_json,
        {
            "client": client.id,
            "at": at,
            "reports": [
                {
                    "report": s.report,
                    "report_seq": s.report_seq,
                    "filter_seq": s.filter_seq,
                    "enabled": s.enabled,
                    "labels": dict(s.labels),
                    "version": s.version,
                }
                for s in found
            ],
        },
        table(("report", "report id", "filter id", "asked for", "labels"), rows)
        if rows
        else "No report is set up yet.",
        f"Asked for at {at} ({client.time_zone}).",
    )
