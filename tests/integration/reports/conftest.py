"""The desks that these tests work at, and the stand-in with nothing left of an earlier test."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jobs.office import Office
from sandbox.collaboratemd.running import CollaborateMdControl
from sandbox.running import RunningVendors
from tests.integration.reports.login_desk import LoginDesk, connect_desk

ConnectReports = Callable[..., LoginDesk]


@pytest.fixture
def reports_control(vendors: RunningVendors) -> CollaborateMdControl:
    """The controls of the CollaborateMD stand-in, everything forgotten."""
    vendors.collaboratemd.reset()
    return vendors.collaboratemd


@pytest.fixture
def connect_reports(
    office: Office, reports_control: CollaborateMdControl, environment: dict[str, str]
) -> ConnectReports:
    """Adds one of the stand-in's clients with all of its reports set up; options go to the connection."""

    def connect(name: str = "Meadow", **options: object) -> LoginDesk:
        return connect_desk(office, reports_control, environment, name, **options)

    return connect


@pytest.fixture
def desk(connect_reports: ConnectReports) -> LoginDesk:
    """A client with one account."""
    return connect_reports()
