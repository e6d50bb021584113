"""What the installation's own file may say, section by section (design section 6)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from hbdash.config.trigger import TriggerConfig


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
    akinon_oms: str = ""
    """Akinon's order system, where it does not stand under Omnitron's own address (O§9)."""


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
    trigger: TriggerConfig = TriggerConfig()
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

    @model_validator(mode="after")
    def _one_slug_each(self) -> Config:
        if self.trigger.slug and len(self.channels) > 1:
            raise ValueError(
                "trigger.slug names one channel; with several each answers under its own key"
            )
        return self

    def slug_of(self, channel: ChannelConfig) -> str:
        """The segment of the trigger's address that means this channel (R9.2)."""
        return self.trigger.slug or channel.key
