"""Where UHC's claim status is, which credentials ask for it, and how patient we are with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from lib.vendors.connection import build_connection, must_be_safe_address

_Seconds = Annotated[float, Field(gt=0, le=600)]


class UhcConnection(BaseModel):
    """One set of UHC credentials with its options; frozen, and printable without a secret.

    Source: contract §1 (token) and §2 (addresses; about 14 s a live call).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    url: str = Field(
        default="https://apimarketplace.uhc.com/Claims/api/claim",
        min_length=1,
        description="Address of the claim service, without /summary",
    )
    token_url: str = Field(
        default="https://apimarketplace.uhc.com/v1/oauthtoken", min_length=1, description="Address of the token call"
    )
    client_id: str = Field(min_length=1, repr=False, description="Client id of the API marketplace")
    client_secret: SecretStr = Field(min_length=1, description="The client id's secret")
    practice: bool = Field(default=False, description="Practice mode: invented data behind this connection")
    use_proxy: bool = Field(default=False, description="Go through the proxy that the environment names")
    token_margin_seconds: float = Field(
        default=60, ge=0, le=600, description="Seconds before its end at which a token is not used any more"
    )
    connect_timeout: _Seconds = Field(default=10, description="Seconds to wait for a connection")
    read_timeout: _Seconds = Field(default=90, description="Seconds to wait for the next part of a reply")
    call_timeout: _Seconds = Field(default=180, description="Seconds a whole reply may take")

    @model_validator(mode="after")
    def _encrypted_unless_local(self) -> Self:
        for name in ("url", "token_url"):
            must_be_safe_address(name, getattr(self, name), practice=self.practice)
        return self

    @property
    def account(self) -> str:
        """A stable name of the credentials, for their queue and throttle; nothing of them can be read from it."""
        digest = hashlib.sha256(b"uhc client\0" + self.client_id.encode()).hexdigest()
        return f"uhc-{digest[:16]}"

    @classmethod
    def options(cls) -> dict[str, str]:
        """Every option that can be set, with its one-line description, in the order to show them."""
        return {name: info.description or "" for name, info in cls.model_fields.items()}

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], *, client_secret: str) -> UhcConnection:
        """Build a connection from typed-in or stored options. Raises BadInput naming the option at fault.

        The secret comes apart, because options are typed where others can read them.
        """
        return build_connection(cls, settings, {"client_secret": client_secret}, owner="UHC", title="UHC")
