"""UHC: windows of days answer for every claim in them, crowded days patient by patient; reasons claim by claim."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from lib.claim_status.book import Book
from lib.claim_status.connect import uhc_connection
from lib.claim_status.model import ClaimAnswer, Patient
from lib.claim_status.outcomes import judge_amounts
from lib.claim_status.payers.calls import Counted, count_calls
from lib.claim_status.payers.registry import Payer
from lib.claim_status.planning.limits import Window
from lib.claim_status.planning.patients import patient_windows
from lib.claim_status.planning.windows import crowded_days, next_window
from lib.claim_status.questions import Questions
from lib.claim_status.store import AskedWindow
from lib.core.connections import connection_of
from lib.core.errors import BadInput
from lib.core.executor import Execution
from lib.vendors.errors import LoginRefused, VendorError
from lib.vendors.uhc.client import SummaryQuery, UhcClient
from lib.vendors.uhc.model import ClaimSummary
from lib.vendors.uhc.refusal import TooManyClaims, TransactionOver

#: So many windows that fail one after the other, and the payer is left alone.
_TROUBLES = 3
#: A window holds ten pages; one that goes on for longer goes in a circle.
_MOST_PAGES = 30


def open_payer(execution: Execution, payer: Payer) -> UhcPayer:
    """UHC with the connection of the run's client; raises NotFound where it has none."""
    stored = connection_of(execution.database, execution.actor, execution.run.client_id, payer.code)
    connection = uhc_connection(stored)
    counted = count_calls(execution, connection.account)
    client = UhcClient(connection, counted.throttle, count_call=counted.count, sleep=execution.pause)
    return UhcPayer(client, payer, counted)


class UhcPayer:
    """UHC as one run asks it."""

    def __init__(self, client: UhcClient, payer: Payer, counted: Counted) -> None:
        self._client = client
        self._payer = payer
        self._counted = counted

    def keep_calls(self) -> None:
        """Add the calls so far to the run's sums."""
        self._counted.keep()

    def ask(self, questions: Questions, book: Book) -> None:
        """Ask window by window; what no window held is not found. Raises LoginRefused and Stopped."""
        _Asking(self._client, self._payer, questions, book).work()
        self._ask_reasons(questions, book)

    def _ask_reasons(self, questions: Questions, book: Book) -> None:
        place = questions.place
        for claim in book.undetailed(place):
            book.check_stop()
            try:
                told = self._client.detail(tin=place.tin, payer_id=place.payer_id, claim_number=claim.claim_number)
            except LoginRefused:
                raise
            except (VendorError, BadInput):
                # The answer stands without its reasons; the next batch asks for them again.
                continue
            lines = [line for each in told.claims if each.claim_number == claim.claim_number for line in each.lines]
            codes = dict.fromkeys(code.code for line in lines for code in line.codes if code.code)
            book.keep_reasons(claim, list(codes), ())


