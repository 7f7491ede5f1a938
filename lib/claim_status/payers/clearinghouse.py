"""A clearinghouse: one inquiry (276 as JSON) a claim, for payers that answer no windows."""

from __future__ import annotations

from lib.claim_status.book import Book
from lib.claim_status.connect import clearinghouse_connection
from lib.claim_status.model import ClaimAnswer, ClaimAsked, Outcome
from lib.claim_status.outcomes import judge_category
from lib.claim_status.payers.calls import Counted, count_calls
from lib.claim_status.payers.registry import Payer
from lib.claim_status.questions import Questions
from lib.core.connections import connection_of
from lib.core.errors import BadInput
from lib.core.executor import Execution
from lib.vendors.clearinghouse.client import ClearinghouseClient
from lib.vendors.clearinghouse.model import ClaimStatus, StatusInquiry
from lib.vendors.errors import LoginRefused, TransientError, VendorError

#: So many inquiries without an answer one after the other, and the clearinghouse is left alone.
_TROUBLES = 3
_NO_NPI = "A clearinghouse wants the practice's billing NPI. Add it to the practice on the Claim status page."


def open_payer(execution: Execution, payer: Payer) -> Clearinghouse:
    """The clearinghouse with the connection of the run's client; raises NotFound where it has none."""
    stored = connection_of(execution.database, execution.actor, execution.run.client_id, payer.code)
    connection = clearinghouse_connection(stored)
    counted = count_calls(execution, connection.account)
    client = ClearinghouseClient(connection, counted.throttle, count_call=counted.count, sleep=execution.pause)
    return Clearinghouse(client, counted)


class Clearinghouse:
    """The clearinghouse as one run asks it."""

    def __init__(self, client: ClearinghouseClient, counted: Counted) -> None:
        self._client = client
        self._counted = counted

    def keep_calls(self) -> None:
        """Add the calls so far to the run's sums."""
        self._counted.keep()

    def ask(self, questions: Questions, book: Book) -> None:
        """Ask claim by claim; an answer settles every row that it is about. Raises LoginRefused and Stopped."""
        if not questions.practice.npi:
            book.fail(questions, list(questions.open.values()), _NO_NPI)
        in_trouble = 0
        for asked in list(questions.open.values()):
            if asked.row not in questions.open:
                continue
            book.check_stop()
            try:
                told = self._client.status(_inquiry(questions, asked))
            except LoginRefused:
                raise
            except (VendorError, BadInput) as error:
                said = f"{error.what} {error.fix}".strip()
                in_trouble = in_trouble + 1 if isinstance(error, TransientError) else 0
                rows = [asked] if in_trouble < _TROUBLES else list(questions.open.values())
                book.fail(questions, rows, said)
                continue
            in_trouble = 0
            book.keep(questions, [answer for status in told if (answer := _answer(status)) is not None])
            if asked.row in questions.open:
                # Other claims of that patient and day may have been told of; this one was not among them.
                book.not_found(questions, [asked])


def _inquiry(questions: Questions, asked: ClaimAsked) -> StatusInquiry:
    patient, first = asked.patient, asked.first_service_date
    if patient is None or first is None or not asked.subscriber_id:
        raise BadInput("The row does not say whose claim it is.", fix="Fill in names, date of birth and subscriber id.")
    return StatusInquiry(
        payer_id=questions.place.payer_id,
        organization=questions.practice.practice,
        npi=questions.practice.npi,
        member_id=asked.subscriber_id,
        first_name=patient.first_name,
        last_name=patient.last_name,
        date_of_birth=patient.date_of_birth,
        first=first,
        last=asked.last_service_date or first,
    )


def _answer(status: ClaimStatus) -> ClaimAnswer | None:
    outcome = judge_category(status.category, paid=status.paid)
    if outcome is Outcome.NOT_FOUND or not (status.claim_number or status.account_number):
        return None
    days = status.service_dates
    return ClaimAnswer(
        claim_number=status.claim_number or status.account_number,
        account_number=status.account_number,
        outcome=outcome,
        status=":".join(part for part in (status.category, status.status) if part),
        first_service_date=days[0] if days else None,
        last_service_date=days[1] if days else None,
        processed_on=status.effective_on if outcome.final else None,
        charged=status.charged,
        paid=status.paid,
        check_numbers=(status.check_number,) if status.check_number else (),
    )
