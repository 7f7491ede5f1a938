"""Loads a request in this process and kills it at a boundary: python -m tests.integration.reports.dying REQUEST_ID AT.

AT: copy (rows are on their way), checks (all rows are in), publish (all is checked), after (it is committed).
"""

from __future__ import annotations

import os
import signal
import sys

from lib.core.actor import job
from lib.core.database import open_database
from lib.core.settings import read_settings
from lib.reports.asking.requests import get_request
from lib.reports.loading.load import load_report

#: How often the load has asked whether to stop when it gets there; the report is one batch.
ASKED = {"copy": 1, "checks": 2, "publish": 3}


def main(request_id: str, at: str) -> None:
    settings = read_settings()
    database, actor = open_database(settings), job("loader")
    with database.session(actor) as session:
        request = get_request(session, request_id)
    asked = 0

    def should_stop() -> bool:
        nonlocal asked
        asked += 1
        if asked == ASKED.get(at):
            os.kill(os.getpid(), signal.SIGKILL)
        return False

    load_report(database, settings, actor, request, labels={}, should_stop=should_stop)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
