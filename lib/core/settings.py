"""Every setting of a Daysheet process, typed, from the environment, `.env` and `.streamlit/secrets.toml`."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from lib.core.errors import Misconfigured

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "DAYSHEET_"
#: Characters of a token that nobody guesses.
LEAST_TOKEN = 32


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
    api_token: SecretStr | None = Field(
        None, description="Token of other programs for the REST API, at least 32 characters. Unset: there is no API."
    )
    workers: int = Field(2, ge=1, le=32, description="Runs that one side process works on at once.")
    upload_days: int = Field(7, ge=1, description="Days that an upload waits for its check before it is cleaned up.")
    max_upload_mib: int = Field(200, ge=1, le=2000, description="Largest workbook taken, in MiB.")
    heartbeat_seconds: float = Field(2.0, gt=0, description="How often a run tells that it is alive.")
    stalled_seconds: float = Field(20.0, gt=0, description="Silence after which a run counts as stalled.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

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

    @field_validator("api_token")
    @classmethod
    def _long_enough(cls, token: SecretStr | None) -> SecretStr | None:
        if token and len(token.get_secret_value()) < LEAST_TOKEN:
            raise ValueError(f"must have at least {LEAST_TOKEN} characters")
        if token and not (token.get_secret_value().isascii() and token.get_secret_value().isprintable()):
            raise ValueError("must be of printable ASCII characters")
        return token

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
