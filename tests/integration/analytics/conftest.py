"""Books kept by hand, asked through the views and through their columnar copy."""

from __future__ import annotations

from tests.integration.kpis.conftest import ledger, owner, readers

__all__ = ["ledger", "owner", "readers"]
