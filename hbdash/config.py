"""The installation's own file: ``config.toml``, each key overridable as ``HBDASH_SECTION__KEY``.

The 36 channel settings are not here: they live in Omnitron's channel conf (design section 6).
"""

from __future__ import annotations

import getpass
import os
import stat
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from platformdirs import user_config_path
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


class ConfigRefused(Exception):
    """The file can't be used; the message says what, where, and the command that mends it."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone") from error
    return name


class DatabaseConfig(_Section):
    url: str = "sqlite:///hbdash.db"


class OmnitronAccess(_Section):
    url: str
    username: str = ""
    password: SecretStr = SecretStr("")
    password_file: Path | None = None
    token: SecretStr | None = None

    @model_validator(mode="after")
    def _has_credentials(self) -> OmnitronAccess:
        if self.token is None and not self.username:
            raise ValueError("give a token, or a username and a password")
        return self

    def secret(self) -> str:
        """The password, from its file if one is named."""
        if self.password_file is not None:
            return self.password_file.read_text(encoding="utf-8").strip()
        return self.password.get_secret_value()


class Hosts(_Section):
    """Base URLs of services that have no channel setting; empty means the public one."""

    shipping: str = "https://shipping-external.hepsiburada.com"
    tickets: str = ""


class ChannelConfig(_Section):
    key: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    name: str
    brand: str = ""
    environment: Literal["sandbox", "production"] = "production"
    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/Istanbul"
    remote_id: int
    omnitron: OmnitronAccess
    hosts: Hosts = Hosts()


class EngineConfig(_Section):
    threads: int = Field(24, ge=4, le=64)
    read_batch: int = Field(50, ge=1, le=1000)
    import_rows: int = Field(100, ge=1, le=100)
    upload_rows: int = Field(4000, ge=1, le=4000)
    upload_gap_s: float = Field(10.0, ge=0)
    upload_polls_s: tuple[float, ...] = Field((5, 10, 20, 40, 60), min_length=1)
    """When an upload's result is asked for after sending; the last one repeats."""
    import_polls_s: tuple[float, ...] = Field((30, 60, 120, 300), min_length=1)
    """The same for a product import, whose review takes longer (flows section 4)."""
    lease_term_s: float = Field(15.0, ge=3)
    start_all: bool = False
    """Every flow due at the start, instead of when its schedule says (the demo does)."""
    schedule: dict[str, float] = Field(default_factory=dict)
    """Flow id → period in seconds (R5.19)."""

    def period(self, flow: str) -> timedelta | None:
        """The overridden period of a flow, if there is one."""
        seconds = self.schedule.get(flow)
        return None if seconds is None else timedelta(seconds=seconds)


class SandboxConfig(_Section):
    start: bool = False
    skus: int = Field(2000, ge=1)
    seed: int = 7
    activity_s: float = Field(4.0, ge=0)
    clock_url: str = ""


class OperatorsConfig(_Section):
    admin: tuple[str, ...] = ()
    operator: tuple[str, ...] = ()


class NotifyConfig(_Section):
    urls: tuple[str, ...] = ()


class RetentionConfig(_Section):
    logs_days: int = Field(30, ge=1)
    bodies_days: int = Field(7, ge=1)


class RefundsConfig(_Section):
    """Our own limits: the marketplace's are not published (H§13.2)."""

    photo_max_mb: float = Field(5.0, gt=0)
    photo_max_count: int = Field(5, ge=0)
    statement_max: int = Field(1000, ge=1)


class UiConfig(_Section):
    theme: Literal["dark", "light", "high-contrast", "colour-blind"] = "dark"
    language: Literal["en", "tr"] = "en"
    signs: Literal["unicode", "ascii"] = "unicode"
    mouse: bool = False
    keymap: dict[str, str] = Field(default_factory=dict)


class Config(BaseSettings):
    """The whole file. Unknown keys are refused, so that a mistyped one can't pass in silence."""

    model_config = SettingsConfigDict(
        env_prefix="HBDASH_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    database: DatabaseConfig = DatabaseConfig()
    channels: tuple[ChannelConfig, ...] = ()
    engine: EngineConfig = EngineConfig()
    sandbox: SandboxConfig = SandboxConfig()
    operators: OperatorsConfig = OperatorsConfig()
    notify: NotifyConfig = NotifyConfig()
    retention: RetentionConfig = RetentionConfig()
    refunds: RefundsConfig = RefundsConfig()
    ui: UiConfig = UiConfig()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over what the file says."""
        return (env_settings, init_settings)

    @model_validator(mode="after")
    def _unique_keys(self) -> Config:
        keys = [channel.key for channel in self.channels]
        if len(set(keys)) != len(keys):
            raise ValueError("two channels have the same key")
        return self


def find_config(given: str | None) -> Path | None:
    """``--config``, ``$HBDASH_CONFIG``, ``./config.toml``, the user's config folder; or none."""
    if given is not None:
        return Path(given)
    if named := os.environ.get("HBDASH_CONFIG"):
        return Path(named)
    for candidate in (Path("config.toml"), user_config_path("hbdash") / "config.toml"):
        if candidate.is_file():
            return candidate
    return None


def _holds_secrets(values: dict[str, Any]) -> bool:
    for channel in values.get("channels", []):
        access = channel.get("omnitron", {})
        if access.get("password") or access.get("token"):
            return True
    return False


def load_config(path: Path | None) -> Config:
    """The configuration, or :class:`ConfigRefused` with a line per mistake."""
    if path is None:
        return Config()
    if not path.is_file():
        raise ConfigRefused(f"{path}: no such file")
    try:
        values = TomlConfigSettingsSource(Config, path)()
    except (ValueError, OSError) as error:
        raise ConfigRefused(f"{path}: {error}") from error
    mode = path.stat().st_mode
    if _holds_secrets(values) and mode & (stat.S_IRGRP | stat.S_IROTH):
        raise ConfigRefused(
            f"{path} holds secrets and others can read it. Mend it with: chmod 600 {path}"
        )
    try:
        config = Config(**values)
    except ValidationError as error:
        lines = [f"{path}: {_where(e['loc'])}: {e['msg']}" for e in error.errors()]
        raise ConfigRefused("\n".join(lines)) from error
    _read_secrets(path, config)
    return config


def _read_secrets(path: Path, config: Config) -> None:
    """A password's file that can't be read is found now, not in the first run."""
    for number, channel in enumerate(config.channels):
        try:
            channel.omnitron.secret()
        except (OSError, ValueError) as error:
            raise ConfigRefused(
                f"{path}: channels.{number}.omnitron.password_file: {error}"
            ) from error


def _where(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "file"


def os_user() -> str:
    """The login name that roles are given to."""
    return getpass.getuser()
