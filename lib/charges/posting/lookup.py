"""What became of a write whose outcome is unknown, judged by what Tebra lists now (contract §7).

Pure decisions: the caller looks, this judges. Tebra names no patient in its payments and keeps no key of ours, so a
payment is recognised by practice, batch, reference, amount, post date and the payer's name.

Payments that share all of these are judged together. With k unknown ones and c candidates that no posted intent has
claimed:

| c | k | reference | the patients | before the visibility delay | after it |
|---|---|---|---|---|---|
| 0 | any | any | any | WAIT | ABSENT, all |
| < k, and one more without a payer's name | any | any | any | WAIT | PERSON, all |
| c = k | any | any | any | POSTED, in order | POSTED, in order |
| c > k | any | given | any | POSTED, lowest ids | POSTED, lowest ids |
| c > k | any | none | any | PERSON, all | PERSON, all |
| 0 < c < k | > 1 | given | one | WAIT | c POSTED, the others ABSENT |
| 0 < c < k | > 1 | given | several under one payer name | WAIT | PERSON, all |
| 0 < c < k | > 1 | none | any | WAIT | PERSON, all |

Several patients under one payer name with c = k: each has been posted once, whichever id is whose. Without a
reference, more candidates than unknown ones cannot all be ours, and fewer may be somebody's manual posting: a person
looks. A patient without a name is looked for as if no payment named its payer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from lib.charges.model import ServiceLine
from lib.charges.planning.keys import plain_reference
from lib.charges.planning.names import person_readings, plain_place
from lib.charges.posting.readback import id_order, match_encounter
from lib.vendors.tebra.model import ChargeFound, PaymentFound

_NAME_EXTRAS = frozenset({"jr", "sr", "ii", "iii", "iv", "mr", "mrs", "ms", "miss", "dr"})


class Verdict(StrEnum):
    """What is known of a write after looking."""

    #: It is there, with the id given.
    POSTED = "posted"
    #: It is provably not there; it may be sent again.
    ABSENT = "absent"
    #: Not there yet, and the account's visibility delay has not passed: look again later.
    WAIT = "wait"
    #: Only a person can tell.
    PERSON = "person"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The verdict on one intent. `evidence` is one sentence for the Runs page, with ids and without names."""

    intent_id: str
    verdict: Verdict
    vendor_id: str = ""
    evidence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownPayment:
    """A payment that may or may not have been posted; everything as it was sent."""

    intent_id: str
    practice_id: str
    patient_id: str
    amount: Decimal
    post_date: date
    reference: str = field(default="", repr=False)
    batch: str = ""
    first_name: str = field(default="", repr=False)
    middle_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownEncounter:
    """An encounter that may or may not have been created; provider id and name count where Tebra tells them."""

    intent_id: str
    patient_id: str
    dos: date
    lines: tuple[ServiceLine, ...]
    rendering_provider_id: str = ""
    rendering_provider_name: str = ""


def decide_payments(
    unknown: Sequence[UnknownPayment],
    found: Iterable[PaymentFound],
    claimed_ids: Collection[str],
    *,
    visible_by_now: bool,
) -> list[Decision]:
    """One decision for each unknown payment, in the order given, by the table above.

    `found` is what Tebra lists for their look-ups, `claimed_ids` the payment ids of all posted intents of the account.
    `visible_by_now` says that the visibility delay has passed since the last of them was sent. Give together all the
    unknown payments that share a look-up, and none while an equal one is being sent.
    """
    free = {payment.id: payment for payment in found if payment.id and payment.id not in claimed_ids}
    decisions: dict[str, Decision] = {}
    for payments, named in _alike(unknown, free.values()):
        same = [one for one in free.values() if _same_but_for_payer(payments[0], one)]
        nameless = [one.id for one in same if not plain_place(one.payer_name) or not _name_words(payments[0])]
        nameless += [one.id for one in free.values() if one.post_date is None and _may_be(payments[0], one)]
        for decision in _judge(payments, sorted(named, key=id_order), sorted(nameless, key=id_order), visible_by_now):
            decisions[decision.intent_id] = decision
    return [decisions[payment.intent_id] for payment in unknown]


