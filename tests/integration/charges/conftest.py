"""The desk that these tests work at."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.office import Office
from lib.core.clients import Client
from sandbox.running import TebraControl
from tests.integration.charges.desk import Desk


@pytest.fixture
def desk(office: Office, client: Client, control: TebraControl, environment: dict[str, str], tmp_path: Path) -> Desk:
    """The desk of a client that is connected to the practice vendors, which keep no gaps."""
    return Desk(office=office, client=client, control=control, environment=environment, folder=tmp_path)
