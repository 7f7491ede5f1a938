"""What there is to know of every payer that can be asked, from payers.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from lib.claim_status.model import ClaimAsked, Outcome
from lib.claim_status.planning.limits import WindowLimits
from lib.core.errors import BadInput

_FILE = Path(__file__).with_name("payers.toml")
_WORDS = {
    "first_name": "first name",
    "last_name": "last name",
    "date_of_birth": "date of birth",
    "subscriber_id": "subscriber id",
    "first_service_date": "first service date",
}


class Payer(BaseModel):
    """A payer, or a door to many: `code` names its adapter and the connection that it is asked through."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    title: str
    transaction: str
    steps: tuple[str, ...]
    needs: tuple[str, ...]
    payer_ids: tuple[str, ...]
    details: tuple[Outcome, ...]
    page_claims: int = 50
    most_claims: int = 500
    longest_days: int = 90
    months_back: int = 24

    @property
    def limits(self) -> WindowLimits:
        """What one query may ask for and answer with."""
        return WindowLimits(
            page_claims=self.page_claims,
            most_claims=self.most_claims,
            longest_days=self.longest_days,
            months_back=self.months_back,
        )

    @property
    def by_windows(self) -> bool:
        """Whether one query answers for every claim of a window of days, and not for one claim only."""
        return "summary" in self.steps

    def missing(self, asked: ClaimAsked) -> list[str]:
        """What a row lacks to be asked for, in words."""
        return [_WORDS[name] for name in self.needs if not getattr(asked, name)]


@lru_cache(maxsize=1)
def payers() -> Mapping[str, Payer]:
    """Every payer by its code, in the order of the file."""
    read = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    found = {code: {"code": code, **told} for code, told in read.items()}
    return TypeAdapter(dict[str, Payer]).validate_python(found)


def payer_named(code: str) -> Payer:
    """The payer of a code; raises BadInput with those that there are."""
    try:
        return payers()[code]
    except KeyError:
        raise BadInput(f"There is no payer “{code}”.", fix=f"Payers: {', '.join(payers())}.") from None
