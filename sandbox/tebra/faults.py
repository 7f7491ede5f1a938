"""Faults on demand: what shall go wrong, with which calls, how often."""

from __future__ import annotations

from random import Random
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.tebra.members import OPERATIONS, WRITES

FaultKind = Literal[
    "drop_before",  # the connection closes, nothing was written
    "drop_after",  # written, then the connection closes without an answer
    "error_before",  # InternalServiceFault, nothing was written
    "error_after",  # written, then InternalServiceFault
    "throttle",  # refused as if it had come too early
    "delay",  # written at once, answered `seconds` later
    "slow_write",  # the connection closes, and `seconds` later it is written
    "truncated",  # written; the XML ends in the middle of a whole HTTP reply
    "cut_off",  # written; the connection closes in the middle of the reply
    "garbage",  # written; the reply is no XML at all
    "empty_before",  # a success without an id, nothing was written
    "empty_after",  # written; a success without an id
    "deserialization",  # the request could not be read
    "null_reference",  # a .NET NullReferenceException as a SOAP fault
    "null_reference_reply",  # the same inside an ErrorResponse
    "bad_login",  # the password is refused
    "redirect",  # sent elsewhere, nothing was written
    "endless",  # written; the reply never ends
    "unknown_members",  # written; the reply has members that nobody knows, and its own out of order
]


class Fault(BaseModel):
    """One order for trouble.

    `operation` is an operation's name, `reads`, `writes` or `*`. Of the calls that match, the first `skip` pass; then
    each is hit with `probability`, until `times` were. `seconds` is the waiting of the kinds that wait.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FaultKind
    operation: str = "*"
    probability: float = Field(1.0, ge=0, le=1)
    times: int | None = Field(None, ge=1)
    skip: int = Field(0, ge=0)
    seconds: float = Field(0, ge=0)
    empty_id: Literal["0", "-1"] = "0"
    seed: int = 0

    def concerns(self, operation: str) -> bool:
        """Whether calls of the operation are meant."""
        if self.operation == "writes":
            return operation in WRITES
        if self.operation == "reads":
            return operation not in WRITES
        return self.operation in ("*", operation)


class FaultPlan:
    """The faults in force, in the order of their coming; the first that hits a call has it."""

    def __init__(self) -> None:
        self._orders: list[_Order] = []

    def add(self, fault: Fault) -> None:
        """Put a fault in force; ValueError when it names an operation that there is not."""
        if fault.operation not in ("*", "reads", "writes", *OPERATIONS):
            raise ValueError(f"There is no operation {fault.operation}.")
        self._orders.append(_Order(fault))

    def clear(self) -> None:
        """Let everything go well again."""
        self._orders.clear()

    def draw(self, operation: str) -> Fault | None:
        """The fault that hits this call, if any."""
        return next((order.fault for order in self._orders if order.hits(operation)), None)


class _Order:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._rng = Random(fault.seed)
        self._seen = 0
        self._hit = 0

    def hits(self, operation: str) -> bool:
        if not self.fault.concerns(operation):
            return False
        self._seen += 1
        if self._seen <= self.fault.skip or self._hit == self.fault.times:
            return False
        if self.fault.probability < 1 and self._rng.random() >= self.fault.probability:
            return False
        self._hit += 1
        return True
