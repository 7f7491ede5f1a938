"""Reports, cells and packages in the words of the pages: short, each with a mark of one character."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from lib.reports.catalog import Cadence, catalog
from lib.reports.model import Package, PackageState
from lib.ui.wording import Tone, counted, day, lasting

#: Column heads of the matrix, where the titles have no room.
_SHORT = {
    "ar_aging": "AR aging",
    "charges_on_hold": "On hold",
    "claim_stage_breakdown": "Stages",
    "denial_trends": "Denials",
    "gross_billing": "Billing",
    "payment_trends": "Payments",
    "quadrant_performance": "Quadrants",
    "rcm_productivity": "Productivity",
    "user_time_spread": "Staff time",
    "write_off_trends": "Write-offs",
    "pdr3_calculator": "Patient days",
    "rev_rec_charges": "Rev. charges",
    "rev_rec_payments": "Rev. payments",
}
_CADENCES = list(Cadence)
PACKAGE_STATES = "Published: what readers see now. Earlier: what they see as of its day. Held: a person decides."
_PACKAGES: dict[PackageState, tuple[str, str, str, Tone]] = {
    PackageState.LOADING: ("▸", "Loading", ":material/sync:", "blue"),
    PackageState.HELD: ("‖", "Held", ":material/pause_circle:", "orange"),
    PackageState.PUBLISHED: ("✓", "Published", ":material/check_circle:", "green"),
    PackageState.FAILED: ("✕", "Failed", ":material/error:", "red"),
    PackageState.DISCARDED: ("–", "Thrown away", ":material/delete:", "gray"),
    PackageState.EXPIRED: ("–", "Cleaned up", ":material/event_busy:", "gray"),
}


def in_order() -> list[str]:
    """The reports by how often they are asked for: daily ones first, each group in the catalog's order."""
    return sorted(catalog(), key=lambda name: _CADENCES.index(catalog()[name].cadence))


def title_of(report: str) -> str:
    """A report's title; its name where the catalog has it no more."""
    return catalog()[report].title if report in catalog() else report


def short_title(report: str) -> str:
    """A report's title in the fewest words."""
    return _SHORT.get(report, title_of(report))


def age(since: datetime) -> str:
    """How long ago: “now”, “12 min”, “2 h”, “3 d”."""
    minutes = int((datetime.now(UTC) - since).total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


def short_day(when: date, today: date) -> str:
    """A day in a narrow cell: “Nov 20”, with its year where that is not this one."""
    return f"{when:%b} {when.day}" if when.year == today.year else day(when)


def short_moment(when: datetime, zone: ZoneInfo) -> str:
    """A point of time in a narrow cell: “Nov 20, 05:12”."""
    local = when.astimezone(zone)
    return f"{short_day(local.date(), datetime.now(zone).date())}, {local:%H:%M}"


def package_word(package: Package) -> str:
    """A package's state as words; what readers see now is told apart from what they see as of an earlier day."""
    return "Earlier" if package.state is PackageState.PUBLISHED and not package.shown else _PACKAGES[package.state][1]


def package_cell(package: Package) -> str:
    """State and mark, for a table's cell."""
    earlier = package.state is PackageState.PUBLISHED and not package.shown
    return f"{'↺' if earlier else _PACKAGES[package.state][0]} {package_word(package)}"


def package_icon(state: PackageState) -> str:
    """The icon that stands beside a package's state."""
    return _PACKAGES[state][2]


def package_tone(state: PackageState) -> Tone:
    """The colour of that word, beside icon and word."""
    return _PACKAGES[state][3]


def took(seconds: float) -> str:
    """A short span: “under 1 s”, “3 s”, “2 min 5 s”."""
    return lasting(seconds) if seconds >= 1 else "under 1 s"


def listed(names: Sequence[str], *, most: int = 4) -> str:
    """Names in a sentence: “A”, “A and B”, “A, B and 3 more”."""
    if len(names) == 1:
        return names[0]
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most:,} more"
    return f"{', '.join(names[:-1])} and {names[-1]}" if names else "none"


def differences_line(package: Package) -> str:
    """How the columns differ from those before, in few words: “2 new, 1 missing”."""
    found = [(word, len(package.differences.get(word) or ())) for word in ("new", "missing", "retyped")]
    return ", ".join(f"{count} {word}" for word, count in found if count)


def rows_word(count: int) -> str:
    """“412 rows”."""
    return counted(count, "row")
