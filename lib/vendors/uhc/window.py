"""A window read to its last page, whatever the payer does with its transaction ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lib.vendors.errors import UnexpectedReply
from lib.vendors.uhc.client import SUMMARY, SummaryQuery, UhcClient
from lib.vendors.uhc.model import ClaimSummary, SummaryPage
from lib.vendors.uhc.refusal import TransactionOver

_FULL_PAGE = 50
#: A window holds ten pages; a payer that goes on for longer goes in a circle.
_MOST_PAGES = 30


def read_pages(client: UhcClient, query: SummaryQuery, *, transaction_id: str = "") -> Iterator[SummaryPage]:
    """The pages of a window from the first, or from the one that `transaction_id` stands for.

    A page that comes twice comes out twice (distinct_claims tells them apart); one without claims ends the window.
    Raises what UhcClient.summary raises, and UnexpectedReply where the pages have no end.
    """
    asked: set[str] = set()
    claims_of_page = 0
    while True:
        try:
            page = client.summary(query, transaction_id)
        except TransactionOver:
            # A payer that gives its last page a transaction too has nothing behind it; a full page is no last one.
            if 0 < claims_of_page < _FULL_PAGE:
                return
            raise
        yield page
        claims_of_page = len(page.claims)
        transaction_id = page.transaction_id
        if not transaction_id or not page.claims:
            return
        if transaction_id in asked or len(asked) == _MOST_PAGES:
            raise UnexpectedReply(
                "UHC's pages of one window have no end.", fix="Retry the failed rows later.", operation=SUMMARY
            )
        asked.add(transaction_id)


def distinct_claims(pages: Iterable[SummaryPage]) -> dict[str, ClaimSummary]:
    """The claims of all pages by the payer's number, the later of two alike."""
    return {claim.claim_number: claim for page in pages for claim in page.claims}
