"""The files for running Daysheet as a service speak of things that exist: commands, settings, files, services."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest
import typer.main
import yaml
from streamlit.config import get_config_options

from jobs.commands import app
from lib.core.settings import PREFIX, ROOT, Settings

DEPLOY = ROOT / "docs" / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
UNITS = sorted(DEPLOY.glob("*.service"))


def _starts_something_of_ours(command: str) -> bool:
    """Whether a command line is a command of ours, or the web process, with options that it has."""
    words = command.split()
    if words[1:3] == ["-m", "jobs"]:
        return not words[3:] or words[3] in typer.main.get_group(app).commands
    named = {word.removeprefix("--") for word in words if word.startswith("--")}
    return words[0].endswith("streamlit") and words[1:3] == ["run", "Home.py"] and named <= get_config_options().keys()


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_a_service_of_the_containers_stands_on_what_there_is(name: str) -> None:
    service = COMPOSE["services"][name]
    assert {"image"} <= service.keys() and not service.keys() - {
        *("image", "build", "env_file", "environment", "restart", "stop_grace_period", "volumes", "networks"),
        *("command", "depends_on", "healthcheck", "secrets", "ports"),
    }
    assert set(service.get("depends_on", ())) <= COMPOSE["services"].keys()
    assert set(service["networks"]) <= COMPOSE["networks"].keys()
    assert set(service.get("secrets", ())) <= COMPOSE["secrets"].keys()
    for volume in service.get("volumes", ()):
        source = volume.split(":")[0]
        assert (DEPLOY / source).is_file() if source.startswith(".") else source in COMPOSE["volumes"], volume
    if service["image"] == "daysheet":
        assert _starts_something_of_ours(service["command"])
        assert (DEPLOY / service["build"]["context"]).resolve() == ROOT
        assert (ROOT / service["build"]["dockerfile"]).is_file()


def test_the_image_copies_what_the_processes_need() -> None:
    lines = re.findall(r"^COPY (.+)$", (DEPLOY / "Containerfile").read_text(encoding="utf-8"), re.M)
    copied = {source for line in lines for source in line.split()[:-1]}
    assert all((ROOT / source).exists() for source in copied)
    assert {"Home.py", "lib", "pages", "jobs", "sql", ".streamlit", "requirements.txt"} <= copied


def test_every_setting_of_the_example_is_one() -> None:
    text = (DEPLOY / "daysheet.env.example").read_text(encoding="utf-8")
    names = re.findall(rf"^{PREFIX}(\w+)=", text, re.M)
    assert names and {name.lower() for name in names} <= Settings.model_fields.keys()


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_something_of_ours_and_may_write_the_home(unit: Path) -> None:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # ty: ignore[invalid-assignment]
    parser.read_string(unit.read_text(encoding="utf-8"))
    assert _starts_something_of_ours(parser["Service"]["ExecStart"])
    assert "/var/lib/daysheet" in unit.read_text(encoding="utf-8").split("ProtectSystem=strict")[1]
