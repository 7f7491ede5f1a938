"""A new version of the views comes over a database that has an old one, and never over what others built on it."""

from __future__ import annotations

import contextlib

import psycopg2
import pytest

from lib.core.errors import Misconfigured
from lib.core.migrations import migrate
from lib.core.settings import Settings

_OLD = """
DROP VIEW reporting.account_reports;
CREATE VIEW reporting.account_reports AS SELECT 'as it was'::text AS client_id;
COMMENT ON SCHEMA reporting IS 'an older version';
"""


def _as_owner(settings: Settings, statement: str) -> None:
    assert settings.database_url is not None
    with contextlib.closing(psycopg2.connect(settings.database_url.get_secret_value())) as owner:
        with owner, owner.cursor() as cursor:
            cursor.execute(statement)


def test_a_view_whose_columns_changed_is_made_anew(settings: Settings) -> None:
    _as_owner(settings, _OLD)
    assert migrate(settings) == 0
    _as_owner(settings, "SELECT client_id, status FROM reporting.account_reports")


def test_a_view_of_somebody_elses_is_not_dropped(settings: Settings) -> None:
    _as_owner(settings, _OLD + "CREATE VIEW public.mine AS SELECT * FROM reporting.account_reports")
    with pytest.raises(Misconfigured, match="something of yours is built on it"):
        migrate(settings)
    _as_owner(settings, "SELECT client_id FROM public.mine")


def test_views_that_are_right_already_are_left_alone_while_somebody_reads_them(settings: Settings) -> None:
    assert settings.database_url is not None
    with contextlib.closing(psycopg2.connect(settings.database_url.get_secret_value())) as reader:
        with reader.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM reporting.ar_aging_view")
            # To replace the view would have to wait for this transaction.
            assert migrate(settings) == 0
