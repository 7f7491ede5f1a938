"""Headline figures as cards: value, change, target, a line of how it came, and what it means behind an ⓘ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

import streamlit as st

from lib.analytics.kpis.definitions import Good, Target, Unit, definition_named
from lib.analytics.kpis.model import KpiChange
from lib.analytics.kpis.service import kpi_change, kpi_trend
from lib.ui.analytics import AnalyticsPage
from lib.ui.charts.drawn import exact, short
from lib.ui.figures import figure_row
from lib.ui.wording import day, literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A headline figure. `value` None: there is none, and `why` says so in a sentence.

    `said` is what stands behind the ⓘ: exact value, rows, definition. `change` is against `since`, None where there
    is nothing to compare with; `line` are its values so far.
    """

    title: str
    unit: Unit
    value: Decimal | None
    said: str
    why: str = ""
    change: Decimal | None = None
    since: str = ""
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
                delta_arrow="auto" if card.change else "off",
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
    """A key figure as a card, beside that of the period before; its line runs over `days` to what it is now."""
    definition = definition_named(name)
    found: KpiChange = opened.once(
        ("kpi", name, tuple(sorted((settings or {}).items()))),
        lambda: kpi_change(opened.reader_on, name, opened.filters, opened.filters.as_of, settings=settings),
    )
    now, before = found.now, found.before
    past = opened.once(
        ("kpi line", name, tuple(days), tuple(sorted((settings or {}).items()))),
        lambda: kpi_trend(opened.reader_on, name, opened.filters, days, settings=settings),
    )
    line = [float(each.value) for each in (*past, now) if each.value is not None]
    lines = [f"{definition.formula}. {now.date_basis}. {definition.exclusions}".strip()]
    if now.window and now.window.days > 1:
        lines.append(f"Window: {day(now.window.first)} to {day(now.window.last)}.")
    if now.numerator is not None and now.denominator is not None:
        over = f"{exact(now.numerator, Unit.MONEY) if definition.unit is not Unit.COUNT else now.numerator}"
        lines.append(f"{over} over {now.denominator:,.2f}, {now.rows:,} rows.")
    lines += [f"Not narrowed by {each}." for each in now.unheeded]
    lines += [*now.notes, *(str(each) for each in now.missing)]
    since = ""
    if found.difference is not None and before.as_of is not None:
        since = short_day(before.as_of) if definition.standing else "the period before"
    return Card(
        title=title or definition.title,
        unit=definition.unit,
        value=now.value,
        said="  \n".join(literal(line) for line in lines),
        why=now.reason or "",
        change=found.difference,
        since=since,
        good=definition.good,
        target=definition.target,
        line=tuple(line) if len(line) == len(days) + 1 else (),
    )


def short_day(when: date) -> str:
    """A day without its year, where the room is small."""
    return f"{when:%b} {when.day}"


def change_words(card: Card) -> str | None:
    """The change in words; None where there is nothing to compare with."""
    if card.value is None:
        return "no value"
    if card.change is None:
        return None
    if card.unit is Unit.PERCENT:
        return f"{card.change * 100:+.1f} points"
    sign = "+" if card.change > 0 else ""
    return f"{sign}{short(card.change, card.unit)}"


def said_below(card: Card) -> list[str]:
    """What stands under the figures: what the change is against and the target, or why there is no value."""
    if card.value is None and card.why:
        return [literal(card.why)]
    lines = [f"since {card.since}"] if card.change is not None and card.since else []
    return [*lines, _target_words(card, card.target)] if card.target is not None else lines


def _target_words(card: Card, target: Target) -> str:
    # Whether the target itself is good enough is said by its source: “below 50 days”, “2 days or less”.
    strict = "below" in target.source
    side = {Good.LOWER: "below" if strict else "at most", Good.HIGHER: "from", Good.NONE: "near"}[card.good]
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
    if not card.change or card.good is Good.NONE:
        return "off"
    return "normal" if card.good is Good.HIGHER else "inverse"


def _help(card: Card) -> str:
    lines = [card.why] if card.why else [f"**{literal(exact(card.value, card.unit))}**"]
    lines.append(card.said)
    if card.target is not None:
        lines.append(f"Target: {literal(card.target.source)}.")
    return "  \n".join(line for line in lines if line)
