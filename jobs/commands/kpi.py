"""Key figures from the shell, with all that makes them provable."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from jobs.commands.telling import Json, table, tell
from jobs.office import open_office
from lib.analytics.kpis.definitions import Unit, definition_named, definitions
from lib.analytics.kpis.document import kpi_document
from lib.analytics.kpis.model import KpiValue
from lib.analytics.kpis.plain import as_object, plain
from lib.analytics.kpis.service import kpi as ask_for
from lib.analytics.reading.filters import Filters
from lib.analytics.reading.views import Clock, Dimension
from lib.analytics.snapshot.reader import open_reader
from lib.core.clients import client_named
from lib.core.errors import BadInput

_Values = list[str]


def kpi(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="A key figure; “list” shows them, “document” writes docs/kpis.md anew."),
    ],
    client: Annotated[
        str | None, typer.Option("--client", metavar="NAME", help="The client whose figure it is.")
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="As known on this day; else the latest.")
    ] = None,
    practice: Annotated[_Values | None, typer.Option("--practice", help="Of this practice; may be repeated.")] = None,
    payer: Annotated[_Values | None, typer.Option("--payer", help="Of this primary payer; may be repeated.")] = None,
    facility: Annotated[_Values | None, typer.Option("--facility", help="Of this facility; may be repeated.")] = None,
    provider: Annotated[_Values | None, typer.Option("--provider", help="Of this provider; may be repeated.")] = None,
    first_day: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day, on the figure's own date basis."),
    ] = None,
    last_day: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day.")] = None,
    clock: Annotated[
        Clock, typer.Option("--clock", help="The date to go by, where the figure has a choice.")
    ] = Clock.DOS,
    chosen: Annotated[
        _Values | None, typer.Option("--set", metavar="NAME=VALUE", help="A setting of the figure; may be repeated.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where “document” writes.")] = Path("docs/kpis.md"),
    as_json: Json = False,
) -> None:
    """Tell a key figure of a client, its numerator, denominator, days, date basis, as-of day and number of rows."""
    if name == "list":
        return _list(as_json)
    if name == "document":
        output.write_text(kpi_document(), encoding="utf-8")
        return tell(as_json, {"file": str(output)}, f"The definitions are in {output}.")
    definition_named(name)
    if client is None:
        raise BadInput("Whose figure?", fix="Give --client NAME.")
    day = as_of.date() if as_of else None
    narrowed = {
        Dimension.PRACTICE: practice,
        Dimension.PAYER: payer,
        Dimension.FACILITY: facility,
        Dimension.PROVIDER: provider,
    }
    filters = Filters(
        chosen={dimension: tuple(values) for dimension, values in narrowed.items() if values},
        first_day=first_day.date() if first_day else None,
        last_day=last_day.date() if last_day else None,
        clock=clock,
        as_of=day,
    )
    office = open_office()
    actor = office.actor.narrowed(client_named(office.database, office.actor, client).id)
    reader = open_reader(office.database, office.settings, actor, as_of=day)
    value = ask_for(reader, name, filters, day, settings=_settings(chosen or []))
    tell(as_json, as_object(value), *_lines(value))


def _lines(value: KpiValue) -> list[str]:
    definition = definition_named(value.name)
    facts = [
        ("value", _shown(value.value, value.unit) if value.value is not None else f"no value: {value.reason}"),
        ("formula", definition.formula),
        ("numerator", value.numerator and f"{value.numerator:,f}  ({definition.numerator})"),
        ("denominator", value.denominator and f"{value.denominator:,f}  ({definition.denominator})"),
        ("days", value.window and f"{value.window.first} to {value.window.last}"),
        ("date basis", value.date_basis),
        ("as of", value.as_of),
        ("rows", f"{value.rows:,}"),
        *((definition.extras[name], plain(each)) for name, each in value.extras.items()),
        ("not heeded", ", ".join(value.unheeded)),
    ]
    return [
        value.title,
        *(f"  {title}: {said}" for title, said in facts if said not in (None, "")),
        *(f"  {note}" for note in value.notes),
    ]


def _list(as_json: bool) -> None:
    every = definitions().values()
    tell(
        as_json,
        {"kpis": [{"kpi": d.name, "title": d.title, "unit": str(d.unit), "formula": d.formula} for d in every]},
        table(("name", "title", "unit", "formula"), [(d.name, d.title, d.unit, d.formula) for d in every]),
    )


def _shown(value: Decimal, unit: Unit) -> str:
    match unit:
        case Unit.PERCENT:
            return f"{value * 100:.2f} %"
        case Unit.MONEY:
            return f"${value:,.2f}"
        case Unit.DAYS | Unit.HOURS:
            return f"{value:.1f} {unit}"
        case Unit.COUNT:
            return f"{value:,.0f}"


def _settings(chosen: list[str]) -> dict[str, int | str]:
    settings: dict[str, int | str] = {}
    for each in chosen:
        name, equals, value = each.partition("=")
        if not equals:
            raise BadInput(f"“{each}” sets nothing.", fix="Write NAME=VALUE.")
        settings[name] = value
    return settings
