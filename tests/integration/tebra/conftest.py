"""A practice vendor for the Tebra tests, and clients that speak to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lib.vendors.tebra.client import TebraClient
from lib.vendors.tebra.connection import TebraConnection
from lib.vendors.throttle import NoThrottle
from sandbox.running import RunningVendors, TebraControl, practice_vendors
from tests.integration.tebra.office import CUSTOMER, Connect, Gate


@pytest.fixture(scope="session")
def vendors() -> Iterator[RunningVendors]:
    with practice_vendors(seed=7, patients=200) as running:
        yield running


@pytest.fixture
def control(vendors: RunningVendors) -> TebraControl:
    vendors.tebra.reset()
    vendors.tebra.configure(throttle_scale=0)
    return vendors.tebra


@pytest.fixture
def connect(vendors: RunningVendors, control: TebraControl) -> Connect:
    def make(throttle: Gate | NoThrottle | None = None, *, password: str | None = None, **options: str) -> TebraClient:
        user = CUSTOMER.users[0]
        settings = {"url": vendors.wsdl_url, "customer_key": CUSTOMER.customer_key, "user": user.name, **options}
        connection = TebraConnection.from_settings(settings, password=password or user.password)
        return TebraClient(connection, throttle or Gate(), sleep=lambda seconds: None)

    return make
