"""Every setting of a Daysheet process, typed, from the environment, `.env` and `.streamlit/secrets.toml`."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from lib.core.errors import Misconfigured

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "DAYSHEET_"
#: Hosts that are this machine.
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
#: Characters of a token that nobody guesses.
LEAST_TOKEN = 32
#: Characters of a passphrase, which is stretched before it is used.
LEAST_PASSPHRASE = 20


class _StreamlitSecrets(PydanticBaseSettingsSource):
    """Reads the table [daysheet] of `.streamlit/secrets.toml`, so that the web process needs no second file."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return self._table().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return {name: value for name, value in self._table().items() if name in self.settings_cls.model_fields}

    @staticmethod
    def _table() -> dict[str, Any]:
        path = ROOT / ".streamlit" / "secrets.toml"
        if not path.exists():
            return {}
        return tomllib.loads(path.read_text(encoding="utf-8")).get("daysheet", {})


class Settings(BaseSettings):
    """The settings of this process; each is `DAYSHEET_` and its name in capitals in the environment."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=ROOT / ".env", extra="ignore", frozen=True)

    home: Path = Field(ROOT / ".daysheet", description="Folder that holds all state of this instance.")
    web_port: int = Field(8501, ge=1, le=65535, description="Port of the web process.")
    web_address: str = Field("127.0.0.1", description="Address that the web process listens on.")
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^/\s]+$",
        description="Address by which people reach the web process, as https://daysheet.example.com: for links in "
        "notices. Unset: DAYSHEET_WEB_ADDRESS and DAYSHEET_WEB_PORT.",
    )
    practice: bool = Field(False, description="This instance's own PostgreSQL holds practice only; logins may be made.")
    mail_server: SecretStr | None = Field(
        None,
        description="Mail server that notices go through: smtp://user:password@host:587?from=daysheet@example.com, "
        "or smtps:// where TLS comes first. Unset: no mail is sent.",
    )
    practice_port: int = Field(8701, ge=1, le=65535, description="Port of practice mode's stand-in vendors.")
    database_url: SecretStr | None = Field(
        None,
        description="PostgreSQL (15 or later) of your own, as its owner: postgresql://user:password@host/database. "
        "Unset: an embedded one.",
    )
    database_app_url: SecretStr | None = Field(
        None,
        description="The same database as the application's role daysheet_app. "
        "Unset: Daysheet makes that role's password from the secret key.",
    )
    database_pool: int = Field(12, ge=2, le=200, description="Connections that one process may hold at once.")
    postgres_port: int | None = Field(None, ge=1, le=65535, description="Port of the embedded PostgreSQL (unset: any).")
    postgres_binaries: Path | None = Field(
        None, description="Folder with PostgreSQL's programs, to use instead of ours."
    )
    postgres_os_user: str | None = Field(None, description="As root: the OS user that PostgreSQL runs as.")
    postgres_options: str = Field(
        "", description="Further server options of the embedded PostgreSQL, as -c name=value."
    )
    secret_key: SecretStr | None = Field(
        None, description="Key that encrypts stored credentials (32 bytes, URL-safe base64). Unset: kept in the home."
    )
    secret_key_before: SecretStr | None = Field(
        None, description="The key before, while it is changed by python -m jobs secrets rotate; else unset."
    )
    production: bool = Field(
        False, description="This instance holds real patients' data: it is ready only on an encrypted volume."
    )
    encrypted_volume: Path | None = Field(
        None, description="Where the encrypted volume is mounted that holds DAYSHEET_HOME; looked at by /readyz."
    )
    encrypted_below: bool = Field(
        False,
        description="That volume is encrypted below this operating system (a cloud's disk, a self-encrypting drive), "
        "where it cannot be seen: you vouch for it.",
    )
    operations_port: int = Field(
        8502, ge=0, le=65535, description="Port of the side process's /healthz, /readyz and /metrics (0: none)."
    )
    operations_address: str = Field("127.0.0.1", description="Address that the side process listens on for them.")
    metrics_token: SecretStr | None = Field(
        None,
        description="Token for /metrics and the whole of /readyz from other machines, at least 32 characters. "
        "Unset: this machine only.",
    )
    audit_years: int = Field(6, ge=6, le=100, description="Years that the audit is kept.")
    backup_passphrase: SecretStr | None = Field(
        None, description="Seals backups, at least 20 characters; without it no backup can be made or restored."
    )
    backup_folder: Path | None = Field(
        None, description="Where scheduled backups go; a folder on another disk or machine. Unset: none is made."
    )
    backup_days: int = Field(30, ge=1, description="Days that scheduled backups are kept; the last one always is.")
    run_file_days: int = Field(
        730, ge=30, description="Days after its end that a run's files are kept: uploads, results."
    )
    workers: int = Field(2, ge=1, le=32, description="Runs that one side process works on at once.")
    upload_days: int = Field(7, ge=1, description="Days that an upload waits for its check before it is cleaned up.")
    max_upload_mib: int = Field(200, ge=1, le=2000, description="Largest workbook taken, in MiB.")
    heartbeat_seconds: float = Field(2.0, gt=0, description="How often a run tells that it is alive.")
    stalled_seconds: float = Field(20.0, gt=0, description="Silence after which a run counts as stalled.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @property
    def web_url(self) -> str:
        """The address of the web process, without a slash at its end."""
        return self.public_url or f"http://{self.web_address}:{self.web_port}"

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().resolve()

    @field_validator("database_url", "database_app_url")
    @classmethod
    def _postgres(cls, url: SecretStr | None) -> SecretStr | None:
        if url and not url.get_secret_value().startswith(("postgresql://", "postgres://", "postgresql+psycopg2://")):
            raise ValueError("must begin with postgresql://")
        return url

    @field_validator("metrics_token")
    @classmethod
    def _long_enough(cls, token: SecretStr | None) -> SecretStr | None:
        if token and len(token.get_secret_value()) < LEAST_TOKEN:
            raise ValueError(f"must have at least {LEAST_TOKEN} characters")
        if token and not (token.get_secret_value().isascii() and token.get_secret_value().isprintable()):
            raise ValueError("must be of printable ASCII characters")
        return token

    @field_validator("backup_passphrase")
    @classmethod
    def _not_guessed(cls, passphrase: SecretStr | None) -> SecretStr | None:
        if passphrase and len(passphrase.get_secret_value()) < LEAST_PASSPHRASE:
            raise ValueError(f"must have at least {LEAST_PASSPHRASE} characters")
        return passphrase

    @field_validator("mail_server")
    @classmethod
    def _mail(cls, server: SecretStr | None) -> SecretStr | None:
        if server is None:
            return None
        parts = urlsplit(server.get_secret_value())
        whole = parts.hostname and "from" in parse_qs(parts.query)
        if parts.scheme not in {"smtp", "smtps"} or not whole or parts.port == 0:
            raise ValueError("must be as smtp://user:password@host:587?from=name@example.com")
        return server

    @field_validator("log_level")
    @classmethod
    def _level(cls, level: str) -> str:
        if level.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return level.upper()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings, _StreamlitSecrets(settings_cls)


def read_settings(**overrides: Any) -> Settings:
    """Read the settings of this process.

    Raises Misconfigured, naming every setting that is missing or malformed, never showing a value.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        lines = [
            f"{PREFIX}{'_'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        ]
        raise Misconfigured(
            "These settings cannot be used: " + "; ".join(lines) + ".",
            fix="Correct them in the environment or in .env (README, “Settings”) and start again.",
        ) from None


@lru_cache(maxsize=1)
def current() -> Settings:
    """The settings of this process, read once."""
    return read_settings()
