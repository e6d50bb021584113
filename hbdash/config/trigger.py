"""``[trigger]``: the endpoint through which other systems start flows (R9)."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

SHORTEST_TOKEN = 16


class TriggerConfig(BaseModel):
    """Nothing listens while ``listen`` is empty.

    The endpoint speaks plain HTTP: what is reached from outside stands behind a reverse proxy that
    speaks TLS, and ``public_url`` is its address.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    listen: str = ""
    """``host:port``, a port of this machine alone unless told otherwise."""
    slug: str = Field("", pattern=r"^[a-z0-9_-]*$")
    """The address's middle part for the only channel; empty takes the channel's key."""
    token: SecretStr = SecretStr("")
    token_file: Path | None = None
    signing_secret: SecretStr = SecretStr("")
    signing_secret_file: Path | None = None
    """When there is one, every call must carry ``X-Whisperer-Signature`` (O§9.2)."""
    public_url: str = Field("", pattern=r"^(https?://[^\s]+)?$")
    """Where the other system reaches this endpoint, without ``/flow-trigger/…``."""
    body_max_kb: int = Field(256, ge=1, le=10_240)
    receive_s: float = Field(10.0, gt=0, le=60)
    """Within this a call must have arrived whole, headers and body."""
    connections: int = Field(64, ge=1, le=1000)

    @model_validator(mode="after")
    def _listens_with_a_token(self) -> TriggerConfig:
        if self.listen:
            self.address()
            if self.token_file is None and len(self.token.get_secret_value()) < SHORTEST_TOKEN:
                raise ValueError(
                    f"trigger.listen needs trigger.token of {SHORTEST_TOKEN} letters or more, or "
                    "trigger.token_file"
                )
        return self

    def address(self) -> tuple[str, int]:
        """Host and port of ``listen``. Raises ValueError when it is not ``host:port``."""
        host, colon, port = self.listen.rpartition(":")
        if not (colon and host and port.isdecimal() and 0 <= int(port) <= 65_535):
            raise ValueError(f"trigger.listen is {self.listen!r}; it must be host:port")
        return host.strip("[]"), int(port)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        host = self.address()[0] if self.listen else "localhost"
        try:
            return host == "localhost" or ip_address(host).is_loopback
        except ValueError:
            return False

    def secret_token(self) -> str:
        """The token, from its file if one is named."""
        return _secret(self.token, self.token_file)

    def secret_signing(self) -> str:
        """The key of the signature; empty where none is wanted."""
        return _secret(self.signing_secret, self.signing_secret_file)

    def url_of(self, slug: str, flow: str) -> str:
        """The whole address of a flow, as another system must call it; empty when unknown."""
        base = self.public_url or (f"http://{self.listen}" if self.listen else "")
        return f"{base.rstrip('/')}/flow-trigger/{slug}/{flow}" if base else ""


def _secret(value: SecretStr, file: Path | None) -> str:
    if file is not None:
        return file.read_text(encoding="utf-8").strip()
    return value.get_secret_value()
