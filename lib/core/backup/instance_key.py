"""The instance's key as a restore finds it, and as it puts one into the home."""

from __future__ import annotations

import os
from datetime import datetime

from lib.core.secrets import kept_key_file, secret_key
from lib.core.settings import Settings


def known_key(settings: Settings) -> str | None:
    """The key of this instance where there is one already; none is made."""
    return secret_key(settings) if settings.secret_key or kept_key_file(settings).exists() else None


def put_key(settings: Settings, key: str, *, now: datetime) -> None:
    """Keep a key in the home; the one that is there stays under another name. `now` is aware UTC."""
    path = kept_key_file(settings)
    if path.exists():
        path.rename(path.with_name(f"{path.name}.before-{now:%Y%m%dT%H%M%SZ}"))
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
