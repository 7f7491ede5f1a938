"""The colours of charts in both themes: safe for colour-blind eyes, and the same for the same thing everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """What a chart is drawn with. `ages` run from young to old; `things` tell categories apart."""

    name: str
    ink: str
    muted: str
    grid: str
    paper: str
    accent: str
    warm: str
    trouble: str
    ages: tuple[str, ...]
    things: tuple[str, ...]
    nothing: str


LIGHT = Theme(
    name="light",
    ink="#0e1619",
    muted="#5a6a72",
    grid="#e3e8ea",
    paper="#ffffff",
    accent="#0b6478",
    warm="#b4570b",
    trouble="#b3261e",
    ages=("#c3e0e6", "#83bccb", "#3f8ea3", "#0f5a6d", "#b4570b"),
    things=(
        "#0b6478",
        "#d17a22",
        "#5b6bb0",
        "#3d8f5f",
        "#a8467a",
        "#8a6d1f",
        "#3a9fc0",
        "#7a4a2c",
        "#69780f",
        "#7d57a3",
    ),
    nothing="#aab6bc",
)
DARK = Theme(
    name="dark",
    ink="#e3e9ec",
    muted="#9aa9b1",
    grid="#2b353a",
    paper="#14191c",
    accent="#4fb6cc",
    warm="#eba257",
    trouble="#f08a80",
    ages=("#24505c", "#2c6d7e", "#4fa8bd", "#a5dbe7", "#eba257"),
    things=(
        "#4fb6cc",
        "#eba257",
        "#97a5e6",
        "#6cc694",
        "#e08bb8",
        "#d3b356",
        "#8fd3ee",
        "#c99777",
        "#b9c74f",
        "#bd9be0",
    ),
    nothing="#82929a",
)


def theme_named(name: str | None) -> Theme:
    """The theme of that name; the light one where none is known yet."""
    return DARK if name == "dark" else LIGHT


def readable_on(colour: str, theme: Theme) -> str:
    """Of ink and paper the one that is read more easily on a colour (#rrggbb)."""
    ground = _luminance(colour)
    return max((theme.ink, theme.paper), key=lambda text: _contrast(_luminance(text), ground))


def _contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def _luminance(colour: str) -> float:
    """The relative luminance of sRGB, as the contrast of WCAG 2 is made of it."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def colours(names: Sequence[str], theme: Theme) -> Mapping[str, str]:
    """A colour for each name. Given the whole list of an office's names (the most frequent first), not only those
    that a figure shows, the same name has the same colour everywhere; those beyond the palette share the quiet one.
    """
    return {
        name: theme.things[place] if place < len(theme.things) else theme.nothing for place, name in enumerate(names)
    }
