"""The echo of a refused encounter becomes lines, fields and sentences that a biller knows."""

from __future__ import annotations

from lib.vendors.errors import FieldProblem
from lib.vendors.tebra.refusal import read_problems

ECHO = """<Encounter><Patient><PatientID>1001</PatientID></Patient>
<Case><CaseID>7</CaseID><err id="11">Case was not found for patient.</err></Case>
<RenderingProvider><ProviderID>31</ProviderID><err id="12">Provider not found, </err></RenderingProvider>
<ServiceLocation><LocationID>41<err id="14">Location
   not found</err></LocationID></ServiceLocation>
<ServiceLines><ServiceLine><ProcedureCode>99213</ProcedureCode>
<DiagnosisCode1>E119<err id="15">Diagnosis code E119 not found, please check</err></DiagnosisCode1></ServiceLine>
<ServiceLine><ProcedureCode>9921<err id="16">Procedure &lt;b&gt;not&lt;/b&gt; found</err></ProcedureCode>
<ProcedureModifier2>ZZ<err id="17">Modifier not found</err></ProcedureModifier2></ServiceLine>
<err id="6100">There are errors in the service lines.</err></ServiceLines></Encounter>"""


def test_every_error_of_an_echo_names_line_field_value_and_reason() -> None:
    assert read_problems(ECHO) == (
        FieldProblem(field="Case", value="7", message="Case was not found for patient."),
        FieldProblem(field="Rendering Provider", value="31", message="Provider not found"),
        FieldProblem(field="Service Location", value="41", message="Location not found"),
        FieldProblem(line=1, field="Diag 1", value="E119", message="Diagnosis code E119 not found, please check"),
        FieldProblem(line=2, field="Procedures", value="9921", message="Procedure not found"),
        FieldProblem(line=2, field="Mod 2", value="ZZ", message="Modifier not found"),
    )


def test_the_summary_is_kept_only_where_it_is_all_there_is() -> None:
    only = '<Encounter><ServiceLines><err id="6100">Errors in lines</err></ServiceLines></Encounter>'
    assert read_problems(only) == (FieldProblem(message="Errors in lines"),)


def test_an_echo_with_a_declaration_and_namespaces_is_read() -> None:
    echo = (
        '<?xml version="1.0" encoding="utf-16"?><Encounter xmlns="http://example.test/x"><ServiceLines>'
        '<ServiceLineReq><Units>0<err id="3">Units must be more than 0</err></Units></ServiceLineReq>'
        "</ServiceLines></Encounter>"
    )
    assert read_problems(echo) == (FieldProblem(line=1, field="Units", value="0", message="Units must be more than 0"),)


def test_a_half_written_echo_is_read_as_far_as_it_goes() -> None:
    problems = read_problems("<Encounter><ReferringProvider><NPI>1</NPI><err id='4'>Not found</err><Broken>")
    assert problems == (FieldProblem(field="Referring Provider", value="1", message="Not found"),)


def test_a_plain_sentence_is_the_problem_itself_and_carries_no_tags() -> None:
    assert read_problems("Amount must be < 100 000") == (FieldProblem(message="Amount must be < 100 000"),)
    assert read_problems("<b>Closed</b> period") == (FieldProblem(message="Closed period"),)


def test_no_text_at_all_still_says_something() -> None:
    assert read_problems("")[0].message == "Tebra gave no reason."
    assert read_problems("<Encounter><err id='9'></err></Encounter>")[0].message == "Tebra gave no reason."


def test_the_same_problem_is_told_once() -> None:
    twice = "<E><Patient><err id='1'>Unknown</err><err id='1'>Unknown</err></Patient></E>"
    assert len(read_problems(twice)) == 1


def test_entities_in_an_echo_are_not_expanded() -> None:
    echo = '<!DOCTYPE x [<!ENTITY a "boom">]><E><Patient><err id="1">&a;Unknown</err></Patient></E>'
    assert all("boom" not in problem.message for problem in read_problems(echo))
