"""The instance's key, which is never in the database, and the encryption of the credentials that are kept there."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lib.core.errors import Misconfigured
from lib.core.keys import data_key
from lib.core.settings import Settings

if TYPE_CHECKING:
    from lib.core.database import Session

_KEY_FILE = "secret.key"
_KEY = "credentials"
_FORMAT, _NONCE = b"\x02", 12


def secret_key(settings: Settings) -> str:
    """The key of this instance: from DAYSHEET_SECRET_KEY, else kept in the home, made at first use.

    Raises Misconfigured when the key is not 32 bytes of URL-safe base64.
    """
    return checked_key(settings.secret_key.get_secret_value() if settings.secret_key else _kept_key(settings.home))


def checked_key(key: str, *, setting: str = "DAYSHEET_SECRET_KEY") -> str:
    """The key as it is; raises Misconfigured where it is none."""
    try:
        Fernet(key)
    except ValueError:
        raise Misconfigured(f"{setting} is not a key.", fix="Make one with: python -m jobs secrets new.") from None
    return key


def kept_key_file(settings: Settings) -> Path:
    """Where the instance's key is kept that no setting gives."""
    return settings.home / _KEY_FILE


def encrypt(session: Session, text: str) -> bytes:
    """Encrypt a credential for keeping in the database, under the newest of its keys for credentials."""
    key = data_key(session, _KEY)
    header = _FORMAT + key.version.to_bytes(4, "big") + os.urandom(_NONCE)
    return header + AESGCM(key.secret).encrypt(header[-_NONCE:], text.encode(), header)


def decrypt(session: Session, token: bytes) -> str:
    """Decrypt what `encrypt` made, now or before there were data keys.

    Raises Misconfigured when it was made with another key.
    """
    token = bytes(token)
    try:
        if not token.startswith(_FORMAT):
            keys = session.keys.instance_keys(session.raw)
            return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys]).decrypt(token).decode()
        header = token[: len(_FORMAT) + 4 + _NONCE]
        version = int.from_bytes(header[len(_FORMAT) : -_NONCE], "big")
        key = session.keys.version(session.raw, _KEY, version)
        return AESGCM(key.secret).decrypt(header[-_NONCE:], token[len(header) :], header).decode()
    except (InvalidToken, InvalidTag):
        raise Misconfigured(
            "A stored credential was encrypted with another key.",
            fix="Start with the DAYSHEET_SECRET_KEY it was saved with, or enter the credential again.",
        ) from None


def is_current(session: Session, token: bytes) -> bool:
    """Whether a credential is under the newest of the keys for credentials."""
    version = data_key(session, _KEY).version
    return bytes(token).startswith(_FORMAT + version.to_bytes(4, "big"))


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
