"""What readers see of a cell: rewritten in one step whenever one of its packages is published or leaves."""

from __future__ import annotations

from lib.core.database import Session, named_queries
from lib.reports.catalog import report_named
from lib.reports.loading.timeline import Days, PublishedPackage, Shown, work_out_timeline
from lib.reports.model import Cell

_SQL = named_queries("packages")
#: The spaces of this feature's advisory locks, beside those of lib.core.database.LockSpace.
CELL_LOCK = 7311
REQUEST_LOCK = 7312


def lock_cell(session: Session, cell: Cell) -> None:
    """Wait until nobody else changes what this cell shows; until the transaction ends."""
    _SQL.lock_cell(session.raw, space=CELL_LOCK, key=f"{cell.client_id}/{cell.report}/{cell.account}")


def show_published(session: Session, cell: Cell) -> None:
    """Rewrite what readers see of the cell from its published packages, seen at once when the transaction commits.

    The cell must be locked before its packages are changed.
    """
    rows = timeline_of(session, cell)
    _SQL.forget_shown(session.raw, **_named(cell))
    _SQL.put_shown(
        session.raw,
        **_named(cell),
        package_ids=[row.package_id for row in rows],
        as_ofs=[row.as_of for row in rows],
        known_froms=[row.known_from for row in rows],
        known_untils=[row.known_until for row in rows],
        days=[None if row.days is None else _multirange(row.days) for row in rows],
        undated=[row.undated for row in rows],
    )


def timeline_of(session: Session, cell: Cell) -> list[Shown]:
    """What the cell's published packages show on every day of knowledge."""
    return work_out_timeline(
        report_named(cell.report).meets,
        (
            PublishedPackage(id=row.id, as_of=row.as_of, days=(row.first_day, row.last_day) if row.first_day else None)
            for row in _SQL.published_packages(session.raw, **_named(cell))
        ),
    )


def _named(cell: Cell) -> dict[str, str]:
    return {"client_id": cell.client_id, "report": cell.report, "account": cell.account}


def _multirange(days: tuple[Days, ...]) -> str:
    return "{" + ",".join(f"[{first},{last}]" for first, last in days) + "}"
