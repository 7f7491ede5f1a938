"""The instance's key: making a new one, and changing to it."""

from __future__ import annotations

import typer
from cryptography.fernet import Fernet

from jobs.commands.telling import Json, tell
from jobs.office import operator
from lib.core.key_rotation import rotate as rotate_key
from lib.core.settings import read_settings

app = typer.Typer(help="The key that protects stored credentials.", no_args_is_help=True)


@app.command()
def new(as_json: Json = False) -> None:
    """Print a new key; nothing is changed."""
    key = Fernet.generate_key().decode()
    tell(as_json, {"key": key}, key)


@app.command()
def rotate(as_json: Json = False) -> None:
    """Change from DAYSHEET_SECRET_KEY_BEFORE to DAYSHEET_SECRET_KEY, both given in the environment.

    Best with all of Daysheet stopped: a process that runs with the old key reads no credential and gets no new
    connection to the database afterwards, says so, and has to be started again. Killed at any moment, it has either
    changed everything or nothing.
    """
    done = rotate_key(read_settings(), operator())
    if done.before:
        said = "The key had been changed already; nothing was left to do."
    else:
        said = (
            f"{done.data_keys} data keys are wrapped under the new key, {done.credentials} credentials are "
            "encrypted anew. Sealed files stay as they are and stay readable."
        )
    if done.others:
        said += f" {done.others} connections of running processes are open: start those processes again."
    tell(
        as_json,
        {"done_before": done.before, "data_keys": done.data_keys, "credentials": done.credentials, "open": done.others},
        said,
    )
