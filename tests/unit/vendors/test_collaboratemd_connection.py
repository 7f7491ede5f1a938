"""The connection's options: accounts, addresses, waits, and a password that shows nowhere."""

from __future__ import annotations

import pytest

from lib.core.errors import BadInput
from lib.vendors.collaboratemd.connection import CollaborateMdConnection

SETTINGS = {"user": "apiuser", "accounts": "10001001,10001002"}


def make(**settings: object) -> CollaborateMdConnection:
    return CollaborateMdConnection.from_settings({**SETTINGS, **settings}, password="hidden-word")


def test_accounts_are_typed_with_commas() -> None:
    assert make(accounts="10001001, 10001002;10001003").accounts == ("10001001", "10001002", "10001003")
    assert make(accounts=["10001001"]).accounts == ("10001001",)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"accounts": ""}, "accounts"),
        ({"accounts": "1234567"}, "every account must be 8 digits"),
        ({"accounts": "10001001,10001001"}, "named twice"),
        ({"url": "http://example.org"}, "url must be https"),
        ({"url": "ftp://example.org"}, "url must be an https address"),
        ({"url": "https://me:hidden-word@example.org"}, "must not hold a user or password"),
        ({"url": "https://example.org/?key=hidden-word"}, "must end before"),
        ({"prefer": "yaml"}, "prefer"),
        ({"result_method": "put"}, "result_method"),
        ({"poll_seconds": 0}, "poll_seconds"),
        ({"token": "x"}, "no option token"),
        ({"password": "hidden-word"}, "no option password"),
    ],
)
def test_an_option_that_cannot_be_is_named_and_no_value_shown(settings: dict[str, object], message: str) -> None:
    with pytest.raises(BadInput, match=message) as refused:
        make(**settings)
    assert "hidden-word" not in str(refused.value)


def test_this_machine_and_practice_mode_may_do_without_encryption() -> None:
    assert make(url="http://127.0.0.1:8701").url == "http://127.0.0.1:8701"
    assert make(url="http://practice.example.org", practice=True).practice


def test_nothing_printed_shows_the_login() -> None:
    connection = make()
    assert "hidden-word" not in repr(connection) + str(connection)
    assert "apiuser" not in repr(connection) + connection.account


def test_one_login_is_one_account_whatever_its_clients_accounts() -> None:
    assert make().account == make(accounts="10001009", user="APIUSER").account
    assert make().account != make(user="another").account


def test_waits_for_another_report_grow_up_to_the_longest() -> None:
    waits = [make().busy_wait(attempt) for attempt in range(8)]
    assert waits[:3] == [60, 90, 135]
    assert waits[-1] == make().busy_wait(10_000) == 300


def test_every_option_says_what_it_is() -> None:
    assert all(CollaborateMdConnection.options().values())
