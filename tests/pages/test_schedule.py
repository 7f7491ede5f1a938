"""The Schedule page changes when work recurs and starts it; the Notifications page adds channels that are told."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from jobs.office import Office
from jobs.schedules import start_due_work
from lib.core import clients, runs
from lib.core.notify import channels
from lib.core.notify.addresses import Medium
from lib.core.schedules import service
from lib.core.schedules.kinds import REPORT_RETENTION
from lib.core.schedules.model import Schedule
from lib.core.schedules.rules import daily, every
from tests.pages.biller import press, said
from tests.pages.conftest import Open

PAGE = "pages/schedule.py"


def row(office: Office) -> Schedule:
    found = service.list_schedules(office.database, office.actor)
    return next(schedule for schedule in found if schedule.kind is REPORT_RETENTION)


@pytest.fixture
def made(office: Office) -> Schedule:
    start_due_work(office, now=datetime.now(UTC))
    return row(office)


def test_before_the_side_process_has_started_the_page_says_what_will_be_here(open_address: Open) -> None:
    assert "Nothing recurs yet." in said(open_address(PAGE))


def test_a_schedule_is_changed_in_words_paused_and_started(open_address: Open, office: Office, made: Schedule) -> None:
    page = open_address(PAGE, schedule=made.id)
    assert "Every day at 02:30." in said(page) and "Next times** (America/New_York)" in said(page)
    page.selectbox(key=f"rhythm_{made.id}_1").select("every so many minutes").run()
    page.number_input(key=f"minutes_{made.id}_1").set_value(90).run()
    press(page, "Save")
    assert row(office).rule == every(90) and "is saved: every 90 minutes" in said(page)
    press(page, "Run now")
    (run,) = runs.list_runs(office.database, office.actor)
    assert run.office_wide and f"started as run {run.id}" in said(page)
    office.executor.execute(run.id)
    page = open_address("pages/runs.py", run=run.id)
    assert (
        not page.exception and "Report retention" in page.subheader[0].value and "No package has expired" in said(page)
    )
    page = open_address(PAGE, schedule=made.id)
    press(page, "Pause")
    assert row(office).paused and "None, while it is paused." in said(page)
    press(page, "Resume")
    assert not row(office).paused


def test_whoever_saves_second_is_told_who_was_first(open_address: Open, office: Office, made: Schedule) -> None:
    page = open_address(PAGE, schedule=made.id)
    service.change(
        office.database, office.actor, made.id, rule=daily(time(4)), time_zone=None, version=1, now=datetime.now(UTC)
    )
    page.selectbox(key=f"rhythm_{made.id}_1").select("on weekdays").run()
    assert "Tester has changed this since you opened it." in said(page)
    press(page, "Save")
    assert "Somebody else has just changed this schedule." in said(page) and row(office).rule == daily(time(4))
    press(page, "Show the latest")
    assert "Every day at 04:00." in said(page)


def test_a_channel_is_added_and_its_address_never_comes_back(open_address: Open, office: Office) -> None:
    clients.add_client(office.database, office.actor, "TEST client")
    page = open_address("pages/notifications.py")
    assert "The office is told of nothing yet." in said(page) and "No mail server is set." in said(page)
    page.segmented_control(key="medium_office_0").set_value(Medium.SLACK).run()
    page.text_input(key="name_office_0").input("Billing")
    secret = "T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    page.text_input(key="address_slack_office_0").input(f"https://hooks.slack.com/services/{secret}")
    press(page, "Add")
    (channel,) = channels.office_channels(office.database, office.actor)
    assert channel.name == "Billing" and "Billing is added." in said(page)
    assert not page.exception and secret not in str(page.main)
