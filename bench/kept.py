"""A multiplied copy and the pages' questions, kept in a folder, so that one question is measured again in seconds.

A copy is of the views as they were: when one of them gets another column, it has to be made anew.
"""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Sequence
from pathlib import Path

from bench.page_questions import Question
from bench.warehouse import Warehouse
from lib.analytics.snapshot.manifest import SnapshotFolder
from lib.analytics.snapshot.reader import CopyReader
from lib.core.settings import read_settings

_QUESTIONS = "questions.pickle"


def keep(office: Warehouse, questions: Sequence[Question], folder: Path) -> None:
    """Keep the office's copy and the questions, in place of what the folder held; it must be on the office's disk."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SnapshotFolder(office.settings).root, folder / "snapshot", copy_function=os.link)
    (folder / _QUESTIONS).write_bytes(pickle.dumps(list(questions)))


def open_kept(folder: Path) -> tuple[CopyReader, list[Question]]:
    """What was kept in a folder."""
    snapshot = SnapshotFolder(read_settings(home=folder, database_url=None))
    return CopyReader(snapshot, snapshot.clients()), pickle.loads((folder / _QUESTIONS).read_bytes())
