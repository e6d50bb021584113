"""How a call proves who it is."""

from __future__ import annotations

import base64
from typing import Protocol


class Auth(Protocol):
    """Gives the Authorization header, and may get a new one once when it was refused."""

    def header(self) -> str:
        """Value of `Authorization`; "" sends none. May call the other side (login)."""
        ...

    def renew(self, refused: str) -> bool:
        """A 401 came for `refused`. True: there is another value now, replay the call once."""
        ...


class NoAuth:
    """For calls that need none, such as a login."""

    def header(self) -> str:
        return ""

    def renew(self, refused: str) -> bool:
        return False


class BasicAuth:
    """Hepsiburada: merchant id and service key (H§2)."""

    def __init__(self, user: str, password: str) -> None:
        pair = f"{user}:{password}".encode()
        self._header = "Basic " + base64.b64encode(pair).decode("ascii")

    def header(self) -> str:
        return self._header

    def renew(self, refused: str) -> bool:
        return False

    def __repr__(self) -> str:
        return "BasicAuth(…)"
