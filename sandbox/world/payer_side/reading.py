"""Reads a batch of claims as one payer has them: columns become records."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import numpy as np

from sandbox.world.claim_codes import DENIAL_REASONS, LEVELS_OF_CARE
from sandbox.world.days import NEVER, Places, date_of
from sandbox.world.life import LifeBatch
from sandbox.world.life.remittances import Denials
from sandbox.world.payer_side.events import Answer, add_up, read_answers
from sandbox.world.payer_side.model import (
    ClaimStage,
    Decision,
    DecisionLine,
    Draft,
    PayerClaim,
    Refusal,
    ShareKind,
    judge,
)
from sandbox.world.payer_side.spelling import in_capitals

#: In the order of FirstAnswer.share_kind.
_SHARE_KINDS: tuple[ShareKind, ...] = ("", "copay", "coinsurance", "deductible")
#: A claim that was sent to the wrong payer is refused for this reason.
_MISDIRECTED = "109"
_ACKNOWLEDGED_DAYS = 2


class BatchReading:
    """A batch's claims that a payer had received by the end of a day, and its decisions on them by claim number.

    `payer` is a place in PAYERS, `day` a number of sandbox.world.days; `prefix` keeps the numbers of claims apart
    from those of other accounts, whose ids may be the same.
    """

    def __init__(self, batch: LifeBatch, *, payer: int, day: int, prefix: int) -> None:
        self._batch, self._day, self._prefix = batch, day, prefix
        claims = batch.claims
        known = (claims.primary == payer) & (claims.first_billed <= day)
        self._own: Places = np.flatnonzero(known)
        self._lines: Places = np.flatnonzero(known[claims.claim])
        self._answers = read_answers(batch, self._lines, day)
        self._sums = add_up(batch, self._lines, self._answers, day)
        self._payer = claims.roster.payers[payer]
        self._checks = self._add_up_checks()
        self.claims: list[PayerClaim] = []
        self.decisions: dict[str, tuple[Decision, ...]] = {}
        for claim, places in self._claims_with_lines():
            number = f"FC{prefix:02d}{int(claims.id[claim]):09d}"
            self.decisions[number] = tuple(self._decide(claim, places))
            self.claims.append(self._describe(number, claim, places))

    def _claims_with_lines(self) -> Iterator[tuple[int, range]]:
        """Each own claim with the places of its lines among the selected ones."""
        of_line = self._batch.claims.claim[self._lines]
        starts = np.searchsorted(of_line, self._own, side="left").tolist()
        ends = np.searchsorted(of_line, self._own, side="right").tolist()
        for claim, start, end in zip(self._own.tolist(), starts, ends, strict=True):
            yield claim, range(start, end)

    def _add_up_checks(self) -> dict[tuple[int, int], int]:
        """Cents of the checks, by practice and day: all that is paid to a tax id on a day."""
        practice = self._batch.claims.practice[self._batch.claims.claim[self._lines]]
        checks: dict[tuple[int, int], int] = defaultdict(int)
        for answer in self._answers:
            paying = np.flatnonzero((answer.day < NEVER) & (answer.paid > 0))
            for whose, day, cents in zip(
                practice[paying].tolist(), answer.day[paying].tolist(), answer.paid[paying].tolist(), strict=True
            ):
                checks[whose, day] += cents
        return checks

    def _decide(self, claim: int, places: range) -> Iterator[Decision]:
        """The decisions on a claim in order of their days; lines that were answered on one day stand together."""
        found: dict[tuple[int, int], list[int]] = defaultdict(list)
        for nth, answer in enumerate(self._answers):
            for place in places:
                if answer.day[place] < NEVER:
                    found[int(answer.day[place]), nth].append(place)
        for suffix, ((day, nth), decided) in enumerate(sorted(found.items()), start=1):
            answer = self._answers[nth]
            yield Decision(
                suffix=f"{suffix:02d}",
                decided_on=date_of(day),
                lines=tuple(self._decide_line(answer, place) for place in decided),
                draft=self._draw_draft(claim, answer, day, decided, suffix),
            )

    def _decide_line(self, answer: Answer, place: int) -> DecisionLine:
        claims, line = self._batch.claims, int(self._lines[place])
        level = int(claims.level_of_care[line])
        refused = int(answer.refused[place])
        return DecisionLine(
            place=int(claims.line_place[line]) + 1,
            line_id=str(claims.line_id[line]),
            code=claims.roster.codes[claims.code[line]],
            revenue_code=LEVELS_OF_CARE[level][0] if level >= 0 else "",
            units=int(claims.units[line]),
            charged=_dollars(claims.cents[line]),
            allowed=_dollars(answer.allowed[place]),
            paid=_dollars(answer.paid[place]),
            written_off=_dollars(answer.written_off[place]),
            share=_dollars(answer.share[place]),
            share_kind=self._share_kind(line) if answer.share[place] else "",
            refused=_dollars(refused),
            refusal=_refusal(answer.denials, line) if refused and answer.denials else None,
        )

    def _draw_draft(self, claim: int, answer: Answer, day: int, decided: list[int], suffix: int) -> Draft | None:
        cents = sum(int(answer.paid[place]) for place in decided)
        if not cents:
            return None
        practice = int(self._batch.claims.practice[claim])
        return Draft(
            number=_eight_digits(f"draft {self._prefix} {self._batch.claims.id[claim]} {suffix}"),
            amount=_dollars(cents),
            check_number=self._check_number(practice, day),
            # What is taken back comes with no check of its own.
            check_amount=_dollars(self._checks.get((practice, day), 0)),
            issued_on=date_of(day),
        )

    def _check_number(self, practice: int, day: int) -> str:
        tin = self._batch.claims.roster.practices[practice].tax_id
        return _eight_digits(f"check {self._payer.id} {tin} {day}")

    def _describe(self, number: str, claim: int, places: range) -> PayerClaim:
        claims, roster, sums = self._batch.claims, self._batch.claims.roster, self._sums
        practice = roster.practices[claims.practice[claim]]
        patient = roster.patients[claims.patient[claim]]
        refusal_of = {place: found for place in places if (found := self._standing_refusal(place))}
        refusals = tuple(refusal_of.values())
        to_patient = sum(int(sums.refused[place]) for place, found in refusal_of.items() if found.group == "PR")
        decisions = self.decisions[number]
        refused = _dollars(sums.refused[places].sum())
        paid = _dollars(sums.paid[places].sum())
        stage = self._stage(claim, decided=bool(decisions), refusals=refusals, lines=len(places), paid=paid)
        shares = {kind: 0 for kind in _SHARE_KINDS}
        for place in places:
            shares[self._share_kind(int(self._lines[place]))] += int(sums.share[place])
        accepted = claims.billed_again[claim]
        return PayerClaim(
            number=number,
            account_number=str(claims.id[claim]),
            payer_id=self._payer.id,
            client=roster.client.name,
            practice=practice.name,
            tin=practice.tax_id.replace("-", ""),
            npi=practice.npi,
            provider=roster.providers[claims.provider[claim]].full_name,
            member_id=roster.member_ids[claims.patient[claim]],
            group_number=roster.group_numbers[claims.patient[claim]],
            first_name=in_capitals(patient.first_name),
            last_name=in_capitals(patient.last_name),
            born=patient.born,
            first_day=date_of(claims.dos[claim]),
            last_day=date_of(claims.dos_to[claim]),
            institutional=bool(claims.institutional[claim]),
            received_on=date_of(accepted if accepted <= self._day else claims.first_billed[claim]),
            processed_on=decisions[-1].decided_on if decisions else self._rejected_on(claim, stage),
            stage=stage,
            outcome=judge(stage, paid=paid, refused=refused),
            charged=_dollars(claims.cents[self._lines[places]].sum()),
            allowed=_dollars(sums.allowed[places].sum()),
            paid=paid,
            written_off=_dollars(sums.written_off[places].sum()),
            refused=refused,
            refused_to_patient=_dollars(to_patient),
            copay=_dollars(shares["copay"]),
            coinsurance=_dollars(shares["coinsurance"]),
            deductible=_dollars(shares["deductible"]),
            refusals=tuple(dict.fromkeys(refusals)),
            checks=tuple(
                dict.fromkeys(made.draft.check_number for made in decisions if made.draft and made.draft.amount > 0)
            ),
        )

    def _stage(
        self, claim: int, *, decided: bool, refusals: tuple[Refusal, ...], lines: int, paid: Decimal
    ) -> ClaimStage:
        claims = self._batch.claims
        if decided:
            reasons = [refusal.reason for refusal in refusals]
            return "misdirected" if reasons == [_MISDIRECTED] * lines and not paid else "finalized"
        if claims.rejected[claim] <= self._day < claims.billed_again[claim]:
            return "rejected"
        again = claims.billed_again[claim]
        accepted = again if again <= self._day else claims.first_billed[claim]
        if self._day - accepted <= _ACKNOWLEDGED_DAYS:
            return "acknowledged"
        return "in review" if claims.id[claim] % 3 == 0 else "pending"

    def _rejected_on(self, claim: int, stage: ClaimStage) -> date | None:
        return date_of(self._batch.claims.rejected[claim]) if stage == "rejected" else None

    def _standing_refusal(self, place: int) -> Refusal | None:
        """Why the line is refused on the day; what was taken back is refused without a reason."""
        line = int(self._lines[place])
        denials = self._batch.payers.denials[1 if self._sums.reworked[place] else 0]
        return _refusal(denials, line) if self._sums.refused[place] and denials.received[line] <= self._day else None

    def _share_kind(self, line: int) -> ShareKind:
        return _SHARE_KINDS[self._batch.payers.first.share_kind[line]]


def _refusal(denials: Denials, line: int) -> Refusal:
    group, reason, remarks, _ = DENIAL_REASONS[denials.reason[line]]
    return Refusal(group=group, reason=reason, remarks=remarks[: int(denials.remarks[line])])


def _dollars(cents: int | np.integer) -> Decimal:
    return Decimal(int(cents)).scaleb(-2)


def _eight_digits(of: str) -> str:
    return f"{zlib.crc32(of.encode()) % 100_000_000:08d}"
