"""What shall happen in a round, all of it from its seed: the sheet, the vendor's faults, the kills."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Literal

from sandbox.sheets import SheetOrder
from sandbox.tebra.faults import Fault, FaultKind
from tests.chaos.boundaries import BOUNDARIES

Repeats = Literal["one", "each"]

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
    return RoundPlan(
        seed=seed,
        order=_order(seed, rng),
        repeats="one" if rng.random() < 0.25 else "each",
        faults=_faults(rng),
        blows=tuple(_blow(rng) for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 4)))),
        throttle_scale=rng.choice((0.004, 0.01, 0.02)),
        throttle_answer=rng.choice(("error_response", "http_429")),
        visibility_seconds=rng.choice((0.0, 0.1, 0.25)),
        rival=rng.choice(("none", "none", "none", "same sheet", "second worker")),
    )


def plan_boundary(name: str, seed: int = 1) -> tuple[RoundPlan, str]:
    """A round that passes a boundary for certain and is killed there once, and at another before where it takes one.

    Returns the plan and the boundary's name.
    """
    calm = RoundPlan(
        seed=seed,
        order=SheetOrder(rows=24, seed=seed, today=date(2026, 11, 18), days=3, payment_share=0.7, refused_codes=1),
        repeats="each",
        faults=_PROVOKE.get(name, ()),
        blows=(Blow(kind="kill at", boundary=name),),
        visibility_seconds=0.1,
    )
    if name == "left to a person":
        return replace(calm, order=replace(calm.order, equal_cash=3, fewest_lines=3, refused_codes=0)), name
    return calm, name


def _fault(kind: FaultKind, operation: str, *, times: int, skip: int = 0) -> Fault:
    return Fault(kind=kind, operation=operation, times=times, skip=skip)


#: Faults that lead to a boundary which a clean run does not pass.
_PROVOKE: dict[str, tuple[Fault, ...]] = {
    "throttled, planned again": (_fault("throttle", "CreatePayment", times=3),),
    "outcome unknown": (_fault("drop_after", "CreateEncounter", times=2),),
    "found to be posted": (_fault("error_after", "writes", times=3),),
    "proved absent": (_fault("drop_before", "writes", times=3),),
    "planned anew": (_fault("error_before", "writes", times=3),),
    "left to a person": (
        _fault("drop_before", "CreatePayment", times=4),
        _fault("drop_after", "CreatePayment", times=4),
    ),
    "payments looked for": (_fault("drop_after", "CreatePayment", times=2),),
}


def _order(seed: int, rng: Random) -> SheetOrder:
    shape = rng.choice(("plain", "plain", "repeats", "cash"))
    order = SheetOrder(
        rows=rng.randint(20, 60),
        seed=seed,
        today=date(2026, 11, 18),
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


def _faults(rng: Random) -> tuple[Fault, ...]:
    faults = [
        Fault(
            kind=kind,
            operation=rng.choice(("writes", "writes", "CreatePayment", "CreateEncounter")),
            probability=rng.choice((0.03, 0.1, 0.25)),
            seconds=seconds,
            empty_id=rng.choice(("0", "-1")),
            seed=rng.randrange(10**6),
        )
        for kind, seconds in rng.sample(WRITE_FAULTS, rng.choice((0, 1, 2, 3, 4)))
    ]
    faults += [
        Fault(kind=kind, operation="reads", probability=0.04, seconds=seconds, seed=rng.randrange(10**6))
        for kind, seconds in rng.sample(READ_FAULTS, rng.choice((0, 0, 1, 2)))
    ]
    if rng.random() < 0.2:
        # A storm: nearly everything is refused as too early for a while.
        faults.insert(0, Fault(kind="throttle", probability=0.7, times=rng.randint(20, 80), seed=rng.randrange(10**6)))
    return tuple(faults)


def _blow(rng: Random) -> Blow:
    kind = rng.choice(("kill after",) * 4 + ("kill at",) * 5 + ("cut sessions after", "restart database after"))
    if kind == "kill at":
        return Blow(kind="kill at", boundary=rng.choice(tuple(BOUNDARIES)), nth=rng.choice((1, 1, 2, 5)))
    return Blow(kind=kind, seconds=rng.uniform(0.05, 2.5))
