"""Questions of the pages as text: the named blocks of sql/queries/analytics_<name>.sql, parameters as :name.

A block may hold {places} for names of views and columns, which only code fills, and only with names that it has vetted.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import aiosql

from lib.core.settings import ROOT


@lru_cache(maxsize=32)
def questions(name: str) -> Mapping[str, str]:
    """The blocks of sql/queries/analytics_<name>.sql by name."""
    # Of aiosql's drivers this one leaves :name as it is.
    loaded = aiosql.from_path(ROOT / "sql" / "queries" / f"analytics_{name}.sql", "sqlite3", mandatory_parameters=False)
    return {block: getattr(loaded, block).sql for block in loaded.available_queries if not block.endswith("_cursor")}
