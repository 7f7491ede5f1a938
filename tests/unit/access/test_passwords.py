"""What a password has to be, and what is kept of it."""

from __future__ import annotations

import pytest

from lib.core.access import passwords
from lib.core.errors import BadInput


@pytest.mark.parametrize(
    "password",
    ["elevenchars", "x" * 129, "Password1234", "ab" * 8, "amber's very own password", "QWERTYUIOP12"],
)
def test_short_common_and_own_names_are_refused(password: str) -> None:
    with pytest.raises(BadInput):
        passwords.check_new(password, "amber@office.test")


@pytest.mark.parametrize("password", ["twelve chars", "ünïcödé häs lëngth töö", "x1y2" * 32, "boats boats boats"])
def test_length_is_enough(password: str) -> None:
    passwords.check_new(password, "amber@office.test")


def test_a_hash_knows_its_password_and_nobodys_knows_none() -> None:
    kept = passwords.hash_password("seven quiet harbor boats")
    assert passwords.matches(kept, "seven quiet harbor boats")
    assert not passwords.matches(kept, "seven quiet harbor boat")
    assert not passwords.matches(None, "seven quiet harbor boats")
    assert not passwords.matches("no hash at all", "seven quiet harbor boats")
    assert not passwords.is_outdated(kept)
    # Made with fewer passes, as an older version might have.
    assert passwords.is_outdated(kept.replace("t=2", "t=1"))
