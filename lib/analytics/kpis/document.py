"""docs/kpis.md, written from the definitions."""

from __future__ import annotations

from lib.analytics.kpis.definitions import BASES, Definition, Good, Need, Setting, Unit, definitions
from lib.analytics.reading.views import view_named
from lib.reports.catalog import catalog

_HEAD = """# Key figures

Written from `lib/analytics/kpis/definitions.toml` by `python -m jobs kpi document`; do not edit it here.

Every page, export, API answer and alert takes a figure from the same door, with its numerator, denominator, days, date
basis, as-of day, number of rows and version. A figure that cannot be told has no value and says why: no data, nothing
to divide by, a cohort that is not mature, or a column that the client's saved report lacks. It is never 0 instead.

- **As of**: a past day is answered from what was known on it; what was paid or loaded later does not change it. Without
  a day, it is the newest day that any of the rows shows, and the figure says which rows are older.
- **Days**: chosen days take the place of a figure's own. Balances and other standings have none.
- **Several clients**: a client that lacks a report or a column is left out whole, and named.
- **Buckets**: 0-30, 31-60, 61-90, 91-120, over 120; day 30 is in the first. Credits are not aged.
- **Reversals, refunds and takebacks** are negative lines, and kept. A rejection is no denial; an adjustment is none.
- **Percentiles** lie between two values in proportion; of one of those figures, numerator ÷ denominator is the mean.
"""


def kpi_document() -> str:
    """The whole document; it ends with a line break."""
    parts = [_HEAD, _overview()]
    parts += [_section(definition) for definition in definitions().values()]
    return "\n".join(parts)


def _overview() -> str:
    lines = ["| figure | name | unit | good | target |", "|---|---|---|---|---|"]
    for each in definitions().values():
        lines.append(f"| {each.title} | `{each.name}` | {each.unit} | {_good(each)} | {_target(each)} |")
    return "\n".join(lines) + "\n"


def _section(definition: Definition) -> str:
    matured = f", ended {definition.matured_days} days earlier" if definition.matured_days else ""
    basis = ", ".join(BASES[clock].lower() for clock in definition.clocks)
    facts = {
        "formula": definition.formula,
        "numerator": definition.numerator,
        "denominator": definition.denominator or "none",
        "window": definition.window.words + matured,
        "date basis": basis if len(definition.clocks) == 1 else f"{basis}; the first unless chosen",
        "exclusions": definition.exclusions,
        "good": f"{_good(definition)}; target: {definition.target.source if definition.target else 'none'}",
        "version": str(definition.version),
    }
    lines = [f"## {definition.title}", "", *(f"- {name}: {said}" for name, said in facts.items())]
    if definition.history_days:
        lines.append(f"- history: at least {definition.history_days} days of charges, else it is not mature")
    lines += [f"- may be set: `{each.name}`, {_setting(each)}" for each in definition.settings.values()]
    lines += [f"- comes with `{name}`: {said}" for name, said in definition.extras.items()]
    lines += ["- reads:", *(f"  - {_need(need)}" for need in definition.needs)]
    return "\n".join(lines) + "\n"


def _good(definition: Definition) -> str:
    return "trend" if definition.good is Good.NONE else str(definition.good)


def _target(definition: Definition) -> str:
    if definition.target is None:
        return ""
    value = definition.target.value
    if definition.unit is Unit.PERCENT:
        return f"{(value * 100).normalize():f} %"
    return f"${value}" if definition.unit is Unit.MONEY else f"{value} {definition.unit}"


def _setting(setting: Setting) -> str:
    choices = " or ".join(map(str, setting.allowed)) or f"{setting.least} to {setting.most}"
    return f"{setting.title[0].lower()}{setting.title[1:]}: {choices} (default {setting.default})"


def _need(need: Need) -> str:
    reports = view_named(need.view).reports
    said = f"`{need.view}`" + (f", where the choice is “{need.only}”" if need.only else "")
    if need.columns:
        said += f": {', '.join(need.columns)}"
    if need.add:
        labels = {column.name: column.label for report in reports for column in catalog()[report].columns}
        wanted = ", ".join(f"“{labels[column]}” ({column})" for column in need.add)
        said += f"; the saved report {' or '.join(reports)} must have {wanted}"
    return said
