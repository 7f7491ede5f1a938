"""Credentials: refused ones stop the run, typed ones are forgotten, and none is ever readable."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from lib.charges.service import TypedLogin
from lib.core.database import as_owner
from lib.core.intents import IntentState
from lib.core.runs import RunState
from tests.integration.charges.desk import WORLD, Desk, draw

OFFICE = WORLD.customers[0]


def test_a_wrong_login_stops_the_run_after_one_call(desk: Desk) -> None:
    login = TypedLogin(customer_key=OFFICE.customer_key, user=OFFICE.users[0].name, password="not this one")
    run = desk.post(draw(10), login=login)
    assert run.state is RunState.FAILED
    assert run.error is not None and "does not accept" in run.error
    assert {name: count.received for name, count in desk.control.calls().items()} == {"GetCustomerIdFromKey": 1}
    assert desk.control.journal() == []


def test_the_command_refuses_a_wrong_login_with_code_2(desk: Desk) -> None:
    desk.control.fault("bad_login")
    code, said = desk.command("charges", str(desk.write(draw(5))), "--client", desk.client.name)
    assert code == 2
    assert said["state"] == "failed" and "does not accept" in said["error"]


def test_a_login_that_may_not_post_stops_with_nothing_written_and_says_what_is_missing(desk: Desk) -> None:
    reader = OFFICE.users[1]
    login = TypedLogin(customer_key=OFFICE.customer_key, user=reader.name, password=reader.password)
    run = desk.post(draw(10, payment_share=1.0), login=login)
    assert run.state is RunState.FAILED and run.error is not None
    assert desk.control.journal() == []
    assert {intent.state for intent in desk.intents(run.id)} <= {IntentState.CANCELLED}
    refused = sum(desk.control.calls()[name].received for name in ("CreatePayment", "CreateEncounter"))
    assert refused <= 12, "one call of each thread may have been under way"


def test_a_typed_login_is_used_for_its_run_and_forgotten_after_it(desk: Desk) -> None:
    other = WORLD.customers[0].users[0]
    login = TypedLogin(customer_key=OFFICE.customer_key, user=other.name, password=other.password)
    run = desk.post(draw(5), login=login)
    assert run.state is RunState.FINISHED
    assert run.secret is None


@pytest.mark.parametrize("fault", ["drop_after", "garbage", "null_reference"])
def test_no_credential_and_no_patient_reaches_log_file_or_database_in_clear(
    desk: Desk, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    desk.control.fault(fault, "writes", probability=0.3)
    user = OFFICE.users[0]
    secrets = (OFFICE.customer_key, user.password)
    with caplog.at_level(logging.DEBUG):
        login = TypedLogin(customer_key=OFFICE.customer_key, user=user.name, password=user.password)
        run = desk.post(draw(12), login=login)
    assert run.state is RunState.FINISHED
    assert not [text for secret in secrets for text in _every_text(desk) if secret in text]
    assert not any(secret in caplog.text for secret in secrets)
    patients = {intent.body["first_name"] for intent in desk.intents(run.id) if intent.kind == "payment"}
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("lib", "jobs"))]
    assert not [line for line in ours for name in patients if name in line]
    files = [path for path in Path(desk.office.settings.home).rglob("*") if path.is_file() and path.suffix != ".xlsx"]
    assert not [path for path in files for secret in secrets if secret.encode() in path.read_bytes()]


def _every_text(desk: Desk) -> list[str]:
    """Every row of every table of the workbench, as text; as the owner, who may read what the application may not."""
    with as_owner(desk.office.settings) as owner, owner.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'ops'::regnamespace"
        )
        found: list[str] = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT t::text FROM {table} t")
            found += [row[0] for row in cursor.fetchall()]
    return found
