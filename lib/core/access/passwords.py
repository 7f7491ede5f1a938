"""Passwords: hashed with argon2id, judged by their length and not by their composition."""

from __future__ import annotations

import base64

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from lib.core.errors import BadInput

SHORTEST, LONGEST = 12, 128
#: docs/decisions/0015_access.md has what these cost; a hash made with others is made anew at the next sign-in.
_HASHER = PasswordHasher(time_cost=2, memory_cost=64 * 1024, parallelism=1)
#: What everybody tries first, of those that are long enough.
_COMMON = frozenset(
    {
        "123456789012",
        "1234567890123",
        "1234567890ab",
        "abcdefghijkl",
        "administrator",
        "changeme1234",
        "correcthorsebatterystaple",
        "iloveyou1234",
        "letmein12345",
        "password1234",
        "password12345",
        "passwordpassword",
        "qwerty123456",
        "qwertyuiop12",
        "qwertyuiopas",
        "welcome12345",
    }
)


def check_new(password: str, login: str) -> None:
    """Raise BadInput for a password that is too short, too long, very common, or made of the login name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(
            f"A password has {SHORTEST} to {LONGEST} characters.", fix="Several words in a row are easy to remember."
        )
    plain = password.casefold()
    name = login.casefold().partition("@")[0]
    if len(name) > 3 and name in plain:
        raise BadInput("The password holds the login name.", fix="Choose one that does not.")
    if plain in _COMMON or len(set(plain)) < 4:
        raise BadInput("That password is one of the first that are tried.", fix="Choose another.")


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its own salt and parameters in it."""
    return _HASHER.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is the one of the hash; without a hash it takes as long, and is not."""
    try:
        return _HASHER.verify(kept or _nobodys(), password[: LONGEST + 1]) and kept is not None
    except VerifyMismatchError:
        return False
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than new ones are."""
    return _HASHER.check_needs_rehash(kept)


def _nobodys() -> str:
    """A hash that no password has, at the cost of the others."""
    cost = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    salt, digest = (base64.b64encode(bytes(length)).decode().rstrip("=") for length in (16, 32))
    return f"$argon2id$v=19${cost}${salt}${digest}"