class _Asking:
    """The windows of one place."""

    def __init__(self, client: UhcClient, payer: Payer, questions: Questions, book: Book) -> None:
        self._client = client
        self._limits = payer.limits
        self._questions = questions
        self._book = book
        self._wanted = questions.days(today=book.params.today, limits=self._limits)
        self._patients = {
            book.digest(each.patient): each.patient for each in questions.open.values() if each.patient is not None
        }
        self._windows = book.windows(questions.place)
        self._given_up: list[Window] = []
        self._in_trouble = 0

    def work(self) -> None:
        """Read windows until no day is left, then crowded days by patient; what is left is not found."""
        if not self._questions.open:
            return
        for begun in [window for window in self._windows if window.next_page]:
            self._read(begun)
        while (window := self._next()) is not None:
            self._read(self._book.asked(window), window.patient)
        for window in self._of_patients():
            self._read(self._book.asked(window), window.patient)
        self._close_crowded()
        self._book.not_found(self._questions, list(self._questions.open.values()))

    def _next(self) -> Window | None:
        if not self._questions.open:
            return None
        seen: Counter[date] = Counter()
        for window in self._windows:
            if window.whole and not window.patient:
                # A day may have been read twice; no answer holds more of it than another.
                for day, count in window.days.items():
                    seen[day] = max(seen[day], count)
        return next_window(
            self._wanted,
            seen=seen,
            answered=[*self._as_windows(whole=True), *self._given_up],
            overflowed=self._as_windows(whole=False),
            limits=self._limits,
        )

    def _of_patients(self) -> list[Window]:
        crowded = crowded_days(self._as_windows(whole=False))
        asked = [
            (each.patient, each.first_service_date)
            for each in self._questions.open.values()
            if each.patient and each.first_service_date and each.first_service_date in crowded
        ]
        done = [window for window in [*self._as_windows(whole=True), *self._as_windows(whole=False)] if window.patient]
        return patient_windows(asked, answered=done, limits=self._limits)

    def _as_windows(self, *, whole: bool) -> list[Window]:
        return [
            Window(first=each.first, last=each.last, patient=self._patients.get(each.patient))
            for each in self._windows
            if (each.whole if whole else each.overflowed) and (not each.patient or each.patient in self._patients)
        ]

    def _read(self, window: AskedWindow, patient: Patient | None = None) -> None:
        """Read a window to its end, or give it up with its rows closed."""
        if window.patient and patient is None:
            patient = self._patients.get(window.patient)
        try:
            self._read_pages(window, patient)
            self._in_trouble = 0
        except TooManyClaims:
            self._note(dataclasses.replace(window, next_page="", overflowed=True), ())
        except LoginRefused:
            raise
        except (VendorError, BadInput) as error:
            self._give_up(window, patient, error)

    def _read_pages(self, window: AskedWindow, patient: Patient | None) -> None:
        seen: set[str] = set()
        begun_again = False
        while True:
            self._book.check_stop()
            try:
                page = self._client.summary(self._query(window, patient), window.next_page)
            except TransactionOver:
                if begun_again:
                    raise
                begun_again, seen = True, set()
                window = dataclasses.replace(window, next_page="", pages=0, days={})
                continue
            new = [claim for claim in page.claims if claim.claim_number not in seen]
            seen.update(claim.claim_number for claim in new)
            ended = not page.transaction_id or not page.claims or window.pages + 1 >= _MOST_PAGES
            window = dataclasses.replace(
                window,
                pages=window.pages + 1,
                days=_added(window.days, new),
                next_page="" if ended else page.transaction_id,
            )
            self._note(window, [_answer(claim) for claim in new])
            if ended:
                return

    def _note(self, window: AskedWindow, answers: Sequence[ClaimAnswer]) -> None:
        self._book.keep_page(self._questions, window, answers)
        known = (window.first, window.last, window.patient)
        self._windows = [each for each in self._windows if (each.first, each.last, each.patient) != known]
        self._windows.append(window)

    def _give_up(self, window: AskedWindow, patient: Patient | None, error: VendorError | BadInput) -> None:
        said = f"{error.what} {error.fix}".strip()
        self._given_up.append(Window(first=window.first, last=window.last, patient=patient))
        rows = [
            each
            for each in self._questions.between(window.first, window.last)
            if patient is None or each.patient == patient
        ]
        self._book.fail(self._questions, [*rows, *self._questions.undated()], said)
        self._in_trouble += 1
        if self._in_trouble >= _TROUBLES:
            self._book.fail(self._questions, list(self._questions.open.values()), said)

    def _close_crowded(self) -> None:
        crowded = crowded_days(self._as_windows(whole=False))
        full = [each for each in self._as_windows(whole=False) if each.patient is not None]
        unnamed = [
            each
            for each in self._questions.open.values()
            if each.first_service_date in crowded
            and (each.patient is None or any(each.patient == window.patient for window in full))
        ]
        if unnamed:
            self._book.fail(
                self._questions,
                unnamed,
                f"UHC has more than {self._limits.most_claims} claims on that day and tells them by patient only. "
                "Add first name, last name and date of birth to the row.",
            )

    def _query(self, window: AskedWindow, patient: Patient | None) -> SummaryQuery:
        place = self._questions.place
        return SummaryQuery(
            tin=place.tin,
            payer_id=place.payer_id,
            first=window.first,
            last=window.last,
            first_name=patient.first_name if patient else "",
            last_name=patient.last_name if patient else "",
            date_of_birth=patient.date_of_birth if patient else None,
        )


def _added(days: Mapping[date, int], claims: Iterable[ClaimSummary]) -> dict[date, int]:
    counted = Counter(days)
    counted.update(claim.sums.first_service_date for claim in claims if claim.sums.first_service_date)
    return dict(counted)


def _answer(claim: ClaimSummary) -> ClaimAnswer:
    sums, member = claim.sums, claim.member
    refused = [amount for amount in (sums.patient_not_covered, sums.provider_not_covered) if amount is not None]
    return ClaimAnswer(
        claim_number=claim.claim_number,
        account_number=sums.account_number,
        outcome=judge_amounts(
            claim.claim_status,
            paid=sums.paid,
            not_covered=sum(refused, Decimal(0)) if refused else None,
            patient_responsibility=sums.patient_responsibility,
            categories=[crossed.category for crossed in sums.crosswalk],
        ),
        status=claim.claim_status,
        patient_name=" ".join(part for part in (member.first_name, member.last_name) if part),
        subscriber_id=member.subscriber_id,
        first_service_date=sums.first_service_date,
        last_service_date=sums.last_service_date,
        received_on=sums.received_on,
        processed_on=sums.processed_on,
        charged=sums.charged,
        allowed=sums.allowed,
        paid=sums.paid,
        patient_responsibility=sums.patient_responsibility,
        check_numbers=tuple(dict.fromkeys(check.number for check in sums.checks if check.number)),
        reasons=tuple(dict.fromkeys(code.code for code in sums.codes if code.code)),
    )
