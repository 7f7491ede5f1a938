"""What can be switched about the stand-in: its pace, and both answers to every open question of the contract."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """The behaviour of one stand-in; section 10 of the contract lists the open questions behind the switches."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    throttle_scale: float = Field(1.0, ge=0, description="Factor on the vendor's minimum gaps; 0 switches them off.")
    throttles_ms: dict[str, dict[str, float]] = Field(
        default_factory=dict, description="Own gaps by customer id (or *) and operation, before the factor."
    )
    throttle_answer: Literal["error_response", "http_429"] = "error_response"
    latency_ms: float = Field(0, ge=0, description="Every call waits so long before it is worked on.")
    visibility_seconds: float = Field(0, ge=0, description="How long a write stays unseen by the read operations.")
    payment_methods: Literal["names", "codes"] = Field(
        "names", description="What CreatePayment understands; anything else is stored as Unknown."
    )
    fields: Literal["both", "toggles", "empty"] = Field(
        "both", description="Which form of Fields gives data; the other gives one empty placeholder row."
    )
    repeated_external_id: Literal["duplicated", "refused"] = "duplicated"
    review_word: Literal["both", "Review", "Submitted"] = "both"
    unpayable_code: Literal["5", "6"] = "6"
    payer_name: Literal["first_last", "last_first"] = "first_last"
    practice_mismatch: Literal["accepted", "refused"] = "accepted"
    policy_order: Literal["precedence", "reversed"] = "precedence"
    maximum_rows: int = Field(0, ge=0, description="Longest list that a list-GET gives; 0 is no limit.")
    loose_filters: bool = Field(True, description="GetCharges and GetServiceLocations also give rows not asked for.")
    hidden_patients: tuple[str, ...] = Field((), description="Patient ids for which GetPatient gives nil.")
    permissions_missing: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Operations that a user may not call, by user name, instead of the world's."
    )
