"""What is answered, as records that make the JSON and its description; amounts are text with their cents."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from lib.analytics.figures.figure import Figure, Part
from lib.analytics.kpis.definitions import BASES, Definition
from lib.analytics.kpis.plain import plain
from lib.analytics.reading.filters import Filters

_NO_STORE = {"Cache-Control": "no-store"}


class ClientAnswer(BaseModel):
    """A client of the office."""

    id: str
    name: str
    time_zone: str


class ClientsAnswer(BaseModel):
    """The clients that can be asked about."""

    clients: list[ClientAnswer]


class TargetAnswer(BaseModel):
    """What a figure should reach."""

    value: str
    source: str


class SettingAnswer(BaseModel):
    """What can be chosen of a key figure."""

    name: str
    title: str
    default: int | str


class DefinitionAnswer(BaseModel):
    """What a key figure is."""

    kpi: str
    title: str
    unit: str
    formula: str
    numerator: str
    denominator: str | None
    window: str
    date_bases: list[str]
    exclusions: str
    good: str = Field(description="The direction that is good: lower, higher or none.")
    target: TargetAnswer | None
    settings: list[SettingAnswer]
    extras: dict[str, str]
    version: int

    @classmethod
    def of(cls, definition: Definition) -> DefinitionAnswer:
        """A definition as it is answered."""
        target = definition.target
        return cls(
            kpi=definition.name,
            title=definition.title,
            unit=str(definition.unit),
            formula=definition.formula,
            numerator=definition.numerator,
            denominator=definition.denominator,
            window=definition.window.words,
            date_bases=[BASES[clock] for clock in definition.clocks],
            exclusions=definition.exclusions,
            good=str(definition.good),
            target=TargetAnswer(value=f"{target.value:f}", source=target.source) if target else None,
            settings=[
                SettingAnswer(name=each.name, title=each.title, default=each.default)
                for each in definition.settings.values()
            ],
            extras=dict(definition.extras),
            version=definition.version,
        )


class DefinitionsAnswer(BaseModel):
    """Every key figure."""

    kpis: list[DefinitionAnswer]


class WindowAnswer(BaseModel):
    """Days, both inclusive."""

    first: str
    last: str


class MissingAnswer(BaseModel):
    """A column that a saved report lacks, and what to add to it."""

    client_id: str
    report: str
    column: str
    add: str


class LeftOutAnswer(BaseModel):
    """A client that a figure of several does not count, and why."""

    client_id: str
    why: str


class KpiAnswer(BaseModel):
    """A key figure with what makes it provable: value = numerator × factor ÷ denominator, exact; percent is a fraction.

    Without a value, `no_value` and `reason` say why.
    """

    kpi: str
    title: str
    value: str | None
    unit: str
    no_value: str | None
    reason: str | None
    numerator: str | None
    denominator: str | None
    factor: str
    window: WindowAnswer | None
    date_basis: str
    as_of: str | None
    rows: int
    clients: list[str] = Field(description="Ids of the clients whose rows count.")
    version: int = Field(description="Of the definition.")
    settings: dict[str, int | str]
    extras: dict[str, str | int | None]
    missing: list[MissingAnswer]
    left_out: list[LeftOutAnswer]
    unheeded: list[str] = Field(description="Filters that its reports have no column for.")
    notes: list[str]


class PartAnswer(BaseModel):
    """One mark of a figure: its exact amount over so many rows, and the value that is drawn where that is another."""

    label: str
    series: str
    rows: int
    amount: str
    value: str | None
    immature: bool = Field(description="Not yet final.")
    said: list[str]


class FigureAnswer(BaseModel):
    """A figure of a page, with every category that the page folds into “other (n)”."""

    figure: str
    title: str
    unit: str
    measure: str
    basis: str
    first: str | None = Field(description="The days that it shows, by its basis.")
    last: str | None
    view: str
    parts: list[PartAnswer]
    unheeded: list[str]
    note: str
    target: str | None

    @classmethod
    def of(cls, figure: Figure, filters: Filters) -> FigureAnswer:
        """A figure, made within these filters, as it is answered."""
        dated = figure.dated
        return cls(
            figure=figure.name,
            title=figure.title,
            unit=str(figure.unit),
            measure=figure.measure.title,
            basis=figure.basis,
            first=filters.first_day.isoformat() if dated and filters.first_day else None,
            last=filters.last_day.isoformat() if dated and filters.last_day else None,
            view=figure.view,
            parts=[_part(part) for part in figure.parts],
            unheeded=list(figure.unheeded),
            note=figure.note,
            target=f"{figure.target.value:f}" if figure.target else None,
        )


class AgingAnswer(BaseModel):
    """Open balances now and at month ends (“trend”); credits stand apart and are not aged."""

    as_of: str | None = Field(description="The newest day that the rows show.")
    clock: str
    open: str
    rows: int
    over_90: str | None = Field(description="The share of what is open, as a fraction.")
    over_120: str | None
    figures: list[FigureAnswer]


class DenialsAnswer(BaseModel):
    """Denials: the rates of first remittances, and every denial by month, reason and outcome."""

    as_of: str | None
    rate: KpiAnswer
    figures: list[FigureAnswer]


class ColumnAnswer(BaseModel):
    """A column of a view; `type` in PostgreSQL's words."""

    name: str
    type: str
    said: str
    personal: bool = Field(description="It names or identifies a patient or a claim: no filter in an address.")


class ViewAnswer(BaseModel):
    """A view and its columns."""

    view: str
    title: str | None
    columns: list[ColumnAnswer]


class ViewsAnswer(BaseModel):
    """Every view."""

    views: list[ViewAnswer]


class RowsAnswer(BaseModel):
    """A page of rows. Amounts are text with their cents, days ISO, ids text; `next` asks for the next page, if any."""

    view: str
    version: str = Field(description="Of the rows; all pages of one walk are of the same.")
    columns: list[str]
    rows: list[dict[str, Any]]
    next: str | None


def encoded(answer: BaseModel) -> bytes:
    """The answer as JSON."""
    return answer.model_dump_json().encode()


def sent(content: bytes) -> Response:
    """JSON on its way."""
    return Response(content, media_type="application/json", headers=_NO_STORE)


def _part(part: Part) -> PartAnswer:
    value = plain(part.value)
    return PartAnswer(
        label=part.label,
        series=part.series,
        rows=part.rows,
        amount=f"{part.amount:.2f}",
        value=None if value is None else str(value),
        immature=part.immature,
        said=[*part.said, *([part.beside] if part.beside else [])],
    )
