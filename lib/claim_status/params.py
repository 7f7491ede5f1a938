"""The parameters of a claim status batch, as they are kept with its run."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

KIND = "claim_status"
#: What a payer has decided is asked again after so many days, since payers reprocess; anything else after so many.
FINAL_DAYS = 30
OTHER_DAYS = 1


class ClaimStatusParams(BaseModel):
    """What a batch was asked to do; `today` is the day in the client's zone, `payer` an adapter's code.

    `scan`: claims of which nobody knows the day are looked for in every month that the payer tells of. `forced`: what
    is known already is asked for all the same. `round` counts how often failed rows were asked for anew.
    """

    model_config = ConfigDict(frozen=True)

    payer: str
    today: date
    file_name: str
    scan: bool = False
    forced: bool = False
    reasons: bool = True
    round: int = 0
    #: What was said of the file when it was read: columns that were dropped, and the like.
    notes: tuple[str, ...] = ()
