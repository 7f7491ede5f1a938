"""What shall happen in a round, all of it from its seed: the sheet, the vendor's faults, the kills."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Literal

from sandbox.sheets import SheetOrder
from sandbox.tebra.faults import Fault, FaultKind
from tests.chaos.boundaries import BOUNDARIES

Repeats = Literal["one", "each"]
#: Not later than any client's today, whatever its zone; sheets of one seed differ from day to day in their dates alone.
TODAY = datetime.now(UTC).date() - timedelta(days=1)

#: Faults of writes with the seconds that they wait; every one of them leaves the outcome open, or is a plain "later".
WRITE_FAULTS: tuple[tuple[FaultKind, float], ...] = (
    ("drop_before", 0),
    ("drop_after", 0),
    ("error_before", 0),
    ("error_after", 0),
    ("throttle", 0),
    ("delay", 0.1),
    ("delay", 1.6),
    ("slow_write", 0.2),
    ("truncated", 0),
    ("cut_off", 0),
    ("garbage", 0),
    ("empty_before", 0),
    ("empty_after", 0),
    ("unknown_members", 0),
)
READ_FAULTS: tuple[tuple[FaultKind, float], ...] = (
    ("drop_before", 0),
    ("error_before", 0),
    ("throttle", 0),
    ("truncated", 0),
    ("garbage", 0),
    ("delay", 0.2),
    ("unknown_members", 0),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Blow:
    """One blow to the work: a kill after some seconds or at a boundary, or a blow to its database."""

    kind: Literal["kill after", "kill at", "cut sessions after", "restart database after"]
    seconds: float = 0
    boundary: str = ""
    nth: int = 1

    def __str__(self) -> str:
        return f"{self.kind} {self.boundary} #{self.nth}" if self.boundary else f"{self.kind} {self.seconds:.2f} s"


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundPlan:
    """Everything that tells one round from another."""

    seed: int
    order: SheetOrder
    repeats: Repeats
    faults: tuple[Fault, ...]
    blows: tuple[Blow, ...]
    throttle_scale: float = 0.02
    throttle_answer: Literal["error_response", "http_429"] = "error_response"
    visibility_seconds: float = 0.2
    #: Posts the same sheet, or works on the same runs, at the same time.
    rival: Literal["none", "same sheet", "second worker"] = "none"

    def __str__(self) -> str:
        faults = ", ".join(f"{f.kind}({f.operation} {f.probability:.2f})" for f in self.faults) or "no faults"
        blows = ", ".join(map(str, self.blows)) or "no blows"
        rival = "" if self.rival == "none" else f"; rival: {self.rival}"
        return f"{self.order.rows} rows, {self.repeats}; {faults}; {blows}{rival}"


def plan_round(seed: int) -> RoundPlan:
    """The round of a seed."""
    rng = Random(seed)
    order = _order(seed, rng)
    return RoundPlan(
        seed=seed,
        order=order,
        repeats="one" if rng.random() < 0.25 else "each",
        faults=(_some_of_equal_payments(rng) if order.equal_cash else ()) + _faults(seed, rng),
        blows=tuple(_blow(rng) for _ in range(rng.choice((0, 1, 2, 2, 3, 3, 4)))),
        throttle_scale=rng.choice((0.01, 0.02, 0.05)),
        throttle_answer=rng.choice(("error_response", "http_429")),
        visibility_seconds=rng.choice((0.0, 0.1, 0.25)),
        rival=rng.choice(("none", "none", "none", "same sheet", "second worker")),
    )


def plan_story(name: str) -> RoundPlan:
    """A round that is killed at the boundaries of STORIES[name], one after the other; it passes each for certain."""
    people = name == "looking"
    return RoundPlan(
        seed=11,
        order=SheetOrder(
            rows=36,
            seed=11,
            today=TODAY,
            days=3,
            payment_share=1.0,
            # Enough of them that some are left when the story comes to them.
            refused_codes=0 if people else 6,
            fewest_lines=3 if people else 1,
            equal_cash=3 if people else 0,
        ),
        repeats="each",
        faults=_PROVOKED.get(name, ()),
        blows=tuple(Blow(kind="kill at", boundary=boundary) for boundary in STORIES[name]),
        visibility_seconds=0.1,
    )


#: Every boundary once, in an order in which one run can pass them between its kills.
STORIES: dict[str, tuple[str, ...]] = {
    "planning": (
        *("upload taken in", "upload kept", "run queued", "run claimed", "reference list kept", "patient asked for"),
        *("patient verified", "intent planned"),
    ),
    "sending": (
        *("throttled, planned again", "outcome unknown", "sending begun", "payment received", "payment written"),
        *("encounter received", "encounter written", "posted", "refused"),
    ),
    "looking": ("payments looked for", "left to a person", "found to be posted", "proved absent", "planned anew"),
    "closing": (
        *("charges asked for", "charges read back", "calls counted", "rows kept", "result recorded", "run finished"),
    ),
}

#: Faults that lead to boundaries which a clean run does not pass.
_PROVOKED: dict[str, tuple[Fault, ...]] = {
    "sending": (
        Fault(kind="throttle", operation="CreatePayment", times=3),
        Fault(kind="drop_after", operation="CreateEncounter", times=3),
    ),
    # Of three equal payments some are written and some are not: nobody but a person can tell which.
    "looking": (
        Fault(kind="drop_after", operation="CreatePayment", times=4),
        Fault(kind="drop_before", operation="CreatePayment", times=4),
        Fault(kind="drop_after", operation="CreateEncounter", times=2),
        Fault(kind="drop_before", operation="CreateEncounter", times=2),
    ),
}


def _order(seed: int, rng: Random) -> SheetOrder:
    shape = rng.choice(("plain", "plain", "repeats", "cash"))
    order = SheetOrder(
        rows=rng.randint(20, 60),
        seed=seed,
        today=TODAY,
        days=rng.choice((1, 2, 5, 20)),
        payment_share=rng.choice((0.3, 0.6, 1.0)),
        most_lines=rng.choice((1, 3, 4)),
        scattered=rng.random() < 0.5,
        mistakes=rng.choice((0, 0, 1, 3)),
        refused_codes=rng.choice((0, 0, 1, 2)),
    )
    if shape == "repeats":
        return replace(order, repeat_payments=True)
    if shape == "cash":
        return replace(order, equal_cash=rng.choice((2, 3)))
    return order


def _some_of_equal_payments(rng: Random) -> tuple[Fault, ...]:
    """Faults that write some of several equal payments and not the others, so that only a person can tell."""
    return tuple(
        Fault(kind=kind, operation="CreatePayment", probability=0.25, seed=rng.randrange(10**6))
        for kind in rng.sample(("drop_after", "drop_before", "error_after", "error_before"), 2)
    )


def _faults(seed: int, rng: Random) -> tuple[Fault, ...]:
    faults = [
        Fault(
            kind=kind,
            operation=rng.choice(("writes", "writes", "CreatePayment", "CreateEncounter")),
            probability=rng.choice((0.03, 0.1, 0.25)),
            seconds=seconds,
            empty_id=rng.choice(("0", "-1")),
            # The vendor names its real gap with a refusal, however short the round's gaps are.
            times=3 if kind == "throttle" else None,
            seed=rng.randrange(10**6),
        )
        for kind, seconds in rng.sample(WRITE_FAULTS, rng.choice((0, 1, 2, 3, 4)))
    ]
    faults += [
        Fault(kind=kind, operation="reads", probability=0.04, seconds=seconds, times=5, seed=rng.randrange(10**6))
        for kind, seconds in rng.sample(READ_FAULTS, rng.choice((0, 0, 1, 2)))
    ]
    if rng.random() < 0.08:
        # A storm: for a while nearly everything is refused as too early.
        hit = rng.choice(("CreatePayment", "CreateEncounter", "GetPatient"))
        storm = Fault(kind="throttle", operation=hit, probability=0.8, times=rng.randint(4, 10), seed=seed)
        faults.insert(0, storm)
    return tuple(faults)


def _blow(rng: Random) -> Blow:
    kind = rng.choice(("kill after",) * 4 + ("kill at",) * 5 + ("cut sessions after", "restart database after"))
    if kind == "kill at":
        return Blow(kind="kill at", boundary=rng.choice(tuple(BOUNDARIES)), nth=rng.choice((1, 1, 1, 2, 4)))
    return Blow(kind=kind, seconds=rng.uniform(0.05, 1.2))
