"""Numbers, dates and states in the words of the pages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from lib.charges.model import Outcome
from lib.core.money import dollars
from lib.core.runs import RunState

Tone = Literal["green", "orange", "red", "blue", "gray"]

#: Tooltips, one a page: what the trade's short words mean.
POS = "POS: place of service, the two-digit code of where the patient was seen."
DOS = "DOS: date of service, the day on which the patient was seen."
INTENT = "Intent: one payment or encounter that must reach Tebra at most once. The ledger keeps what became of it."

_STATES: dict[RunState, tuple[str, str, Tone]] = {
    RunState.DRAFT: ("Uploaded", ":material/upload_file:", "gray"),
    RunState.QUEUED: ("Waiting", ":material/hourglass_empty:", "blue"),
    RunState.RUNNING: ("Running", ":material/sync:", "blue"),
    RunState.CHECKED: ("Checked", ":material/fact_check:", "blue"),
    RunState.FINISHED: ("Finished", ":material/check_circle:", "green"),
    RunState.CANCELLED: ("Cancelled", ":material/cancel:", "gray"),
    RunState.FAILED: ("Failed", ":material/error:", "red"),
    RunState.EXPIRED: ("Expired", ":material/event_busy:", "gray"),
}
#: The same in one character, for cells that show no icon font.
_STATE_MARKS: dict[RunState, str] = {
    RunState.DRAFT: "○",
    RunState.QUEUED: "…",
    RunState.RUNNING: "▸",
    RunState.CHECKED: "◐",
    RunState.FINISHED: "✓",
    RunState.CANCELLED: "–",
    RunState.FAILED: "✕",
    RunState.EXPIRED: "–",
}
_OUTCOME_MARKS: dict[Outcome, str] = {
    Outcome.READY: "○",
    Outcome.BLOCKED: "✕",
    Outcome.VERIFIED: "✓",
    Outcome.POSTED: "✓",
    Outcome.ALREADY_POSTED: "↺",
    Outcome.REFUSED: "✕",
    Outcome.NEEDS_PERSON: "?",
    Outcome.NOT_SENT: "–",
}


def state_word(state: RunState) -> str:
    """A run's state as one word."""
    return _STATES[state][0]


def state_icon(state: RunState) -> str:
    """The icon that stands beside that word."""
    return _STATES[state][1]


def state_tone(state: RunState) -> Tone:
    """The colour that goes with that word, never instead of it."""
    return _STATES[state][2]


def state_cell(state: RunState) -> str:
    """State and mark, for a table's cell."""
    return f"{_STATE_MARKS[state]} {state_word(state)}"


def outcome_cell(outcome: Outcome) -> str:
    """A row's outcome and its mark, for a table's cell."""
    return f"{_OUTCOME_MARKS[outcome]} {outcome_word(outcome)}"


def outcome_word(outcome: Outcome) -> str:
    """A row's outcome in the biller's words."""
    return {Outcome.BLOCKED: "Held back", Outcome.READY: "Ready"}.get(outcome, outcome.value.capitalize())


def counted(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: “1 payment”, “1,204 payments”."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def money(amount: Decimal | str) -> str:
    """Dollars with cents; in markdown the sign must not begin a formula."""
    return dollars(Decimal(amount)).replace("$", "\\$")


def plain_money(amount: Decimal | str) -> str:
    """Dollars with cents, where no markdown is read."""
    return dollars(Decimal(amount))


def day(when: date) -> str:
    """A date in text: Nov 20, 2026."""
    return f"{when:%b} {when.day}, {when.year}"


def moment(when: datetime, zone: ZoneInfo) -> str:
    """A point of time in a client's zone: Nov 20, 2026, 09:14."""
    local = when.astimezone(zone)
    return f"{day(local.date())}, {local:%H:%M}"


def lasting(seconds: float) -> str:
    """A span as people say it: “42 s”, “4 min 10 s”, “1 h 20 min”."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    hours, rest = divmod(whole, 3600)
    return f"{hours} h {rest // 60} min"


def ago(when: datetime) -> float:
    """Seconds since a point of time."""
    return (datetime.now(UTC) - when).total_seconds()


def who(label: str) -> str:
    """An actor's label as people read it: the name without its kind."""
    return label.partition(":")[2] or label


def inner(title: str) -> str:
    """A title as it stands within a sentence: “Open AR” becomes “open AR”, “CPT code” stays."""
    return title if title[:2].isupper() else f"{title[:1].lower()}{title[1:]}"


def literal(text: str) -> str:
    """What somebody has written, with nothing in it read as markdown."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()#+-.!$|<>~:" else letter for letter in text)


def row_numbers(rows: list[int], *, most: int = 8) -> str:
    """Rows of a sheet by number: “row 4”, “rows 4, 7 and 9”, “rows 4, 7, 9 and 31 more”."""
    if len(rows) == 1:
        return f"row {rows[0]}"
    shown = [str(row) for row in rows[:most]]
    if len(rows) > most:
        return f"rows {', '.join(shown)} and {len(rows) - most:,} more"
    return f"rows {', '.join(shown[:-1])} and {shown[-1]}"
