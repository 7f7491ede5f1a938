"""The list of actions at the end of docs/audit.md."""

from __future__ import annotations

from lib.core.audit.actions import ACTIONS

_HEADING = "## Actions\n"


def document(text: str) -> str:
    """The text of docs/audit.md with its list of actions as the code has it; what stands above the list stays."""
    above = text.partition(_HEADING)[0]
    lines = [f"| `{action}` | {said} |" for action, said in ACTIONS.items()]
    return "\n".join(
        [
            above + _HEADING,
            "Written from `lib/core/audit/actions.py` by `python -m jobs audit document`. A star stands for a kind of",
            "run or of write to a vendor.",
            "",
            "| action | what happened |",
            "|---|---|",
            *lines,
            "",
        ]
    )
