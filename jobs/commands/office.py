"""Starting and stopping: the side process, and the whole workbench."""

from __future__ import annotations

import shutil
import threading
from typing import Annotated

import typer

from jobs import scheduler, worker
from jobs.audit_sealer import AuditSealer
from jobs.commands.telling import Json, tell
from jobs.health_server import health_server
from jobs.office import open_office
from jobs.up import run_workbench, sole_use
from lib.core.actor import job
from lib.core.errors import BadInput
from lib.core.logging import start_logging
from lib.core.postgres import EmbeddedPostgres
from lib.core.process_name import name_process
from lib.core.settings import read_settings

#: What this instance keeps in its home.
_OURS = ("files", "raw", "snapshot", "exports", "practice", "audit", "secret.key*", "before-*", "restoring-*")


def side_process(context: typer.Context) -> None:
    """Daysheet at the command line. Without a command: the side process, that is scheduler and workers."""
    settings = read_settings()
    start_logging(settings)
    if context.invoked_subcommand is not None:
        return
    name_process("side")
    office = open_office(job("worker"))
    stop = threading.Event()
    clock = threading.Thread(target=scheduler.schedule, args=(office, stop), name="scheduler")
    with health_server(office):
        sealer = AuditSealer(office)
        clock.start()
        try:
            worker.work(office)
        finally:
            stop.set()
            clock.join()
            sealer.close()


def up(
    beside: Annotated[
        list[str] | None,
        typer.Option(
            "--beside", metavar="COMMAND", help="A further process to start with the workbench, and to wait for."
        ),
    ] = None,
    practice: Annotated[
        bool, typer.Option("--practice", help="Make a login for every role and print them; for practice only.")
    ] = False,
) -> None:
    """Start the whole workbench: database, side process, web; Ctrl-C stops all of it in order."""
    run_workbench(read_settings(), beside=beside or [], practice=practice)


def down(as_json: Json = False) -> None:
    """Stop the embedded database, if it runs."""
    settings = read_settings()
    if settings.database_url is None:
        EmbeddedPostgres(settings).stop()
    tell(as_json, {"stopped": settings.database_url is None}, "The embedded database is stopped.")


def clean_data(
    yes: Annotated[bool, typer.Option("--yes", help="Really delete.")] = False, as_json: Json = False
) -> None:
    """Delete all state of this instance: database, files, keys. An outside database is left alone."""
    settings = read_settings()
    if not yes:
        raise BadInput(f"This deletes all data of Daysheet in {settings.home}.", fix="Give --yes if you mean it.")
    with sole_use(settings):
        EmbeddedPostgres(settings).delete()
        # Only what is ours: the home may be a folder that holds other things too.
        for pattern in _OURS:
            for path in settings.home.glob(pattern):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    tell(as_json, {"cleaned": str(settings.home)}, f"The data of Daysheet in {settings.home} is deleted.")
