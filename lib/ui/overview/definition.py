"""What stands behind a key figure: its definition, what went into it, or why there is no value and what to add."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from lib.analytics.kpis.definitions import Definition, Unit, definition_named
from lib.analytics.kpis.model import KpiValue
from lib.ui.charts.drawn import exact
from lib.ui.wording import counted, day, literal


def definition_words(value: KpiValue, client_names: Mapping[str, str]) -> str:
    """Everything that makes a figure provable, as one text in Markdown: a page draws nine of them at every click."""
    definition = definition_named(value.name)
    if value.value is None:
        parts = [f"**{definition.title}: no value.** {literal(value.reason or '')}"]
    else:
        parts = [f"**{definition.title}: {literal(exact(value.value, definition.unit))}**"]
    parts += [
        f":material/add_circle: {literal(client_names.get(missing.client_id, ''))}: {literal(str(missing))}"
        for missing in value.missing
    ]
    lines = [*_words(definition, value), *_basis(definition, value)]
    parts.append("  \n".join(f"**{name}** {literal(said)}" for name, said in lines))
    rest = [
        *(f"{client_names.get(each.client_id, each.client_id)} is left out. {each.why}" for each in value.left_out),
        *(f"Not narrowed by {each}." for each in value.unheeded),
        *value.notes,
    ]
    parts += [f":small[:gray[{literal(line)}]]" for line in rest]
    return "\n\n".join(parts)


def _words(definition: Definition, value: KpiValue) -> list[tuple[str, str]]:
    lines = [("Formula", definition.formula)]
    if definition.denominator is None:
        return [*lines, ("Sum of", definition.numerator)]
    lines.append(("Numerator", f"{definition.numerator}{_amount(value.numerator)}"))
    lines.append(("Denominator", f"{definition.denominator}{_amount(value.denominator)}{_by(value.factor)}"))
    return lines


def _basis(definition: Definition, value: KpiValue) -> list[tuple[str, str]]:
    window = definition.window.words
    if value.window is not None and value.window.days > 1:
        window = f"{day(value.window.first)} to {day(value.window.last)}, {counted(value.window.days, 'day')}"
    lines = [("Window", window), ("Date basis", value.date_basis), ("Exclusions", definition.exclusions)]
    if definition.target is not None:
        target = definition.target
        lines.append(("Target", f"{exact(target.value, definition.unit)} ({target.source})"))
    for name, meaning in definition.extras.items():
        if (extra := value.extras.get(name)) is not None:
            lines.append(("Also", f"{meaning}: {_extra(extra, meaning, name)}"))
    lines.append(("Rows", f"{value.rows:,}"))
    lines.append(("As of", day(value.as_of) if value.as_of else "nothing is loaded"))
    lines.append(("Definition version", str(value.version)))
    return lines


def _amount(value: Decimal | None) -> str:
    return "" if value is None else f" = {value:,.2f}".removesuffix(".00")


def _by(factor: Decimal) -> str:
    return "" if factor == 1 else f" ÷ {factor:,}"


def _extra(value: Decimal | int, meaning: str, name: str) -> str:
    if "dollars" in meaning:
        return exact(Decimal(value), Unit.MONEY)
    if name.startswith("share"):
        return exact(Decimal(value), Unit.PERCENT)
    return f"{value:,.1f}".removesuffix(".0")
