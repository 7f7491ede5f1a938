"""What a payer's adapter is: it asks what is open and hands every answer to the book before it asks on.

An adapter is a module of lib/claim_status/payers with the function open_payer; payers.toml has its facts.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Protocol

from lib.claim_status.book import Book
from lib.claim_status.payers.registry import Payer
from lib.claim_status.questions import Questions
from lib.core.executor import Execution


class Adapter(Protocol):
    """A payer as one run asks it."""

    def ask(self, questions: Questions, book: Book) -> None:
        """Ask until no row is open: each is answered in the book, or closed there with a sentence.

        Raises LoginRefused where nothing more may be asked, Stopped where the run has to stop, and nothing else of a
        vendor.
        """
        ...

    def keep_calls(self) -> None:
        """Add the calls so far to the run's sums."""
        ...


Opener = Callable[[Execution, Payer], Adapter]


def open_payer(execution: Execution, payer: Payer) -> Adapter:
    """The adapter of a payer with the client's connection; raises NotFound where there is no connection."""
    opener: Opener = import_module(f"lib.claim_status.payers.{payer.code}").open_payer
    return opener(execution, payer)