def decide_encounter(
    unknown: UnknownEncounter, charges: Iterable[ChargeFound], claimed_ids: Collection[str], *, visible_by_now: bool
) -> Decision:
    """POSTED with the lowest unclaimed encounter that has exactly the lines sent; else WAIT until all is visible.

    Then PERSON where the patient has an unclaimed encounter of that day and provider with other lines (Tebra may have
    changed a line), else ABSENT. `charges` is the practice-and-day list; charges that name another rendering provider
    are not looked at. Of several unknown encounters, settle the POSTED ones before asking with `visible_by_now`.
    """
    candidates = [charge for charge in charges if _may_render(unknown, charge)]
    matching = match_encounter(candidates, unknown.patient_id, unknown.dos, unknown.lines)
    free = [encounter_id for encounter_id in matching if encounter_id not in claimed_ids]
    if free:
        evidence = f"Encounter {free[0]} in Tebra has the patient, the DOS and exactly the lines that were sent."
        return Decision(intent_id=unknown.intent_id, verdict=Verdict.POSTED, vendor_id=free[0], evidence=evidence)
    if not visible_by_now:
        evidence = "No such encounter is listed yet, and Tebra may still be late in showing it."
        return Decision(intent_id=unknown.intent_id, verdict=Verdict.WAIT, evidence=evidence)
    # A charge that names no patient or no day may be theirs.
    others = {
        charge.encounter_id
        for charge in candidates
        if charge.patient_id in ("", unknown.patient_id) and charge.dos in (None, unknown.dos)
    }
    others -= {"", *claimed_ids}
    if others:
        named = ", ".join(sorted(others, key=id_order))
        evidence = f"Tebra lists encounter {named} of the patient, DOS and provider, with other lines than were sent."
        return Decision(intent_id=unknown.intent_id, verdict=Verdict.PERSON, evidence=evidence)
    evidence = "The day's charges hold no encounter of the patient with these lines that is not accounted for."
    return Decision(intent_id=unknown.intent_id, verdict=Verdict.ABSENT, evidence=evidence)


def _alike(
    unknown: Sequence[UnknownPayment], free: Collection[PaymentFound]
) -> list[tuple[list[UnknownPayment], set[str]]]:
    """The payments that must be judged together, each lot with the ids of its candidates.

    They are equal but for the payer, and the payers have one name or a candidate could be either's.
    """
    lots: list[tuple[list[UnknownPayment], set[str]]] = []
    for payment in unknown:
        ids = {one.id for one in free if _same_but_for_payer(payment, one) and _is_payer(payment, one.payer_name)}
        joined, apart = [payment], []
        for payments, candidates in lots:
            if candidates & ids or any(_signature(other) == _signature(payment) for other in payments):
                joined = payments + joined
                ids |= candidates
            else:
                apart.append((payments, candidates))
        lots = [*apart, (joined, ids)]
    order = {payment.intent_id: position for position, payment in enumerate(unknown)}
    return [(sorted(payments, key=lambda payment: order[payment.intent_id]), ids) for payments, ids in lots]


