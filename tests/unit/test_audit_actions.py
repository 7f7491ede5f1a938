"""Every act that is recorded stands in the table of actions, and the table in docs/audit.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase

from lib.core.audit.actions import ACTIONS
from lib.core.audit.document import document
from lib.core.audit.seals import BEGUN, CUT
from lib.core.settings import ROOT

_DOOR = ROOT / "lib" / "core" / "audit" / "record.py"
_NAMED = {"BEGUN": BEGUN, "CUT": CUT}


def _recorded() -> Iterator[tuple[str, str]]:
    """Where something is recorded, and as what; a star stands for what only the running program knows."""
    for folder in ("lib", "jobs", "pages"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path == _DOOR:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and (action := _action(node)) is not None:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", _pattern(action)


def _action(call: ast.Call) -> ast.expr | None:
    match call.func:
        case ast.Attribute(value=ast.Name(id="audit"), attr="record") | ast.Name(id="record"):
            return call.args[1] if len(call.args) > 1 else None
        case ast.Name(id="Event") | ast.Attribute(value=ast.Name(id="audit"), attr="Event"):
            return next((keyword.value for keyword in call.keywords if keyword.arg == "action"), None)
    return None


def _pattern(action: ast.expr) -> str:
    match action:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name) if name in _NAMED:
            return _NAMED[name]
        case ast.JoinedStr(values=parts):
            return "".join(part.value if isinstance(part, ast.Constant) else "*" for part in parts)
        case ast.IfExp():
            return "*"
    return f"not a text: {ast.unparse(action)}"


def _known(action: str) -> bool:
    return any(each == action or fnmatchcase(each, action) for each in ACTIONS)


def test_what_is_recorded_stands_in_the_table() -> None:
    unknown = [f"{place} records {action}" for place, action in _recorded() if not _known(action)]
    assert unknown == [], "give each a sentence in lib/core/audit/actions.py"


def test_what_stands_in_the_table_is_recorded_somewhere() -> None:
    patterns = [action for _, action in _recorded()]
    assert [action for action in ACTIONS if not any(fnmatchcase(action, pattern) for pattern in patterns)] == []


def test_the_document_has_the_table_as_it_is() -> None:
    written = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    assert document(written) == written, "write it anew: python -m jobs audit document"
