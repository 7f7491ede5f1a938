"""What denial codes and categories are about, in short words of our own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).with_name("denial_words.toml")


def about_code(code: object) -> str:
    """Two or three words on a reason code; empty where we have none."""
    return _words()["codes"].get(str(code), "")


def about_category(category: object) -> str:
    """What the denials of a category have in common; empty for one that is none of ours."""
    return _words()["categories"].get(str(category), "")


@lru_cache(maxsize=1)
def _words() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return found
