"""Where a clearinghouse answers claim status, and which key asks for it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from lib.vendors.connection import build_connection, must_be_safe_address

_Seconds = Annotated[float, Field(gt=0, le=600)]


class ClearinghouseConnection(BaseModel):
    """One key at a clearinghouse with its options; frozen, and printable without the key (contract §8)."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    url: str = Field(
        default="https://claims.us.stedi.com/2025-03-07/change/medicalnetwork/claimstatus/v2",
        min_length=1,
        description="Address that statuses are asked at",
    )
    key: SecretStr = Field(min_length=1, description="The clearinghouse's API key")
    practice: bool = Field(default=False, description="Practice mode: invented data behind this connection")
    use_proxy: bool = Field(default=False, description="Go through the proxy that the environment names")
    connect_timeout: _Seconds = Field(default=10, description="Seconds to wait for a connection")
    read_timeout: _Seconds = Field(default=90, description="Seconds to wait for the next part of a reply")
    call_timeout: _Seconds = Field(default=180, description="Seconds a whole reply may take")

    @model_validator(mode="after")
    def _encrypted_unless_local(self) -> Self:
        must_be_safe_address("url", self.url, practice=self.practice)
        return self

    @property
    def account(self) -> str:
        """A stable name of the key, for its queue and throttle; the key cannot be read from it."""
        digest = hashlib.sha256(b"clearinghouse key\0" + self.key.get_secret_value().encode()).hexdigest()
        return f"clearinghouse-{digest[:16]}"

    @classmethod
    def options(cls) -> dict[str, str]:
        """Every option that can be set, with its one-line description, in the order to show them."""
        return {name: info.description or "" for name, info in cls.model_fields.items()}

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], *, key: str) -> ClearinghouseConnection:
        """Build a connection from typed-in or stored options. Raises BadInput naming the option at fault."""
        return build_connection(cls, settings, {"key": key}, owner="The clearinghouse", title="clearinghouse")
