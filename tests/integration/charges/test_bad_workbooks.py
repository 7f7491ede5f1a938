"""Every kind of workbook that cannot be used ends with one sentence that says what to do, and nothing is sent."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from lib.core.errors import BadInput
from lib.core.runs import RunState
from tests.integration.charges.desk import Desk
from tests.unit.charges.workbook_files import TITLES, charges_workbook, with_parts


def _renamed_csv(path: Path) -> None:
    path.write_text("Patient ID,Practice,DOS\n100001,Harbor Test Family Medicine,11/02/2026\n", encoding="utf-8")


def _protected(path: Path) -> None:
    plain = charges_workbook(path.with_name("plain.xlsx"))
    with plain.open("rb") as source, path.open("wb") as target:
        OOXMLFile(source).encrypt("invented", target)


def _truncated(path: Path) -> None:
    charges_workbook(path)
    path.write_bytes(path.read_bytes()[:-200])


def _bomb(path: Path) -> None:
    charges_workbook(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(30 << 20))


def _external_link(path: Path) -> None:
    with_parts(charges_workbook(path), added={"xl/externalLinks/externalLink1.xml": b"<externalLink/>"})


def _sheet(**how: object) -> Callable[[Path], object]:
    return lambda path: charges_workbook(path, **how)  # type: ignore[arg-type]


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "no sheet": (_sheet(sheet="Payments"), "Charges"),
    "empty sheet": (_sheet(rows=()), "no rows"),
    "missing column": (_sheet(titles=[title for title in TITLES if title != "DOS"]), "DOS"),
    "duplicate header": (_sheet(titles=[*TITLES, "DOS"]), "DOS"),
    "merged cells": (_sheet(change=lambda sheet: sheet.merge_cells("A2:B2")), "merged"),
    "formula without value": (_sheet(change=lambda sheet: sheet.__setitem__("A2", "=1+1")), "A2"),
    "zip bomb": (_bomb, "more than is accepted"),
    "renamed .csv": (_renamed_csv, "text"),
    "password": (_protected, "password"),
    "macros": (
        lambda path: with_parts(charges_workbook(path), added={"xl/vbaProject.bin": b"x"}),
        "macros",
    ),
    "external links": (_external_link, "other workbooks"),
    "truncated": (_truncated, "damaged"),
    "nothing": (lambda path: path.write_bytes(b""), "empty"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_workbook_that_cannot_be_used_is_refused_in_one_sentence_and_nothing_is_sent(desk: Desk, kind: str) -> None:
    make, expected = BAD[kind]
    path = desk.folder / "bad.xlsx"
    make(path)
    try:
        run = desk.post_file(path)
        error, state = run.error or "", run.state
    except BadInput as refusal:
        error, state = str(refusal), RunState.FAILED
    assert state is RunState.FAILED
    assert expected in error
    assert error.endswith(".")
    assert desk.control.calls() == {}


def test_the_command_refuses_with_code_2_and_leaves_no_result(desk: Desk) -> None:
    path = desk.folder / "bad.xlsx"
    _renamed_csv(path)
    code, answer = desk.command("charges", str(path), "--client", desk.client.name, "-o", str(path) + ".out")
    assert (code, answer["state"]) == (2, "failed")
    assert "text" in answer["error"]
    assert desk.control.calls() == {}
    assert not Path(str(path) + ".out").exists()
