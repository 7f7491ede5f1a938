"""Headline figures as cards: value, change, target, a line of how it came, and what it means behind an ⓘ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

import streamlit as st

from lib.analytics.kpis.definitions import Definition, Good, Target, Unit, definition_named
from lib.analytics.kpis.model import KpiChange
from lib.analytics.kpis.service import kpi_change, kpi_trend
from lib.core.database import DatabaseUnavailable
from lib.ui.analytics import FAILURES, AnalyticsPage
from lib.ui.charts.drawn import exact, short
from lib.ui.figures import figure_row
from lib.ui.trouble import said_of_failure
from lib.ui.wording import day, inner, literal

#: A window of more days is said in months.
_MONTHS_RATHER = 200
#: Smaller changes are written as none; of money and counts half of one.
_SMALLEST = {Unit.PERCENT: Decimal("0.0005"), Unit.DAYS: Decimal("0.05"), Unit.HOURS: Decimal("0.05")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A headline figure. `value` None: there is none, and `why` says so in a sentence.

    `said` is what stands behind the ⓘ: exact value, rows, definition. `change` is None where there is nothing to
    compare with; `compared` says what it is against, or why there is none. `line` are its values so far.
    """

    title: str
    unit: Unit
    value: Decimal | None
    said: str
    why: str = ""
    change: Decimal | None = None
    compared: str = ""
    good: Good = Good.NONE
    target: Target | None = None
    line: tuple[float, ...] = ()


def draw_cards(cards: Sequence[Card]) -> None:
    """Draw the cards, four to a row."""
    row = figure_row()
    for card in cards:
        with row.container(border=True, height="stretch", gap="xsmall"):
            st.metric(
                card.title,
                short(card.value, card.unit) if card.value is not None else "–",
                delta=change_words(card),
                delta_color=tone(card),
                delta_arrow=arrow(card),
                help=_help(card),
                chart_data=list(card.line) if len(card.line) > 2 else None,
            )
            if below := said_below(card):
                st.caption("  \n".join(below))


def kpi_card(
    opened: AnalyticsPage,
    name: str,
    *,
    title: str | None = None,
    settings: Mapping[str, int | str] | None = None,
    days: Sequence[date] = (),
) -> Card:
    """A key figure as a card, beside that of the period before; its line runs over `days` to what it is now.

    What cannot be read leaves the other figures of the page alone.
    """
    definition = definition_named(name)
    try:
        return _card_of(opened, definition, title or definition.title, settings or {}, days)
    except DatabaseUnavailable:
        raise
    except FAILURES as error:
        return Card(
            title=title or definition.title, unit=definition.unit, value=None, said="", why=said_of_failure(error)
        )


def _card_of(
    opened: AnalyticsPage, definition: Definition, title: str, settings: Mapping[str, int | str], days: Sequence[date]
) -> Card:
    name, chosen = definition.name, tuple(sorted(settings.items()))
    found: KpiChange = opened.once(
        ("kpi", name, chosen),
        lambda: kpi_change(opened.reader_on, name, opened.filters, opened.filters.as_of, settings=settings),
        reading=inner(definition.title),
    )
    now = found.now
    past = opened.once(
        ("kpi line", name, tuple(days), chosen),
        lambda: kpi_trend(opened.reader_on, name, opened.filters, days, settings=settings),
        reading=inner(definition.title),
    )
    line = [float(each.value) for each in (*past, now) if each.value is not None]
    lines = [f"{definition.formula}. {now.date_basis}. {definition.exclusions}".strip()]
    if now.window and now.window.days > 1:
        lines.append(f"Window: {day(now.window.first)} to {day(now.window.last)}.")
    if now.numerator is not None and now.denominator is not None:
        lines.append(f"{_plain(now.numerator)} over {_plain(now.denominator)}, {now.rows:,} rows.")
    lines += [f"Not narrowed by {each}." for each in now.unheeded]
    lines += [*now.notes, *(str(each) for each in now.missing)]
    return Card(
        title=title,
        unit=definition.unit,
        value=now.value,
        said="  \n".join(literal(line) for line in lines),
        why=now.reason or "",
        change=found.difference,
        compared=compared_words(found),
        good=definition.good,
        target=definition.target,
        line=tuple(line) if len(line) == len(days) + 1 else (),
    )


def _plain(amount: Decimal) -> str:
    """An amount of dollars, claims or days: what it is of stands in the formula."""
    return f"{amount:,.2f}".removesuffix(".00")


def compared_words(found: KpiChange) -> str:
    """What the change of a key figure is against, or why there is none; nothing where there is no value."""
    now, before = found.now, found.before
    if now.value is None:
        return ""
    if found.unlike and before.as_of is not None:
        return f"Not every client has data of {short_day(before.as_of)}."
    if found.difference is None:
        return "Nothing to compare with."
    if definition_named(now.name).standing and before.as_of is not None:
        return f"since {short_day(before.as_of)}"
    if before.window is None or now.window is None:
        return ""
    if now.window.days > _MONTHS_RATHER:
        return f"against the {now.window.days // 30} months to {day(before.window.last)}"
    return f"against {short_day(before.window.first)} to {short_day(before.window.last)}"


def short_day(when: date) -> str:
    """A day without its year, where the room is small."""
    return f"{when:%b} {when.day}"


def change_words(card: Card) -> str | None:
    """The change in words; None where there is nothing to compare with."""
    if card.value is None:
        return "no value"
    if card.change is None:
        return None
    change = _seen(card)
    if card.unit is Unit.PERCENT:
        return f"{change * 100:+.1f} points" if change else "0.0 points"
    sign = "+" if change > 0 else ""
    return f"{sign}{short(change, card.unit)}"


def _seen(card: Card) -> Decimal:
    """The change, as far as its words show it: what is rounded away is none."""
    change = card.change or Decimal(0)
    return change if abs(change) >= _SMALLEST.get(card.unit, Decimal("0.5")) else Decimal(0)


def said_below(card: Card) -> list[str]:
    """What stands under the figures: what the change is against and the target, or why there is no value."""
    if card.value is None and card.why:
        return [literal(card.why)]
    lines = [card.compared] if card.compared else []
    return [*lines, _target_words(card, card.target)] if card.target is not None else lines


def _target_words(card: Card, target: Target) -> str:
    # Whether the target itself is good enough is said by its source: “below 50 days”, “2 days or less”.
    strict = "below" in target.source
    side = {Good.LOWER: "below" if strict else "at most", Good.HIGHER: "at least", Good.NONE: "near"}[card.good]
    words = f"Target {side} {exact(target.value, card.unit)}"
    if card.value is None or card.good is Good.NONE:
        return words
    if card.good is Good.HIGHER:
        met = card.value >= target.value
    else:
        met = card.value < target.value or (card.value == target.value and not strict)
    return f"{words}: {':material/check: met' if met else ':material/close: not met'}"


def tone(card: Card) -> Literal["normal", "inverse", "off"]:
    """How the change is coloured: not at all where neither way is good."""
    if not _seen(card) or card.good is Good.NONE:
        return "off"
    return "normal" if card.good is Good.HIGHER else "inverse"


def arrow(card: Card) -> Literal["auto", "off"]:
    """Whether the change has a way to point."""
    return "auto" if _seen(card) else "off"


def _help(card: Card) -> str:
    lines = [card.why] if card.why else [f"**{literal(exact(card.value, card.unit))}**"]
    lines.append(card.said)
    if card.target is not None:
        lines.append(f"Target: {literal(card.target.source)}.")
    return "  \n".join(line for line in lines if line)
