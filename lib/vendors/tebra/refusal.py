"""Tebra's reasons for refusing a record, as lines, fields and sentences that a biller can act on (contract §6).

CreateEncounter answers with an echo of the encounter in which an `<err>` stands inside every offending element.
"""

from __future__ import annotations

import re

from lxml import etree

from lib.vendors.errors import FieldProblem
from lib.vendors.tebra.reply import local_name

#: The summary that only repeats that there are errors.
_SUMMARY_ID = "6100"
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_TAG = re.compile(r"<[^>]*>")
_SPACES = re.compile(r"\s+")
_NUMBERED = re.compile(r"(DiagnosisCode|ProcedureModifier)(\d)")
_NUMBERED_WORDS = {"DiagnosisCode": "Diag", "ProcedureModifier": "Mod"}
_LINE = {"ServiceLine", "ServiceLineReq"}
#: The workbook's word for each of Tebra's elements.
_WORDS = {
    "ProcedureCode": "Procedures",
    "Units": "Units",
    "RenderingProvider": "Rendering Provider",
    "SchedulingProvider": "Scheduling Provider",
    "ReferringProvider": "Referring Provider",
    "SupervisingProvider": "Supervising Provider",
    "ServiceLocation": "Service Location",
    "PlaceOfService": "POS",
    "Patient": "Patient ID",
    "Case": "Case",
    "Practice": "Practice",
    "ServiceStartDate": "DOS",
    "ServiceEndDate": "DOS",
    "StartDate": "Admit Date",
    "EndDate": "Discharge Date",
    "Hospitalization": "Admit Date",
    "BatchNumber": "Batch #",
    "PostDate": "Post Date",
    "EncounterStatus": "Status",
}


def read_problems(message: str) -> tuple[FieldProblem, ...]:
    """What is wrong, from an ErrorMessage: an echo with `<err>` elements, or a plain sentence.

    Lines count from 1. Values and sentences carry no XML; there is always at least one problem.
    """
    errors = _errors(message)
    found = [_problem(error) for error in errors if error.get("id") != _SUMMARY_ID]
    if not found:
        found = [_problem(error) for error in errors]
    seen = tuple(dict.fromkeys(problem for problem in found if problem.message))
    return seen or (FieldProblem(message=_plain(message) or "Tebra gave no reason."),)


def is_echo(message: str) -> bool:
    """Whether an ErrorMessage is an echo that names offending elements."""
    return bool(_errors(message))


def _errors(message: str) -> list[etree._Element]:
    if "<" not in message:
        return []
    # The echo is the vendor's text, not a document: what is half written in it is read as far as it goes.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(f"<echo>{_DECLARATION.sub('', message)}</echo>", parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    return [] if root is None else [item for item in root.iter(etree.Element) if local_name(item) == "err"]


def _problem(error: etree._Element) -> FieldProblem:
    place = error.getparent()
    ancestors = [] if place is None else [place, *place.iterancestors(etree.Element)]
    line_element = next((item for item in ancestors if local_name(item) in _LINE), None)
    word = next(filter(None, map(_word, ancestors)), "")
    return FieldProblem(
        line=None if line_element is None else _line_number(line_element),
        field=word,
        value=_value(place) if word and place is not None else "",
        message=_plain(" ".join(map(str, error.itertext()))),
    )


def _word(element: etree._Element) -> str:
    name = local_name(element)
    if numbered := _NUMBERED.fullmatch(name):
        return f"{_NUMBERED_WORDS[numbered[1]]} {numbered[2]}"
    return _WORDS.get(name, "")


def _line_number(line: etree._Element) -> int:
    return 1 + sum(1 for sibling in line.itersiblings(preceding=True) if local_name(sibling) in _LINE)


def _value(place: etree._Element) -> str:
    own = (place.text or "").strip()
    if own:
        return _plain(own)
    inner = (child.text or "" for child in place.iterchildren(etree.Element) if local_name(child) != "err")
    return _plain(" ".join(inner))


def _plain(text: str) -> str:
    return _SPACES.sub(" ", _TAG.sub(" ", text)).strip().rstrip(",").rstrip()
