"""One running stand-in for all its tests, empty and unthrottled at the start of each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import zeep

from sandbox.running import RunningVendors, practice_vendors
from tests.integration.stand_in.caller import (
    Office,
)


@pytest.fixture(scope="session")
def running() -> Iterator[RunningVendors]:
    with practice_vendors() as vendors:
        yield vendors


@pytest.fixture(scope="session")
def own_wsdl(running: RunningVendors) -> zeep.Client:
    return zeep.Client(running.wsdl_url)


@pytest.fixture
def office(running: RunningVendors, own_wsdl: zeep.Client) -> Office:
    running.tebra.reset()
    running.tebra.configure(throttle_scale=0)
    return Office(vendors=running, wsdl=own_wsdl)
