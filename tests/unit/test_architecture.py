"""The arrows of the house: who may import what, who may read SQL, who may open a connection."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from lib.core.settings import ROOT

FOLDERS = ("lib", "jobs", "pages")
PRODUCT = [*sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")), ROOT / "Home.py"]


def _relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_imports_run_downwards_and_nobody_imports_the_sandbox() -> None:
    # In a process of its own: the linter switches off every logger of the process that it runs in.
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--config", ".ci/imports.ini", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_only_home_pages_and_ui_import_streamlit() -> None:
    importing = {_relative(p) for p in PRODUCT if re.search(r"^\s*(import|from) streamlit", p.read_text(), re.M)}
    assert all(name == "Home.py" or name.startswith(("pages/", "lib/ui/")) for name in importing)


def test_only_the_door_and_what_serves_it_open_connections() -> None:
    opening = {_relative(p) for p in PRODUCT if re.search(r"psycopg2?\.connect\(|create_engine\(", p.read_text())}
    assert opening == {"lib/core/database.py", "lib/core/migrations.py", "lib/core/postgres.py"}


def test_statements_live_in_sql_files_but_for_the_few_that_cannot() -> None:
    statement = re.compile(r"\"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM) ", re.I)
    with_sql = {_relative(p) for p in PRODUCT if statement.search(p.read_text())}
    allowed = {"database", "migrations", "postgres", "queue", "intents"}
    assert with_sql <= {f"lib/core/{name}.py" for name in allowed} | {
        "lib/charges/store.py",
        "lib/claim_status/store.py",
    }


def test_no_error_is_swallowed_and_no_view_dropped_by_cascade() -> None:
    for path in PRODUCT:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"except( Exception)?:\s*\n?\s*pass", text), _relative(path)
    for path in (ROOT / "sql").rglob("*.sql"):
        assert not re.search(r"DROP .*CASCADE", path.read_text(encoding="utf-8"), re.I), _relative(path)