def _judge(
    payments: Sequence[UnknownPayment], named: Sequence[str], nameless: Sequence[str], visible_by_now: bool
) -> list[Decision]:
    count, candidates = len(payments), len(named)
    has_reference = bool(plain_reference(payments[0].reference))
    one_patient = len({payment.patient_id for payment in payments}) == 1
    if candidates == count or (candidates > count and has_reference):
        return _posted(payments, named)
    if candidates > count:
        return _all(payments, Verdict.PERSON, _too_many(named, count))
    if not visible_by_now:
        return _all(payments, Verdict.WAIT, f"{_listed(named)}, and Tebra may still be late in showing more.")
    if nameless:
        evidence = f"Tebra lists without a payer's name {_ids(nameless)}, equal in all else."
        return _all(payments, Verdict.PERSON, evidence)
    if not candidates:
        evidence = (
            "Tebra lists no payment of this payer, batch, reference, amount and post date that is unaccounted for."
        )
        return _all(payments, Verdict.ABSENT, evidence)
    if has_reference and one_patient:
        missing = f"Tebra lists {candidates} of {count} equal payments, and this is not among them."
        return _posted(payments[:candidates], named) + _all(payments[candidates:], Verdict.ABSENT, missing)
    reason = "they are of several patients with one name" if not one_patient else "none has a reference"
    evidence = f"{_listed(named)} for {count} payments that were sent, and {reason}."
    return _all(payments, Verdict.PERSON, evidence)


def _posted(payments: Sequence[UnknownPayment], ids: Sequence[str]) -> list[Decision]:
    evidence = "Payment {} in Tebra has this payer, batch, reference, amount and post date."
    return [
        Decision(intent_id=payment.intent_id, verdict=Verdict.POSTED, vendor_id=found, evidence=evidence.format(found))
        for payment, found in zip(payments, ids, strict=False)
    ]


def _all(payments: Sequence[UnknownPayment], verdict: Verdict, evidence: str) -> list[Decision]:
    return [Decision(intent_id=payment.intent_id, verdict=verdict, evidence=evidence) for payment in payments]


def _too_many(named: Sequence[str], count: int) -> str:
    return f"{_listed(named)} where {count} {'was' if count == 1 else 'were'} sent, and none has a reference."


def _listed(ids: Sequence[str]) -> str:
    return f"Tebra lists {_ids(ids)}" if ids else "Tebra lists no such payment"


def _ids(ids: Sequence[str]) -> str:
    return f"payment {ids[0]}" if len(ids) == 1 else f"payments {', '.join(ids)}"


def _signature(payment: UnknownPayment) -> tuple[object, ...]:
    return (
        payment.practice_id,
        payment.amount,
        payment.post_date,
        plain_reference(payment.reference),
        plain_reference(payment.batch),
        tuple(sorted(_name_words(payment))),
    )


def _same_but_for_payer(payment: UnknownPayment, found: PaymentFound) -> bool:
    return found.post_date == payment.post_date and _may_be(payment, found)


def _may_be(payment: UnknownPayment, found: PaymentFound) -> bool:
    """Whether all but payer and post date is the same."""
    return (
        found.practice_id in ("", payment.practice_id)
        and found.amount == payment.amount
        and plain_reference(found.reference) == plain_reference(payment.reference)
        and plain_reference(found.batch) == plain_reference(payment.batch)
    )


def _name_words(payment: UnknownPayment) -> list[str]:
    words = plain_place(f"{payment.first_name} {payment.last_name}").split()
    return [word for word in words if word not in _NAME_EXTRAS]


def _is_payer(payment: UnknownPayment, payer_name: str) -> bool:
    """Whether the payer's name is the patient's in either order; middle name, title, suffix and id may be there too."""
    extras = {*_NAME_EXTRAS, payment.patient_id}
    words = [word for word in plain_place(payer_name).split() if word not in extras]
    name = _name_words(payment)
    for word in name:
        if word not in words:
            return False
        words.remove(word)
    middle = plain_place(payment.middle_name).split()
    return bool(name) and all(
        any(word == known or (len(word) == 1 and known.startswith(word)) for known in middle) for word in words
    )


def _may_render(unknown: UnknownEncounter, charge: ChargeFound) -> bool:
    if unknown.rendering_provider_id and charge.rendering_provider_id:
        return unknown.rendering_provider_id == charge.rendering_provider_id
    if unknown.rendering_provider_name and charge.rendering_provider_name:
        ours = set(person_readings(unknown.rendering_provider_name))
        return bool(ours & set(person_readings(charge.rendering_provider_name)))
    return True
