"""Where CollaborateMD is, which login may ask for which accounts' reports, and how patient we are with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from lib.vendors.connection import build_connection, must_be_safe_address

_ACCOUNT = re.compile(r"\d{8}", re.ASCII)


class CollaborateMdConnection(BaseModel):
    """One CollaborateMD login with its options; frozen, and printable without a secret.

    Source: contract, Transport (address, Basic sign-in, 8-digit accounts), §1 (one report at a time per login),
    §2 (POST, GET as fallback; polling habits).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    url: str = Field(
        default="https://webapi.collaboratemd.com", min_length=1, description="Address of the Web API, without /v1"
    )
    user: str = Field(min_length=1, repr=False, description="User of the Web API")
    password: SecretStr = Field(min_length=1, description="The user's password")
    accounts: tuple[str, ...] = Field(
        min_length=1, description="Customer numbers whose reports are asked for: 8 digits each, separated by commas"
    )
    practice: bool = Field(default=False, description="Practice mode: invented data behind this connection")
    use_proxy: bool = Field(default=False, description="Go through the proxy that the environment names")

    prefer: Literal["xml", "json"] = Field(default="xml", description="Language of the replies: xml or json")
    result_method: Literal["auto", "post", "get"] = Field(
        default="auto", description="How results are fetched: post, get, or auto (post, and get where post is refused)"
    )

    poll_seconds: Annotated[float, Field(gt=0, le=600, description="Seconds between two looks at a report")] = 15
    busy_seconds: Annotated[
        float, Field(gt=0, le=600, description="Seconds to wait first when the login builds another report")
    ] = 60
    busy_seconds_most: Annotated[
        float, Field(gt=0, le=3_600, description="Longest such wait; each wait is half as long again as the last")
    ] = 300
    build_minutes: Annotated[
        float, Field(gt=0, le=240, description="Minutes after which a report that is still building is given up")
    ] = 20

    connect_timeout: Annotated[float, Field(gt=0, le=300, description="Seconds to wait for a connection")] = 10
    read_timeout: Annotated[float, Field(gt=0, le=600, description="Seconds to wait for the next part of a reply")] = 60
    call_timeout: Annotated[float, Field(gt=0, le=3_600, description="Seconds a whole reply may take")] = 900
    max_response_mib: Annotated[float, Field(gt=0, le=4_096, description="Largest reply accepted, in MiB")] = 512

    @field_validator("accounts", mode="before")
    @classmethod
    def _split(cls, accounts: Any) -> Any:
        return tuple(part for part in re.split(r"[\s,;]+", accounts) if part) if isinstance(accounts, str) else accounts

    @field_validator("accounts")
    @classmethod
    def _eight_digits_each(cls, accounts: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_ACCOUNT.fullmatch(account) for account in accounts):
            raise ValueError("every account must be 8 digits")
        if len(set(accounts)) != len(accounts):
            raise ValueError("an account is named twice")
        return accounts

    @model_validator(mode="after")
    def _encrypted_unless_local(self) -> Self:
        must_be_safe_address("url", self.url, practice=self.practice)
        return self

    @property
    def account(self) -> str:
        """A stable name of the login, for its queue and its throttle; neither user nor password can be read from it."""
        digest = hashlib.sha256(b"collaboratemd login\0" + self.user.casefold().encode()).hexdigest()
        return f"collaboratemd-{digest[:16]}"

    def busy_wait(self, attempt: int) -> float:
        """Seconds to wait before asking again, the `attempt`-th time (from 0) that another report was building."""
        return min(self.busy_seconds * 1.5 ** min(attempt, 50), max(self.busy_seconds, self.busy_seconds_most))

    @classmethod
    def options(cls) -> dict[str, str]:
        """Every option that can be set, with its one-line description, in the order to show them."""
        return {name: info.description or "" for name, info in cls.model_fields.items()}

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], *, password: str) -> CollaborateMdConnection:
        """Build a connection from typed-in or stored options. Raises BadInput naming the option at fault.

        The password comes apart, because options are typed where others can read them.
        """
        return build_connection(cls, settings, {"password": password}, owner="CollaborateMD", title="CollaborateMD")
