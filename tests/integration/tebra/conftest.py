"""A practice vendor for the Tebra tests, and clients that speak to it."""

from __future__ import annotations

import pytest

from lib.vendors.tebra.client import TebraClient
from lib.vendors.tebra.connection import TebraConnection
from lib.vendors.throttle import NoThrottle
from sandbox.running import RunningVendors, TebraControl
from tests.integration.tebra.office import CUSTOMER, Connect, Gate


@pytest.fixture
def connect(vendors: RunningVendors, control: TebraControl) -> Connect:
    def make(throttle: Gate | NoThrottle | None = None, *, password: str | None = None, **options: str) -> TebraClient:
        user = CUSTOMER.users[0]
        settings = {"url": vendors.wsdl_url, "customer_key": CUSTOMER.customer_key, "user": user.name, **options}
        connection = TebraConnection.from_settings(settings, password=password or user.password)
        return TebraClient(connection, throttle or Gate(), sleep=lambda seconds: None)

    return make
