"""Encryption of stored credentials, under a key that is not in the database."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from lib.core.errors import Misconfigured
from lib.core.settings import Settings

_KEY_FILE = "secret.key"


def secret_key(settings: Settings) -> str:
    """The key of this instance: from DAYSHEET_SECRET_KEY, else kept in the home, made at first use.

    Raises Misconfigured when the key is not 32 bytes of URL-safe base64.
    """
    key = settings.secret_key.get_secret_value() if settings.secret_key else _kept_key(settings.home)
    try:
        Fernet(key)
    except ValueError:
        raise Misconfigured(
            "DAYSHEET_SECRET_KEY is not a key.",
            fix="Make one with: python -c "
            "'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'",
        ) from None
    return key


def encrypt(settings: Settings, text: str) -> bytes:
    """Encrypt a credential for keeping in the database."""
    return Fernet(secret_key(settings)).encrypt(text.encode())


def decrypt(settings: Settings, token: bytes) -> str:
    """Decrypt what `encrypt` made; raises Misconfigured when it was made with another key."""
    try:
        return Fernet(secret_key(settings)).decrypt(bytes(token)).decode()
    except InvalidToken:
        raise Misconfigured(
            "A stored credential was encrypted with another key.",
            fix="Start with the DAYSHEET_SECRET_KEY it was saved with, or enter the credential again.",
        ) from None


def _kept_key(home: Path) -> str:
    path = home / _KEY_FILE
    home.mkdir(parents=True, exist_ok=True)
    try:
        # Linked into place whole, so that two processes at the first start agree on one key.
        new = home / f"{_KEY_FILE}.{os.getpid()}"
        if not path.exists():
            new.touch(mode=0o600)
            new.write_bytes(Fernet.generate_key())
            os.link(new, path)
    except FileExistsError:
        pass
    finally:
        new.unlink(missing_ok=True)
    return path.read_text(encoding="utf-8")
