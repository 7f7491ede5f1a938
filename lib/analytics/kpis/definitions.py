"""The definitions of the key figures as records; what they say stands in definitions.toml beside this file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from lib.core.errors import BadInput, NotFound

_FILE = Path(__file__).with_name("definitions.toml")


class Unit(StrEnum):
    """What a figure is counted in. Percent is a fraction: 0.95 is 95 %."""

    DAYS = "days"
    HOURS = "hours"
    PERCENT = "percent"
    MONEY = "money"
    COUNT = "count"


class Good(StrEnum):
    """Which direction is good."""

    LOWER = "lower"
    HIGHER = "higher"
    NONE = "none"


class WindowKind(StrEnum):
    """The days that a figure looks at where nobody chose any; they end on the as-of day."""

    AS_OF = "as of"
    NINETY_DAYS = "90 days"
    TWELVE_MONTHS = "12 months"
    MONTH = "month"

    @property
    def words(self) -> str:
        """The window for people."""
        return {
            WindowKind.AS_OF: "the as-of day",
            WindowKind.NINETY_DAYS: "90 days to the as-of day",
            WindowKind.TWELVE_MONTHS: "12 months to the as-of day",
            WindowKind.MONTH: "the month up to the as-of day",
        }[self]


#: The dates that a figure may go by. Those of an appeal and of a hold are no clocks of the pages.
BASES = {
    "dos": "Date of service",
    "entered": "Entry date",
    "billed": "First bill date",
    "posted": "Date posted",
    "appealed": "Date of the appeal",
    "decided": "Date of the decision",
    "held": "Start of the hold",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What a figure should reach, with where that comes from."""

    value: Decimal
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """What a figure reads of a view: `columns` that every saved report has, and `add`, which one may lack.

    `rare` ones of these are empty on most rows. `only`: needed where a setting has this value.
    """

    view: str
    columns: tuple[str, ...]
    add: tuple[str, ...]
    rare: frozenset[str]
    only: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What people may choose of a figure: one of `allowed`, or a whole number from `least` to `most`."""

    name: str
    title: str
    default: int | str
    allowed: tuple[int | str, ...]
    least: int
    most: int

    def checked(self, value: int | str) -> int | str:
        """The value as it may be used. Raises BadInput with the values there are."""
        if self.allowed:
            for each in self.allowed:
                if str(each) == str(value):
                    return each
            choices = f"one of {', '.join(map(str, self.allowed))}"
        else:
            text = str(value)
            if text.isascii() and text.isdecimal() and self.least <= int(text) <= self.most:
                return int(text)
            choices = f"a whole number from {self.least} to {self.most}"
        raise BadInput(f"“{value}” is no {self.name}.", fix=f"Give {choices}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """A key figure. The words are for people; `window`, `clocks`, `needs` and `settings` steer the answer.

    `clocks`: names of BASES, the default first. `standing`: chosen days do not narrow it. `matured_days`: its window
    ends so many days before the as-of day. `history_days`: so much history there must be. `extras`: name and meaning.
    """

    name: str
    title: str
    unit: Unit
    formula: str
    numerator: str
    denominator: str | None
    window: WindowKind
    standing: bool
    clocks: tuple[str, ...]
    exclusions: str
    good: Good
    target: Target | None
    matured_days: int
    history_days: int
    needs: tuple[Need, ...]
    settings: Mapping[str, Setting]
    extras: Mapping[str, str]
    version: int

    def chosen(self, settings: Mapping[str, int | str] | None) -> dict[str, int | str]:
        """Every setting of the figure, the given ones checked. Raises BadInput for an unknown one or a bad value."""
        given = dict(settings or {})
        for name in given:
            if name not in self.settings:
                known = ", ".join(self.settings) or "none"
                raise BadInput(f"{self.title} has no setting “{name}”.", fix=f"Settings: {known}.")
        return {name: each.checked(given.get(name, each.default)) for name, each in self.settings.items()}

    def needed(self, settings: Mapping[str, int | str]) -> tuple[Need, ...]:
        """What it reads with these settings."""
        return tuple(need for need in self.needs if need.only is None or need.only in settings.values())


@lru_cache(maxsize=1)
def definitions() -> dict[str, Definition]:
    """Every key figure by name, in the order of the definitions."""
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {name: _definition(name, entry) for name, entry in document["kpis"].items()}


def definition_named(name: str) -> Definition:
    """The definition of that name. Raises NotFound with the names there are."""
    known = definitions()
    if name not in known:
        raise NotFound(f"There is no key figure “{name}”.", fix=f"Key figures: {', '.join(known)}.")
    return known[name]


def _definition(name: str, entry: dict[str, Any]) -> Definition:
    target = entry.get("target")
    return Definition(
        name=name,
        title=entry["title"],
        unit=Unit(entry["unit"]),
        formula=entry["formula"],
        numerator=entry["numerator"],
        denominator=entry.get("denominator"),
        window=WindowKind(entry["window"]),
        standing=entry.get("standing", False),
        clocks=tuple(entry["clocks"]),
        exclusions=entry.get("exclusions", "none"),
        good=Good(entry["good"]),
        target=Target(value=Decimal(target["value"]), source=target["source"]) if target else None,
        matured_days=entry.get("matured_days", 0),
        history_days=entry.get("history_days", 0),
        needs=tuple(_need(need) for need in entry["needs"]),
        settings={key: _setting(key, setting) for key, setting in entry.get("settings", {}).items()},
        extras=entry.get("extras", {}),
        version=entry["version"],
    )


def _need(entry: dict[str, Any]) -> Need:
    return Need(
        view=entry["view"],
        columns=tuple(entry.get("columns", ())),
        add=tuple(entry.get("add", ())),
        rare=frozenset(entry.get("rare", ())),
        only=entry.get("only"),
    )


def _setting(name: str, entry: dict[str, Any]) -> Setting:
    return Setting(
        name=name,
        title=entry["title"],
        default=entry["default"],
        allowed=tuple(entry.get("allowed", ())),
        least=entry.get("least", 0),
        most=entry.get("most", 0),
    )
