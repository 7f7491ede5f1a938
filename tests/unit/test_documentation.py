"""The documents cannot rot: every setting and command is in the README, every record in the list of decisions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from jobs.commands import app
from lib.core.settings import PREFIX, ROOT, Settings

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_readme(name: str) -> None:
    full = PREFIX + name.upper()
    family = re.search(r"`DAYSHEET_POSTGRES_PORT`, ((?:`_\w+`,? ?)+)", README)
    assert family is not None
    short = {f"{PREFIX}POSTGRES{part}" for part in re.findall(r"`(_\w+)`", family.group(1))}
    assert full in README or full in short


@pytest.mark.parametrize("command", sorted(typer.main.get_command(app).commands))
def test_every_command_has_a_help_that_says_what_it_does(command: str) -> None:
    found = typer.main.get_command(app).commands[command]
    assert found.help and len(found.help) > 15
    for option in found.params:
        assert getattr(option, "help", None), f"{command} {option.name}"
    for name, inner in getattr(found, "commands", {}).items():
        assert inner.help and len(inner.help) > 10, f"{command} {name}"
        for option in inner.params:
            assert getattr(option, "help", None), f"{command} {name} {option.name}"


def test_every_command_but_the_launchers_speaks_json() -> None:
    for command, found in typer.main.get_command(app).commands.items():
        leaves = getattr(found, "commands", None) or {command: found}
        for name, leaf in leaves.items():
            if name != "up":
                assert any("--json" in parameter.opts for parameter in leaf.params), f"{command} {name}"


def test_every_decision_is_in_the_list_and_every_link_leads_somewhere() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "0001_how_decisions_are_kept.md").read_text(encoding="utf-8")
    for record in folder.glob("*.md"):
        assert record.name.startswith("0001") or f"({record.name})" in listed, record.name
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_nothing_committed_names_a_path_of_a_machine() -> None:
    marks = re.compile(r"(?<![\w.])/(?:work|home|root|tmp)/")
    for path in ROOT.rglob("*"):
        parts = set(path.relative_to(ROOT).parts)
        if path.suffix not in {".py", ".md", ".toml", ".sql", ".ini"} or parts & {".venv", ".git", ".daysheet"}:
            continue
        if path != Path(__file__):
            assert not marks.search(path.read_text(encoding="utf-8")), path
