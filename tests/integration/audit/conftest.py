"""An office with a chain."""

from __future__ import annotations

import pytest

from jobs.office import Office
from tests.integration.audit.chain import Chain


@pytest.fixture
def chain(office: Office) -> Chain:
    """The audit of a fresh office, nothing sealed yet."""
    return Chain(office)
