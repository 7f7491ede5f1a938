"""Where a client's Tebra is, who signs in there, and this account's answers to what no document settles."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from lib.core.errors import BadInput
from lib.vendors.tebra.model import EncounterStatus

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_SECRETS = {"password"}


class TebraConnection(BaseModel):
    """One Tebra login with its options; frozen, and printable without a secret.

    Sources: contract §1 (addresses), §2 (credentials), §10 (the open questions, one option each).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    url: str = Field(min_length=1, description="Address of the WSDL (https, or a file for tests)")
    customer_key: SecretStr = Field(min_length=1, description="Customer key, issued by Tebra's customer care")
    user: str = Field(min_length=1, repr=False, description="User with API rights (System or Account Administrator)")
    password: SecretStr = Field(min_length=1, description="The user's password")
    endpoint: str | None = Field(default=None, description="Service address, if it is not the WSDL's own")
    practice: bool = Field(default=False, description="Practice mode: invented data behind this connection")
    use_proxy: bool = Field(default=False, description="Go through the proxy that the environment names")

    payment_method: Literal["names", "codes"] = Field(
        default="names", description="How payments name their method: names (Check) or codes (1)"
    )
    fields: Literal["auto", "toggles", "empty"] = Field(
        default="auto", description="How lists ask for columns: toggles, empty, or auto to find out"
    )
    encounter_status: EncounterStatus = Field(
        default=EncounterStatus.DRAFT, description="Status of new encounters (Approved creates claims)"
    )
    status_word: Literal["guide", "enum"] = Field(
        default="guide",
        description="Word for a submitted encounter in a status update: guide (Review), enum (Submitted)",
    )
    visibility_delay_seconds: float = Field(
        default=120, ge=0, le=86_400, description="Seconds until a write surely shows in Tebra's lists"
    )
    list_limit: int = Field(
        default=0, ge=0, description="Most rows that a list of this account ever has; 0 where no limit is known"
    )
    external_vendor_id: int | None = Field(
        default=None, gt=0, description="Vendor id registered with Tebra; our key then goes out with encounters"
    )

    connect_timeout: Annotated[float, Field(gt=0, le=300, description="Seconds to wait for a connection")] = 10
    read_timeout: Annotated[float, Field(gt=0, le=600, description="Seconds to wait for the next part of a reply")] = 60
    call_timeout: Annotated[float, Field(gt=0, le=1_800, description="Seconds a whole reply may take")] = 120
    max_response_mib: Annotated[float, Field(gt=0, le=1_024, description="Largest reply accepted, in MiB")] = 64

    @model_validator(mode="after")
    def _encrypted_unless_local(self) -> Self:
        for address in (self.url, self.endpoint):
            parts = urlsplit(address or "")
            if parts.username or parts.password:
                raise ValueError("an address must not hold a user or password")
            if parts.scheme == "http" and not self.practice and parts.hostname not in _LOOPBACK:
                raise ValueError("an address must be https, unless it is this machine's or practice mode's")
        if self.endpoint is not None and urlsplit(self.endpoint).scheme not in {"http", "https"}:
            raise ValueError("endpoint must be an http or https address")
        return self

    @property
    def account(self) -> str:
        """A stable name of the Tebra account for throttles and the ledger; the key cannot be read from it."""
        digest = hashlib.sha256(b"tebra account\0" + self.customer_key.get_secret_value().encode()).hexdigest()
        return f"tebra-{digest[:16]}"

    @classmethod
    def options(cls) -> dict[str, str]:
        """Every option that can be set, with its one-line description, in the order to show them."""
        return {name: info.description or "" for name, info in cls.model_fields.items()}

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, str | bool | int | float | None], *, password: str
    ) -> TebraConnection:
        """Build a connection from typed-in or stored options. Raises BadInput naming the option at fault.

        The password comes apart, because options are typed where others can read them.
        """
        unknown = sorted(set(settings) - (set(cls.model_fields) - _SECRETS))
        if unknown:
            known = ", ".join(name for name in cls.model_fields if name not in _SECRETS)
            raise BadInput(f"Tebra has no option {', '.join(unknown)}.", fix=f"Known options: {known}.")
        try:
            return cls.model_validate({**settings, "password": password})
        except ValidationError as error:
            faults = "; ".join(
                f"{fault['loc'][0]}: {fault['msg']}" if fault["loc"] else str(fault["msg"])
                for fault in error.errors(include_input=False, include_url=False)
            )
            raise BadInput(f"The Tebra connection cannot be used: {faults}.", fix="Correct these options.") from None
